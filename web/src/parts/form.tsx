// The form for a new record, or for all fields of one: what is required first,
// the rest on demand, problems at their fields, a draft kept while typing.
import { Alert, App, Button, Drawer } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { patch, post, Problem } from "../api/client";
import type { Field, FieldProblem, Rec, RecordType, Values } from "../api/types";
import { holds, surely } from "../expr";
import { kindOf } from "../fields";
import { blank } from "../fields/parts";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { useKnown } from "../model";
import { idempotent, sentence, useNotify, useRefresh, wire } from "../saving";

interface Props { type: string; rec?: Rec; values?: Values; close: () => void; stored: (rec: Rec, type: string) => void }

const writable = (type: RecordType) => type.fields.filter((f) => f.level === "write" && !f.computed && !kindOf(f).readonly);

// A literal default ('call', true) fills the form; others are the server's.
function literal(src?: string): unknown {
  const m = src && /^(?:'([^']*)'|"([^"]*)"|(true|false)|(-?\d+))$/.exec(src.trim());
  if (!m) return undefined;
  if (m[3]) return m[3] === "true";
  if (m[4]) return Number(m[4]);
  return m[1] ?? m[2];
}

const draftKey = (type: string) => "kd.draft." + type;

function startValues(type: RecordType, given?: Values): Values {
  const out: Values = {};
  for (const f of type.fields) {
    const v = literal(f.default);
    if (v !== undefined && !f.computed) out[f.name] = v;
  }
  return { ...out, ...given };
}

function draftOf(type: string): Values | null {
  try {
    return JSON.parse(localStorage.getItem(draftKey(type)) ?? "null") as Values | null;
  } catch {
    return null;
  }
}

export function FormDrawer({ type: name, rec, values: given, close, stored }: Props) {
  const type = useKnown().types.get(name)!;
  const phone = usePhone();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefresh();
  const draft = useMemo(() => (rec || given ? null : draftOf(name)), [name, rec, given]);
  const [values, setValues] = useState<Values>(() => ({ ...(rec ? {} : startValues(type, given)), ...draft }));
  const [touched, setTouched] = useState(false);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [whole, setWhole] = useState("");
  const [busy, setBusy] = useState(false);
  const [all, setAll] = useState(!!rec);
  const form = useRef<HTMLFormElement>(null);
  const now = useMemo(() => ({ ...rec, ...values }), [rec, values]);
  useEffect(() => {
    if (!touched || rec) return;
    const timer = setTimeout(() => localStorage.setItem(draftKey(name), JSON.stringify(values)), 300);
    return () => clearTimeout(timer);
  }, [values, touched, rec, name]);
  const fields = writable(type).filter((f) => holds(f.when, now) && holds(type.sections?.find((s) => s.name === f.section)?.when, now));
  const key = new Set([...(type.page?.key ?? []), ...(type.page?.header ?? []), ...(type.page?.card ?? [])]);
  const required = (f: Field) => f.required === "true" || surely(f.required, now);
  const first = fields.filter((f) => required(f) || key.has(f.name) || f.name === "phones" || problems.some((p) => p.path.startsWith(f.name)));
  first.sort((a, b) => Number(required(b)) - Number(required(a)));
  const rest = fields.filter((f) => !first.includes(f));
  const set = (f: Field, v: unknown) => {
    setTouched(true);
    setValues((old) => ({ ...old, [f.name]: v }));
    setProblems((old) => old.filter((p) => p.path !== f.name && !p.path.startsWith(f.name + "[")));
  };
  const leave = () => {
    if (!touched || !rec) return close(); // a new record's draft is kept
    modal.confirm({ title: t("form.leave"), okText: t("form.leave_ok"), cancelText: t("form.stay"), onOk: close });
  };
  const save = async () => {
    setBusy(true);
    setWhole("");
    try {
      const body = wire(Object.fromEntries(Object.entries(values).filter(([k, v]) => rec || (!blank(v) && fields.some((f) => f.name === k)))));
      const done = rec ? await patch<Rec>(`/${name}/${rec.id}`, body, { "If-Match": `"${rec.rev}"`, ...idempotent() }) : await post<Rec>(`/${name}`, body, idempotent());
      if (!rec && !given) localStorage.removeItem(draftKey(name));
      refresh(name, done.id);
      const warning = done.warnings?.map((w) => w.message).join(" ");
      if (warning) modal.warning({ title: t("form.stored_with_warning"), content: warning, okText: t("act.close") });
      else notify.said(t(rec ? "said.saved" : "said.created", { what: done.title || type.label }));
      stored(done, name);
    } catch (e) {
      setBusy(false);
      setProblems(e instanceof Problem ? e.errors : []);
      if (!(e instanceof Problem) || !e.errors.length || e.errors.some((p) => !type.fields.some((f) => p.path.startsWith(f.name)))) setWhole(sentence(e));
      requestAnimationFrame(() => form.current?.querySelector(".wrong")?.scrollIntoView({ block: "center", behavior: "smooth" }));
    }
  };
  const item = (f: Field, focus: boolean) => {
    const K = kindOf(f).Input;
    const wrong = problems.filter((p) => p.path === f.name || p.path.startsWith(f.name + "[") || p.path.startsWith(f.name + "."));
    const wide = ["longtext", "rows", "json", "address", "links", "phones", "emails", "social"].includes(f.kind) || f.name === type.title;
    return (
      <div key={f.name} className={"form-item" + (wide ? " wide" : "") + (wrong.length ? " wrong" : "")}>
        <label htmlFor={"f-" + f.name}>{f.label}{required(f) && !f.default && <span className="must" title={t("form.required")}>*</span>}</label>
        <K field={f} id={"f-" + f.name} value={now[f.name]} invalid={wrong.length > 0} autoFocus={focus && !phone && f.kind === "text"} onChange={(v) => set(f, v)} />
        {wrong.map((p, i) => <div key={i} className="says" role="alert">{p.message}</div>)}
        {!wrong.length && f.help && <div className="help">{f.help}</div>}
      </div>
    );
  };
  const sections = [...(type.sections ?? []).map((s) => ({ label: s.label, list: rest.filter((f) => f.section === s.name) })), { label: t("form.other"), list: rest.filter((f) => !type.sections?.some((s) => s.name === f.section)) }].filter((s) => s.list.length);
  return (
    <Drawer open onClose={leave} size={phone ? "100%" : 680} title={t(rec ? "form.edit" : "form.new", { what: type.label })} maskClosable={!touched} keyboard
      footer={<div className="form-foot">{touched && !rec && !given && <span className="quiet">{t("form.draft")}</span>}<span className="grow" /><Button onClick={leave}>{t("act.cancel")}</Button><Button type="primary" loading={busy} onClick={() => void save()}>{t("act.save")}</Button></div>}>
      <form ref={form} className="form" onSubmit={(e) => { e.preventDefault(); void save(); }} onKeyDown={(e) => { if ((e.metaKey || e.ctrlKey) && e.key === "Enter") { e.preventDefault(); void save(); } }}>
        {whole && <Alert type="error" showIcon role="alert" title={whole} />}
        {draft && !touched && <Alert type="info" title={t("form.draft_back")} action={<Button size="small" onClick={() => { localStorage.removeItem(draftKey(name)); setValues(startValues(type)); }}>{t("form.draft_away")}</Button>} />}
        <div className="form-grid">{first.map((f, i) => item(f, i === 0))}</div>
        {!all && rest.length > 0 && <Button type="link" onClick={() => setAll(true)}>{t("form.more", { n: rest.length })}</Button>}
        {all && sections.map((s) => <fieldset key={s.label}><legend>{s.label}</legend><div className="form-grid">{s.list.map((f) => item(f, false))}</div></fieldset>)}
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}
