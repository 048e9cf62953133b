// The order of a list by up to four fields.
import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import type { RecordType } from "../../api/types";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { fieldsOf, masked } from "../../model";
import { sortKeys } from "../../parts/table";

const text = (keys: { name: string; down: boolean }[]) => keys.map((k) => (k.down ? "-" : "") + k.name).join(",");

export default function SortPanel({ type, sort, onChange }: { type: RecordType; sort: string; onChange: (sort: string) => void }) {
  const phone = usePhone();
  const fields = fieldsOf(type);
  const keys = sortKeys(sort);
  const options = [...fields.values()].filter((f) => f.sortable && !masked(f) && !["id", "rev", "title"].includes(f.name) && !f.name.startsWith("root_")).map((f) => ({ value: f.name, label: f.label }));
  const free = options.filter((o) => !keys.some((k) => k.name === o.value));
  const put = (next: typeof keys) => onChange(text(next));
  return (
    <div className="sort-panel" role="group" aria-label={t("sort.title")}>
      {keys.map((k, i) => (
        <div key={k.name} className="sort-line">
          <span className="quiet">{i + 1}</span>
          <Select aria-label={t("sort.by", { n: i + 1 })} showSearch={{ optionFilterProp: "label" }} value={k.name} options={[...options.filter((o) => o.value === k.name), ...free]} onChange={(name: string) => put(keys.map((x, n) => (n === i ? { ...x, name } : x)))} />
          <Button aria-label={t(k.down ? "sort.down" : "sort.up")} title={t(k.down ? "sort.down" : "sort.up")} icon={k.down ? <ArrowDownOutlined /> : <ArrowUpOutlined />} onClick={() => put(keys.map((x, n) => (n === i ? { ...x, down: !x.down } : x)))} />
          <Button type="text" aria-label={t("act.remove")} icon={<CloseOutlined />} onClick={() => put(keys.filter((_, n) => n !== i))} />
        </div>
      ))}
      {keys.length < 4 && <Select className="sort-add" aria-label={t("sort.add")} placeholder={t("sort.add")} showSearch={{ optionFilterProp: "label" }} value={null} options={free} onChange={(name: string | null) => name && put([...keys, { name, down: ["date", "datetime", "money", "integer", "decimal", "percent", "rating"].includes(fields.get(name)?.kind ?? "") }])} />}
      {!phone && <p className="quiet">{t("list.sort_hint")}</p>}
    </div>
  );
}
