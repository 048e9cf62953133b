// The timeline as one stream: what was said, ordered, shipped, paid,
// complained and changed. Where each field of an entry stands, its type says.
import { AlertOutlined, CalendarOutlined, CarOutlined, CloudUploadOutlined, DownOutlined, EditOutlined, EnvironmentOutlined, MailOutlined, MessageOutlined, PaperClipOutlined, PhoneOutlined, SwapOutlined, SyncOutlined, WechatOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, useState, type ReactNode } from "react";
import { get, query } from "../api/client";
import type { Field, Moment, Rec, RecordType } from "../api/types";
import { kindOf } from "../fields";
import { amountOf, amountText } from "../fields/money";
import { blank, str } from "../fields/values";
import { clock, dateText, dayIn, fullMoment } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, recordPath, useKnown } from "../model";
import { useWaiting, type Waiting } from "../outbox";
import { useSaving } from "../saving";
import { Icon } from "../shell/icons";
import { Composer, composes } from "./composer";
import { Words } from "./history";
import { Peek } from "./peek";
import { addUp, countText, useCounts } from "./record";

/** wayIcons are the signs of the usual ways of talking. */
export const wayIcons: Record<string, ReactNode> = { call: <PhoneOutlined />, visit: <EnvironmentOutlined />, wechat: <WechatOutlined />, mail: <MailOutlined />, note: <EditOutlined />, sms: <MessageOutlined />, come: <CarOutlined />, meeting: <CalendarOutlined />, complaint: <AlertOutlined />, exchange: <SwapOutlined /> };

const changes = "history"; // the kind of a record's own changes

/** useTimelineTypes are the types that stand on a type's timeline. */
function useTimelineTypes(type: RecordType): RecordType[] {
  const { types } = useKnown();
  return [...types.values()].filter((x) => x.timeline && x.fields.some((f) => f.name === x.timeline!.on && f.to === type.name));
}

/** Stream is everything that happened, or opens with what happened of one kind first. */
export function Stream({ type, rec, limit = 30, compose = true, first = "" }: { type: RecordType; rec: Rec; limit?: number; compose?: boolean; first?: string }) {
  const kinds = useTimelineTypes(type);
  const { types } = useKnown();
  const counts = useCounts(type.name, rec.id);
  const [only, setOnly] = useState(first);
  const waiting = useWaiting().filter((w) => w.type === type.name && w.id === rec.id && w.says);
  const [peek, setPeek] = useState<{ type: string; id: string } | null>(null);
  const stream = useInfiniteQuery({
    queryKey: ["timeline", type.name, rec.id, only, limit], enabled: kinds.length > 0, initialPageParam: "",
    queryFn: ({ pageParam, signal }) => get<{ items: Moment[]; next_page_token: string }>(`/${type.name}/${rec.id}/timeline` + query({ page_size: limit, page_token: pageParam, kinds: only }), signal),
    getNextPageParam: (p) => p.next_page_token || undefined,
  });
  const composer = compose && !rec.archived_at && composes(type, types) && <Composer type={type} rec={rec} />;
  if (!kinds.length) return composer ? <section className="stream" aria-label={t("stream.label")}>{composer}</section> : null; // what one writes here stands in a list of the page
  const items = stream.data?.pages.flatMap((p) => p.items) ?? [];
  const offered = [...kinds.map((k) => ({ name: k.name, label: k.label })), { name: changes, label: t("stream.changes") }]
    .map((k) => ({ ...k, total: counts?.timeline[k.name] })).filter((k) => (k.total?.count ?? 0) > 0 || k.name === only);
  offered.sort((a, b) => Number(a.name === changes) - Number(b.name === changes) || (b.total?.count ?? 0) - (a.total?.count ?? 0));
  const near = offered.length > 7 ? offered.filter((k, i) => i < 6 || k.name === only) : offered;
  const far = offered.filter((k) => !near.includes(k));
  const all = addUp(offered.map((k) => k.total));
  const kindButton = (name: string, label: string, total?: { count: number; exact: boolean }) => <button key={name} type="button" aria-pressed={only === name} onClick={() => setOnly(only === name ? "" : name)}>{label} <small>{countText(total)}</small></button>;
  const left = !only && all?.exact ? all.count - items.length : (counts?.timeline[only]?.count ?? 0) - items.length;
  return (
    <section className="stream" aria-label={t("stream.label")}>
      {composer}
      <div className="kinds" role="group" aria-label={t("stream.kinds")}>
        {kindButton("", t("stream.all"), all)}
        {near.map((k) => kindButton(k.name, k.label, k.total))}
        {far.length > 0 && <Dropdown trigger={["click"]} menu={{ items: far.map((k) => ({ key: k.name, label: `${k.label} ${countText(k.total)}` })), onClick: (e) => setOnly(e.key) }}><button type="button" className="quiet">{t("act.more")} <DownOutlined style={{ fontSize: 10 }} /></button></Dropdown>}
      </div>
      {stream.isPending && <ol aria-hidden="true">{[1, 2, 3, 4, 5, 6].map((i) => <li key={i} className="bone"><i /><span className="node" /><i /></li>)}</ol>}
      {waiting.length > 0 && <ol className="waiting-list" aria-label={t("outbox.in_stream")}>{waiting.map((w) => <WaitingEntry key={w.headers["Idempotency-Key"]} w={w} />)}</ol>}
      <ol>{items.map((m) => (m.change ? <ChangeEntry key={m.id} m={m} type={type} rec={rec} /> : <Entry key={m.type + m.id} m={m} of={types.get(m.type)} open={() => setPeek({ type: m.type, id: m.id })} />))}</ol>
      {stream.isSuccess && items.length === 0 && <p className="quiet none">{t("stream.none")}</p>}
      {stream.hasNextPage && <Button type="link" size="small" loading={stream.isFetchingNextPage} onClick={() => void stream.fetchNextPage()}>{left > 0 ? t("stream.older_n", { n: left }) : t("stream.older")}</Button>}
      {peek && types.get(peek.type) && <Peek type={types.get(peek.type)!} id={peek.id} close={() => setPeek(null)} />}
    </section>
  );
}

// What was typed while the line was lost stands where it will, once it is sent.
function WaitingEntry({ w }: { w: Waiting }) {
  const phone = usePhone();
  return (
    <li className="waiting-entry">
      {!phone && <When at={w.at} />}
      <span className="node" aria-hidden="true">{wayIcons[w.way ?? ""] ?? <EditOutlined />}</span>
      <div className="said"><p className="first"><b>{w.what}</b>{phone && <When at={w.at} />}</p><p className="told">{w.says}</p></div>
      <span className="gain"><span className="mark amb"><CloudUploadOutlined aria-hidden="true" /> {t("outbox.to_be_sent")}</span></span>
    </li>
  );
}

function When({ at }: { at: string }) {
  const timed = at.length > 10;
  const day = dateText(timed ? dayIn(new Date(at)) : at);
  return <time dateTime={at} title={fullMoment(at)}>{day}{timed && day.length < 8 && <small> {clock(new Date(at))}</small>}</time>;
}

function Entry({ m, of, open }: { m: Moment; of: RecordType | undefined; open: () => void }) {
  const phone = usePhone();
  if (!of?.timeline || !m.values) return null;
  const { mark, fields, v } = { mark: of.timeline, fields: fieldsOf(of), v: m.values };
  const there = (names?: string[]) => (names ?? []).map((n) => fields.get(n)).filter((f): f is Field => !!f && !blank(v[f.name]) && v[f.name] !== false);
  const head = mark.head ? fields.get(mark.head) : undefined;
  const said = head && !blank(v[head.name]) ? kindOf(head).text(v[head.name], head) : of.label;
  const facts = there(mark.facts), text = there(mark.text), states = there(mark.state), chips = there(mark.chips);
  const amount = mark.amount ? v[mark.amount] : undefined;
  const follow = (e: React.MouseEvent) => { if (!e.metaKey && !e.ctrlKey && e.button === 0) { e.preventDefault(); open(); } };
  return (
    <li className={m.type} onClick={(e) => { if (!(e.target as HTMLElement).closest("a,button")) open(); }}>
      {!phone && <When at={m.at} />}
      <span className="node" aria-hidden="true">{wayIcons[str(head && v[head.name])] ?? <Icon name={of.icon} />}</span>
      <div className="said">
        <p className="first"><a href={recordPath(m.type, m.id)} onClick={follow}><b>{said}</b>{v.number && of.number && head === undefined && <span className="no">{v.number}</span>}</a>{phone && <When at={m.at} />}
          {facts.map((f, i) => <Fragment key={f.name}>{i > 0 && <i className="mid-dot">·</i>}<span className="says-text">{line(f, v[f.name])}</span></Fragment>)}</p>
        {text.map((f, i) => <p key={f.name} className="told">{i > 0 && <span className="quiet">{f.label}　</span>}{str(v[f.name])}</p>)}
        {(chips.length > 0 || !!m.files) && (
          <p className="tips">
            {chips.map((f) => <span key={f.name} className="tip">{f.label} {line(f, v[f.name])}</span>)}
            {!!m.files && <span className="tip"><PaperClipOutlined aria-hidden="true" /> {t("stream.files", { n: m.files })}</span>}
          </p>
        )}
      </div>
      <span className="gain">
        {states.map((f) => <span key={f.name} className={`mark ${stateTone(f, v[f.name])}`}>{f.kind === "bool" ? f.label : kindOf(f).text(v[f.name], f)}</span>)}
        {!blank(amount) && Number(amountOf(amount).amount) !== 0 && <span className="money">{amountText(amount, "always")}</span>}
      </span>
    </li>
  );
}

// What stands in a line is a word, not a control.
function line(f: Field, v: unknown): string {
  const text = kindOf(f).text(v, f);
  if (["integer", "decimal", "percent"].includes(f.kind)) return !f.unit ? `${f.label} ${text}` : text.endsWith(f.unit) ? text : `${text} ${f.unit}`;
  return Array.isArray(v) && f.to ? v.map((x) => str((x as { title?: string }).title)).join("、") : text;
}

const stateTones: Record<string, string> = { green: "grn", red: "warn", orange: "amb" };
const stateTone = (f: Field, v: unknown) => (f.kind === "bool" ? "warn" : (stateTones[f.choices?.find((c) => c.value === v)?.color ?? ""] ?? ""));

const shownChanges = 3;

function ChangeEntry({ m, type, rec }: { m: Moment; type: RecordType; rec: Rec }) {
  const { act } = useSaving(type);
  const phone = usePhone();
  const fields = fieldsOf(type);
  const h = m.change!;
  const list = Object.entries(h.changes ?? {}).filter(([name, c]) => !(blank(c.from) && blank(c.to)) && (fields.get(name)?.label || name));
  const made = h.action === "create";
  return (
    <li className="history-entry">
      {!phone && <When at={m.at} />}
      <span className="node" aria-hidden="true"><SyncOutlined /></span>
      <div className="said">
        <p className="first"><b>{t("action." + h.action)}</b>{phone && <When at={m.at} />}<span className="says-text">{h.actor_name}</span>{made && <span className="says-text">{t("stream.facts", { n: list.length })}</span>}</p>
        {!made && list.slice(0, shownChanges).map(([name, c]) => {
          const f = fields.get(name);
          return <p key={name} className="told"><span className="quiet">{f?.label ?? name}</span> {blank(c.from) ? "" : <><Words field={f} value={c.from} /> → </>}{blank(c.to) ? t("field.empty") : <Words field={f} value={c.to} />}</p>;
        })}
        {!made && list.length > shownChanges && <p className="told quiet">{t("stream.more_changes", { n: list.length - shownChanges })}</p>}
      </div>
      <span className="gain">{h.rev > 1 && rec.rights?.update !== false && h.action !== "undo" && <button type="button" className="add" onClick={() => void act(rec, "undo", { rev: h.rev }, t("said.undone"))}>{t("act.undo")}</button>}</span>
    </li>
  );
}
