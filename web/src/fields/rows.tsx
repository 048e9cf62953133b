import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { Field, Values } from "../api/types";
import { t } from "../i18n";
import { kindOf } from ".";
import { blank } from "./parts";
import type { InputProps, Kind } from "./types";

const list = (v: unknown) => (Array.isArray(v) ? v : []) as Values[];
const line = (row: Values, f: Field) => (f.fields ?? []).filter((c) => !blank(row[c.name])).map((c) => kindOf(c).text(row[c.name], c)).join(" ");

function RowsInput({ field, value, onChange }: InputProps) {
  const rows = list(value);
  const put = (next: Values[]) => onChange(next.length ? next : null);
  return (
    <div className="lines" role="group" aria-label={field.label}>
      {rows.map((row, i) => (
        <div key={i} className="child">
          {(field.fields ?? []).map((c) => {
            const K = kindOf(c).Input;
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

/** Lines of their own fields inside a record. */
export const rows: Kind = {
  show: (v, f, place) => (place === "cell" ? t("field.lines", { n: list(v).length }) : <span className="several column">{list(v).map((r, i) => <span key={i}>{line(r, f)}</span>)}</span>),
  text: (v, f) => list(v).map((r) => line(r, f)).join("；"), Input: RowsInput, width: 120,
};
