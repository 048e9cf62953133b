// What is to be done, ticked where it stands, and days that come back.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { patch, post } from "../api/client";
import type { Block, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { blank, str } from "../fields/values";
import { clock, dateText, dayIn, daysFromToday, fullMoment, today } from "../format";
import { t } from "../i18n";
import { recordPath } from "../model";
import { useNotify, useRefresh } from "../saving";
import { countText } from "./record";
import { useAdd, useRelated } from "./related";
import { Peek } from "./peek";

const dayOf = (v: unknown) => (str(v).length > 10 ? dayIn(new Date(str(v))) : str(v));

/** DueWord says when something is due; what is late says by how much. */
export function DueWord({ value }: { value: unknown }) {
  if (blank(value)) return null;
  const day = dayOf(value), far = daysFromToday(day);
  const tone = far < 0 ? "late" : far === 0 ? "late" : far <= 2 ? "soon" : "";
  return <time className={tone} dateTime={str(value)} title={fullMoment(str(value))}>{far < 0 ? t("date.late", { n: -far }) : dateText(day)}</time>;
}

/** Tasks lists what is to be done and ticks it off, with a way back. */
export function Tasks({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const limit = block.limit ?? 5;
  const [all, setAll] = useState(false);
  const [peek, setPeek] = useState("");
  const [field, done] = (block.done ?? "").split(" = ");
  const { of, via, columns, list } = useRelated(type, rec, { ...block, columns: [...(block.columns ?? []), ...(field ? [field] : [])] }, all ? 200 : limit);
  const add = useAdd(type, rec, of, via);
  const client = useQueryClient();
  const notify = useNotify();
  const refresh = useRefresh();
  if (!of || list.isError) return null;
  const rows = list.data?.items ?? [];
  const what = columns[0], when = columns.find((c) => c.kind === "datetime" || c.kind === "date");
  const state = columns.find((c) => c.name === field);
  const who = columns.find((c) => c.kind === "user"), at = columns.find((c) => c !== when && c.kind === "datetime"), whose = columns.find((c) => c !== state && c.kind === "choice");
  // What is done says by whom and when, where the block asks for that; what is open says whose it is, and its day unless that is today.
  const end = (r: Rec, ticked: boolean) => {
    const day = when && dayOf(r[when.name]);
    if (ticked && who) return <span className="by">{kindOf(who).text(r[who.name], who)} {at && !blank(r[at.name]) && <time dateTime={str(r[at.name])} title={fullMoment(str(r[at.name]))}>{dayOf(r[at.name]) === today() ? clock(new Date(str(r[at.name]))) : dateText(dayOf(r[at.name]))}</time>}</span>;
    if (ticked) return when && dateText(day!);
    const mine = whose && !blank(r[whose.name]) ? <span className="soon">{kindOf(whose).text(r[whose.name], whose)}</span> : null;
    return <>{mine}{when && !(mine && day === today()) && <> <DueWord value={r[when.name]} /></>}</>;
  };
  const may = state?.level === "write" && !rec.archived_at;
  if (list.isSuccess && !rows.length && !add) return null;
  const open = rows.filter((r) => str(r[field!]) !== done).length;
  const total = list.data?.total;
  const tick = async (r: Rec, on: boolean) => {
    const before = r[field!];
    const to = on ? done : state!.choices?.find((c) => c.value !== done)?.value;
    client.setQueriesData<{ items: Rec[] }>({ queryKey: ["related", type.name, rec.id, block.of] }, (old) => old && { ...old, items: old.items.map((x) => (x.id === r.id ? { ...x, [field!]: to } : x)) });
    try {
      const stored = await patch<Rec>(`/${of.name}/${r.id}`, { [field!]: to });
      notify.said(t(on ? "tasks.done" : "tasks.open", { what: r.title }), () => void post(`/${of.name}/${r.id}:undo`, { rev: stored.rev }).catch(notify.failed).finally(() => refresh(of.name, r.id)));
    } catch (e) {
      client.setQueriesData<{ items: Rec[] }>({ queryKey: ["related", type.name, rec.id, block.of] }, (old) => old && { ...old, items: old.items.map((x) => (x.id === r.id ? { ...x, [field!]: before } : x)) });
      notify.failed(e);
    }
    setTimeout(() => refresh(of.name, r.id), 900); // the tick is seen before the line goes
  };
  return (
    <section className="side-list tasks" aria-label={block.label ?? of.plural}>
      <header>
        <h2>{block.label ?? of.plural} <small>{rows.length && open < rows.length ? t("tasks.of", { n: rows.length - open, of: countText(total) }) : total?.count ? countText(total) : ""}</small></h2>
        {add && <Button type="link" size="small" icon={<PlusOutlined />} aria-label={`${t("act.add")} ${of.label}`} onClick={add}>{t("act.add")}</Button>}
      </header>
      <ul>
        {rows.map((r) => {
          const ticked = str(r[field!]) === done;
          const text = what && !blank(r[what.name]) ? kindOf(what).text(r[what.name], what) : r.title;
          return (
            <li key={r.id} className={ticked ? "ticked" : ""}>
              {field && <Checkbox checked={ticked} disabled={!may} aria-label={t("tasks.tick", { what: text })} onChange={(e) => void tick(r, e.target.checked)} />}
              <a href={recordPath(of.name, r.id)} title={text} onClick={(e) => { if (!e.metaKey && !e.ctrlKey) { e.preventDefault(); setPeek(r.id); } }}>{text}</a>
              <span className="end">{end(r, ticked)}</span>
            </li>
          );
        })}
      </ul>
      {total && (total.count > rows.length || !total.exact) && <button type="button" className="add" onClick={() => setAll(true)}>{t("related.all", { n: countText(total) })}</button>}
      {peek && <Peek type={of} id={peek} close={() => setPeek("")} />}
    </section>
  );
}

const lunar = new Intl.DateTimeFormat("en-u-ca-chinese", { month: "numeric", day: "numeric", timeZone: "UTC" });
const plus = (day: string, n: number) => new Date(Date.parse(day + "T00:00:00Z") + n * 86_400_000);
const iso = (d: Date) => d.toISOString().slice(0, 10);

/** nextDay is the next day on which a yearly date comes: --08-15, L1965-08-15, 1965-08-15. */
export function nextDay(v: string): string | undefined {
  const m = /^(L?)(?:\d{4}|-)-(r?)(\d{1,2})[r+]?-(\d{1,2})$/.exec(v);
  if (!m) return undefined;
  const month = Number(m[3]), day = Number(m[4]);
  for (let i = 0; i < 400; i++) {
    const d = plus(today(), i);
    if (m[1]) {
      const p = lunar.formatToParts(d);
      const get = (k: string) => Number(p.find((x) => x.type === k)?.value.replace(/\D/g, ""));
      if (get("month") === month && (get("day") === day || (day === 30 && get("day") === 29 && new Set([1]).has(Number(lunar.formatToParts(plus(iso(d), 1)).find((x) => x.type === "day")?.value))))) return iso(d);
    } else if (d.getUTCMonth() + 1 === month && d.getUTCDate() === day) return iso(d);
  }
  return undefined;
}

/** Dates lists days that come back, the nearest first. */
export function Dates({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const [peek, setPeek] = useState("");
  const { of, via, columns, list } = useRelated(type, rec, block, 50);
  const add = useAdd(type, rec, of, via);
  if (!of || list.isError) return null;
  const day = columns.find((c) => c.kind === "date");
  const words = columns.filter((c) => c !== day);
  const rows = (list.data?.items ?? []).map((r) => ({ r, on: day ? nextDay(str(r[day.name])) : undefined })).sort((a, b) => (a.on ?? "9").localeCompare(b.on ?? "9"));
  if (list.isSuccess && !rows.length && !add) return null;
  const label = block.label ?? of.plural;
  return (
    <section className="side-list" aria-label={label}>
      <header><h2>{label} <small>{rows.length || ""}</small></h2>{add && <Button type="link" size="small" icon={<PlusOutlined />} aria-label={`${t("act.add")} ${of.label}`} onClick={add}>{t("act.add")}</Button>}</header>
      <ul>
        {rows.slice(0, block.limit ?? 5).map(({ r, on }) => (
          <li key={r.id}>
            <a href={recordPath(of.name, r.id)} onClick={(e) => { if (!e.metaKey && !e.ctrlKey) { e.preventDefault(); setPeek(r.id); } }}>{words.filter((c) => !blank(r[c.name])).map((c) => kindOf(c).text(r[c.name], c)).reverse().join(" ") || r.title}</a>
            <span className="mid">{day && str(r[day.name]).startsWith("L") ? dateText(str(r[day.name])) : ""}</span>
            <span className="end">{on ? <time dateTime={on} className={daysFromToday(on) <= 7 ? "soon" : ""}>{dateText(on)}{daysFromToday(on) > 6 ? "" : ""}</time> : day ? dateText(str(r[day.name])) : ""}</span>
          </li>
        ))}
      </ul>
      {peek && <Peek type={of} id={peek} close={() => setPeek("")} />}
    </section>
  );
}
