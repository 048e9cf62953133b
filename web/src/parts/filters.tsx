// The filter bar: a chip for each condition, a small form to add or change one.
import { CloseOutlined, FilterOutlined } from "@ant-design/icons";
import { Button, Popover, Select } from "antd";
import { useMemo, useState } from "react";
import type { Field, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { titleOfId } from "../fields/parts";
import { dateText } from "../format";
import { finished, print, read, type Condition } from "../filter";
import { t } from "../i18n";
import { fieldsOf, masked } from "../model";

// Operators the expression language has a form for; kinds may offer more.
const known = new Set(["==", "!=", ">=", "<=", ">", "<", "between", "contains", "startsWith", "endsWith", "in", "has", "missing", "present", "me", "my_team", "mine", "my_tree"]);
const builtinOps: Record<string, string[]> = { user: ["me", "==", "my_team", "missing", "present"], department: ["mine", "==", "my_tree", "missing"], datetime: ["between", ">=", "<="], text: ["contains"], number: ["==", "startsWith"] };

/** operatorsOf are the operators offered for a field. */
export function operatorsOf(f: Field): string[] {
  const ops = (f.operators ?? builtinOps[f.kind] ?? []).filter((o) => known.has(o));
  return masked(f) ? ops.filter((o) => o === "==") : ops;
}

/** filterable are the fields one may filter by. */
export const filterable = (type: RecordType) => [...fieldsOf(type).values()].filter((f) => operatorsOf(f).length > 0 && f.name !== "title" && !f.name.startsWith("root_"));

function words(c: Condition, f: Field): string {
  const list = Array.isArray(c.value) ? c.value : c.value ? [c.value] : [];
  const one = (v: string) => (f.choices ? kindOf(f).text(v, f) : f.kind === "bool" ? kindOf(f).text(v === "true", f) : f.kind === "date" || f.kind === "datetime" ? dateText(v) : (titleOfId(v) ?? v));
  if (["missing", "present", "me", "my_team", "mine", "my_tree"].includes(c.op)) return t("op." + c.op);
  if (c.op === "between") return `${list[0] ? one(list[0]) : "…"} – ${list[1] ? one(list[1]) : "…"}`;
  const sign = ["==", "has", "in"].includes(c.op) ? "" : t("op." + c.op) + " ";
  return sign + list.map(one).join("、");
}

/** FilterBar edits a filter expression; one beyond its reach stands as one chip that can be taken away. */
export function FilterBar({ type, filter, onChange }: { type: RecordType; filter: string; onChange: (f: string) => void }) {
  const fields = fieldsOf(type);
  const list = useMemo(() => read(filter), [filter]);
  const [editing, setEditing] = useState<number | null>(null);
  if (list === null) return <span className="chip removable"><b>{t("filter.custom")}</b> <code>{filter}</code><Remove onClick={() => onChange("")} /></span>;
  const put = (next: Condition[]) => onChange(print(next, fields));
  return (
    <>
      {list.map((c, i) => {
        const f = fields.get(c.field);
        return (
          <Popover key={i} trigger="click" open={editing === i} onOpenChange={(o) => setEditing(o ? i : null)} destroyOnHidden content={<ConditionForm type={type} first={c} done={(x) => { setEditing(null); put(list.map((y, n) => (n === i ? x : y))); }} />}>
            <span className="chip removable" role="group" aria-label={f?.label ?? c.field}>
              <button type="button">{f?.label ?? c.field} <b>{f ? words(c, f) : String(c.value)}</b></button>
              <Remove onClick={() => put(list.filter((_, n) => n !== i))} />
            </span>
          </Popover>
        );
      })}
      <Popover trigger="click" open={editing === -1} onOpenChange={(o) => setEditing(o ? -1 : null)} placement="bottomLeft" destroyOnHidden content={<ConditionForm type={type} done={(x) => { setEditing(null); put([...list, x]); }} />}>
        <Button type="text" size="small" icon={<FilterOutlined />}>{t("filter.add")}</Button>
      </Popover>
    </>
  );
}

const Remove = ({ onClick }: { onClick: () => void }) => (
  <button type="button" className="chip-x" aria-label={t("act.remove")} onClick={(e) => { e.stopPropagation(); onClick(); }}><CloseOutlined /></button>
);

function ConditionForm({ type, first, done }: { type: RecordType; first?: Condition; done: (c: Condition) => void }) {
  const fields = fieldsOf(type);
  const [c, setC] = useState<Condition>(first ?? { field: "", op: "" });
  const f = fields.get(c.field);
  const ops = f ? operatorsOf(f) : [];
  const Input = f && kindOf(f).Filter;
  const needsValue = f && !finished({ ...c, value: undefined });
  return (
    <form className="condition" onSubmit={(e) => { e.preventDefault(); if (f && finished(c)) done(c); }}>
      <Select autoFocus={!first} defaultOpen={!first} aria-label={t("filter.field")} placeholder={t("filter.field")} showSearch={{ optionFilterProp: "label" }} value={c.field || undefined} options={filterable(type).map((x) => ({ value: x.name, label: x.label }))}
        onChange={(name: string) => { const g = fields.get(name)!; setC({ field: name, op: operatorsOf(g)[0] ?? "==" }); }} />
      {f && <Select aria-label={t("filter.op")} value={c.op} options={ops.map((o) => ({ value: o, label: t("op." + o) }))} onChange={(op: string) => setC({ ...c, op, value: undefined })} />}
      {f && Input && needsValue && <Input field={f} op={c.op} value={c.value} onChange={(value) => setC({ ...c, value })} />}
      {f && <Button type="primary" htmlType="submit" disabled={!finished(c)}>{t("filter.apply")}</Button>}
    </form>
  );
}
