// What can be done with ticked rows; the bar stands where the pager stands.
// Every change is shown before it is made: how many change, from what to what,
// how many are refused and why. It runs on the server and can be taken back.
import { CloseOutlined, DownloadOutlined, EditOutlined, InboxOutlined, PrinterOutlined, TagOutlined, UndoOutlined, UserSwitchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { get, post } from "../api/client";
import type { RecordType } from "../api/types";
import { t } from "../i18n";
import { idempotent, useNotify, useRefresh } from "../saving";
import "../i18n/lists";
import "./bulk.css";

const asking = () => import("./bulk/dialogs");
const EditDialog = lazy(() => asking().then((m) => ({ default: m.EditDialog })));
const TagDialog = lazy(() => asking().then((m) => ({ default: m.TagDialog })));
const OwnerDialog = lazy(() => asking().then((m) => ({ default: m.OwnerDialog })));
const ArchiveDialog = lazy(() => asking().then((m) => ({ default: m.ArchiveDialog })));

/** Target names the records of a bulk: by id, or as the list that shows them. */
export type Target = { ids: string[] } | { query: { view?: string; filter?: string; q?: string; archived?: string } };

interface Props {
  type: RecordType; n: number; target: () => Target; archived: boolean;
  pager: ReactNode; everything?: ReactNode; clear: () => void; onExport?: () => void; onPrint?: () => void; phone?: boolean;
}

/** Change is what a bulk does. */
export type Change = { set: Record<string, unknown> } | { add?: Record<string, unknown>; remove?: Record<string, unknown> } | { assign: string } | { archive: true } | { restore: true };
interface Run { id: string; state: string; done: number; total: number; changed: number; refused: number; undone: number; kept: number; message?: string }

/** BulkBar is the pager while nothing is ticked, and what can be done once something is. */
export function BulkBar({ type, n, target, archived, pager, everything, clear, onExport, onPrint, phone }: Props) {
  const [dialog, setDialog] = useState<"edit" | "tag" | "assign" | "archive" | null>(null);
  const [running, setRunning] = useState<{ id: string; said: string } | null>(null);
  const notify = useNotify();
  const refresh = useRefresh();
  const start = async (change: Change, said: string) => {
    const run = await post<{ id: string }>(`/${type.name}:bulk`, { ...target(), ...change }, idempotent());
    setDialog(null);
    setRunning({ id: run.id, said });
  };
  const undo = async (id: string) => {
    try {
      await post(`/sys/bulks/${id}/undo`);
      setRunning({ id, said: "" });
    } catch (e) {
      notify.failed(e);
    }
  };
  const ended = (run: Run, said: string) => {
    setRunning(null);
    refresh(type.name);
    if (run.state === "failed") return notify.failed(null, run.message || t("error.unknown"));
    if (!said) return notify.said(run.kept ? t("bulk.kept", { n: run.undone.toLocaleString(), kept: run.kept.toLocaleString() }) : t("said.undone"));
    clear();
    notify.said(run.refused ? `${said} · ${t("bulk.refused", { n: run.refused.toLocaleString() })}` : said, run.changed ? () => void undo(run.id) : undefined);
  };
  useEffect(() => { if (n > 0) void asking(); }, [n > 0]); // there when it is pressed
  if (n === 0 && !running) return <div className="pager" aria-live="polite">{pager}</div>;
  return (
    <div className="pager bulk" role="toolbar" aria-label={t("bulk.bar")}>
      <b aria-live="polite">{t("bulk.ticked", { n: n.toLocaleString() })}</b>
      {everything}
      {running ? <Running key={running.id + running.said} {...running} ended={ended} /> : (
        <>
          {!archived && <Button size="small" icon={<EditOutlined />} onClick={() => setDialog("edit")}>{t("bulk.edit")}</Button>}
          {!archived && <Button size="small" icon={<UserSwitchOutlined />} onClick={() => setDialog("assign")}>{t("bulk.assign")}</Button>}
          {!archived && severals(type).length > 0 && <Button size="small" icon={<TagOutlined />} onClick={() => setDialog("tag")}>{t("bulk.tag")}</Button>}
          {onPrint && <Button size="small" icon={<PrinterOutlined />} onClick={onPrint}>{t("act.print")}</Button>}
          {onExport && <Button size="small" icon={<DownloadOutlined />} onClick={onExport}>{t("act.export")}</Button>}
          <Button size="small" icon={archived ? <UndoOutlined /> : <InboxOutlined />} onClick={() => setDialog("archive")}>{t(archived ? "act.restore" : "act.archive")}</Button>
          <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("bulk.none")} onClick={clear}>{phone ? null : t("bulk.none")}</Button>
        </>
      )}
      <Suspense fallback={null}>
        {dialog === "edit" && <EditDialog type={type} n={n} target={target} close={() => setDialog(null)} start={start} />}
        {dialog === "tag" && <TagDialog type={type} n={n} target={target} close={() => setDialog(null)} start={start} />}
        {dialog === "assign" && <OwnerDialog type={type} n={n} target={target} close={() => setDialog(null)} start={start} />}
        {dialog === "archive" && <ArchiveDialog type={type} n={n} target={target} restore={archived} close={() => setDialog(null)} start={start} />}
      </Suspense>
    </div>
  );
}

/** severals are the fields that hold several values one adds or takes away: tags first. */
export const severals = (type: RecordType) => ["tags", "choices", "links"].flatMap((kind) => type.fields.filter((f) => f.kind === kind && f.level === "write" && !f.computed));

// Running looks after a bulk on the server until it is done.
function Running({ id, said, ended }: { id: string; said: string; ended: (run: Run, said: string) => void }) {
  const run = useQuery({ queryKey: ["bulk", id, said], queryFn: ({ signal }) => get<Run>(`/sys/bulks/${id}`, signal), refetchInterval: (q) => (over(q.state.data) ? false : 400), gcTime: 0 });
  useEffect(() => { if (run.data && over(run.data)) ended(run.data, said); }, [run.data]);
  const { done = 0, total = 0 } = run.data ?? {};
  return <><progress className="bulk-run" max={total || 1} value={done} aria-label={t("bulk.progress")} /><span>{done.toLocaleString()} / {total.toLocaleString()}</span></>;
}

const over = (r?: Run) => !!r && !["queued", "waiting", "running", "undoing"].includes(r.state);
