// Inputs that several kinds share.
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input, InputNumber, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useContext, useEffect, useState, type ClipboardEvent } from "react";
import { get, query } from "../../api/client";
import type { Hit, Listed, Ref } from "../../api/types";
import { t } from "../../i18n";
import { CreatorContext } from "../create";
import type { FilterProps, InputProps } from "../types";
import { blank, exampleOf, keepTitle, refOf, str, titleOfId } from "../values";

/** TextInput edits one line. */
export function TextInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return (
    <Input id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} value={str(value)} maxLength={field.max_len}
      placeholder={exampleOf(field)} autoComplete="off" onChange={(e) => onChange(e.target.value === "" ? null : e.target.value)} />
  );
}

/** AreaInput edits several lines. */
export function AreaInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return (
    <Input.TextArea id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} value={str(value)} placeholder={exampleOf(field)}
      autoSize={{ minRows: 2, maxRows: 10 }} onChange={(e) => onChange(e.target.value === "" ? null : e.target.value)} />
  );
}

/** NumberInput edits a number that travels as text, so that no cent is lost. */
export function NumberInput({ field, value, onChange, id, autoFocus, invalid, before, after }: InputProps & { before?: string; after?: string }) {
  return (
    <InputNumber<string> id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} stringMode controls={false} style={{ width: "100%" }}
      value={blank(value) ? null : str(value)} precision={field.scale} prefix={before} suffix={after ?? field.unit}
      onChange={(v) => onChange(v === null || v === "" ? null : String(v))} />
  );
}

/** IntegerInput edits a whole number. */
export function IntegerInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return (
    <InputNumber<number> id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} precision={0} controls={false} style={{ width: "100%" }}
      value={blank(value) ? null : Number(value)} suffix={field.unit} onChange={(v) => onChange(v === null ? null : v)} />
  );
}

/** ChoiceInput picks one of the field's choices. */
export function ChoiceInput({ field, value, onChange, id, autoFocus, invalid, many }: InputProps & { many?: boolean }) {
  const chosen = Array.isArray(value) ? value : [value];
  const options = (field.choices ?? []).filter((c) => !c.retired || chosen.includes(c.value)).map((c) => ({ value: c.value, label: c.label, title: c.help ?? c.label }));
  return (
    <Select id={id} aria-label={field.label} autoFocus={autoFocus} defaultOpen={autoFocus} status={invalid ? "error" : ""} style={{ width: "100%" }} allowClear showSearch={{ optionFilterProp: "label" }}
      mode={many ? "multiple" : undefined} value={blank(value) ? undefined : (value as string)} options={options}
      onChange={(v: string | string[] | undefined) => onChange(blank(v) ? null : v)} />
  );
}

/** useFound searches records of a type for a picker. */
export function useFound(type: string, words: string, open: boolean) {
  const [asked, setAsked] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words), 180);
    return () => clearTimeout(timer);
  }, [words]);
  return useQuery({
    queryKey: ["pick", type, asked],
    enabled: open,
    staleTime: 10_000,
    queryFn: async ({ signal }): Promise<Ref[]> => {
      if (type === "user") {
        const r = await get<{ items: { id: string; name: string }[] }>("/sys/users" + query({ q: asked, page_size: 20 }), signal);
        return r.items.map((u) => ({ id: u.id, title: u.name }));
      }
      if (type === "department") {
        const r = await get<{ items: { id: string; name: string; archived?: boolean }[] }>("/sys/departments", signal);
        return r.items.filter((d) => !d.archived && d.name.includes(asked)).map((d) => ({ id: d.id, title: d.name }));
      }
      if (asked) {
        const r = await get<{ items: Hit[] }>("/search" + query({ q: asked, types: type, limit: 20 }), signal);
        return r.items.map((h) => ({ id: h.id, title: h.title + (h.number ? `  ${h.number}` : "") }));
      }
      const r = await get<Listed>(`/${type}` + query({ fields: "id", order_by: "-updated_at", page_size: 20, total: "none" }), signal);
      return r.items.map((x) => ({ id: x.id, title: x.title }));
    },
  });
}

/** LinkInput picks a record, user or department by words. */
export function LinkInput({ field, value, onChange, id, autoFocus, invalid, to, many }: InputProps & { to?: string; many?: boolean }) {
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(!!autoFocus);
  const found = useFound(to ?? field.to ?? "", words, open);
  const now = many ? ((value as Ref[] | null) ?? []).filter((r) => r?.id) : [refOf(value)].filter((r): r is Ref => !!r?.id);
  const options = [...(found.data ?? [])];
  for (const r of now) if (!options.some((o) => o.id === r.id)) options.push(r);
  const creator = useContext(CreatorContext);
  const of = to ?? field.to ?? "";
  const fresh = creator?.may(of) ? () => {
    setOpen(false);
    creator.open(of, words.trim(), (made) => onChange(many ? [...now, made] : made));
  } : undefined;
  const refs = (ids: string[]) => ids.map((x) => options.find((o) => o.id === x)).filter(Boolean).map((o) => ({ id: o!.id, title: o!.title.split("  ")[0] }));
  return (
    <Select id={id} aria-label={field.label} autoFocus={autoFocus} open={open} onOpenChange={setOpen} status={invalid ? "error" : ""} style={{ width: "100%" }} allowClear
      showSearch={{ filterOption: false, onSearch: setWords }} mode={many ? "multiple" : undefined} loading={found.isFetching} placeholder={t("field.pick")}
      notFoundContent={found.isFetching ? t("state.loading") : t("state.nothing")}
      popupRender={fresh && ((menu) => <>{menu}<button type="button" className="pick-new" onMouseDown={(e) => e.preventDefault()} onClick={fresh}><PlusOutlined aria-hidden="true" /> {words.trim() ? t("form.pick_new_named", { what: creator!.label(of), words: words.trim() }) : t("form.pick_new", { what: creator!.label(of) })}</button></>)}
      value={(many ? now.map((r) => r.id) : now[0]?.id) as string | undefined}
      options={options.map((o) => ({ value: o.id, label: o.title || o.id }))}
      onChange={(v: string | string[] | undefined) => onChange(many ? ((v as string[])?.length ? refs(v as string[]) : null) : v ? refs([v as string])[0] : null)} />
  );
}

/** DayInput picks a day; a lunar or yearless one is typed. */
export function DayInput({ field, value, onChange, id, autoFocus, invalid, time }: InputProps & { time?: boolean }) {
  const v = str(value);
  if ((field.lunar || field.yearly) && !time) return <SpecialDay {...{ field, value, onChange, id, autoFocus, invalid }} />;
  return (
    <DatePicker id={id} aria-label={field.label} autoFocus={autoFocus} defaultOpen={autoFocus} status={invalid ? "error" : ""} style={{ width: "100%" }}
      showTime={time ? { format: "HH:mm", defaultOpenValue: dayjs("09:00", "HH:mm") } : false} needConfirm={false} format={time ? "YYYY-MM-DD HH:mm" : "YYYY-MM-DD"}
      value={v ? dayjs(v) : null} onChange={(d) => onChange(d ? (time ? d.toISOString() : d.format("YYYY-MM-DD")) : null)} />
  );
}

function SpecialDay({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return (
    <Input id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} value={str(value)} placeholder={t(field.lunar ? "field.lunar_form" : "field.yearly_form")}
      onChange={(e) => onChange(e.target.value.trim() || null)} />
  );
}

/** Column of a ListInput. */
export interface PartColumn { key: string; label: string; width?: number; mode?: "tel" | "email"; options?: { value: string; label: string }[] }

/** ListInput edits several lines of small parts: phones, e-mails, accounts. split reads several lines out of a pasted text. */
export function ListInput({ field, value, onChange, id, autoFocus, columns, split }: InputProps & { columns: PartColumn[]; split?: (text: string) => Record<string, string>[] }) {
  const lines = (Array.isArray(value) && value.length ? value : [{}]) as Record<string, string>[];
  const main = columns.find((c) => !c.width)!.key;
  const put = (next: Record<string, string>[]) => onChange(next.length ? next : null);
  const onPaste = (i: number) => (e: ClipboardEvent) => {
    const read = split?.(e.clipboardData.getData("text")) ?? [];
    if (read.length < 2 && !Object.keys(read[0] ?? {}).some((k) => k !== main)) return;
    e.preventDefault();
    e.stopPropagation();
    put([...lines.slice(0, i), ...read, ...lines.slice(i + 1)].filter((l) => str(l[main])));
  };
  const set = (i: number, key: string, v: string) => put(lines.map((l, n) => (n === i ? { ...l, [key]: v } : l)));
  return (
    <div className="lines" id={id} role="group" aria-label={field.label}>
      {lines.map((line, i) => (
        <div key={i} className="line">
          {columns.map((c) =>
            c.options ? (
              <Select key={c.key} aria-label={`${field.label} ${c.label}`} style={{ width: c.width }} value={line[c.key] || undefined} options={c.options} placeholder={c.label} onChange={(v) => set(i, c.key, v)} />
            ) : (
              <Input key={c.key} aria-label={`${field.label} ${c.label}`} autoFocus={autoFocus && i === 0 && c.key === main} style={c.width ? { width: c.width } : { flex: 1 }} value={str(line[c.key])}
                placeholder={c.label} inputMode={c.mode} onPaste={c.key === main ? onPaste(i) : undefined} onChange={(e) => set(i, c.key, e.target.value)} />
            ),
          )}
          <Button type="text" aria-label={t("act.remove")} icon={<CloseOutlined />} onClick={() => put(lines.filter((_, n) => n !== i))} />
        </div>
      ))}
      {lines.every((l) => str(l[main])) && <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => put([...lines, {}])}>{t("act.add_line")}</Button>}
    </div>
  );
}

/** TextFilter asks for a word. */
export function TextFilter({ field, value, onChange }: FilterProps) {
  return <Input aria-label={field.label} value={typeof value === "string" ? value : (value?.[0] ?? "")} onChange={(e) => onChange(e.target.value)} />;
}

/** WordsFilter asks for one value that must be among many. */
export function WordsFilter({ field, value, onChange }: FilterProps) {
  return <Input aria-label={field.label} value={Array.isArray(value) ? (value[0] ?? "") : (value ?? "")} onChange={(e) => onChange(e.target.value ? [e.target.value] : [])} />;
}

/** NumberFilter asks for a number, or two for "between". */
export function NumberFilter({ field, op, value, onChange }: FilterProps) {
  const pair = Array.isArray(value) ? value : [value ?? "", ""];
  const box = (i: number, label: string) => (
    <InputNumber<string> stringMode controls={false} style={{ flex: 1, width: "100%" }} aria-label={`${field.label} ${label}`} placeholder={label} value={pair[i] || null}
      onChange={(v) => (op === "between" ? onChange(i === 0 ? [v ?? "", pair[1] ?? ""] : [pair[0] ?? "", v ?? ""]) : onChange(v ?? ""))} />
  );
  return op === "between" ? <div className="pair">{box(0, t("filter.from"))}{box(1, t("filter.to"))}</div> : box(0, "");
}

/** DayFilter asks for a day, or two for "between". */
export function DayFilter({ field, op, value, onChange }: FilterProps) {
  if (op === "between") {
    const pair = Array.isArray(value) ? value : ["", ""];
    return (
      <DatePicker.RangePicker aria-label={field.label} style={{ width: "100%" }} allowEmpty={[true, true]} value={[pair[0] ? dayjs(pair[0]) : null, pair[1] ? dayjs(pair[1]) : null]}
        onChange={(d) => onChange([d?.[0]?.format("YYYY-MM-DD") ?? "", d?.[1]?.format("YYYY-MM-DD") ?? ""])} />
    );
  }
  const v = Array.isArray(value) ? value[0] : value;
  return <DatePicker aria-label={field.label} style={{ width: "100%" }} value={v ? dayjs(v) : null} onChange={(d) => onChange(d ? d.format("YYYY-MM-DD") : "")} />;
}

/** ChoiceFilter picks one choice, or several for "in" and "has". */
export function ChoiceFilter({ field, op, value, onChange }: FilterProps) {
  const many = op === "in" || op === "has";
  return (
    <Select aria-label={field.label} style={{ width: "100%" }} mode={many ? "multiple" : undefined} showSearch={{ optionFilterProp: "label" }}
      value={(many ? (Array.isArray(value) ? value : value ? [value] : []) : Array.isArray(value) ? value[0] : value) || undefined}
      options={field.choices?.map((c) => ({ value: c.value, label: c.label }))} onChange={(v: string | string[]) => onChange(v)} />
  );
}

/** LinkFilter picks records by words. */
export function LinkFilter({ field, op, value, onChange, to }: FilterProps & { to?: string }) {
  const many = op === "in" || op === "has";
  const ids = Array.isArray(value) ? value : value ? [value] : [];
  const refs = ids.map((id) => ({ id, title: titleOfId(id) ?? id }));
  const change = (v: unknown) => {
    const list = (Array.isArray(v) ? v : v ? [v] : []) as Ref[];
    for (const r of list) keepTitle(r.id, r.title);
    onChange(many ? list.map((r) => r.id) : (list[0]?.id ?? ""));
  };
  return <LinkInput field={field} to={to} many={many} value={many ? refs : refs[0]} onChange={change} />;
}
