// The form for a new record, or for all fields of one: what is required first,
// the rest by section on demand, problems at their fields, likely doubles while
// typing, a draft kept all the time.
import { Alert, App, Button, Drawer } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { patch, post, Problem } from "../api/client";
import type { FieldProblem, Rec, RecordType, Ref, Values } from "../api/types";
import { CreatorContext, type Creator } from "../fields/create";
import { blank } from "../fields/values";
import { readBlock, spread } from "../fields/paste";
import { momentText } from "../format";
import { t } from "../i18n";
import "../i18n/form";
import { usePhone } from "../mode";
import { useKnown } from "../model";
import { useMay } from "../rights";
import { idempotent, sentence, useNotify, useRefresh, wire } from "../saving";
import { useTrial, type Checked } from "./form/check";
import { draftKey, useDraft } from "./form/draft";
import { FormBody } from "./form/body";
import { shownFields, startValues } from "./form/shape";
import "./form/form.css";

export interface FormProps { type: string; rec?: Rec; values?: Values; close: () => void; stored: (rec: Rec, type: string) => void }

/** useForm is the state of a form: values, problems, draft, saving. */
function useForm({ type: name, rec, values: given, close, stored }: FormProps, type: RecordType) {
  const { session } = useKnown();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefresh();
  const draft = useDraft(draftKey(session.user.id, name, rec?.id, given), type);
  const [values, setValues] = useState<Values>(() => ({ ...(rec ? {} : startValues(type, given)), ...draft.found?.values }));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [whole, setWhole] = useState("");
  const [busy, setBusy] = useState(false);
  const [rev, setRev] = useState(rec?.rev);
  const others = useRef(new Set<string>());
  const trial = useTrial(name, rec?.id, values);
  const now = useMemo(() => ({ ...rec, ...trial?.defaults, ...Object.fromEntries(Object.entries(values).filter(([k, v]) => !blank(v) || rec || !(k in (trial?.defaults ?? {})) || touched.has(k))) }), [rec, trial?.defaults, values, touched]);
  const change = (more: Values) => {
    setTouched((old) => new Set([...old, ...Object.keys(more)]));
    setValues((old) => {
      const next = { ...old, ...more };
      draft.keep(next);
      return next;
    });
    setProblems((old) => old.filter((p) => !Object.keys(more).some((k) => p.path === k || p.path.startsWith(k + "[") || p.path.startsWith(k + "."))));
  };
  const forget = () => {
    draft.drop();
    setValues(rec ? {} : startValues(type, given));
    setTouched(new Set());
    setProblems([]);
  };
  const told = (done: Rec) => {
    const left = (done.warnings ?? []).filter((w) => !others.current.has(w.code + ((w as Checked).record?.id ?? "")));
    if (left.length) modal.warning({ title: t("form.stored_with_warning"), content: left.map((w) => w.message).join(" "), okText: t("act.close") });
    else notify.said(t(rec ? "said.saved" : "said.created", { what: done.title || type.label }));
  };
  const save = async (): Promise<boolean> => {
    setBusy(true);
    setWhole("");
    try {
      const fields = shownFields(type, now);
      const body = wire(Object.fromEntries(Object.entries(values).filter(([k, v]) => rec || (!blank(v) && fields.some((f) => f.name === k)))));
      const done = rec ? await patch<Rec>(`/${name}/${rec.id}`, body, { "If-Match": `"${rev}"`, ...idempotent() }) : await post<Rec>(`/${name}`, body, idempotent());
      draft.drop();
      refresh(name, done.id);
      told(done);
      stored(done, name);
      return true;
    } catch (e) {
      setBusy(false);
      setProblems(e instanceof Problem ? e.errors.map((p) => (p.params && "stored" in p.params ? { ...p, message: t("form.stored_by_other") } : p)) : []);
      if (e instanceof Problem && e.status === 412) {
        setRev(Number(e.params.rev) || rev);
        setWhole(t("form.conflict"));
      } else if (!(e instanceof Problem) || !e.errors.length || e.errors.some((p) => !type.fields.some((f) => p.path.startsWith(f.name)))) setWhole(sentence(e));
      return false;
    }
  };
  const leave = () => {
    if (touched.size) notify.said(t("form.draft_kept"));
    close();
  };
  return { now, values, touched, problems, whole, busy, trial, draft: draft.found, change, forget, save, leave, others: others.current };
}

export type FormState = ReturnType<typeof useForm>;

export function FormDrawer(props: FormProps) {
  const { types } = useKnown();
  const type = types.get(props.type)!;
  const { rec } = props;
  const phone = usePhone();
  const form = useForm(props, type);
  const box = useRef<HTMLFormElement>(null);
  const [refusals, setRefusals] = useState(0);
  const [restored, setRestored] = useState(!!form.draft);
  const [read, setRead] = useState<{ before: Values; names: string[] } | null>(null);
  const { creator, nested } = useCreator();
  const save = async () => {
    if (form.busy || (await form.save())) return;
    setRefusals((n) => n + 1);
  };
  // Once the problems stand on the page, the first of them is gone to.
  useEffect(() => {
    if (!refusals) return;
    const wrong = box.current?.querySelector(".wrong") ?? box.current?.querySelector('[role="alert"]');
    wrong?.scrollIntoView({ block: "center", behavior: "smooth" });
    wrong?.querySelector<HTMLElement>("input, textarea, select, button")?.focus({ preventScroll: true });
  }, [refusals]);
  const onPaste = (e: React.ClipboardEvent) => {
    const target = e.target as HTMLInputElement;
    if (rec || target.value) return;
    const got = spread(type, form.now, readBlock(e.clipboardData.getData("text")));
    if (!got) return;
    e.preventDefault();
    setRead({ before: Object.fromEntries(Object.keys(got).map((k) => [k, form.values[k] ?? null])), names: Object.keys(got).map((k) => type.fields.find((f) => f.name === k)!.label) });
    form.change(got);
  };
  return (
    <Drawer open onClose={form.leave} size={phone ? "100%" : 680} title={t(rec ? "form.edit" : "form.new", { what: rec?.title || type.label })} maskClosable={!form.touched.size} keyboard afterOpenChange={(open) => { if (open && !phone) begin(box.current, props.values); }}
      footer={<div className="form-foot">{form.touched.size > 0 && <span className="quiet" role="status">{t("form.draft")}</span>}<span className="grow" /><Button onClick={form.leave}>{t("act.cancel")}</Button><Button type="primary" title="Ctrl + Enter" loading={form.busy} onClick={() => void save()}>{t("act.save")}</Button></div>}>
      <CreatorContext.Provider value={creator}>
        <form ref={box} className="form" noValidate onPaste={onPaste} onSubmit={(e) => { e.preventDefault(); void save(); }} onKeyDown={(e) => onKey(e, () => void save())}>
          {form.whole && <Alert type="error" showIcon role="alert" title={form.whole} />}
          {restored && form.draft && <Alert type="info" title={t("form.draft_from", { when: momentText(new Date(form.draft.at).toISOString()) })} closable={{ onClose: () => setRestored(false) }} action={<Button size="small" onClick={() => { form.forget(); setRestored(false); }}>{t("form.draft_away")}</Button>} />}
          {read && <Alert type="success" role="status" title={t("form.split", { into: read.names.join(t("form.and")) })} closable={{ onClose: () => setRead(null) }} action={<Button size="small" onClick={() => { form.change(read.before); setRead(null); }}>{t("form.split_back")}</Button>} />}
          <FormBody type={type} rec={rec} form={form} close={props.close} />
        </form>
      </CreatorContext.Provider>
      {nested}
    </Drawer>
  );
}

// What opens has the cursor in its first field that is still to be filled.
function begin(box: HTMLElement | null, given: Values = {}) {
  const there = new Set(Object.keys(given).map((k) => box?.querySelector("#f-" + CSS.escape(k))?.closest(".form-item")));
  [...(box?.querySelectorAll<HTMLElement>("input:not([type=hidden], [disabled]), textarea") ?? [])].find((x) => !there.has(x.closest(".form-item")))?.focus({ preventScroll: true });
}

// Enter goes on to the next field and saves in the last; Ctrl or ⌘ with Enter
// saves anywhere. An input method's Enter is its own.
function onKey(e: React.KeyboardEvent<HTMLFormElement>, save: () => void) {
  if (e.key !== "Enter" || e.nativeEvent.isComposing || e.defaultPrevented) return;
  if (e.metaKey || e.ctrlKey) {
    e.preventDefault();
    return save();
  }
  const at = e.target as HTMLElement;
  if (at.tagName !== "INPUT" || at.getAttribute("role") === "combobox" || at.closest(".ant-picker")) return;
  e.preventDefault();
  const stops = [...e.currentTarget.querySelectorAll<HTMLElement>("input:not([type=hidden]), textarea")].filter((x) => x.offsetParent !== null && !x.hasAttribute("disabled"));
  const next = stops[stops.indexOf(at) + 1];
  if (next) next.focus();
  else save();
}

// useCreator opens a form above the form, for a record that a link field misses.
function useCreator(): { creator: Creator; nested: React.ReactNode } {
  const { types } = useKnown();
  const may = useMay();
  const [asked, setAsked] = useState<{ type: string; values: Values; done: (made: Ref) => void } | null>(null);
  const creator = useMemo<Creator>(() => ({
    may: (type) => !!types.get(type) && !types.get(type)!.builtin && may(type, "create"),
    label: (type) => types.get(type)?.label ?? type,
    open: (type, words, done) => {
      const title = types.get(type)?.title;
      setAsked({ type, values: words && title ? { [title]: words } : {}, done });
    },
  }), [types, may]);
  const nested = asked && <FormDrawer key={asked.type} type={asked.type} values={asked.values} close={() => setAsked(null)} stored={(made) => { asked.done({ id: made.id, title: made.title }); setAsked(null); }} />;
  return { creator, nested };
}
