// The timeline as one stream, with a quick composer on top: choose how, type, Enter.
import { AlertOutlined, CalendarOutlined, CarOutlined, DownOutlined, EditOutlined, MailOutlined, MessageOutlined, PhoneOutlined, EnvironmentOutlined, WechatOutlined } from "@ant-design/icons";
import { Button, DatePicker, Dropdown, Input } from "antd";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import { Link } from "react-router";
import { get, post, Problem, query } from "../api/client";
import type { Moment, Rec, RecordType } from "../api/types";
import { clock, dateText, dayIn, fullMoment } from "../format";
import { t } from "../i18n";
import { recordPath, useKnown } from "../model";
import { idempotent, sentence, useNotify, useRefresh } from "../saving";
import { Icon } from "../shell/icons";

const wayIcons: Record<string, ReactNode> = { call: <PhoneOutlined />, visit: <EnvironmentOutlined />, wechat: <WechatOutlined />, mail: <MailOutlined />, note: <EditOutlined />, sms: <MessageOutlined />, come: <CarOutlined />, meeting: <CalendarOutlined />, complaint: <AlertOutlined /> };

/** useTimelineTypes are the types that stand on a type's timeline. */
function useTimelineTypes(type: RecordType): RecordType[] {
  const { types } = useKnown();
  return [...types.values()].filter((x) => x.timeline && x.fields.some((f) => f.name === x.timeline!.on && f.to === type.name));
}

export function Stream({ type, rec, limit = 30 }: { type: RecordType; rec: Rec; limit?: number }) {
  const kinds = useTimelineTypes(type);
  const { types } = useKnown();
  const [only, setOnly] = useState("");
  const stream = useInfiniteQuery({
    queryKey: ["timeline", type.name, rec.id, only, limit], enabled: kinds.length > 0, initialPageParam: "",
    queryFn: ({ pageParam, signal }) => get<{ items: Moment[]; next_page_token: string }>(`/${type.name}/${rec.id}/timeline` + query({ page_size: limit, page_token: pageParam, kinds: only }), signal),
    getNextPageParam: (p) => p.next_page_token || undefined,
  });
  if (!kinds.length) return null;
  const items = stream.data?.pages.flatMap((p) => p.items) ?? [];
  const seen = useRef(new Set<string>());
  for (const m of items) seen.current.add(m.type);
  const near = kinds.filter((k) => seen.current.has(k.name) || k.name === only || k.name === "interaction").slice(0, 7);
  const far = kinds.filter((k) => !near.includes(k));
  const compose = !rec.archived_at && type.page?.compose?.includes("interaction") && types.get("interaction")?.fields.some((f) => f.level === "write");
  return (
    <section className="stream" aria-label={t("stream.label")}>
      {compose && <Composer type={type} rec={rec} />}
      <div className="kinds" role="group" aria-label={t("stream.kinds")}>
        <button type="button" aria-pressed={!only} onClick={() => setOnly("")}>{t("stream.all")}</button>
        {near.map((k) => <button key={k.name} type="button" aria-pressed={only === k.name} onClick={() => setOnly(only === k.name ? "" : k.name)}>{k.label}</button>)}
        {far.length > 0 && <Dropdown trigger={["click"]} menu={{ items: far.map((k) => ({ key: k.name, label: k.label })), onClick: (e) => setOnly(e.key) }}><button type="button" className="quiet">{t("act.more")} <DownOutlined style={{ fontSize: 10 }} /></button></Dropdown>}
      </div>
      <ol>{items.map((m) => <Entry key={m.type + m.id} m={m} types={types} />)}</ol>
      {stream.isSuccess && items.length === 0 && <p className="quiet none">{t("stream.none")}</p>}
      {stream.hasNextPage && <Button type="link" size="small" loading={stream.isFetchingNextPage} onClick={() => void stream.fetchNextPage()}>{t("stream.older")}</Button>}
    </section>
  );
}

// The first word says what kind of moment it is; an amount at the end stands right.
function parts(m: Moment, type: RecordType | undefined) {
  let says = m.says.trim();
  let head = type?.label ?? "";
  let way = "";
  const choices = type?.fields.find((f) => f.name === "way")?.choices;
  const found = choices?.find((c) => says.startsWith(c.label + " "));
  if (found && m.type === "interaction") {
    head = found.label;
    way = found.value;
    says = says.slice(found.label.length).trim();
  }
  const money = /^(.*?)\s(-?[\d,]+\.\d{2})$/.exec(says);
  const number = /^([A-Z]{1,4}-?\d[\d-]+)\s+(.*)$/.exec(money ? money[1]! : says);
  return { head, way, number: number?.[1], says: number ? number[2]! : money ? money[1]! : says, money: money?.[2] };
}

function Entry({ m, types }: { m: Moment; types: Map<string, RecordType> }) {
  const type = types.get(m.type);
  const p = parts(m, type);
  const timed = m.at.length > 10;
  const day = timed ? dayIn(new Date(m.at)) : m.at;
  return (
    <li className={m.type}>
      <time dateTime={m.at} title={fullMoment(m.at)}>{dateText(day)}{timed && dateText(day).length < 8 && <small> {clock(new Date(m.at))}</small>}</time>
      <span className="node" aria-hidden="true">{wayIcons[p.way] ?? <Icon name={type?.icon} />}</span>
      <div>
        <Link to={recordPath(m.type, m.id)}><b>{p.head}</b>{p.number && <span className="no">{p.number}</span>}</Link> <span className="says-text">{p.says}</span>
      </div>
      {p.money && <span className="money">¥{p.money}</span>}
    </li>
  );
}

function Composer({ type, rec }: { type: RecordType; rec: Rec }) {
  const { types } = useKnown();
  const interaction = types.get("interaction")!;
  const ways = interaction.fields.find((f) => f.name === "way")?.choices?.filter((c) => ["call", "visit", "wechat", "mail", "note"].includes(c.value)) ?? [];
  const [way, setWay] = useState(ways[0]?.value ?? "call");
  const [text, setText] = useState("");
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const refresh = useRefresh();
  const key = useRef(idempotent());
  const customer = type.name === "customer" ? rec.id : (rec.customer as { id?: string } | undefined)?.id;
  if (!customer) return null;
  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    setProblem("");
    try {
      const body = { customer, way, summary: text.trim(), ...(type.name === "contact" ? { contact: rec.id } : {}), ...(next ? { next_at: next } : {}) };
      const made = await post<Rec>("/interaction", body, key.current);
      key.current = idempotent();
      setText("");
      setNext(null);
      refresh(type.name, rec.id);
      notify.said(t("stream.noted"), () => void post(`/interaction/${made.id}:undo`, { rev: made.rev }).then(() => refresh(type.name, rec.id)).catch(notify.failed));
    } catch (e) {
      setProblem(e instanceof Problem && e.errors[0] ? e.errors.map((x) => x.message).join(" ") : sentence(e));
    }
    setBusy(false);
  };
  return (
    <form className="composer" id="composer" onSubmit={(e) => { e.preventDefault(); void send(); }}>
      <div className="ways" role="radiogroup" aria-label={t("stream.way")}>
        {ways.map((w) => <button key={w.value} type="button" role="radio" aria-checked={way === w.value} onClick={() => setWay(w.value)}>{wayIcons[w.value]} {w.label}</button>)}
      </div>
      <Input.TextArea variant="borderless" aria-label={t("stream.what")} placeholder={t("stream.hint")} autoSize={{ minRows: 1, maxRows: 6 }} value={text} onChange={(e) => setText(e.target.value)}
        onPressEnter={(e) => { if (!e.shiftKey && !e.nativeEvent.isComposing) { e.preventDefault(); void send(); } }} />
      <div className="composer-foot">
        <span className="quiet">{t("stream.next")}</span>
        <DatePicker size="small" variant="filled" aria-label={t("stream.next")} placeholder={t("stream.no_next")} showTime={{ format: "HH:mm" }} format="MM-DD HH:mm" needConfirm={false} onChange={(d) => setNext(d ? d.toISOString() : null)} key={String(busy)} />
        <span className="grow" />
        <kbd>Enter</kbd>
        <Button type="primary" size="small" htmlType="submit" loading={busy} disabled={!text.trim()}>{t("stream.note")}</Button>
      </div>
      {problem && <div className="says" role="alert">{problem}</div>}
    </form>
  );
}
