// What can be done with ticked rows; the bar stands where the pager stands.
import { CloseOutlined, DownloadOutlined, EditOutlined, InboxOutlined, UserSwitchOutlined } from "@ant-design/icons";
import { App, Button, Modal, Progress, Select } from "antd";
import { useState } from "react";
import { download, get, post, query } from "../api/client";
import type { Field, Listed, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { LinkInput } from "../fields/parts";
import { t } from "../i18n";
import { sentence, useNotify, useRefresh, wire } from "../saving";

interface Props {
  type: RecordType; ids: string[]; rows: Rec[]; shown: number; total?: { count: number; exact: boolean };
  asked: Record<string, string | undefined>; setTicked: (ids: string[]) => void;
}

const chunk = 200;

export function BulkBar({ type, ids, shown, total, asked, setTicked }: Props) {
  const [dialog, setDialog] = useState<"edit" | "assign" | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefresh();
  const n = ids.length;
  if (n === 0) return <div className="pager" aria-live="polite">{t("list.shown", { n: shown })}{total && ` / ${total.exact ? total.count.toLocaleString() : t("list.over", { n: total.count.toLocaleString() })}`}</div>;

  const everything = async () => {
    const all: string[] = [];
    let token = "";
    do {
      const page = await get<Listed>(`/${type.name}` + query({ ...asked, fields: "id", page_size: 1000, page_token: token, total: "none" }));
      all.push(...page.items.map((r) => r.id));
      token = page.next_page_token;
    } while (token && all.length < 10_000);
    setTicked(all);
  };

  // run sends the work in portions, each stored whole or not at all, and offers to take it back.
  const run = async (verb: string, values: Record<string, unknown> | undefined, said: string) => {
    const done: { id: string; rev: number }[] = [];
    setDialog(null);
    try {
      for (let i = 0; i < ids.length; i += chunk) {
        setProgress(Math.round((100 * i) / ids.length));
        const r = await post<{ results: { id: string; rev: number }[] }>(`/${type.name}:batch`, { ops: ids.slice(i, i + chunk).map((id) => ({ verb, id, values })) });
        done.push(...r.results);
      }
      notify.said(said, () => void undo(done));
      setTicked([]);
    } catch (e) {
      if (done.length) notify.said(t("bulk.partly", { n: done.length, of: ids.length }), () => void undo(done));
      modal.error({ title: t("bulk.stopped"), content: sentence(e), okText: t("act.close") });
    }
    setProgress(null);
    refresh(type.name);
  };
  const undo = async (done: { id: string; rev: number }[]) => {
    let failed = 0;
    for (let i = 0; i < done.length; i += 4) {
      setProgress(Math.round((100 * i) / done.length));
      const out = await Promise.allSettled(done.slice(i, i + 4).map((d) => post(`/${type.name}/${d.id}:undo`, { rev: d.rev })));
      failed += out.filter((o) => o.status === "rejected").length;
    }
    setProgress(null);
    refresh(type.name);
    notify.said(failed ? t("bulk.undone_partly", { n: done.length - failed, failed }) : t("said.undone"));
  };
  const archive = () => modal.confirm({ title: t("bulk.archive_ask", { n, what: type.label }), content: t("bulk.archive_says"), okText: t("act.archive"), cancelText: t("act.cancel"), onOk: () => run("archive", undefined, t("bulk.archived", { n })) });
  const save = () => download(`/${type.name}:export`, { filter: `id in [${ids.map((x) => `"${x}"`).join(", ")}]`, fields: asked.fields?.split(","), format: "xlsx" }).catch(notify.failed);
  return (
    <div className="pager bulk" role="toolbar" aria-label={t("bulk.bar")}>
      <b aria-live="polite">{t("bulk.ticked", { n })}</b>
      {total && (!total.exact || total.count > n) && <Button type="link" size="small" onClick={() => void everything().catch(notify.failed)}>{t("bulk.all_match")}</Button>}
      <Button size="small" icon={<EditOutlined />} onClick={() => setDialog("edit")}>{t("bulk.edit")}</Button>
      <Button size="small" icon={<UserSwitchOutlined />} onClick={() => setDialog("assign")}>{t("bulk.assign")}</Button>
      <Button size="small" icon={<DownloadOutlined />} disabled={n > 2000} onClick={() => void save()}>{t("act.export")}</Button>
      <Button size="small" icon={<InboxOutlined />} onClick={archive}>{t("act.archive")}</Button>
      <Button size="small" type="text" icon={<CloseOutlined />} onClick={() => setTicked([])}>{t("bulk.none")}</Button>
      {progress !== null && <Progress percent={progress} size="small" style={{ width: 140 }} />}
      {dialog === "edit" && <EditDialog type={type} n={n} close={() => setDialog(null)} go={(f, v) => void run("update", wire({ [f.name]: v }), t("bulk.edited", { n, what: f.label }))} />}
      {dialog === "assign" && <AssignDialog n={n} close={() => setDialog(null)} go={(id, name) => void run("assign", { owner: id }, t("bulk.assigned", { n, name }))} />}
    </div>
  );
}

function EditDialog({ type, n, close, go }: { type: RecordType; n: number; close: () => void; go: (f: Field, v: unknown) => void }) {
  const fields = type.fields.filter((f) => f.level === "write" && !f.computed && !f.unique && !kindOf(f).readonly && f.kind !== "rows");
  const [f, setF] = useState<Field | null>(null);
  const [v, setV] = useState<unknown>(null);
  const K = f && kindOf(f).Input;
  return (
    <Modal open title={t("bulk.edit_of", { n, what: type.label })} onCancel={close} okText={t("bulk.change", { n })} okButtonProps={{ disabled: !f }} onOk={() => f && go(f, v)} width={440}>
      <div className="lines">
        <Select aria-label={t("filter.field")} placeholder={t("filter.field")} showSearch={{ optionFilterProp: "label" }} value={f?.name} options={fields.map((x) => ({ value: x.name, label: x.label }))} onChange={(name: string) => { setF(fields.find((x) => x.name === name) ?? null); setV(null); }} />
        {f && K && <K key={f.name} field={f} value={v} onChange={setV} />}
        {f && <span className="quiet">{t("bulk.preview", { n, what: f.label, value: v === null ? t("field.empty") : kindOf(f).text(v, f) })}</span>}
      </div>
    </Modal>
  );
}

const owner: Field = { name: "owner", kind: "user", label: "", level: "write", to: "user" };

/** AssignDialog asks who shall own records from now on. */
export function AssignDialog({ n, close, go }: { n: number; close: () => void; go: (id: string, name: string) => void }) {
  const [who, setWho] = useState<{ id: string; title: string } | null>(null);
  return (
    <Modal open title={t("bulk.assign_of", { n })} onCancel={close} okText={t("bulk.assign")} okButtonProps={{ disabled: !who }} onOk={() => who && go(who.id, who.title)} width={420}>
      <LinkInput field={{ ...owner, label: t("bulk.assign_to") }} to="user" value={who} onChange={(v) => setWho(v as typeof who)} />
    </Modal>
  );
}
