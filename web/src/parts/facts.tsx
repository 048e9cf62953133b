// Facts of a record: label and value, edited where they stand. Empty ones are
// no rows; 补充 opens them in place.
import { CheckOutlined, CloseOutlined, EditOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { get } from "../api/client";
import type { Field, FieldProblem, HistoryEntry, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { inputOf } from "../fields/inputs";
import { blank } from "../fields/values";
import { holds } from "../expr";
import { momentText } from "../format";
import { t } from "../i18n";
import { masked, mayEdit } from "../model";
import { useSaving } from "../saving";
import { Revealed } from "./revealed";
import { Value } from "./value";
import { Why } from "./why";

/** applies tells whether a field is asked of this record at all. */
export const applies = (f: Field, type: RecordType, rec: Rec) => holds(f.when, rec) && holds(type.sections?.find((s) => s.name === f.section)?.when, rec);

/** telling: a computed figure of nothing, or a "no" that is the rule, is no fact worth a row. */
export const telling = (f: Field, v: unknown) => !blank(v) && !(f.computed && (v === 0 || /^0(\.0+)?$/.test(String(v)))) && !(f.kind === "bool" && v === false);

/** missing are the facts that are asked of a record and not there. */
export const missing = (type: RecordType, rec: Rec) => type.fields.filter((f) => asked(type, rec, f) && blank(rec[f.name]));

// What a pack holds to matter of a type: its key facts, its head, its card, and
// what must be there. A warning (a taboo) is no gap where there is none.
const weighty = new WeakMap<RecordType, Set<string>>();
function mattersOf(type: RecordType): Set<string> {
  let names = weighty.get(type);
  if (!names) {
    const page = type.page, warnings = new Set([...(page?.marks ?? []), ...(page?.alerts ?? [])]);
    names = new Set([...(page?.key ?? []), ...(page?.strip ?? []).flat(), ...(page?.card ?? []), ...type.fields.filter((f) => f.required === "true").map((f) => f.name)].filter((n) => !warnings.has(n) || type.fields.find((f) => f.name === n)?.kind !== "text"));
    weighty.set(type, names);
  }
  return names;
}

/** asked: what a record is measured by, of what can be filled in; folded sections are for later. A moment of another's timeline is not filled by and by. */
export const asked = (type: RecordType, rec: Rec, f: Field) =>
  !type.timeline && mattersOf(type).has(f.name) && f.level === "write" && !f.computed && !["bool", "files", "longtext", "json", "geo", "rows"].includes(f.kind) && applies(f, type, rec) && !type.sections?.find((s) => s.name === f.section)?.folded;

interface Props { type: RecordType; rec: Rec; fields: Field[]; title?: string; note?: string }

export function Facts({ type, rec, fields, title, note }: Props) {
  const [editing, setEditing] = useState("");
  const [all, setAll] = useState(false);
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const mine = fields.filter((f) => applies(f, type, rec) && f.kind !== "files");
  const filled = mine.filter((f) => telling(f, rec[f.name]));
  const empty = mine.filter((f) => !filled.includes(f) && mayEdit(f, rec) && !kindOf(f).readonly);
  const changed = useChanged(type, rec, over);
  if (filled.length === 0 && empty.length === 0) return null;
  const shown = all ? mine.filter((f) => filled.includes(f) || empty.includes(f)) : mine.filter((f) => filled.includes(f) || f.name === editing);
  const open = () => {
    setAll(!all);
    if (!all && empty[0]) setEditing(empty[0].name);
  };
  return (
    <section className="facts" aria-label={title} onPointerEnter={() => setOver(true)} onFocus={() => setOver(true)}>
      {(title || empty.length > 0) && (
        <header>
          <h2 title={note}>{title}</h2>
          {empty.length > 0 && <button type="button" className="add" aria-expanded={all} onClick={open}>{all ? t("record.fold") : t("record.fill", { n: empty.length })}</button>}
        </header>
      )}
      <dl>{shown.map((f) => <Fact key={f.name} under={title} type={type} rec={rec} field={f} editing={editing === f.name} edit={(on) => setEditing((now) => (on ? f.name : now === f.name ? "" : now))} changed={changed?.get(f.name)}
        refused={refused?.name === f.name ? refused : undefined} refuse={(r) => { setRefused(r); setEditing(r ? r.name : ""); }} />)}</dl>
      {shown.length === 0 && <p className="quiet none">{t("record.none_filled")}</p>}
    </section>
  );
}

// Who changed a fact last, asked for when somebody points at a section.
function useChanged(type: RecordType, rec: Rec, wanted: boolean): Map<string, string> | undefined {
  const list = useQuery({
    queryKey: ["history", type.name, rec.id, rec.rev, "changed"], enabled: wanted && rec.rights?.history !== false, staleTime: Infinity, retry: 0,
    queryFn: ({ signal }) => get<{ items: HistoryEntry[] }>(`/${type.name}/${rec.id}/history?page_size=100`, signal),
    select: (d) => {
      const out = new Map<string, string>();
      for (const h of d.items) for (const name of Object.keys(h.changes ?? {})) if (!out.has(name)) out.set(name, `${h.actor_name} ${momentText(h.at, true)}`);
      return out;
    },
  });
  return list.data;
}

// The next fact that can be edited, in the order of the page.
function move(from: HTMLElement | null, step: number) {
  const facts = [...document.querySelectorAll<HTMLElement>(".record .fact[data-may]")];
  const next = facts[facts.indexOf(from!) + step];
  next?.querySelector<HTMLElement>(".value")?.click();
}

/** Refused is what was typed into a field and not taken. */
export interface Refused { name: string; value: unknown; problems: FieldProblem[] }

interface FactProps { under?: string; type: RecordType; rec: Rec; field: Field; editing: boolean; edit: (on: boolean) => void; changed?: string; refused?: Refused; refuse: (r: Refused | null) => void }

function Fact({ under, type, rec, field, editing, edit, changed, refused, refuse }: FactProps) {
  const may = mayEdit(field, rec) && !kindOf(field).readonly;
  const box = useRef<HTMLDivElement>(null);
  const was = useRef(editing);
  useEffect(() => { // when Enter or Esc ends an edit, the keyboard stays where it was
    if (was.current && !editing && (document.activeElement === document.body || !document.activeElement)) box.current?.querySelector<HTMLElement>(".value[role=button],.edit-here")?.focus({ preventScroll: true });
    was.current = editing;
  }, [editing]);
  const v = rec[field.name];
  const shown = blank(v) ? <span className="quiet">{t("record.to_fill")}</span> : masked(field) ? <Revealed type={type.name} rec={rec} field={field} value={v} /> : <Value field={field} value={v} place="fact" />;
  const start = (e: { target: EventTarget }) => { if (!(e.target as HTMLElement).closest("a,button:not(.value)")) edit(true); };
  return (
    <div ref={box} className={"fact" + (editing ? " editing" : "") + (field.kind === "rows" ? " broad" : "")} data-may={may || undefined} data-field={field.name}>
      <dt title={field.help ?? field.label} className={field.kind === "rows" && field.label === under ? "sr-only" : undefined}>{field.label}</dt>
      <dd>
        {editing ? <InPlace key={refused ? "again" : "first"} type={type} rec={rec} field={field} refused={refused} refuse={refuse} done={(step) => { const here = box.current; edit(false); if (step) requestAnimationFrame(() => move(here, step)); }} />
          : may ? (
            <EditableValue named={t(blank(v) ? "record.fill_of" : "record.edit_of", { what: field.label })} linked={!blank(v) && (masked(field) || linked.includes(field.kind))} start={start} edit={() => edit(true)}>
              <span>{shown}</span>{changed && <small className="changed">{t("record.changed_by", { who: changed })}</small>}
            </EditableValue>
          ) : field.computed ? <Why type={type} rec={rec} field={field}><button type="button" className="asks-why" title={t("why.of", { what: field.label })}>{shown}</button></Why> : shown}
      </dd>
    </div>
  );
}

// Kinds whose values hold links or buttons of their own.
const linked = ["phone", "phones", "emails", "url", "social", "link", "links", "geo", "files", "rows"];

// A value that is edited where it stands. What it does is said before what it
// is, so that the name of the control has the words one sees. A value with links
// in it cannot be a button: it gets one beside it.
function EditableValue({ named, linked, start, edit, children }: { named: string; linked: boolean; start: (e: { target: EventTarget }) => void; edit: () => void; children: ReactNode }) {
  const id = useId();
  if (linked) {
    return <span className="value" onClick={start}>{children}<button type="button" className="edit-here" aria-label={named} onClick={edit}><EditOutlined aria-hidden="true" /></button></span>;
  }
  return (
    <>
      <span id={id + "a"} hidden>{named}</span>
      <span id={id} className="value" role="button" tabIndex={0} aria-labelledby={`${id}a ${id}`} onClick={start} onKeyDown={(e) => { if (e.key === "Enter" && e.target === e.currentTarget) { e.preventDefault(); edit(); } }}>{children}</span>
    </>
  );
}

const small = ["text", "number", "url", "identity", "phone", "geo", "integer", "decimal", "money", "percent"];

/** InPlace is the input that stands in for a value: Enter stores, Esc takes
 * back, Tab stores and goes on. It closes at once; what is refused comes back. */
export function InPlace({ type, rec, field, done, refused, refuse }: { type: RecordType; rec: Rec; field: Field; done: (step?: number) => void; refused?: Refused; refuse: (r: Refused | null) => void }) {
  const { save } = useSaving(type);
  const kind = kindOf(field), Input = inputOf(field);
  const start = masked(field) ? null : rec[field.name];
  const [v, setV] = useState<unknown>(refused ? refused.value : start);
  const [problems, setProblems] = useState<FieldProblem[]>(refused?.problems ?? []);
  const box = useRef<HTMLDivElement>(null);
  const gone = useRef(false);
  useEffect(() => { box.current?.querySelector<HTMLElement>("input,textarea,button")?.focus({ preventScroll: true }); }, []);
  const leave = (step?: number) => {
    if (gone.current) return;
    gone.current = true;
    if (refused) refuse(null);
    done(step);
  };
  const commit = (value: unknown, step?: number) => {
    if (gone.current) return;
    leave(step);
    if (JSON.stringify(value ?? null) === JSON.stringify(start ?? null)) return;
    void save(rec, { [field.name]: value ?? null }, field.label).then((wrong) => { if (wrong.length) refuse({ name: field.name, value, problems: wrong }); });
  };
  const one = small.includes(field.kind);
  const onTab = (back: boolean) => {
    const inside = [...(box.current?.querySelectorAll<HTMLElement>("input,textarea,button,[tabindex='0']") ?? [])].filter((x) => x.tabIndex >= 0);
    return one || kind.instant || (back ? inside[0] : inside.at(-1)) === document.activeElement;
  };
  return (
    <div ref={box} className="in-place"
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return;
        if (e.key === "Escape") { e.stopPropagation(); leave(); }
        if (e.key === "Tab" && onTab(e.shiftKey)) { e.preventDefault(); commit(v, e.shiftKey ? -1 : 1); }
        const lines = (e.target as HTMLElement).tagName === "TEXTAREA";
        if (e.key === "Enter" && (e.target as HTMLElement).getAttribute("aria-expanded") !== "true" && (one || (lines && (e.metaKey || e.ctrlKey || field.kind === "address")))) { e.preventDefault(); commit(v); }
      }}
      onBlur={(e) => { if (one && !e.currentTarget.contains(e.relatedTarget)) commit(v); }}>
      <Input field={field} value={v} autoFocus invalid={problems.length > 0} onChange={(x) => { setV(x); setProblems([]); if (kind.instant && field.kind !== "choices") commit(x); }} />
      {!one && !kind.instant && (
        <span className="in-place-acts">
          <Button size="small" type="primary" icon={<CheckOutlined />} onClick={() => commit(v)}>{t("act.save")}</Button>
          <Button size="small" icon={<CloseOutlined />} onClick={() => leave()}>{t("act.cancel")}</Button>
        </span>
      )}
      {kind.instant && <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("act.cancel")} onClick={() => leave()} />}
      {problems.map((p, i) => <div key={i} className="says" role="alert">{p.message}</div>)}
    </div>
  );
}
