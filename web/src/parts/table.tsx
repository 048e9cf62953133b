// The list's table: sticky head, rows of one height drawn only where one
// looks, spare width shared by all columns. Own, because antd's is heavier
// than all the rest of the first page.
import { ArrowDownOutlined, ArrowUpOutlined, ExpandAltOutlined } from "@ant-design/icons";
import { Checkbox } from "antd";
import { memo, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Field, Rec } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/parts";
import { t } from "../i18n";
import { masked, maskText } from "../model";
import { Value } from "./value";

export const rowHeight = 36;

export interface Column { name: string; field: Field; title?: boolean; width: number }

interface Props {
  columns: Column[];
  rows: Rec[];
  sort: string;
  ticked: ReadonlySet<string>;
  total: number;
  more: boolean;
  label: string;
  onSort: (sort: string) => void;
  onTick: (ids: string[], on: boolean) => void;
  onOpen: (r: Rec) => void;
  onPeek: (r: Rec) => void;
  onEnd: () => void;
  sums?: Record<string, unknown>;
  sumLabel?: string;
}

/** nextSort is the order after a click on a head: down for numbers and dates first, then the other way, then none. */
export function nextSort(sort: string, f: Field): string {
  const [first, ...rest] = [`-${f.name}`, f.name];
  const order = ["text", "choice", "link", "user"].includes(f.kind) ? [...rest, first] : [first, ...rest];
  const at = order.indexOf(sort);
  return at === order.length - 1 ? "" : order[at + 1]!;
}

export function Table(p: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800, width: 1272 });
  const [at, setAt] = useState(-1);
  useLayoutEffect(() => {
    const el = box.current!;
    const measure = () => setView((v) => ({ ...v, height: el.clientHeight, width: el.clientWidth }));
    measure();
    const o = new ResizeObserver(measure);
    o.observe(el);
    return () => o.disconnect();
  }, []);
  const from = Math.max(0, Math.floor(view.top / rowHeight) - 8);
  const to = Math.min(p.rows.length, Math.ceil((view.top + view.height) / rowHeight) + 8);
  const { onEnd, more } = p;
  useEffect(() => { if (more && to >= p.rows.length - 20) onEnd(); }, [to, p.rows.length, more, onEnd]);
  const widths = share(p.columns, view.width - 58 - 16);
  const all = p.rows.length > 0 && p.rows.every((r) => p.ticked.has(r.id));
  const some = p.rows.some((r) => p.ticked.has(r.id));
  const onKeyDown = (e: KeyboardEvent) => {
    if ((e.target as HTMLElement).closest("input:not([type=checkbox]),button")) return;
    const r = p.rows[at];
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const n = Math.max(0, Math.min(p.rows.length - 1, at + (e.key === "ArrowDown" ? 1 : -1)));
      setAt(n);
      const top = n * rowHeight, el = box.current!;
      if (top < el.scrollTop) el.scrollTop = top;
      else if (top + rowHeight > el.scrollTop + el.clientHeight - 32) el.scrollTop = top + rowHeight - el.clientHeight + 32;
    } else if (e.key === "Enter" && r) p.onOpen(r);
    else if (e.key === " " && r) p.onTick([r.id], !p.ticked.has(r.id));
    else return;
    e.preventDefault();
  };
  return (
    <div className="grid" ref={box} tabIndex={0} role="region" aria-label={p.label} onKeyDown={onKeyDown} onScroll={(e) => setView((v) => ({ ...v, top: e.currentTarget.scrollTop, ...{} }))}>
      <table aria-rowcount={p.total} style={{ width: 58 + 16 + widths.reduce((a, b) => a + b, 0) }}>
        <colgroup><col style={{ width: 58 }} />{widths.map((w, i) => <col key={i} style={{ width: w }} />)}<col style={{ width: 16 }} /></colgroup>
        <thead>
          <tr>
            <th className="tick"><Checkbox aria-label={t("list.tick_all")} checked={all} indeterminate={some && !all} onChange={(e) => p.onTick(p.rows.map((r) => r.id), e.target.checked)} /></th>
            {p.columns.map((c) => <Head key={c.name} column={c} sort={p.sort} onSort={p.onSort} />)}
            <th aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr aria-hidden="true"><td colSpan={p.columns.length + 2} style={{ height: from * rowHeight, padding: 0, border: 0 }} /></tr>}
          {p.rows.slice(from, to).map((r, i) => (
            <Row key={r.id} rec={r} index={from + i} columns={p.columns} ticked={p.ticked.has(r.id)} at={from + i === at} onTick={p.onTick} onOpen={p.onOpen} onPeek={p.onPeek} />
          ))}
          {to < p.rows.length && <tr aria-hidden="true"><td colSpan={p.columns.length + 2} style={{ height: (p.rows.length - to) * rowHeight, padding: 0, border: 0 }} /></tr>}
        </tbody>
        {p.sums && (
          <tfoot>
            <tr>
              <td />
              {p.columns.map((c, i) => (
                <td key={c.name} className={kindOf(c.field).align ?? ""}>{p.sums![c.name] !== undefined ? <Value field={c.field} value={p.sums![c.name]} place="cell" /> : i === 0 ? <span className="quiet">{p.sumLabel}</span> : null}</td>
              ))}
              <td />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

// share gives each column at least its width and the spare in proportion;
// when there is too little, columns shrink by up to a fifth before they scroll.
function share(columns: Column[], width: number): number[] {
  const want = columns.reduce((n, c) => n + c.width, 0);
  const by = Math.max(0.84, width / want);
  return columns.map((c) => Math.floor(c.width * by));
}

function Head({ column, sort, onSort }: { column: Column; sort: string; onSort: (s: string) => void }) {
  const f = column.field;
  const down = sort === "-" + f.name, up = sort === f.name;
  const mark = down ? <ArrowDownOutlined /> : up ? <ArrowUpOutlined /> : null;
  return (
    <th scope="col" className={kindOf(f).align ?? ""} aria-sort={down ? "descending" : up ? "ascending" : undefined}>
      {f.sortable ? <button type="button" onClick={() => onSort(nextSort(sort, f))} title={f.label}>{f.label}{mark}</button> : <span title={f.label}>{f.label}</span>}
    </th>
  );
}

interface RowProps { rec: Rec; index: number; columns: Column[]; ticked: boolean; at: boolean; onTick: Props["onTick"]; onOpen: (r: Rec) => void; onPeek: (r: Rec) => void }

const Row = memo(function Row({ rec, index, columns, ticked, at, onTick, onOpen, onPeek }: RowProps) {
  return (
    <tr aria-rowindex={index + 2} aria-selected={ticked} className={(ticked ? "ticked " : "") + (at ? "at" : "")} onClick={() => onOpen(rec)}>
      <td className="tick" onClick={(e) => e.stopPropagation()}><Checkbox aria-label={t("list.tick", { what: rec.title })} checked={ticked} onChange={(e) => onTick([rec.id], e.target.checked)} /></td>
      {columns.map((c) => {
        const v = rec[c.name];
        const hint = blank(v) ? undefined : masked(c.field) ? maskText(v) : kindOf(c.field).text(v, c.field);
        return (
          <td key={c.name} className={(kindOf(c.field).align ?? "") + (c.title ? " name" : "") + (c.name === "overdue" ? " late" : "")} title={hint}>
            {c.title ? (
              <>
                <a href={`/r/_/${rec.id}`} onClick={(e) => { e.preventDefault(); e.stopPropagation(); onOpen(rec); }}>{blank(v) ? rec.title : <Value field={c.field} value={v} place="cell" />}</a>
                <button type="button" className="peek" onClick={(e) => { e.stopPropagation(); onPeek(rec); }}><ExpandAltOutlined /> {t("list.peek")}</button>
              </>
            ) : (
              <Value field={c.field} value={v} place="cell" />
            )}
          </td>
        );
      })}
      <td />
    </tr>
  );
});
