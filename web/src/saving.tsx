// Saving with a promise that it can be taken back: shown at once, stored,
// undone from the toast, and a dialog when someone else changed the same field.
import { App } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask, patch, post, Problem } from "./api/client";
import type { Field, FieldProblem, Rec, RecordType, Values } from "./api/types";
import { kindOf } from "./fields";
import { blank } from "./fields/parts";
import { t } from "./i18n";
import { fieldsOf } from "./model";

/** sentence is what a person reads when something did not work. */
export const sentence = (e: unknown) => (e instanceof Problem ? (e.code === "offline" ? t("error.offline") : e.message || t("error.unknown")) : t("error.unknown"));

/** useNotify is the toasts: said for what was done, with Undo, and failed for what was not. */
export function useNotify() {
  const { message } = App.useApp();
  return useMemo(() => {
    const said = (text: string, undo?: () => void) => {
      const key = "undo-" + Date.now();
      void message.open({
        key,
        type: "success",
        duration: undo ? 10 : 3,
        content: (
          <span role="status">
            {text}
            {undo && <button type="button" className="undo" onClick={() => { message.destroy(key); undo(); }}>{t("act.undo")}</button>}
          </span>
        ),
      });
    };
    const failed = (e: unknown, text = sentence(e)) => void message.error({ content: <span role="alert">{text}</span>, duration: 6 });
    return { said, failed };
  }, [message]);
}

export const idempotent = () => ({ "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now() });

/** useRefresh marks what shows a record as out of date. */
export function useRefresh() {
  const client = useQueryClient();
  return (type: string, id?: string) => {
    for (const key of ["list", "total", "count", "sum", "group", "related", "timeline", "history", "home", "pick"]) void client.invalidateQueries({ queryKey: [key] });
    if (id) void client.invalidateQueries({ queryKey: ["rec", type, id] });
  };
}

interface Conflict { path: string; mine: unknown; stored: unknown; original: unknown }

/** useSaving changes one record. The answer is the problems at fields, none when it was stored. */
export function useSaving(type: RecordType) {
  const client = useQueryClient();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefresh();
  return useMemo(() => {
    const keep = (rec: Rec) => {
      client.setQueryData(["rec", type.name, rec.id], rec);
      client.setQueriesData<{ items: Rec[] }>({ queryKey: ["list", type.name] }, (old) => old && { ...old, items: old.items.map((r) => (r.id === rec.id ? { ...r, ...rec } : r)) });
    };
    const undo = async (rec: Rec) => {
      try {
        keep(await post<Rec>(`/${type.name}/${rec.id}:undo`, { rev: rec.rev }));
        notify.said(t("said.undone"));
      } catch (e) {
        notify.failed(e);
      }
      refresh(type.name, rec.id);
    };
    const save = async (rec: Rec, values: Values, what: string): Promise<FieldProblem[]> => {
      keep({ ...rec, ...values });
      try {
        const stored = await patch<Rec>(`/${type.name}/${rec.id}`, wire(values), { "If-Match": `"${rec.rev}"`, ...idempotent() });
        keep(stored);
        refresh(type.name);
        if (stored.rev !== rec.rev) notify.said(stored.warnings?.[0]?.message ?? t("said.changed", { what }), () => void undo(stored));
        return [];
      } catch (e) {
        keep(rec);
        if (e instanceof Problem && e.status === 412) {
          await settle(rec, values, what, e);
          return [];
        }
        notify.failed(e);
        return e instanceof Problem ? e.errors : [];
      }
    };
    const settle = (rec: Rec, values: Values, what: string, e: Problem) => {
      const rev = Number(e.params.rev) || rec.rev;
      const conflicts: Conflict[] = e.errors.map((p) => ({ path: p.path, mine: p.params?.mine, stored: p.params?.stored, original: p.params?.original }));
      return new Promise<void>((done) => {
        modal.confirm({
          title: t("conflict.title"),
          width: 560,
          icon: null,
          content: <ConflictTable type={type} list={conflicts} />,
          okText: t("conflict.mine"),
          cancelText: t("conflict.stored"),
          onOk: async () => {
            done();
            await save({ ...rec, rev }, values, what);
          },
          onCancel: () => {
            done();
            refresh(type.name, rec.id);
          },
        });
      });
    };
    const act = async (rec: Rec, verb: string, body: unknown, what: string) => {
      try {
        const stored = await ask<Rec>("POST", `/${type.name}/${rec.id}:${verb}`, body ?? {});
        keep(stored);
        refresh(type.name, rec.id);
        notify.said(what, () => void undo(stored));
      } catch (e) {
        notify.failed(e);
      }
    };
    return { save, act, undo };
  }, [client, type, modal, notify, refresh]);
}

/** wire writes values as the API takes them: links by id alone, empty lines of lists left out. */
export function wire(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([k, v]) => [k, wireOne(v)]));
}

function wireOne(v: unknown): unknown {
  if (Array.isArray(v)) {
    const list = v.map(wireOne).filter((x) => !(x && typeof x === "object" && !Array.isArray(x) && Object.values(x).every(blank)));
    return list.length ? list : null;
  }
  if (v && typeof v === "object" && "id" in v && "title" in v) return { id: (v as { id: string }).id };
  return v === undefined ? null : v;
}

function ConflictTable({ type, list }: { type: RecordType; list: Conflict[] }) {
  const fields = fieldsOf(type);
  const text = (f: Field | undefined, v: unknown) => (blank(v) ? t("field.empty") : f ? kindOf(f).text(v, f) : JSON.stringify(v));
  return (
    <>
      <p>{t("conflict.says")}</p>
      <table className="plain">
        <thead><tr><th>{t("conflict.field")}</th><th>{t("conflict.original")}</th><th>{t("conflict.theirs")}</th><th>{t("conflict.yours")}</th></tr></thead>
        <tbody>
          {list.map((c) => {
            const f = fields.get(c.path);
            return <tr key={c.path}><th scope="row">{f?.label ?? c.path}</th><td>{text(f, c.original)}</td><td>{text(f, c.stored)}</td><td><b>{text(f, c.mine)}</b></td></tr>;
          })}
        </tbody>
      </table>
    </>
  );
}
