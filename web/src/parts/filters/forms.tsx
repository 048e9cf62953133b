// The forms behind the filter bar: one condition, and the builder for
// conditions joined by and/or, as lines or as text.
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber, Segmented, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Problem } from "../../api/client";
import type { Field } from "../../api/types";
import { filterOf } from "../../fields/inputs";
import { bare, finished, isGroup, nothing, print, read, spans, type Condition, type Group, type Join } from "../../filter";
import { t } from "../../i18n";
import { masked } from "../../model";
import { sentence } from "../../saving";
import type { FilterProps } from "../filters";

// Operators by kind where the server's are not all, or not in the order people ask.
const byKind: Record<string, string[]> = {
  date: ["within", "between", ">=", "<=", "==", "not_since", "longer", "month", "missing", "present"],
  datetime: ["within", "between", ">=", "<=", "not_since", "longer", "missing", "present"],
  user: ["me", "==", "in", "!=", "my_team", "missing", "present"],
  department: ["mine", "==", "in", "my_tree", "missing", "present"],
  choice: ["in", "not_in", "missing", "present"],
  address: ["contains", "missing", "present"],
};
const known = new Set(["==", "!=", ">=", "<=", ">", "<", "between", "contains", "startsWith", "endsWith", "in", "not_in", "has", ...bare]);

/** operatorsOf are the operators offered for a field. */
export function operatorsOf(f: Field): string[] {
  const all = f.operators ?? [];
  if (masked(f)) return all.filter((o) => o === "==");
  if (!all.length) return [];
  return byKind[f.kind] ?? all.filter((o) => known.has(o));
}

// Escape closes what is open: a list of choices first, then the form. The
// library forgets the second where its drawing was begun twice.
function onEscape(e: React.KeyboardEvent, close: () => void) {
  if (e.key === "Escape" && !e.nativeEvent.isComposing && (e.target as HTMLElement).getAttribute("aria-expanded") !== "true") close();
}

export function OneForm({ fields, first, done, close }: { fields: Map<string, Field>; first?: Condition; done: (c: Condition) => void; close: () => void }) {
  const [c, setC] = useState<Condition>(first ?? { field: "", op: "" });
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => { if (c.field) box.current?.querySelector<HTMLElement>(".line-value input")?.focus(); }, [c.field]); // the field said, one goes on with its value
  return (
    <form ref={box} className="condition" onKeyDown={(e) => onEscape(e, close)} onSubmit={(e) => { e.preventDefault(); if (finished(c)) done(c); }}>
      <Line fields={fields} c={c} onChange={setC} fresh={!first} />
      <Button type="primary" htmlType="submit" disabled={!finished(c)}>{t("filter.apply")}</Button>
    </form>
  );
}

// filterable are the fields one may filter by, those across a link last.
function filterable(fields: Map<string, Field>) {
  const all = [...fields.values()].filter((f) => operatorsOf(f).length > 0 && f.name !== "title" && f.name !== "id" && !f.name.startsWith("root_"));
  const far = (f: Field) => f.name.includes(".") && fields.get(f.name.split(".")[0]!)?.kind === "link";
  return [...all.filter((f) => !far(f)), ...all.filter(far)].map((f) => ({ value: f.name, label: f.label }));
}

// Line is one condition: field, operator, value.
function Line({ fields, c, onChange, fresh }: { fields: Map<string, Field>; c: Condition; onChange: (c: Condition) => void; fresh?: boolean }) {
  const f = fields.get(c.field);
  const ops = f ? [...new Set([...operatorsOf(f), ...(c.op ? [c.op] : [])])] : [];
  const options = useMemo(() => filterable(fields), [fields]);
  const start = (g: Field): Condition => { const op = operatorsOf(g)[0] ?? "=="; return { field: g.name, op, value: op === "within" ? "past:30" : undefined }; };
  return (
    <>
      <Select className="line-field" autoFocus={fresh} defaultOpen={fresh} aria-label={t("filter.field")} placeholder={t("filter.field")} showSearch={{ optionFilterProp: "label" }} popupMatchSelectWidth={false} value={c.field || undefined} options={options}
        onChange={(name: string) => onChange(start(fields.get(name)!))} />
      {f && <Select className="line-op" aria-label={t("filter.op")} popupMatchSelectWidth={false} value={c.op} options={ops.map((o) => ({ value: o, label: t("op." + o) }))} onChange={(op: string) => onChange({ ...c, op, value: op === "within" ? "past:30" : op === "not_since" || op === "longer" ? "90" : keeps(c.op, op) ? c.value : undefined })} />}
      {f && !bare.has(c.op) && <span className="line-value"><ValueInput f={f} c={c} onChange={(value) => onChange({ ...c, value })} /></span>}
    </>
  );
}

const many = new Set(["in", "not_in", "has"]);
const keeps = (a: string, b: string) => many.has(a) === many.has(b) && ![a, b].some((o) => ["within", "between", "not_since", "longer", "month"].includes(o) || bare.has(o));

function ValueInput({ f, c, onChange }: { f: Field; c: Condition; onChange: (v: string | string[] | undefined) => void }) {
  const v = typeof c.value === "string" ? c.value : (c.value?.[0] ?? "");
  if (c.op === "within") return <SpanInput f={f} value={v} onChange={onChange} />;
  if (c.op === "not_since" || c.op === "longer") return <InputNumber<string> stringMode controls={false} min="1" max="36500" precision={0} aria-label={t("filter.days")} suffix={t("filter.days")} value={v || null} onChange={(n) => onChange(n ?? "")} style={{ width: "100%" }} />;
  if (c.op === "month") return <Select aria-label={f.label} value={v || undefined} style={{ width: "100%" }} options={Array.from({ length: 12 }, (_, i) => ({ value: String(i + 1), label: t("filter.month", { n: i + 1 }) }))} onChange={onChange} />;
  const Kind = filterOf(f);
  return Kind ? <Kind field={f} op={c.op === "not_in" ? "in" : c.op} value={c.value} onChange={onChange} /> : null;
}

function SpanInput({ f, value, onChange }: { f: Field; value: string; onChange: (v: string) => void }) {
  const [name, n] = value.split(":") as [string, string | undefined];
  const options = [...["past", "next"].map((x) => ({ value: x, label: t("filter.n_" + x) })), ...Object.keys(spans).map((x) => ({ value: x, label: t("span." + x) }))];
  return (
    <span className="pair">
      <Select aria-label={f.label} value={name} options={options} popupMatchSelectWidth={false} style={{ flex: 1, minWidth: 0 }} onChange={(x: string) => onChange(x === "past" || x === "next" ? `${x}:${n ?? 30}` : x)} />
      {n !== undefined && <InputNumber<string> stringMode controls={false} min="1" max="36500" precision={0} aria-label={t("filter.days")} suffix={t("filter.days")} style={{ width: 88 }} value={n || null} onChange={(x) => onChange(`${name}:${x ?? ""}`)} />}
    </span>
  );
}

// The builder: lines and groups, or the expression as text; says how many match before it is applied.
export function Builder({ fields, filter, onChange, count, close }: FilterProps & { close: () => void }) {
  const start = useMemo(() => read(filter), [filter]);
  const [g, setG] = useState<Group>(start && start.items.length ? start : { join: "and", items: [{ field: "", op: "" }] });
  const [text, setText] = useState(filter);
  const [asText, setAsText] = useState(!start);
  const now = asText ? text.trim() : print(g, fields);
  const [asked, setAsked] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(now), 350);
    return () => clearTimeout(timer);
  }, [now]);
  const matches = useQuery({ queryKey: ["matches", asked, count], queryFn: ({ signal }) => count(asked, signal), retry: false, staleTime: 10_000 });
  const wrong = matches.error instanceof Problem ? matches.error : null;
  const readable = read(text) !== null;
  const mode = (m: string) => {
    if (m === "text") setText(print(g, fields));
    else setG(read(text) ?? nothing);
    setAsText(m === "text");
  };
  return (
    <form className="builder" onKeyDown={(e) => onEscape(e, close)} onSubmit={(e) => { e.preventDefault(); onChange(now); close(); }}>
      <div className="builder-head">
        <Segmented size="small" aria-label={t("filter.mode")} value={asText ? "text" : "lines"} onChange={(m) => mode(String(m))} options={[{ value: "lines", label: t("filter.as_lines"), disabled: asText && !readable }, { value: "text", label: t("filter.as_text") }]} />
        {asText && !readable && <small>{t("filter.beyond")}</small>}
      </div>
      {asText ? <TextFilter text={text} onChange={setText} wrong={asked === now ? wrong : null} /> : <Lines g={g} fields={fields} onChange={setG} nested={false} />}
      {!asText && wrong && asked === now && <p className="says" role="alert">{sentence(wrong)}</p>}
      <div className="builder-foot">
        <span className="quiet" aria-live="polite">{matches.data && asked === now ? t("filter.matches", { n: matches.data.exact ? matches.data.count.toLocaleString() : t("list.over", { n: matches.data.count.toLocaleString() }) }) : ""}</span>
        <span className="grow" />
        <Button onClick={() => { onChange(""); close(); }}>{t("filter.clear")}</Button>
        <Button type="primary" htmlType="submit">{t("filter.apply")}</Button>
      </div>
    </form>
  );
}

function Lines({ g, fields, onChange, nested, remove }: { g: Group; fields: Map<string, Field>; onChange: (g: Group) => void; nested: boolean; remove?: () => void }) {
  const set = (i: number, x: Condition | Group) => onChange({ ...g, items: g.items.map((y, n) => (n === i ? x : y)) });
  const drop = (i: number) => onChange({ ...g, items: g.items.filter((_, n) => n !== i) });
  return (
    <div className={"builder-group" + (nested ? " nested" : "")} role="group" aria-label={t(g.join === "and" ? "filter.all_of" : "filter.any_of")}>
      <div className="builder-join">
        <Segmented size="small" aria-label={t("filter.join")} value={g.join} onChange={(j) => onChange({ ...g, join: j as Join })} options={[{ value: "and", label: t("filter.all_of") }, { value: "or", label: t("filter.any_of") }]} />
        <span className="grow" />
        {remove && <Button type="text" size="small" aria-label={t("filter.drop_group")} icon={<CloseOutlined />} onClick={remove} />}
      </div>
      {g.items.map((x, i) =>
        isGroup(x) ? <Lines key={i} g={x} fields={fields} nested onChange={(y) => set(i, y)} remove={() => drop(i)} /> : (
          <div key={i} className="builder-line">
            <Line fields={fields} c={x} onChange={(c) => set(i, c)} fresh={false} />
            <span className="grow" />
            <Button type="text" aria-label={t("act.remove")} icon={<CloseOutlined />} onClick={() => drop(i)} />
          </div>
        ))}
      <div className="builder-more">
        <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...g, items: [...g.items, { field: "", op: "" }] })}>{t("filter.add_line")}</Button>
        {!nested && <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...g, items: [...g.items, { join: g.join === "and" ? "or" : "and", items: [{ field: "", op: "" }, { field: "", op: "" }] }] })}>{t("filter.add_group")}</Button>}
      </div>
    </div>
  );
}

// The expression as text; the server's objection stands under the place it means.
function TextFilter({ text, onChange, wrong }: { text: string; onChange: (t: string) => void; wrong: Problem | null }) {
  const chars = Array.from(text);
  const at = wrong?.errors[0]?.params?.at;
  const place = typeof at === "number" ? Math.min(at, chars.length) : -1;
  const end = place < 0 ? 0 : place + (/^[\w.]+/.exec(chars.slice(place).join(""))?.[0].length ?? 1);
  return (
    <div className="builder-text">
      <Input.TextArea aria-label={t("filter.as_text")} autoSize={{ minRows: 3, maxRows: 10 }} value={text} spellCheck={false} status={wrong ? "error" : ""} onChange={(e) => onChange(e.target.value)} />
      {wrong && (
        <div role="alert">
          {place >= 0 && <code className="builder-place">{chars.slice(Math.max(0, place - 24), place).join("")}<mark>{chars.slice(place, end).join("") || "␣"}</mark>{chars.slice(end, end + 16).join("")}</code>}
          <p className="says">{sentence(wrong)}</p>
        </div>
      )}
    </div>
  );
}
