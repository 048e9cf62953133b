// What a bulk asks: which field, who, whether to archive; with a look at what
// would change before it does.
import { Alert, Modal, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import { post, Problem } from "../../api/client";
import type { Field, Listed, RecordType } from "../../api/types";
import { kindOf } from "../../fields";
import { inputOf } from "../../fields/inputs";
import { LinkInput } from "../../fields/inputs/parts";
import { blank, refOf } from "../../fields/values";
import { t } from "../../i18n";
import { sentence, wire } from "../../saving";
import { severals, type Change, type Target } from "../bulk";
import "../../i18n/lists";

interface Preview {
  total: number; looked_at: number; change: number; same: number; refused: number; reasons: Record<string, number>; messages?: Record<string, string>;
  changes: { id: string; title?: string; changes: { field: string; label: string; from_text: string; to_text: string }[] }[];
}

interface DialogProps { type: RecordType; n: number; target: () => Target; close: () => void; start: (c: Change, said: string) => Promise<void> }

// Asking is the frame of every bulk dialog: the question, what would happen, the button.
function Asking({ type, target, close, start, title, change, said, ok, field, children }: DialogProps & { title: string; change: Change | null; said: (n: number) => string; ok: (n: number) => string; field?: Field; children?: ReactNode }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const preview = useQuery({
    queryKey: ["bulk-preview", type.name, JSON.stringify(change), target()], enabled: !!change, retry: false, gcTime: 0, staleTime: 0,
    queryFn: () => post<Preview>(`/${type.name}:bulk`, { ...target(), ...change, preview: true }),
  });
  const will = preview.data?.change ?? 0;
  const go = async () => {
    if (!change) return;
    setBusy(true);
    setProblem("");
    try {
      await start(change, said(will));
    } catch (e) {
      setProblem(sentence(e));
      setBusy(false);
    }
  };
  const box = useRef<HTMLDivElement>(null);
  // What opens is typed into at once: the library would put one on "close".
  const opened = (open: boolean) => { if (open) (box.current?.querySelector<HTMLElement>("#bulk-add") ?? box.current?.querySelector("input"))?.focus(); };
  return (
    <Modal open title={title} afterOpenChange={opened} onCancel={close} onOk={() => void go()} okText={ok(will)} okButtonProps={{ disabled: !change || will === 0, loading: busy || (!!change && preview.isFetching) }} width={520}>
      <div className="lines" ref={box}>
        {children}
        {preview.error && <Alert type="error" showIcon role="alert" title={preview.error instanceof Problem ? sentence(preview.error) : t("error.unknown")} />}
        {problem && <Alert type="error" showIcon role="alert" title={problem} />}
        {preview.data && <Outcome p={preview.data} field={field} />}
      </div>
    </Modal>
  );
}

function Outcome({ p, field }: { p: Preview; field?: Field }) {
  const rows = p.changes.slice(0, 5).map((r) => ({ ...r, c: r.changes.find((c) => c.field === field?.name) ?? r.changes[0] })).filter((r) => r.c);
  return (
    <div className="outcome" aria-live="polite">
      <p><b>{t("bulk.will", { n: p.change.toLocaleString() })}</b>{p.same > 0 && <span className="quiet"> · {t("bulk.same", { n: p.same.toLocaleString() })}</span>}{p.refused > 0 && <span className="late"> · {t("bulk.refused", { n: p.refused.toLocaleString() })}</span>}</p>
      {p.looked_at < p.total && <p className="quiet">{t("bulk.looked", { n: p.looked_at.toLocaleString(), of: p.total.toLocaleString() })}</p>}
      {Object.entries(p.reasons).map(([code, n]) => <p key={code} className="says">{n.toLocaleString()} × {p.messages?.[code] ?? code}</p>)}
      {rows.length > 0 && (
        <table className="plain">
          <tbody>{rows.map((r) => <tr key={r.id}><th scope="row">{r.title}</th><td><del>{r.c!.from_text || t("field.empty")}</del></td><td aria-hidden="true">→</td><td><b>{r.c!.to_text || t("field.empty")}</b></td></tr>)}</tbody>
        </table>
      )}
      <p className="quiet">{t("bulk.undoable")}</p>
    </div>
  );
}

export function EditDialog(p: DialogProps) {
  const { type, n } = p;
  const fields = type.fields.filter((f) => f.level === "write" && !f.computed && !f.unique && !kindOf(f).readonly && f.kind !== "rows" && f.kind !== "files");
  const [f, setF] = useState<Field | null>(null);
  const [v, setV] = useState<unknown>(null);
  const [empty, setEmpty] = useState(false);
  const K = f && inputOf(f);
  const ready = f && (empty || !blank(v) || f.kind === "bool");
  return (
    <Asking {...p} title={t("bulk.edit_of", { n: n.toLocaleString(), what: type.label })} field={f ?? undefined} change={ready ? { set: wire({ [f.name]: empty ? null : (v ?? false) }) } : null}
      ok={(k) => t("bulk.change", { n: k.toLocaleString() })} said={(k) => t("bulk.edited", { n: k.toLocaleString(), what: f!.label })}>
      <Select aria-label={t("filter.field")} placeholder={t("filter.field")} showSearch={{ optionFilterProp: "label" }} value={f?.name} options={fields.map((x) => ({ value: x.name, label: x.label }))} onChange={(name: string) => { setF(fields.find((x) => x.name === name) ?? null); setV(null); setEmpty(false); }} />
      {f && K && !empty && <K key={f.name} field={f} value={v} onChange={setV} />}
      {f && f.kind !== "bool" && !f.required && <label className="bulk-empty"><input type="checkbox" className="tick-box" checked={empty} onChange={(e) => setEmpty(e.target.checked)} /> {t("bulk.empty", { what: f.label })}</label>}
    </Asking>
  );
}

// What the ticked records have in a field, the most frequent first, by the first of them.
function useHad({ type, target }: DialogProps, f: Field) {
  const of = target();
  const asked = "ids" in of ? { filter: `id in [${of.ids.slice(0, seen).map((x) => JSON.stringify(x)).join(", ")}]`, archived: "include" } : of.query;
  return useQuery({
    queryKey: ["bulk-had", type.name, f.name, asked], staleTime: 0, gcTime: 0,
    queryFn: async () => {
      const found = await post<Listed>(`/${type.name}:query`, { ...asked, fields: [f.name], page_size: seen, total: "none" });
      const had = new Map<string, { value: unknown; n: number }>();
      for (const r of found.items) for (const v of [r[f.name] ?? []].flat()) { const key = keyOf(v); had.set(key, { value: v, n: (had.get(key)?.n ?? 0) + 1 }); }
      return new Map([...had].filter(([key]) => key).sort((a, b) => b[1].n - a[1].n));
    },
  });
}

const seen = 1000; // records whose values are offered
const keyOf = (v: unknown) => refOf(v)?.id ?? (typeof v === "string" ? v : "");

export function TagDialog(p: DialogProps) {
  const { type, n } = p;
  const fields = severals(type);
  const [f, setF] = useState(fields[0]!);
  const [add, setAdd] = useState<unknown>(null);
  const [remove, setRemove] = useState<string[]>([]);
  const had = useHad(p, f);
  const K = inputOf(f);
  const change = { ...(blank(add) ? {} : { add: wire({ [f.name]: add }) }), ...(remove.length ? { remove: { [f.name]: f.kind === "links" ? remove.map((id) => ({ id })) : remove } } : {}) };
  const one = (v: unknown) => kindOf(f).text([v], f);
  return (
    <Asking {...p} title={t("bulk.tag_of", { n: n.toLocaleString(), what: type.label })} field={f} change={blank(add) && !remove.length ? null : change}
      ok={(k) => t("bulk.tag_n", { n: k.toLocaleString() })} said={(k) => t("bulk.edited", { n: k.toLocaleString(), what: f.label })}>
      {fields.length > 1 && <Select aria-label={t("bulk.tag_field")} value={f.name} options={fields.map((x) => ({ value: x.name, label: x.label }))} onChange={(name: string) => { setF(fields.find((x) => x.name === name)!); setAdd(null); setRemove([]); }} />}
      <div className="bulk-part"><label htmlFor="bulk-add">{t("bulk.tag_add")}</label><K key={f.name} id="bulk-add" field={{ ...f, label: `${t("bulk.tag_add")} ${f.label}` }} value={add} onChange={setAdd} /></div>
      <div className="bulk-part"><label htmlFor="bulk-remove">{t("bulk.tag_remove")}</label>
        <Select id="bulk-remove" aria-label={`${t("bulk.tag_remove")} ${f.label}`} mode="multiple" loading={had.isPending} showSearch={{ optionFilterProp: "label" }} notFoundContent={had.isPending ? t("state.loading") : t("bulk.tag_none")} value={remove} onChange={setRemove}
          options={[...(had.data ?? [])].map(([value, x]) => ({ value, label: `${one(x.value)}  ${x.n.toLocaleString()}` }))} />
      </div>
    </Asking>
  );
}

/** owner is the field an owner is picked in. */
export const owner: Field = { name: "owner", kind: "user", label: "", level: "write", to: "user" };

export function OwnerDialog(p: DialogProps) {
  const [who, setWho] = useState<{ id: string; title: string } | null>(null);
  return (
    <Asking {...p} title={t("bulk.assign_of", { n: p.n.toLocaleString() })} field={owner} change={who && { assign: who.id }} ok={(k) => t("bulk.assign_n", { n: k.toLocaleString() })} said={(k) => t("bulk.assigned", { n: k.toLocaleString(), name: who!.title })}>
      <LinkInput field={{ ...owner, label: t("bulk.assign_to") }} to="user" value={who} onChange={(v) => setWho(v as typeof who)} />
    </Asking>
  );
}

export function ArchiveDialog({ restore, ...p }: DialogProps & { restore: boolean }) {
  return (
    <Asking {...p} title={t(restore ? "bulk.restore_ask" : "bulk.archive_ask", { n: p.n.toLocaleString(), what: p.type.label })} change={restore ? { restore: true } : { archive: true }}
      ok={(k) => t(restore ? "bulk.restore_n" : "bulk.archive_n", { n: k.toLocaleString() })} said={(k) => t(restore ? "bulk.restored" : "bulk.archived", { n: k.toLocaleString() })}>
      {!restore && <p>{t("bulk.archive_says")}</p>}
    </Asking>
  );
}

/** AssignDialog asks who shall own records from now on. */
export function AssignDialog({ n, close, go }: { n: number; close: () => void; go: (id: string, name: string) => void }) {
  const [who, setWho] = useState<{ id: string; title: string } | null>(null);
  return (
    <Modal open title={t("bulk.assign_of", { n })} onCancel={close} okText={t("bulk.assign")} okButtonProps={{ disabled: !who }} onOk={() => who && go(who.id, who.title)} width={420}>
      <LinkInput field={{ ...owner, label: t("bulk.assign_to") }} to="user" value={who} onChange={(v) => setWho(v as typeof who)} />
    </Modal>
  );
}
