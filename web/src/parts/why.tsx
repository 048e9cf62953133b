// Why a value is what it is: a sentence, the figures it is made of, the
// records behind it, who changed it last; and the way to judge otherwise.
import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Button, Drawer, Popover, Spin } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { get } from "../api/client";
import type { Field, FieldProblem, Rec, RecordType, Why as Reason, WhyCondition } from "../api/types";
import { kindOf } from "../fields";
import { inputOf } from "../fields/inputs";
import { blank, str } from "../fields/values";
import { momentText } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, mayEdit, recordPath } from "../model";
import { useSaving } from "../saving";

/** Why wraps what shows a value; hovering or pressing it tells the reason. */
export function Why({ type, rec, field, children }: { type: RecordType; rec: Rec; field: Field; children: ReactElement }) {
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const body = open ? <Body type={type} rec={rec} field={field} close={() => setOpen(false)} /> : <span />;
  if (phone) {
    return (
      <>
        <span className="why-touch" onClick={() => setOpen(true)}>{children}</span>
        {open && <Drawer open placement="bottom" size="auto" onClose={() => setOpen(false)} title={field.label}>{body}</Drawer>}
      </>
    );
  }
  return <Popover open={open} onOpenChange={setOpen} trigger={["hover", "click"]} mouseEnterDelay={0.25} placement="bottomLeft" content={body} destroyOnHidden>{children}</Popover>;
}

function Body({ type, rec, field, close }: { type: RecordType; rec: Rec; field: Field; close: () => void }) {
  const [judging, setJudging] = useState(false);
  const why = useQuery({ queryKey: ["why", type.name, rec.id, field.name, rec.rev], retry: 0, queryFn: ({ signal }) => get<Reason>(`/${type.name}/${rec.id}/why/${field.name}`, signal) });
  const fields = fieldsOf(type);
  const note = fields.get(field.name + "_reason");
  const w = why.data;
  const value = blank(rec[field.name]) ? t("field.empty") : kindOf(field).text(rec[field.name], field);
  const taken = w?.choices?.find((c) => c.taken) ?? w?.choices?.at(-1);
  const conditions = flat(w?.conditions ?? (taken?.when ? [taken.when] : []));
  const parts = conditions.length ? [] : (w?.parts.filter((p) => p.text || p.hidden) ?? []);
  const lacking = conditions.filter((c) => c.met === false);
  return (
    <div className="why" role="dialog" aria-label={t("why.of", { what: field.label })} onKeyDown={(e) => { if (e.key === "Escape") close(); }}>
      <h3>{field.label}：{value}</h3>
      {why.isPending && <Spin size="small" />}
      {w?.sentence && <p>{w.sentence}</p>}
      {note && !blank(rec[note.name]) && <p className="why-note">{str(rec[note.name])}</p>}
      {why.isError && field.help && <p>{field.help}</p>}
      {conditions.length > 0 && (
        <ul>
          {conditions.slice(0, mostRows).map((c, i) => (
            <li key={i}>
              {c.met === true ? <CheckCircleFilled className="met" aria-label={t("why.met")} /> : c.met === false ? <CloseCircleFilled className="unmet" aria-label={t("why.unmet")} /> : null}
              <span>{c.text}</span>{c.gap ? <b>{t("why.gap", { n: c.gap })}</b> : c.have ? <b>{c.have}</b> : null}
            </li>
          ))}
        </ul>
      )}
      {parts.length > 0 && <ul>{parts.slice(0, mostRows).map((p) => <li key={p.path}><span>{p.label}</span><b>{p.hidden ? t("field.hidden") : p.type && p.id ? <Link to={recordPath(p.type, p.id)}>{p.text}</Link> : p.text}</b></li>)}</ul>}
      {w?.records?.type && w.records.count > 0 && <p><Link to={`/t/${w.records.type}?filter=${encodeURIComponent(w.records.filter ?? "")}`}>{t("why.records", { n: w.records.count })}</Link></p>}
      {lacking.length > 0 && lacking.length <= 3 && <p className="why-note">{t("why.would_change", { what: lacking.map((c) => c.text).join("、") })}</p>}
      {field.computed && <p className="why-note quiet">{t("why.computed")}</p>}
      <footer>
        {!field.computed && mayEdit(field, rec) && !judging && <Button size="small" onClick={() => setJudging(true)}>{t("why.judge")}</Button>}
        <span className="grow" />
        {w?.changed && <small>{[momentText(w.changed.at, true), w.changed.name, blank(w.changed.from) ? "" : t("why.before", { what: kindOf(field).text(w.changed.from, field) })].filter(Boolean).join(" · ")}</small>}
      </footer>
      {judging && <Judge type={type} rec={rec} fields={[field, ...(note && mayEdit(note, rec) ? [note] : [])]} done={close} />}
    </div>
  );
}

const mostRows = 10;

// The single comparisons under and, or, not; each once.
function flat(list: WhyCondition[]): WhyCondition[] {
  const out: WhyCondition[] = [];
  for (const c of list) for (const x of c.conditions?.length ? flat(c.conditions) : [c]) if (!x.hidden && !out.some((y) => y.text === x.text)) out.push(x);
  return out;
}

// A judgement of one's own: the value, and the reason where one is kept.
function Judge({ type, rec, fields, done }: { type: RecordType; rec: Rec; fields: Field[]; done: () => void }) {
  const { save } = useSaving(type);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [wrong, setWrong] = useState<FieldProblem[]>([]);
  const go = async () => {
    const problems = await save(rec, values, fields[0]!.label);
    setWrong(problems);
    if (!problems.length) done();
  };
  return (
    <form className="judge" onSubmit={(e) => { e.preventDefault(); void go(); }}>
      {fields.map((f) => {
        const K = inputOf(f);
        return <label key={f.name}><span>{f.label}</span><K field={f} value={f.name in values ? values[f.name] : rec[f.name]} onChange={(v) => setValues((old) => ({ ...old, [f.name]: v ?? null }))} /></label>;
      })}
      {wrong.map((p, i) => <div key={i} className="says" role="alert">{p.message}</div>)}
      <Button size="small" type="primary" htmlType="submit" disabled={!Object.keys(values).length}>{t("act.save")}</Button>
    </form>
  );
}
