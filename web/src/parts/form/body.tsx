// The fields of a form: the first few, then the sections one opens.
import { PlusOutlined } from "@ant-design/icons";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import type { Field, FieldProblem, Rec, RecordType } from "../../api/types";
import { inputOf } from "../../fields/inputs";
import { blank } from "../../fields/values";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { recordPath } from "../../model";
import { Value } from "../value";
import type { FormState } from "../form";
import type { Checked } from "./check";
import { Doubles } from "./doubles";
import { firstFields, isRequired, partsOf, shownFields } from "./shape";

const at = (p: FieldProblem, f: Field) => p.path === f.name || p.path.startsWith(f.name + "[") || p.path.startsWith(f.name + ".");
const wide = new Set(["longtext", "rows", "json", "address", "links", "phones", "emails", "social"]);

interface BodyProps { type: RecordType; rec?: Rec; form: FormState; close: () => void }

export function FormBody({ type, rec, form, close }: BodyProps) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const fields = shownFields(type, form.now);
  const asked = firstFields(type, fields, form.now);
  const first = rec ? [] : asked;
  const rest = fields.filter((f) => !first.includes(f));
  const parts = partsOf(type, rest, t("form.other"));
  // A section is open when one opened it, when something in it is wrong, or when a draft has filled it.
  const isOpen = (name: string, list: Field[]) => !!rec || opened.has(name) || list.some((f) => form.problems.some((p) => at(p, f)) || (f.name in form.values && !blank(form.values[f.name]) && !f.default && !form.touched.has(f.name)));
  const [fresh, setFresh] = useState("");
  useEffect(() => {
    if (!fresh) return;
    const part = box.current?.querySelector<HTMLElement>(`[data-part="${fresh}"]`);
    part?.scrollIntoView({ block: "nearest" });
    part?.querySelector<HTMLElement>("input, textarea")?.focus({ preventScroll: true });
    setFresh("");
  }, [fresh]);
  const item = (f: Field, focus: boolean) => <FormItem key={f.name} field={f} type={type} form={form} focus={focus} close={close} />;
  const shut = parts.filter((p) => !isOpen(p.name, p.list));
  return (
    <div ref={box} className="form">
      {first.length > 0 && <div className="form-grid">{first.map((f, i) => item(f, i === 0))}</div>}
      <Computed type={type} form={form} />
      {parts.filter((p) => isOpen(p.name, p.list)).map((p) => (
        <fieldset key={p.name} data-part={p.name || "other"}><legend>{p.label}{p.purpose && <small>{p.purpose}</small>}</legend><div className="form-grid">{p.list.map((f) => item(f, false))}</div></fieldset>
      ))}
      {shut.length > 0 && (
        <div className="form-more" role="group" aria-label={t("form.more", { n: shut.reduce((n, p) => n + p.list.length, 0) })}>
          {shut.map((p) => <button key={p.name} type="button" title={p.purpose} onClick={() => { setOpened(new Set([...opened, p.name])); setFresh(p.name || "other"); }}><PlusOutlined aria-hidden="true" />{p.label}<small>{p.list.length}</small></button>)}
        </div>
      )}
      <button type="submit" hidden />
    </div>
  );
}

// What follows from what was typed: the telling formulas, as they will be.
function Computed({ type, form }: { type: RecordType; form: FormState }) {
  const telling = new Set([...(type.page?.header ?? []), ...(type.page?.key ?? []), ...(type.page?.card ?? [])]);
  const list = type.fields.filter((f) => f.computed && f.formula && telling.has(f.name) && !blank(form.trial?.computed?.[f.name]) && Number(form.trial!.computed[f.name]) !== 0);
  if (!list.length || !form.touched.size) return null;
  return <dl className="form-computed">{list.map((f) => <div key={f.name}><dt>{f.label}</dt><dd><Value field={f} value={form.trial!.computed[f.name]} place="fact" /></dd></div>)}</dl>;
}

interface ItemProps { field: Field; type: RecordType; form: FormState; focus: boolean; close: () => void }

function FormItem({ field: f, type, form, focus, close }: ItemProps) {
  const phone = usePhone();
  const navigate = useNavigate();
  const [, again] = useState(0);
  const K = inputOf(f);
  const must = isRequired(f, form.now);
  const early = (form.trial?.problems ?? []).filter((p) => p.code !== "required" && form.touched.has(f.name) && at(p, f));
  const stored = form.problems.filter((p) => at(p, f));
  const wrong: FieldProblem[] = stored.length ? stored : early;
  const known = [...(form.trial?.warnings ?? []), ...early, ...(stored as Checked[])].filter((c) => at(c, f));
  const doubles = known.filter((c, i) => c.record && !form.others.has(c.code + c.record.id) && known.findIndex((x) => x.record?.id === c.record!.id) === i);
  const hints = (form.trial?.warnings ?? []).filter((w) => !w.record && at(w, f) && form.touched.has(f.name));
  const id = "f-" + f.name;
  return (
    <div className={"form-item" + (wide.has(f.kind) || f.name === type.title ? " wide" : "") + (wrong.length ? " wrong" : "")}>
      <label htmlFor={id}>{f.label}{must && !f.default && <span className="must" title={t("form.required")}>*</span>}</label>
      <K field={f} id={id} value={form.now[f.name]} invalid={wrong.length > 0} autoFocus={focus && !phone && f.kind === "text"} onChange={(v) => form.change({ [f.name]: v })} />
      {wrong.map((p, i) => <div key={i} className="says" role="alert">{p.message}</div>)}
      {hints.map((p, i) => <div key={i} className="form-hint" role="status">{p.message}</div>)}
      <Doubles list={doubles} open={(c) => { close(); void navigate(recordPath(c.record!.type, c.record!.id)); }} other={(c) => { form.others.add(c.code + c.record!.id); again((n) => n + 1); }} />
      {!wrong.length && !hints.length && !doubles.length && f.help && <div className="help">{f.help}</div>}
    </div>
  );
}
