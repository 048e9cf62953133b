// Saving with a promise that it can be taken back: shown at once, stored,
// undone from the toast, and a dialog when someone else changed the same field.
import { App } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { ask, get, patch, post, Problem } from "./api/client";
import type { Field, FieldProblem, Rec, RecordType, Session, Values } from "./api/types";
import { kindOf } from "./fields";
import { blank } from "./fields/values";
import { t } from "./i18n";
import { mac } from "./mode";
import { fieldsOf } from "./model";
import { openBox, put, takeOut, useWaiting, waitingNow, type Waiting } from "./outbox";

/** sentence is what a person reads when something did not work. */
export const sentence = (e: unknown) => (e instanceof Problem ? (e.code === "offline" ? t("error.offline") : e.message || t("error.unknown")) : t("error.unknown"));

// What can be taken back, the latest last, while its toast stands.
const standing: { key: string; undo: () => void }[] = [];
const forget = (key: string) => { const at = standing.findIndex((x) => x.key === key); if (at >= 0) standing.splice(at, 1); };

/** undoLast takes back what was done last, if its toast still stands. */
export function undoLast(): boolean {
  const last = standing.at(-1);
  last?.undo();
  return !!last;
}

// A toast counts its time itself: the library's clock draws it anew in every
// frame, and React puts off what is loaded late for as long as that goes on.
function Toast({ text, role, seconds, close, undo }: { text: string; role: string; seconds: number; close: () => void; undo?: () => void }) {
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(close, seconds * 1000);
    return () => clearTimeout(timer);
  }, [held]);
  return (
    <span role={role} onMouseEnter={() => hold(true)} onMouseLeave={() => hold(false)} onFocus={() => hold(true)} onBlur={() => hold(false)}>
      {text}
      {undo && <button type="button" className="undo" aria-keyshortcuts="Control+Z Meta+Z" title={mac ? "⌘Z" : "Ctrl Z"} onClick={undo}>{t("act.undo")}</button>}
    </span>
  );
}

/** useNotify is the toasts: said for what was done, with Undo, and failed for what was not. */
export function useNotify() {
  const { message } = App.useApp();
  return useMemo(() => {
    const open = (type: "success" | "error", text: string, seconds: number, undo?: () => void) => {
      const key = `said-${Date.now()}-${Math.random()}`;
      const close = () => { message.destroy(key); forget(key); };
      const back = undo && (() => { close(); undo(); });
      if (back) standing.push({ key, undo: back });
      void message.open({ key, type, duration: 0, content: <Toast text={text} role={type === "error" ? "alert" : "status"} seconds={seconds} close={close} undo={back} /> });
    };
    const said = (text: string, undo?: () => void) => open("success", text, undo ? 10 : 3, undo);
    const failed = (e: unknown, text = sentence(e)) => open("error", text, 6);
    return { said, failed };
  }, [message]);
}

export const idempotent = () => ({ "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now() });

/** useRefresh marks what shows a record as out of date. */
export function useRefresh() {
  const client = useQueryClient();
  return useCallback((type: string, id?: string) => {
    for (const key of ["counts", "list", "total", "count", "sum", "group", "related", "timeline", "history", "home", "pick"]) void client.invalidateQueries({ queryKey: [key] });
    if (id) void client.invalidateQueries({ queryKey: ["rec", type, id] });
  }, [client]);
}

type Modal = ReturnType<typeof App.useApp>["modal"];

// settle asks whose value holds; the revision to write on, or nothing when it
// is the stored one.
function settle(modal: Modal, type: RecordType, e: Problem): Promise<number | undefined> {
  const conflicts: Conflict[] = e.errors.map((p) => ({ path: p.path, mine: p.params?.mine, stored: p.params?.stored, original: p.params?.original }));
  return new Promise((done) => {
    modal.confirm({
      title: t("conflict.title"), width: 560, icon: null, content: <ConflictTable type={type} list={conflicts} />,
      okText: t("conflict.mine"), cancelText: t("conflict.stored"), onOk: () => done(Number(e.params.rev) || 1), onCancel: () => done(undefined),
    });
  });
}

interface Conflict { path: string; mine: unknown; stored: unknown; original: unknown }

// Values on their way to the server, by record: they stay on the screen while
// answers of earlier writes come in.
const underway = new Map<string, Values>();
const queues = new Map<string, Promise<unknown>>();

// A revision that one's own write made of another: who goes on from the first
// has seen the second.
const mine = new Map<string, number>();

function latest(id: string, rev: number): number {
  for (let next = mine.get(`${id}@${rev}`); next !== undefined; next = mine.get(`${id}@${rev}`)) rev = next;
  return rev;
}

// One after the other, so that each write knows the revision of the one before.
function inOrder<T>(id: string, work: () => Promise<T>): Promise<T> {
  const next = (queues.get(id) ?? Promise.resolve()).then(work, work);
  queues.set(id, next.catch(() => undefined));
  return next;
}

function without(id: string, values: Values) {
  const left = Object.fromEntries(Object.entries(underway.get(id) ?? {}).filter(([k, v]) => !(k in values) || values[k] !== v));
  if (Object.keys(left).length) underway.set(id, left);
  else underway.delete(id);
}

/** useSaving changes one record. The answer is the problems at fields, none when it was stored. */
export function useSaving(type: RecordType) {
  const client = useQueryClient();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefresh();
  return useMemo(() => {
    const keep = (stored: Rec) => {
      const rec = { ...stored, ...underway.get(stored.id) };
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
    const save = (rec: Rec, values: Values, what: string): Promise<FieldProblem[]> => {
      underway.set(rec.id, { ...underway.get(rec.id), ...values });
      keep({ ...rec, ...values });
      return inOrder(rec.id, () => write(rec, values, what));
    };
    const write = async (rec: Rec, values: Values, what: string): Promise<FieldProblem[]> => {
      const base = latest(rec.id, rec.rev);
      const headers = { "If-Match": `"${base}"`, ...idempotent() };
      try {
        const stored = await patch<Rec>(`/${type.name}/${rec.id}`, wire(values), headers);
        without(rec.id, values);
        if (stored.rev === base + 1) mine.set(`${rec.id}@${base}`, stored.rev);
        keep(stored);
        refresh(type.name);
        if (stored.rev !== base) notify.said(stored.warnings?.[0]?.message ?? t("said.changed", { what }), () => void undo(stored));
        return [];
      } catch (e) {
        if (e instanceof Problem && e.status === 0) { // what was typed stays on the screen, and goes out later
          put({ type: type.name, id: rec.id, what, rec, values, headers });
          return [];
        }
        without(rec.id, values);
        const now = client.getQueryData<Rec>(["rec", type.name, rec.id]) ?? rec;
        keep({ ...now, ...Object.fromEntries(Object.keys(values).map((k) => [k, rec[k]])) });
        if (e instanceof Problem && e.status === 412) {
          const rev = await settle(modal, type, e);
          if (rev) return write({ ...rec, rev }, values, what);
          refresh(type.name, rec.id);
          return [];
        }
        notify.failed(e);
        return e instanceof Problem ? e.errors : [];
      }
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

/** useOutbox sends what waits of a person as soon as the server can be reached, from any page, and tells how much waits. */
export function useOutbox(types: Map<string, RecordType>, person: string): number {
  openBox(person);
  const n = useWaiting().length;
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefresh();
  useEffect(() => {
    if (!n) return;
    let busy = false;
    const all = async () => {
      if (!(await signedIn(person))) return;
      let sent = 0;
      for (const w of waitingNow()) {
        let outcome = await send(w);
        const type = types.get(w.type);
        if (outcome instanceof Problem && outcome.status === 412 && type) {
          const rev = await settle(modal, type, outcome);
          outcome = rev ? await send({ ...w, headers: { "If-Match": `"${rev}"`, ...idempotent() } }) : "dropped";
        }
        if (outcome === "offline") break;
        takeOut(w);
        if (w.values) without(w.id, w.values);
        if (outcome === "") sent++;
        else if (outcome !== "dropped") notify.failed(outcome);
        refresh(w.type, w.id);
      }
      if (sent) notify.said(t("outbox.sent", { n: sent }));
    };
    const flush = async () => {
      if (busy) return;
      busy = true;
      await all().finally(() => { busy = false; });
    };
    void flush();
    const timer = setInterval(() => void flush(), 4000);
    const now = () => void flush();
    window.addEventListener("online", now);
    return () => { clearInterval(timer); window.removeEventListener("online", now); };
  }, [n, modal, notify, refresh, types, person]);
  return n;
}

// Another window of this browser may have signed somebody else in.
async function signedIn(person: string): Promise<boolean> {
  try {
    return (await get<Session>("/session")).user.id === person;
  } catch {
    return false;
  }
}

async function send(w: Waiting): Promise<"" | "offline" | "dropped" | Problem> {
  try {
    if (w.path) await post(w.path, w.body, w.headers);
    else await patch(`/${w.type}/${w.id}`, wire(w.values!), w.headers);
    return "";
  } catch (e) {
    return e instanceof Problem && e.status !== 0 ? e : "offline";
  }
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
