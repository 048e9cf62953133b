// The quick composer: choose how, say what, Enter. What can be written from
// here are the types that a page composes and that head their entries with a
// choice and a text.
import { CalendarOutlined } from "@ant-design/icons";
import { Button, DatePicker, Input, Select } from "antd";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { get, post, Problem, query } from "../api/client";
import type { Field, Listed, Rec, RecordType, Values } from "../api/types";
import { holds } from "../expr";
import { blank } from "../fields/values";
import { weekday } from "../format";
import { hear, hearWay } from "../heard";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, useKnown } from "../model";
import { put } from "../outbox";
import { idempotent, sentence, useNotify, useRefresh } from "../saving";
import { wayIcons } from "./stream";

/** composes finds the first type that can be written in one line on a page. */
export function composes(type: RecordType, types: Map<string, RecordType>): RecordType | undefined {
  return (type.page?.compose ?? []).map((n) => types.get(n)).find((x) => x && noted(x, type));
}

interface Noted { on: Field; way: Field; text: Field; next?: Field; whom?: Field }

// noted says into which fields a note goes; nothing where the type has none or
// the reader may not write them.
function noted(of: RecordType, type: RecordType): Noted | undefined {
  const fields = fieldsOf(of), m = of.timeline;
  const on = m && fields.get(m.on);
  const way = m?.head ? fields.get(m.head) : undefined, text = m?.text?.[0] ? fields.get(m.text[0]) : undefined;
  if (!on || (on.to !== type.name && !fieldsOf(type).has(on.name)) || way?.level !== "write" || text?.level !== "write") return undefined;
  const next = (m!.chips ?? []).map((n) => fields.get(n)).find((f) => f?.kind === "datetime" && f.level === "write");
  const whom = (m!.facts ?? []).map((n) => fields.get(n)).find((f) => f?.kind === "link" && f.level === "write");
  return { on, way, text, next, whom };
}

const shownWays = 5, shownOnPhones = 4;

const wanted = new Set<string>(); // records whose composer is to take the cursor once it is there

/** focusComposer brings one to where a note is written; false where there is none. */
export function focusComposer(): boolean {
  const el = document.querySelector<HTMLTextAreaElement>("#composer textarea");
  el?.scrollIntoView({ block: "center" });
  el?.focus();
  return !!el;
}

/** useNote brings one to the composer, from whatever tab: to the first that has one. */
export function useNote(type: RecordType, rec: Rec): (() => void) | undefined {
  const { types } = useKnown();
  const [, setParams] = useSearchParams();
  if (rec.archived_at || !composes(type, types)) return undefined;
  const tabs = (type.page?.tabs ?? []).filter((x) => holds(x.when, rec));
  const at = tabs.findIndex((x) => x.blocks?.some((b) => b.block === "timeline" && (!b.of || types.has(b.of))));
  if (at < 0) return undefined;
  return () => {
    if (focusComposer()) return;
    wanted.add(rec.id);
    setParams(at > 0 ? { tab: tabs[at]!.name } : {}, { replace: true });
  };
}

interface Draft { way?: string; text?: string; next?: string; whom?: string }

function draftOf(key: string): Draft {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Draft;
  } catch {
    return {};
  }
}

export function Composer({ type, rec }: { type: RecordType; rec: Rec }) {
  const { types, session } = useKnown();
  const of = composes(type, types)!;
  const to = noted(of, type)!;
  const ways = useMemo(() => to.way.choices?.filter((c) => !c.retired) ?? [], [to.way]);
  const draftKey = `kd.note.${session.user.id}.${type.name}.${rec.id}`;
  const start = useRef(draftOf(draftKey));
  const [way, setWay] = useState(start.current.way ?? ways[0]?.value ?? "");
  const [text, setText] = useState(start.current.text ?? "");
  const [next, setNext] = useState<string | undefined>(start.current.next);
  const [whom, setWhom] = useState<string | undefined>(start.current.whom);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const refresh = useRefresh();
  useEffect(() => {
    if (text.trim()) localStorage.setItem(draftKey, JSON.stringify({ way, text, next, whom }));
    else localStorage.removeItem(draftKey);
  }, [way, text, next, whom, draftKey]);
  useEffect(() => { if (wanted.delete(rec.id)) focusComposer(); }, [rec.id]);
  // The record hangs on this one, or on what this one hangs on (a contact's customer).
  const root = to.on.to === type.name ? { id: rec.id } : (rec[to.on.name] as { id: string } | undefined);
  const people = usePeople(to.whom, root?.id, to.on, type, rec);
  const phone = usePhone();
  const heard = useMemo(() => (to.next && text.trim() ? hear(text) : null), [text, to.next]);
  const heardAt = heard?.at.toISOString();
  const heardWay = useMemo(() => (text.trim() ? ways.find((w) => w.value === hearWay(text, ways)) : undefined), [text, ways]);
  if (!root) return null;
  const near = ways.filter((w, i) => i < (phone ? shownOnPhones : shownWays) || w.value === way);
  // What was typed on while it was on its way stays.
  const done = (sent: string) => {
    setText((now) => (now.startsWith(sent) ? now.slice(sent.length).trimStart() : now));
    setNext(undefined);
    setWhom(undefined);
  };
  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    setProblem("");
    const body: Values = { [to.on.name]: root, [to.way.name]: way, [to.text.name]: text.trim() };
    if (to.next && next) body[to.next.name] = next;
    if (to.whom && (whom || to.whom.to === type.name)) body[to.whom.name] = { id: whom ?? rec.id };
    const headers = idempotent();
    try {
      const made = await post<Rec>(`/${of.name}`, body, headers);
      done(text);
      refresh(type.name, rec.id);
      notify.said(t("stream.noted"), () => void post(`/${of.name}/${made.id}:undo`, { rev: made.rev }).then(() => refresh(type.name, rec.id)).catch(notify.failed));
    } catch (e) {
      if (e instanceof Problem && e.status === 0) {
        put({ type: type.name, id: rec.id, what: of.label, path: `/${of.name}`, body, headers, says: text.trim(), way });
        done(text);
      } else setProblem(e instanceof Problem && e.errors[0] ? e.errors.map((x) => x.message).join(" ") : sentence(e));
    }
    setBusy(false);
  };
  return (
    <form className="composer" id="composer" onSubmit={(e) => { e.preventDefault(); void send(); }}>
      <div className="ways" role="radiogroup" aria-label={t("stream.way")}>
        {near.map((w) => <button key={w.value} type="button" role="radio" aria-checked={way === w.value} onClick={() => setWay(w.value)}>{wayIcons[w.value]} {w.label}</button>)}
        {ways.length > near.length && <Select size="small" variant="borderless" aria-label={t("stream.other_way")} value={undefined} placeholder={t("act.more")} options={ways.filter((w) => !near.includes(w)).map((w) => ({ value: w.value, label: w.label }))} onChange={(v: string) => setWay(v)} popupMatchSelectWidth={false} />}
      </div>
      <Input.TextArea variant="borderless" aria-label={t("stream.what")} placeholder={t("stream.hint")} autoSize={{ minRows: 1, maxRows: 6 }} maxLength={to.text.max_len} value={text} onChange={(e) => setText(e.target.value)}
        enterKeyHint="send" onPressEnter={(e) => { if (!e.shiftKey && !e.nativeEvent.isComposing) { e.preventDefault(); void send(); } }} />
      {((heardAt && heardAt !== next) || (heardWay && heardWay.value !== way)) && (
        <div className="heard" role="group" aria-label={t("stream.heard")}>
          <small>{t("stream.heard")}</small>
          {heard && heardAt !== next && <button type="button" title={t("stream.heard_in", { words: heard.words })} onClick={() => setNext(heardAt)}><CalendarOutlined aria-hidden="true" /> {to.next!.label} {appointment(heard.at)}</button>}
          {heardWay && heardWay.value !== way && <button type="button" onClick={() => setWay(heardWay.value)}>{wayIcons[heardWay.value]} {heardWay.label}</button>}
        </div>
      )}
      <div className="composer-foot">
        {to.next && <DatePicker size="small" variant="filled" aria-label={to.next.label} placeholder={t("stream.next_at")} showTime={{ format: "HH:mm", defaultOpenValue: dayjs("09:00", "HH:mm") }} format="MM-DD HH:mm" needConfirm={false} minDate={dayjs()} value={next ? dayjs(next) : null} onChange={(d) => setNext(d ? d.toISOString() : undefined)} />}
        {to.whom && people.length > 0 && <Select size="small" variant="filled" aria-label={to.whom.label} placeholder={t("stream.whom")} allowClear value={whom} options={people} onChange={(v: string | undefined) => setWhom(v)} popupMatchSelectWidth={false} style={{ minWidth: 96 }} />}
        <span className="grow" />
        {!phone && <kbd>Enter</kbd>}
        <Button type="primary" size={phone ? "middle" : "small"} htmlType="submit" loading={busy} disabled={!text.trim()}>{t("stream.note")}</Button>
      </div>
      {problem && <div className="says" role="alert">{problem}</div>}
    </form>
  );
}

// An appointment is told with its weekday, so that a day understood wrongly is seen.
function appointment(at: Date): string {
  const day = dayjs(at).format("YYYY-MM-DD");
  return `${day.startsWith(String(new Date().getFullYear())) ? day.slice(5) : day} ${weekday(day)} ${dayjs(at).format("HH:mm")}`;
}

// Whom one may have talked with: the people that hang on the same record.
function usePeople(whom: Field | undefined, root: string | undefined, on: Field, type: RecordType, rec: Rec): { value: string; label: string }[] {
  const { types } = useKnown();
  const of = whom?.to && whom.to !== type.name ? types.get(whom.to) : undefined;
  const via = of?.fields.find((f) => f.to === on.to && f.name === of.root)?.name;
  const list = useQuery({
    queryKey: ["related", on.to, root, "people", of?.name], enabled: !!of && !!via && !!root && !rec.archived_at, staleTime: 60_000,
    queryFn: ({ signal }) => get<Listed>(`/${on.to}/${root}/related/${of!.name}.${via}` + query({ fields: "id", page_size: 50, total: "none" }), signal),
  });
  return (list.data?.items ?? []).filter((r) => !blank(r.title)).map((r) => ({ value: r.id, label: r.title }));
}
