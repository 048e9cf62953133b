import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { Values } from "../../api/types";
import { t } from "../../i18n";
import { list } from "../rows";
import type { InputProps } from "../types";
import { inputOf } from ".";

export function RowsInput({ field, value, onChange }: InputProps) {
  const rows = list(value);
  const put = (next: Values[]) => onChange(next.length ? next : null);
  return (
    <div className="lines" role="group" aria-label={field.label}>
      {rows.map((row, i) => (
        <div key={i} className="child">
          {(field.fields ?? []).map((c) => {
            const K = inputOf(c);
            return (
              <label key={c.name}><span>{c.label}</span><K field={c} value={row[c.name]} onChange={(v) => put(rows.map((r, n) => (n === i ? { ...r, [c.name]: v } : r)))} /></label>
            );
          })}
          <Button type="text" aria-label={t("act.remove")} icon={<CloseOutlined />} onClick={() => put(rows.filter((_, n) => n !== i))} />
        </div>
      ))}
      <Button type="dashed" size="small" icon={<PlusOutlined />} onClick={() => put([...rows, {}])}>{t("act.add_line")}</Button>
    </div>
  );
}
