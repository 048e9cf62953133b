// A list as columns of cards by one choice. Cards move by mouse, by touch and
// by keyboard (Space takes one up, arrows move it, Space drops it). A move is
// shown at once, stored as an ordinary edit, and goes back when refused.
import { closestCenter, DndContext, DragOverlay, KeyboardSensor, MouseSensor, pointerWithin, TouchSensor, useDraggable, useDroppable, useSensor, useSensors, type Announcements, type CollisionDetection, type DragEndEvent, type KeyboardCoordinateGetter } from "@dnd-kit/core";
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { Button, Skeleton } from "antd";
import { memo, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { patch } from "../api/client";
import type { Choice, Field, Listed, Rec, RecordType } from "../api/types";
import { blank } from "../fields/values";
import { moneyText } from "../format";
import { t } from "../i18n";
import { idempotent, sentence, useNotify, useRefresh, useSaving } from "../saving";
import type { Column } from "./table";
import { Value } from "./value";
import "../i18n/lists";
import "./board.css";

/** Lane is one value of the choice with how many cards it has and what they add up to. */
export interface Lane { value: string; count: number; sums: Record<string, unknown> }

interface Props {
  type: RecordType; by: Field; columns: Column[]; lanes: Lane[]; cacheKey: unknown;
  page: (lane: string, token: string, signal: AbortSignal) => Promise<Listed>;
  onOpen: (r: Rec) => void;
}

const laneId = (value: string) => "lane:" + value;

// By keyboard a card goes from column to column.
const byColumns: KeyboardCoordinateGetter = (e, { context, currentCoordinates }) => {
  const by = e.code === "ArrowRight" ? 1 : e.code === "ArrowLeft" ? -1 : 0;
  if (!by) return undefined;
  e.preventDefault();
  const lanes = [...context.droppableRects.entries()].filter(([id]) => String(id).startsWith("lane:")).sort((a, b) => a[1].left - b[1].left);
  const now = context.collisionRect?.left ?? currentCoordinates.x;
  const at = lanes.findIndex(([, r]) => Math.abs(r.left - now) < r.width / 2);
  const to = lanes[Math.max(0, Math.min(lanes.length - 1, at + by))];
  return to ? { x: to[1].left + 4, y: to[1].top + 48 } : undefined;
};

const nearest: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length ? under : closestCenter(args);
};

export function Board({ type, by, columns, lanes, cacheKey, page, onOpen }: Props) {
  const client = useQueryClient();
  const notify = useNotify();
  const refresh = useRefresh();
  const { undo } = useSaving(type);
  const [moved, setMoved] = useState<ReadonlyMap<string, { rec: Rec; from: string; to: string }>>(new Map());
  const [held, setHeld] = useState<Rec | null>(null);
  const cards = useRef(new Map<string, Rec>());
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 6 } }), useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }), useSensor(KeyboardSensor, { coordinateGetter: byColumns, keyboardCodes: { start: ["Space"], cancel: ["Escape"], end: ["Space", "Enter"] } }));
  const may = by.level === "write" && !by.computed;
  const valueOf = (r: Rec) => (blank(r[by.name]) ? "" : String(r[by.name]));
  const choices: (Choice | { value: ""; label: string; retired?: boolean })[] = [...(by.choices ?? []), { value: "", label: t("board.none") }];
  const countOf = (v: string) => (lanes.find((l) => l.value === v)?.count ?? 0) + [...moved.values()].reduce((n, m) => n + Number(m.to === v) - Number(m.from === v), 0);
  const shown = choices.filter((c) => (c.value !== "" && !c.retired) || countOf(c.value) > 0);
  const labelOf = (v: string) => choices.find((c) => c.value === v)?.label ?? v;

  const move = async (rec: Rec, to: string) => {
    const from = valueOf(rec);
    if (from === to) return;
    let mine = { rec, from, to };
    const show = (m: typeof mine) => setMoved((old) => new Map(old).set(rec.id, m));
    // A card moved on before this move was read again belongs to the later move.
    const forget = (m: typeof mine) => setMoved((old) => { if (old.get(rec.id) !== m) return old; const next = new Map(old); next.delete(rec.id); return next; });
    show(mine);
    try {
      const stored = await patch<Rec>(`/${type.name}/${rec.id}`, { [by.name]: to || null }, { "If-Match": `"${rec.rev}"`, ...idempotent() });
      mine = { rec: stored, from, to }; // moved once more before the columns are read again, it is this one that moves
      show(mine);
      notify.said(t("board.moved", { what: rec.title, to: labelOf(to) }), () => void undo(stored));
      await client.invalidateQueries({ queryKey: ["lane", type.name] });
      refresh(type.name, rec.id);
    } catch (e) {
      notify.failed(e, t("board.back", { what: rec.title, why: sentence(e) }));
      await client.invalidateQueries({ queryKey: ["lane", type.name] });
    }
    forget(mine);
  };
  const ended = ({ active, over }: DragEndEvent) => {
    const rec = cards.current.get(String(active.id));
    setHeld(null);
    if (rec && over) void move(rec, String(over.id).slice(5));
  };
  const what = (id: string | number) => cards.current.get(String(id))?.title ?? "";
  const lane = (id?: string | number) => (id === undefined ? "" : labelOf(String(id).slice(5)));
  const announcements: Announcements = {
    onDragStart: ({ active }) => t("board.lifted", { what: what(active.id) }),
    onDragOver: ({ active, over }) => (over ? t("board.over", { what: what(active.id), to: lane(over.id) }) : undefined),
    onDragEnd: ({ active, over }) => (over ? t("board.moved", { what: what(active.id), to: lane(over.id) }) : t("board.dropped", { what: what(active.id) })),
    onDragCancel: ({ active }) => t("board.dropped", { what: what(active.id) }),
  };
  return (
    <DndContext sensors={sensors} collisionDetection={nearest} accessibility={{ announcements, screenReaderInstructions: { draggable: t("board.how") } }} onDragStart={({ active }) => setHeld(cards.current.get(String(active.id)) ?? null)} onDragEnd={ended} onDragCancel={() => setHeld(null)}>
      <div className="board" role="group" aria-label={t("board.by", { what: by.label })}>
        {shown.map((c) => (
          <LaneColumn key={c.value} type={type} by={by} value={c.value} label={c.label} count={countOf(c.value)} sums={lanes.find((l) => l.value === c.value)?.sums ?? {}} columns={columns} cacheKey={cacheKey} page={page} may={may} cards={cards.current}
            gone={new Set([...moved.values()].filter((m) => m.from === c.value && m.to !== c.value).map((m) => m.rec.id))} come={[...moved.values()].filter((m) => m.to === c.value).map((m) => ({ ...m.rec, [by.name]: c.value || undefined }))} onOpen={onOpen} />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>{held && <div className="tile held"><TileBody rec={held} columns={columns} by={by.name} /></div>}</DragOverlay>
    </DndContext>
  );
}

interface LaneProps {
  type: RecordType; by: Field; value: string; label: string; count: number; sums: Record<string, unknown>; columns: Column[]; cacheKey: unknown; may: boolean;
  page: Props["page"]; cards: Map<string, Rec>; gone: ReadonlySet<string>; come: Rec[]; onOpen: (r: Rec) => void;
}

function LaneColumn({ type, value, label, count, sums, columns, cacheKey, page, by, may, cards, gone, come, onOpen }: LaneProps) {
  const { setNodeRef, isOver } = useDroppable({ id: laneId(value) });
  const list = useInfiniteQuery<Listed, Error, InfiniteData<Listed>, readonly unknown[], string>({
    queryKey: ["lane", type.name, by.name, value, cacheKey], initialPageParam: "", staleTime: 20_000, gcTime: 60_000,
    queryFn: ({ pageParam, signal }) => page(value, pageParam, signal), getNextPageParam: (p) => p.next_page_token || undefined,
  });
  const rows = useMemo(() => {
    const own = (list.data?.pages.flatMap((p) => p.items) ?? []).filter((r) => !gone.has(r.id) && !come.some((c) => c.id === r.id));
    return [...come, ...own];
  }, [list.data, gone, come]);
  for (const r of rows) cards.set(r.id, r);
  // Every number column of the view is added up: which ones, one chooses with the columns.
  const totals = columns.filter((c) => !blank(sums[c.name]) && (Array.isArray(sums[c.name]) || Number(sums[c.name]) !== 0));
  return (
    <section ref={setNodeRef} className={"lane" + (isOver ? " over" : "")} aria-label={`${label} ${count}`}>
      <h2><span className="lane-name">{label}</span> <small>{count.toLocaleString()}</small></h2>
      {totals.length > 0 && <dl className="lane-sums" aria-label={t("board.sums")}>{totals.map((c) => <div key={c.name}><dt>{c.field.label}</dt><dd>{c.field.kind === "money" && !Array.isArray(sums[c.name]) ? moneyText(Math.round(Number(sums[c.name]))) : <Value field={c.field} value={sums[c.name]} place="cell" />}</dd></div>)}</dl>}
      <ul onScroll={(e) => { const el = e.currentTarget; if (list.hasNextPage && !list.isFetchingNextPage && el.scrollHeight - el.scrollTop - el.clientHeight < 300) void list.fetchNextPage(); }}>
        {list.isPending && <li><Skeleton active title={false} paragraph={{ rows: 3 }} /></li>}
        {rows.map((r) => <Tile key={r.id} rec={r} columns={columns} by={by.name} may={may && r.rights?.update !== false} onOpen={onOpen} />)}
        {list.isSuccess && rows.length === 0 && <li className="lane-none quiet">{t(may ? "board.empty" : "board.empty_read")}</li>}
        {list.isError && <li className="says" role="alert">{sentence(list.error)}</li>}
        {list.hasNextPage && <li className="more-row"><Button type="link" size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("board.more", { n: Math.max(1, count - rows.length).toLocaleString() })}</Button></li>}
      </ul>
    </section>
  );
}

const Tile = memo(function Tile({ rec, columns, by, may, onOpen }: { rec: Rec; columns: Column[]; by: string; may: boolean; onOpen: (r: Rec) => void }) {
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({ id: rec.id, disabled: !may });
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === "Enter") onOpen(rec);
    else listeners?.onKeyDown?.(e);
  };
  return (
    <li>
      <div ref={setNodeRef} className={"tile" + (isDragging ? " dragging" : "") + (may ? " movable" : "")} {...(may ? attributes : {})} {...(may ? listeners : {})} role="button" tabIndex={0} aria-disabled={undefined}
        aria-roledescription={may ? t("board.card") : undefined} onClick={() => onOpen(rec)} onKeyDown={onKeyDown}>
        <TileBody rec={rec} columns={columns} by={by} />
      </div>
    </li>
  );
});

function TileBody({ rec, columns, by }: { rec: Rec; columns: Column[]; by: string }) {
  const filled = columns.filter((c) => !c.title && c.name !== by && c.name !== "number" && !blank(rec[c.name]) && rec[c.name] !== false && !(c.field.kind === "money" && Number(rec[c.name]) === 0));
  const marks = filled.filter((c) => c.field.kind === "choice").slice(0, 2);
  const facts = filled.filter((c) => !marks.includes(c)).slice(0, 3);
  return (
    <>
      <span className="tile-head"><b>{rec.title}</b>{marks.map((c) => <span key={c.name} title={c.field.label}><Value field={c.field} value={rec[c.name]} place="cell" /></span>)}</span>
      {facts.map((c) => <span key={c.name} className="tile-fact"><small>{c.field.label}</small> <Value field={c.field} value={rec[c.name]} place="cell" /></span>)}
    </>
  );
}
