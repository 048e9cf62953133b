// The list's table: sticky head, rows of one height drawn only where one
// looks, pinned columns, spare width shared by the others. Own, because antd's
// is heavier than all the rest of the first page. It is one stop of the Tab
// key; arrows move in it.
import { ArrowDownOutlined, ArrowUpOutlined, CaretDownOutlined, CaretRightOutlined } from "@ant-design/icons";
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type InputHTMLAttributes, type KeyboardEvent, type MouseEvent, type PointerEvent, type ReactNode } from "react";
import type { Field, Rec } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/values";
import { t } from "../i18n";
import { concealed, masked, maskText } from "../model";
import { Value } from "./value";
import "../i18n/lists";
import "./table.css";

export const rowHeight = 36;
const headHeight = 32;
const tickWidth = 58;
const endWidth = 16;

/** Column of a table: width is the least, unless fixed; pinned ones stay at the left. */
export interface Column { name: string; field: Field; title?: boolean; width: number; fixed?: boolean; pin?: boolean }

/** Line is what stands in one row of the table: a record, once it is there, or the head of a group. */
export type Line = { row: Rec | undefined } | GroupLine;
interface GroupLine { group: string; label: ReactNode; count: number; sums: Record<string, unknown>; open: boolean; closed?: boolean }

interface Props {
  label: string;
  columns: Column[];
  lines: number;
  line: (i: number) => Line;
  busy?: boolean;
  grouped?: boolean;
  sort: string;
  ticked: (id: string) => boolean;
  tickedAll: boolean;
  tickedSome: boolean;
  at: number;
  onAt: (i: number) => void;
  onRange: (from: number, to: number) => void;
  href: (r: Rec) => string;
  onSort: (f: Field, add: boolean) => void;
  onTick: (lines: number[], on: boolean) => void;
  onTickAll: (on: boolean) => void;
  onOpen: (r: Rec) => void;
  onPeek: (r: Rec, line: number) => void;
  onGroup: (key: string) => void;
  onResize: (name: string, width: number) => void;
  sums?: Record<string, unknown>;
  sumLabel?: ReactNode;
}

const sortsUp = new Set(["text", "number", "choice", "link", "user", "department"]);

/** sortKeys reads "-a,b" as its parts. */
export const sortKeys = (sort: string) => sort.split(",").map((s) => s.trim()).filter(Boolean).map((s) => ({ name: s.replace(/^-/, ""), down: s.startsWith("-") }));

/** nextSort is the order after a click on a head: down for numbers and dates first, then the other way, then none; with add, beside the others. */
export function nextSort(sort: string, f: Field, add: boolean): string {
  const keys = sortKeys(sort);
  const now = keys.find((k) => k.name === f.name);
  const firstDown = !sortsUp.has(f.kind);
  const next = !now || (!add && keys.length > 1) ? { name: f.name, down: firstDown } : now.down === firstDown ? { name: f.name, down: !firstDown } : null;
  const list = add ? (now ? keys.flatMap((k) => (k.name === f.name ? (next ? [next] : []) : [k])) : [...keys.slice(0, 3), next!]) : next ? [next] : [];
  return list.map((k) => (k.down ? "-" : "") + k.name).join(",");
}

export function Table(p: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [{ guessed, ...begun }] = useState(sizeNow);
  const [size, setSize] = useState(begun);
  const [from, setFrom] = useState(0);
  const [spare, setSpare] = useState(4); // rows beyond what one sees: few at first, more once they are drawn
  const lastTick = useRef(-1);
  useLayoutEffect(() => {
    const el = box.current!;
    const measure = () => setSize((old) => (old.height === el.clientHeight && old.width === el.clientWidth ? old : { height: el.clientHeight, width: el.clientWidth }));
    if (guessed) measure(); // else the observer does, after the layout instead of forcing one
    const o = new ResizeObserver(measure);
    o.observe(el);
    return () => o.disconnect();
  }, [guessed]);
  useEffect(() => {
    const later = setTimeout(() => setSpare(24), 300);
    return () => clearTimeout(later);
  }, []);
  // Rows are drawn in steps of eight, so that most scroll events change nothing.
  const onScroll = () => setFrom(Math.max(0, Math.floor(box.current!.scrollTop / rowHeight / 8) * 8 - 8));
  const to = Math.min(p.lines, from + Math.ceil(size.height / rowHeight) + spare);
  const start = Math.min(from, Math.max(0, p.lines - 1));
  const { onRange } = p;
  useEffect(() => { onRange(start, to); }, [start, to, onRange]);
  const widths = share(p.columns, size.width - tickWidth - endWidth);
  const pins = pinned(p.columns, widths);
  useEffect(() => {
    if (p.at >= 0) reveal(box.current!, p.at);
  }, [p.at]);
  const tickTo = (i: number, range: boolean, on: boolean) => {
    const a = range && lastTick.current >= 0 ? Math.min(lastTick.current, i) : i, b = range && lastTick.current >= 0 ? Math.max(lastTick.current, i) : i;
    lastTick.current = i;
    p.onTick(Array.from({ length: b - a + 1 }, (_, n) => a + n), on);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget && !((e.target as HTMLElement).closest("tbody") && e.key !== " " && e.key !== "Enter")) return;
    const page = Math.max(1, Math.floor((size.height - 2 * headHeight) / rowHeight));
    const move: Record<string, number> = { ArrowDown: p.at + 1, ArrowUp: p.at - 1, Home: 0, End: p.lines - 1, PageDown: p.at + page, PageUp: p.at - page };
    const line = p.at >= 0 && p.at < p.lines ? p.line(p.at) : undefined;
    const to = move[e.key];
    if (to !== undefined && !e.altKey && !e.metaKey) {
      const i = Math.max(0, Math.min(p.lines - 1, to));
      if (e.shiftKey && p.at >= 0) tickTo(i, true, true);
      p.onAt(i);
    } else if (line && "group" in line) {
      if (e.key !== "Enter" && e.key !== " " && !(e.key === "ArrowLeft" && line.open) && !(e.key === "ArrowRight" && !line.open)) return;
      p.onGroup(line.group);
    } else if (e.key === "Enter" && line?.row) p.onOpen(line.row);
    else if (e.key === "ArrowRight" && line?.row) p.onPeek(line.row, p.at);
    else if (e.key === " " && line?.row) tickTo(p.at, e.shiftKey, !p.ticked(line.row.id));
    else if (e.key.toLowerCase() === "a" && (e.metaKey || e.ctrlKey)) p.onTickAll(true);
    else if (e.key !== " ") return;
    e.preventDefault();
  };
  const actions = useRef<RowActions>(null!);
  actions.current = {
    tick: tickTo, open: p.onOpen, href: p.href,
    peek: (r, i) => { p.onAt(i); p.onPeek(r, i); box.current?.focus({ preventScroll: true }); },
  };
  const act = useCallback(() => actions.current, []); // rows keep it, so that they are drawn again only when they change
  const rows = [];
  for (let i = start; i < to; i++) {
    const line = p.line(i);
    if ("group" in line) rows.push(<GroupRow key={"g" + line.group} line={line} index={i} at={i === p.at} columns={p.columns} onGroup={p.onGroup} onAt={p.onAt} />);
    else if (!line.row) rows.push(<Waiting key={"w" + i} index={i} columns={p.columns} />);
    else rows.push(<Row key={line.row.id} rec={line.row} index={i} columns={p.columns} pins={pins.key} ticked={p.ticked(line.row.id)} at={i === p.at} act={act} />);
  }
  return (
    <div className={"grid" + (p.busy ? " busy" : "")} ref={box} tabIndex={0} role={p.grouped ? "treegrid" : "grid"} aria-label={p.label} aria-rowcount={p.lines + 1} aria-colcount={p.columns.length + 1} aria-multiselectable="true" aria-busy={p.busy}
      aria-activedescendant={p.at >= start && p.at < to ? `row-${p.at}` : undefined} style={pins.style} onKeyDown={onKeyDown} onScroll={onScroll}>
      <table role="presentation" style={{ width: tickWidth + endWidth + widths.reduce((a, b) => a + b, 0) }}>
        <colgroup><col style={{ width: tickWidth }} />{widths.map((w, i) => <col key={i} style={{ width: w }} />)}<col style={{ width: endWidth }} /></colgroup>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            <th role="columnheader" className="tick"><Tick aria-label={t("list.tick_all")} checked={p.tickedAll} some={p.tickedSome && !p.tickedAll} onChange={(e) => p.onTickAll(e.target.checked)} /></th>
            {p.columns.map((c, i) => <Head key={c.name} column={c} width={widths[i]!} pin={i < pins.count ? i : -1} sort={p.sort} onSort={p.onSort} onResize={p.onResize} />)}
            <th role="presentation" />
          </tr>
        </thead>
        <tbody role="rowgroup">
          {start > 0 && <Space rows={start} span={p.columns.length + 2} />}
          {rows}
          {to < p.lines && <Space rows={p.lines - to} span={p.columns.length + 2} />}
        </tbody>
        {p.sums && (
          <tfoot role="rowgroup">
            <tr role="row">
              <td role="gridcell" className="tick" />
              {p.columns.map((c, i) => (
                <td key={c.name} role="gridcell" className={cellClass({ ...c, title: false }, i < pins.count ? i : -1)} style={pinStyle(i < pins.count ? i : -1)}>{!blank(p.sums![c.name]) ? <Value field={c.field} value={p.sums![c.name]} place="cell" /> : i === 0 ? <span className="quiet">{p.sumLabel}</span> : null}</td>
              ))}
              <td role="presentation" />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

// The size of the table that stands there, before its own is known: that of the
// first drawing, or a guess.
function sizeNow() {
  const old = document.querySelector(".grid");
  return old ? { height: old.clientHeight, width: old.clientWidth, guessed: false } : { guessed: true, height: window.innerHeight - 136, width: window.innerWidth - (document.querySelector(".side")?.clientWidth ?? 168) };
}

// A box to tick, drawn by the browser: a table has many.
function Tick({ some = false, ...more }: InputHTMLAttributes<HTMLInputElement> & { some?: boolean }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => { box.current!.indeterminate = some; }, [some]);
  return <input ref={box} type="checkbox" className="tick-box" {...more} />;
}

// Rows above or below what is drawn, as one empty row of their height.
const Space = ({ rows, span }: { rows: number; span: number }) => <tr role="presentation" className="space"><td role="presentation" colSpan={span} style={{ height: rows * rowHeight, padding: 0, border: 0 }} /></tr>;

function reveal(el: HTMLElement, i: number) {
  const top = i * rowHeight, foot = el.querySelector("tfoot")?.offsetHeight ?? 0;
  if (top < el.scrollTop) el.scrollTop = top;
  else if (top + rowHeight > el.scrollTop + el.clientHeight - headHeight - foot) el.scrollTop = top + rowHeight - el.clientHeight + headHeight + foot;
}

// Of a name or a talk a part is still read; of a number or a day it is not.
const cuttable = new Set(["text", "longtext", "link", "links", "tags", "choices", "emails", "url", "address"]);

// share gives each column at least its width and the spare in proportion; when
// there is too little, texts shrink by up to a fifth, then all by up to a sixth
// before they scroll. A width somebody chose stays.
function share(columns: Column[], width: number): number[] {
  const soft = (c: Column) => !c.fixed && cuttable.has(c.field.kind);
  const sum = (of: (c: Column) => boolean) => columns.reduce((n, c) => n + (of(c) ? c.width : 0), 0);
  const room = width - sum((c) => !!c.fixed), texts = sum(soft), rest = sum((c) => !c.fixed && !soft(c));
  const by = room >= texts + rest ? room / Math.max(1, texts + rest) : Math.max(0.84, Math.min(1, room / (0.8 * texts + rest)));
  const bySoft = by >= 1 && room < texts + rest ? (room - rest) / texts : by < 1 ? 0.8 * by : by;
  return columns.map((c) => (c.fixed ? c.width : Math.floor(c.width * (soft(c) ? bySoft : by))));
}

// pinned columns stand at --p0, --p1 … from the left.
function pinned(columns: Column[], widths: number[]) {
  const count = columns.filter((c) => c.pin).length;
  const style: Record<string, string> = {};
  let left = tickWidth;
  for (let i = 0; i < count; i++) {
    style["--p" + i] = left + "px";
    left += widths[i]!;
  }
  return { count, style: style as CSSProperties, key: count };
}

const cellClass = (c: Column, pin: number) => [kindOf(c.field).align ?? "", c.title ? "name" : "", c.name === "overdue" ? "late" : "", pin >= 0 ? `pin pin${pin}` : ""].filter(Boolean).join(" ");
const pinStyle = (pin: number): CSSProperties | undefined => (pin >= 0 ? { left: `var(--p${pin})` } : undefined);

interface HeadProps { column: Column; width: number; pin: number; sort: string; onSort: Props["onSort"]; onResize: (name: string, width: number) => void }

const least = 48, most = 800, step = 16; // widths of a column, and how far a key moves its edge

function Head({ column, width, pin, sort, onSort, onResize }: HeadProps) {
  const f = column.field;
  const keys = sortKeys(sort);
  const at = keys.findIndex((k) => k.name === f.name);
  const key = keys[at];
  const mark = key && <>{key.down ? <ArrowDownOutlined /> : <ArrowUpOutlined />}{keys.length > 1 && <small className="nth">{at + 1}</small>}</>;
  const press = (e: MouseEvent) => onSort(f, e.shiftKey);
  const wanted = useRef(width); // keys may come faster than the table is drawn
  useEffect(() => { wanted.current = width; }, [width]);
  const onKeyDown = (e: KeyboardEvent) => {
    const by = e.key === "ArrowRight" ? step : e.key === "ArrowLeft" ? -step : 0;
    if (!e.altKey || (!by && e.key !== "Home")) return;
    e.preventDefault(); // Alt with an arrow would leave the page
    e.stopPropagation();
    wanted.current = Math.max(least, Math.min(most, Math.round(wanted.current) + by));
    onResize(column.name, by ? wanted.current : 0);
  };
  const hint = `${f.label} · ${t("list.width_hint")}`;
  return (
    <th role="columnheader" scope="col" className={cellClass({ ...column, title: false }, pin)} style={pinStyle(pin)} aria-sort={key ? (key.down ? "descending" : "ascending") : undefined} aria-keyshortcuts="Alt+ArrowRight Alt+ArrowLeft Alt+Home" onKeyDown={onKeyDown}
      tabIndex={f.sortable ? undefined : 0} title={f.sortable ? undefined : hint}>
      {f.sortable ? <button type="button" onClick={press} title={`${f.label} · ${t("list.sort_hint")} · ${t("list.width_hint")}`}>{f.label}{mark}</button> : <span>{f.label}</span>}
      <Edge width={width} done={(w) => onResize(column.name, w)} />
    </th>
  );
}

// The right edge of a head: drag it to set the column's width, twice to give it back.
function Edge({ width, done }: { width: number; done: (width: number) => void }) {
  const down = (e: PointerEvent<HTMLElement>) => {
    e.preventDefault();
    const el = e.currentTarget, x = e.clientX, th = el.parentElement!;
    const table = th.closest("table")!;
    const col = table.querySelectorAll("col")[(th as HTMLTableCellElement).cellIndex] as HTMLElement;
    const whole = table.offsetWidth, drawn = [table.style.width, col.style.width];
    let now = width;
    el.setPointerCapture(e.pointerId);
    const move = (m: globalThis.PointerEvent) => {
      now = Math.round(Math.max(least, Math.min(most, width + m.clientX - x)));
      col.style.width = now + "px";
      table.style.width = whole - width + now + "px";
    };
    const up = () => {
      el.removeEventListener("pointermove", move);
      el.removeEventListener("pointerup", up);
      [table.style.width, col.style.width] = drawn as [string, string]; // as React knows them: it writes only what differs
      if (now !== width) done(now);
    };
    el.addEventListener("pointermove", move);
    el.addEventListener("pointerup", up);
  };
  return <i className="edge" aria-hidden="true" onPointerDown={down} onDoubleClick={() => done(0)} />;
}

// One drawing for all rows: an icon of the library's does work of its own in each.
const peekSign = <svg width="11" height="11" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true"><path d="M9.5 2H14v4.5M14 2 9 7M6.5 14H2V9.5M2 14l5-5" /></svg>;

interface RowActions { href: (r: Rec) => string; tick: (line: number, range: boolean, on: boolean) => void; open: (r: Rec) => void; peek: (r: Rec, line: number) => void }
interface RowProps { rec: Rec; index: number; columns: Column[]; pins: number; ticked: boolean; at: boolean; act: () => RowActions }

const Row = memo(function Row({ rec, index, columns, pins, ticked, at, act }: RowProps) {
  return (
    <tr role="row" id={`row-${index}`} aria-rowindex={index + 2} aria-selected={ticked} className={(ticked ? "ticked " : "") + (at ? "at" : "")} onClick={() => act().open(rec)}>
      <td role="gridcell" className="tick" onClick={(e) => e.stopPropagation()}>
        <Tick tabIndex={-1} aria-label={t("list.tick", { what: rec.title })} checked={ticked} onChange={(e) => act().tick(index, (e.nativeEvent as unknown as { shiftKey?: boolean }).shiftKey === true, e.target.checked)} />
      </td>
      {columns.map((c, i) => {
        const v = rec[c.name];
        const pin = i < pins ? i : -1;
        const hint = blank(v) || concealed(v) ? undefined : masked(c.field) ? maskText(v) : kindOf(c.field).text(v, c.field);
        return (
          <td key={c.name} role="gridcell" className={cellClass(c, pin)} style={pinStyle(pin)} title={hint}>
            {c.title ? (
              <>
                <a tabIndex={-1} href={act().href(rec)} onClick={(e) => { e.stopPropagation(); if (e.metaKey || e.ctrlKey || e.shiftKey) return; e.preventDefault(); act().open(rec); }}>{blank(v) ? rec.title : <Value field={c.field} value={v} place="cell" />}</a>
                <button type="button" tabIndex={-1} className="peek" onClick={(e) => { e.stopPropagation(); act().peek(rec, index); }}>{peekSign} {t("list.peek")}</button>
              </>
            ) : (
              <Value field={c.field} value={v} place="cell" />
            )}
          </td>
        );
      })}
      <td role="presentation" />
    </tr>
  );
});

const Waiting = ({ index, columns }: { index: number; columns: Column[] }) => (
  <tr role="row" id={`row-${index}`} className="waits"><td role="gridcell" className="tick" />{columns.map((c, i) => <td key={c.name} role="gridcell"><i style={{ width: `${45 + ((index * 7 + i * 23) % 40)}%` }} /></td>)}<td role="presentation" /></tr>
);

interface GroupProps { line: GroupLine; index: number; at: boolean; columns: Column[]; onGroup: (key: string) => void; onAt: (i: number) => void }

const shownSums = 2; // a row of the table has room for two amounts

// Totals in several currencies: the commonest two, and how many more there are.
function GroupSum({ field, value }: { field: Field; value: unknown }) {
  const many = Array.isArray(value) && value.length > shownSums;
  return <><Value field={field} value={many ? value.slice(0, shownSums) : value} place="cell" />{many && <small>+{value.length - shownSums}</small>}</>;
}

function GroupRow({ line, index, at, columns, onGroup, onAt }: GroupProps) {
  const firstSum = columns.findIndex((c) => !blank(line.sums[c.name]));
  const span = firstSum < 0 ? columns.length : firstSum;
  const press = () => { onAt(index); if (!line.closed) onGroup(line.group); };
  return (
    <tr role="row" id={`row-${index}`} aria-rowindex={index + 2} aria-expanded={line.open} className={"group" + (at ? " at" : "")} onClick={press}>
      <td role="gridcell" className="tick">{line.closed ? null : line.open ? <CaretDownOutlined /> : <CaretRightOutlined />}</td>
      {span > 0 && <td role="gridcell" colSpan={span} className="group-name"><b>{line.label}</b> <small>{line.count.toLocaleString()}</small></td>}
      {columns.slice(span).map((c) => <td key={c.name} role="gridcell" className={kindOf(c.field).align ?? ""} title={[line.sums[c.name]].flat().length > shownSums ? [line.sums[c.name]].flat().map((v) => kindOf(c.field).text(v, c.field)).join("\n") : undefined}>{!blank(line.sums[c.name]) && <GroupSum field={c.field} value={line.sums[c.name]} />}</td>)}
      <td role="presentation" />
    </tr>
  );
}
