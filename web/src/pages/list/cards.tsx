// The list on a phone: a card per record with its most telling fields. A swipe
// to the left calls, one to the right logs a contact; buttons do the same.
import { MessageOutlined, PhoneOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import { memo, useEffect, useRef, useState, type TouchEvent } from "react";
import type { Field, Rec, RecordType, Values } from "../../api/types";
import { blank, str } from "../../fields/values";
import { t } from "../../i18n";
import { fieldsOf, masked, recordPath, useKnown } from "../../model";
import { Value } from "../../parts/value";
import { useShell } from "../../shell/shell";

/** cardFields are what a card needs besides the columns. */
export function cardFields(type: RecordType): string[] {
  const fields = fieldsOf(type);
  const own = type.page?.card ?? [];
  const phone = phoneField(type);
  return [...own, ...(type.page?.marks ?? []).filter((n) => fields.get(n)?.kind === "choice"), ...(phone ? [phone.name] : [])].filter((n) => fields.has(n));
}

const phoneField = (type: RecordType) => type.fields.find((f) => (f.kind === "phones" || f.kind === "phone") && !masked(f));

function numberOf(r: Rec, f: Field | undefined): string {
  const v = f && r[f.name];
  const one = Array.isArray(v) ? v[0] : v;
  return typeof one === "string" ? one : str((one as { number?: string } | undefined)?.number);
}

// What logs a contact: the first type of the quick composer that points here.
function useLogger(type: RecordType): ((r: Rec) => void) | undefined {
  const { types } = useKnown();
  const { create } = useShell();
  const kind = (type.page?.compose ?? []).map((n) => types.get(n)).find((x) => x?.timeline && x.fields.some((f) => f.kind === "link" && f.to === type.name && f.level === "write"));
  if (!kind) return undefined;
  return (r) => {
    const values: Values = {};
    for (const f of kind.fields) {
      if (f.kind !== "link" || f.computed) continue;
      if (f.to === type.name) values[f.name] ??= { id: r.id, title: r.title };
      else if (r[f.name] && fieldsOf(type).get(f.name)?.to === f.to) values[f.name] = r[f.name];
    }
    create(kind.name, values);
  };
}

interface Props { type: RecordType; rows: Rec[]; more: boolean; loading: boolean; onOpen: (r: Rec) => void; onEnd: () => void; ticked: (id: string) => boolean; ticking: boolean; onTick: (id: string, on: boolean) => void }

export function Cards({ type, rows, more, loading, onOpen, onEnd, ticked, ticking, onTick }: Props) {
  const end = useRef<HTMLLIElement>(null);
  const log = useLogger(type);
  const logRef = useRef(log);
  logRef.current = log;
  useEffect(() => {
    const el = end.current;
    if (!el) return;
    const o = new IntersectionObserver((e) => { if (e.some((x) => x.isIntersecting)) onEnd(); }, { rootMargin: "600px" });
    o.observe(el);
    return () => o.disconnect();
  }, [onEnd, more, rows.length]);
  return (
    <ul className="cards" aria-label={type.plural}>
      {rows.map((r) => <Card key={r.id} type={type} rec={r} onOpen={onOpen} log={log && ((x) => logRef.current?.(x))} ticked={ticked(r.id)} ticking={ticking} onTick={onTick} />)}
      {more && <li ref={end} className="more-row"><Button type="link" loading={loading} onClick={onEnd}>{t("list.more")}</Button></li>}
    </ul>
  );
}

/** CardsWaiting stands in while the first page is read. */
export const CardsWaiting = () => <ul className="cards" aria-busy="true" aria-label={t("state.loading")}>{Array.from({ length: 7 }, (_, i) => <li key={i} className="card-wait"><Skeleton active title={{ width: "50%" }} paragraph={{ rows: 1 }} /></li>)}</ul>;

interface CardProps { type: RecordType; rec: Rec; onOpen: (r: Rec) => void; log?: (r: Rec) => void; ticked: boolean; ticking: boolean; onTick: (id: string, on: boolean) => void }

const far = 88;

const Card = memo(function Card({ type, rec, onOpen, log, ticked, ticking, onTick }: CardProps) {
  const fields = fieldsOf(type);
  const names = (type.page?.card ?? []).slice(0, 5);
  const marks = (type.page?.marks ?? []).map((n) => fields.get(n)).filter((f) => f?.kind === "choice").slice(0, 2);
  const warns = (f: Field) => f.kind === "text" && !!(type.page?.marks?.includes(f.name) || type.page?.alerts?.includes(f.name));
  const number = numberOf(rec, phoneField(type));
  const call = number ? () => { window.location.href = "tel:" + number; } : undefined;
  const swipe = useSwipe(call, log && (() => log(rec)));
  const facts = names.map((n) => fields.get(n)).filter((f) => f && f.name !== (type.title ?? "") && !marks.includes(f) && !blank(rec[f.name]) && !(f.kind === "money" && Number(rec[f.name]) === 0));
  return (
    <li className={"card-row" + (ticked ? " ticked" : "")} {...swipe.handlers}>
      {swipe.by !== 0 && <span className={"swipe-act " + (swipe.by < 0 ? "call" : "log")} aria-hidden="true">{swipe.by < 0 ? <>{t("card.call")} <PhoneOutlined /></> : <><MessageOutlined /> {t("card.log")}</>}</span>}
      <div className="card-slide" style={swipe.by ? { transform: `translateX(${swipe.by}px)` } : undefined}>
        {ticking && <label className="card-tick"><input type="checkbox" className="tick-box" aria-label={t("list.tick", { what: rec.title })} checked={ticked} onChange={(e) => onTick(rec.id, e.target.checked)} /></label>}
        <a href={recordPath(type.name, rec.id)} onClick={(e) => { e.preventDefault(); if (ticking) onTick(rec.id, !ticked); else onOpen(rec); }}>
          <span className="card-title"><span className="card-name">{rec.title}</span>{marks.map((f) => !blank(rec[f!.name]) && <span key={f!.name} className="card-mark"><Value field={f!} value={rec[f!.name]} place="cell" /></span>)}</span>
          <span className="card-facts">
            {facts.map((f) => <span key={f!.name} className={warns(f!) ? "taboo" : ""}>{["phones", "phone", "text"].includes(f!.kind) && !warns(f!) ? null : <small>{f!.label} </small>}<Value field={f!} value={rec[f!.name]} place="cell" /></span>)}
            {facts.length === 0 && <small>{str(rec.number)}</small>}
          </span>
        </a>
        {!ticking && call && <a className="card-act" href={"tel:" + number} aria-label={t("card.call_of", { what: rec.title })}><PhoneOutlined /></a>}
        {!ticking && log && <button type="button" className="card-act" aria-label={t("card.log_of", { what: rec.title })} onClick={() => log(rec)}><MessageOutlined /></button>}
      </div>
    </li>
  );
});

// A finger that goes sideways moves the card; far enough, it acts when lifted.
function useSwipe(left?: () => void, right?: () => void) {
  const [by, setBy] = useState(0);
  const start = useRef<{ x: number; y: number; way: "" | "side" | "scroll" } | null>(null);
  const onTouchStart = (e: TouchEvent) => { start.current = { x: e.touches[0]!.clientX, y: e.touches[0]!.clientY, way: "" }; };
  const onTouchMove = (e: TouchEvent) => {
    const s = start.current;
    if (!s) return;
    const dx = e.touches[0]!.clientX - s.x, dy = e.touches[0]!.clientY - s.y;
    if (!s.way && Math.abs(dx) + Math.abs(dy) > 10) s.way = Math.abs(dx) > 1.5 * Math.abs(dy) ? "side" : "scroll";
    if (s.way === "side") setBy(Math.max(left ? -120 : 0, Math.min(right ? 120 : 0, dx)));
  };
  const onTouchEnd = () => {
    if (by <= -far) left?.();
    if (by >= far) right?.();
    start.current = null;
    setBy(0);
  };
  return { by, handlers: { onTouchStart, onTouchMove, onTouchEnd, onTouchCancel: () => { start.current = null; setBy(0); } } };
}
