// Facts of a record: label and value, edited where they stand. Empty ones are
// no rows; they wait behind 补充.
import { CheckOutlined, CloseOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useEffect, useRef, useState } from "react";
import type { Field, FieldProblem, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/parts";
import { holds } from "../expr";
import { t } from "../i18n";
import { masked, mayEdit } from "../model";
import { useSaving } from "../saving";
import { Revealed, Value } from "./value";

/** applies tells whether a field is asked of this record at all. */
export const applies = (f: Field, type: RecordType, rec: Rec) => holds(f.when, rec) && holds(type.sections?.find((s) => s.name === f.section)?.when, rec);

/** telling: a computed figure of nothing, or a "no" that is the rule, is no fact worth a row. */
export const telling = (f: Field, v: unknown) => !blank(v) && !(f.computed && (v === 0 || /^0(\.0+)?$/.test(String(v)))) && !(f.kind === "bool" && v === false);

interface Props { type: RecordType; rec: Rec; fields: Field[]; title?: string; dense?: boolean }

export function Facts({ type, rec, fields, title }: Props) {
  const [editing, setEditing] = useState("");
  const mine = fields.filter((f) => applies(f, type, rec) && f.kind !== "files");
  const filled = mine.filter((f) => telling(f, rec[f.name]) || f.name === editing);
  const empty = mine.filter((f) => !filled.includes(f) && mayEdit(f, rec) && !kindOf(f).readonly);
  if (filled.length === 0 && empty.length === 0) return null;
  return (
    <section className="facts" aria-label={title}>
      {(title || empty.length > 0) && (
        <header>
          <h2>{title}</h2>
          {empty.length > 0 && (
            <Dropdown trigger={["click"]} menu={{ items: empty.map((f) => ({ key: f.name, label: f.label })), onClick: (e) => setEditing(e.key), style: { maxHeight: 360, overflow: "auto" } }}>
              <button type="button" className="add">{t("record.fill", { n: empty.length })}</button>
            </Dropdown>
          )}
        </header>
      )}
      <dl>{filled.map((f) => <Fact key={f.name} type={type} rec={rec} field={f} editing={editing === f.name} edit={(on) => setEditing(on ? f.name : "")} />)}</dl>
      {filled.length === 0 && <p className="quiet none">{t("record.none_filled")}</p>}
    </section>
  );
}

function Fact({ type, rec, field, editing, edit }: { type: RecordType; rec: Rec; field: Field; editing: boolean; edit: (on: boolean) => void }) {
  const may = mayEdit(field, rec) && !kindOf(field).readonly;
  const v = rec[field.name];
  if (editing) return <div className="fact editing"><dt>{field.label}</dt><dd><InPlace type={type} rec={rec} field={field} done={() => edit(false)} /></dd></div>;
  const start = (e: { target: EventTarget }) => { if (may && !(e.target as HTMLElement).closest("a,button:not(.value)")) edit(true); };
  return (
    <div className="fact">
      <dt title={field.help}>{field.label}</dt>
      <dd>
        {may ? (
          <span className="value" role="button" tabIndex={0} aria-label={t("record.edit_of", { what: field.label })} onClick={start} onKeyDown={(e) => { if (e.key === "Enter" && e.target === e.currentTarget) { e.preventDefault(); edit(true); } }}>
            {masked(field) ? <Revealed type={type.name} rec={rec} field={field} value={v} /> : <Value field={field} value={v} place="fact" />}
          </span>
        ) : masked(field) ? <Revealed type={type.name} rec={rec} field={field} value={v} /> : <Value field={field} value={v} place="fact" />}
      </dd>
    </div>
  );
}

/** InPlace is the input that stands in for a value: Enter stores, Esc takes back. */
export function InPlace({ type, rec, field, done }: { type: RecordType; rec: Rec; field: Field; done: () => void }) {
  const { save } = useSaving(type);
  const kind = kindOf(field);
  const start = masked(field) ? null : rec[field.name];
  const [v, setV] = useState<unknown>(start);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const busy = useRef(false);
  useEffect(() => { box.current?.querySelector<HTMLElement>("input,textarea,button")?.focus({ preventScroll: true }); }, []);
  const commit = async (value: unknown) => {
    if (busy.current) return;
    if (JSON.stringify(value ?? null) === JSON.stringify(start ?? null)) return done();
    busy.current = true;
    const wrong = await save(rec, { [field.name]: value ?? null }, field.label);
    busy.current = false;
    if (wrong.length) setProblems(wrong);
    else done();
  };
  const small = ["text", "number", "url", "identity", "phone", "geo", "integer", "decimal", "money", "percent"].includes(field.kind);
  return (
    <div ref={box} className="in-place"
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return;
        if (e.key === "Escape") { e.stopPropagation(); done(); }
        const lines = (e.target as HTMLElement).tagName === "TEXTAREA";
        if (e.key === "Enter" && (small || (lines && (e.metaKey || e.ctrlKey || field.kind === "address")))) { e.preventDefault(); void commit(v); }
      }}
      onBlur={(e) => { if (small && !e.currentTarget.contains(e.relatedTarget)) void commit(v); }}>
      <kind.Input field={field} value={v} autoFocus invalid={problems.length > 0} onChange={(x) => { setV(x); if (kind.instant && field.kind !== "choices") void commit(x); }} />
      {!small && !kind.instant && (
        <span className="in-place-acts">
          <Button size="small" type="primary" icon={<CheckOutlined />} onClick={() => void commit(v)}>{t("act.save")}</Button>
          <Button size="small" icon={<CloseOutlined />} onClick={done}>{t("act.cancel")}</Button>
        </span>
      )}
      {kind.instant && <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("act.cancel")} onClick={done} />}
      {problems.map((p, i) => <div key={i} className="says" role="alert">{p.message}</div>)}
    </div>
  );
}

