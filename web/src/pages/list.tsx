// A list of one type: views as tabs, filter, search, order, groups or board,
// rows read where one looks, ticked rows, a peek beside it. What is shown
// stands in the URL; how wide the columns are is each person's own.
import { AppstoreOutlined, CloseOutlined, DownloadOutlined, EllipsisOutlined, GroupOutlined, ImportOutlined, PlusOutlined, PrinterOutlined, SearchOutlined, SortAscendingOutlined, TableOutlined } from "@ant-design/icons";
import { Alert, Button, Drawer, Dropdown, Popover } from "antd";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ComponentProps } from "react";
import { Navigate, useLocation, useNavigate, useParams } from "react-router";
import type { Listed, Rec, RecordType } from "../api/types";
import { isGroup, print as written, read, type Condition, type Group } from "../filter";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, recordPath, titleField, useKnown, useType } from "../model";
import { BulkBar } from "../parts/bulk";
import { FilterBar, unseen } from "../parts/filters";
import { nextSort, sortKeys, Table } from "../parts/table";
import { sentence } from "../saving";
import { useTyped } from "../shell/omni";
import { useShell } from "../shell/shell";
import { useViewActs } from "./list/acts";
import { cardFields, Cards, CardsWaiting } from "./list/cards";
import { askable, groupable, lanesOf, manyCurrencies, summable } from "./list/fields";
import { groupFilter, useLines } from "./list/lines";
import { askList, pageSize, useCount, useGroups, usePages, useSums } from "./list/rows";
import { useViews, type Views } from "./list/saved";
import { printList, useSheet } from "./list/sheet";
import { sortText } from "./list/sorttext";
import { useListState, type Asked, type ListState } from "./list/state";
import { Tabs } from "./list/tabs";
import { askedOf, joined, useTicks } from "./list/ticks";
import { Nowhere } from "./nowhere";
import "./list/list.css";

const Board = lazy(() => import("../parts/board").then((m) => ({ default: m.Board })));
const ColumnsPanel = lazy(() => import("./list/columns"));
const SortPanel = lazy(() => import("./list/sort"));
const PeekDrawer = lazy(() => import("../parts/peek").then((m) => ({ default: m.Peek })));
const ExportDialog = lazy(() => import("./list/export"));

// What opens over a list is fetched once nothing else is to be done.
function prefetch() {
  const fetchAll = () => {
    for (const load of [() => import("../parts/peek"), () => import("../parts/filters/forms"), () => import("./list/sort"), () => import("./list/columns"), () => import("../parts/form")]) void load().catch(() => undefined);
  };
  const later = setTimeout(() => (window.requestIdleCallback ?? setTimeout)(fetchAll), 1500);
  return () => clearTimeout(later);
}

export default function ListPage() {
  const { type: name = "" } = useParams();
  const type = useType(name);
  const { search } = useLocation();
  if (type && type.name !== name) return <Navigate replace to={`/t/${type.name}${search}`} />;
  if (!type) return <Nowhere />;
  return <List key={name} type={type} />;
}

function List({ type }: { type: RecordType }) {
  const views = useViews(type);
  const s = useListState(type, views);
  const phone = usePhone();
  const navigate = useNavigate();
  const { types } = useKnown();
  const { create } = useShell();
  const fields = useMemo(() => askable(type, types), [type, types]);
  const { ticks, tick, everything, clear, has, here } = useTicks(s.asked);
  const [ticking, setTicking] = useState(false);
  const [exporting, setExporting] = useState(false);
  const sheet = useSheet(type, s.columns);
  const acts = useViewActs(type, views, s);
  const typed = useTyped(s.q, 200);
  useEffect(() => { if (typed.settled !== s.q) s.set({ q: typed.settled || undefined }); }, [typed.settled]);
  useEffect(prefetch, []);
  useKeys({ "/": () => document.getElementById("within")?.focus(), n: () => create(type.name), ArrowDown: toRows });
  const choose = (key: string) => {
    clear();
    s.restore({ view: key, q: undefined, cols: undefined, peek: undefined }, true);
    typed.set("");
  };
  const onOpen = useCallback((r: Rec) => void navigate(recordPath(type.name, r.id)), [navigate, type.name]);
  const asked = useMemo(() => [...new Set([...s.columns.map((c) => c.name), ...(phone ? cardFields(type) : []), ...(s.kanban ? [s.kanban] : []), "owner"])].sort(), [s.columns, phone, type, s.kanban]);
  const board = fieldsOf(type).get(s.kanban);
  const shape = board?.choices ? "board" : phone ? "cards" : "table";

  const lines = useLines({ type, columns: s.columns, fields: asked, asked: s.asked, group: shape === "table" ? s.group : "", on: s.settled && shape === "table" });
  const cards = useCards(type, asked, s.asked, s.settled && shape === "cards");
  const page = shape === "cards" ? cards.first : lines.first;
  const capped = shape === "board" || (page?.total && !page.total.exact) || false;
  const alive = useAlive();
  const exact = useCount(type, s.asked, alive && s.settled && capped);
  const total = lines.total ?? (page?.total?.exact ? page.total.count : exact);
  const countText = total !== undefined ? total.toLocaleString() : page?.total ? t("list.over", { n: page.total.count.toLocaleString() }) : "";
  const picked = ticks.all ? (here && total !== undefined ? total - ticks.ids.size : undefined) : ticks.ids.size;
  const n = picked ?? total ?? 0;
  const error = shape === "table" ? lines.error : shape === "cards" ? cards.error : null;
  const nothing = !error && total === 0 && (shape === "board" || (shape === "cards" ? cards.first : lines.ready));
  const target = useCallback(() => {
    if (!ticks.all) return { ids: [...ticks.ids] };
    const { order_by: _, ...q } = askedOf(ticks);
    return { query: Object.fromEntries(Object.entries(q).filter(([, v]) => v)) };
  }, [ticks]);
  const countMatches = useCallback(async (filter: string, signal: AbortSignal) => (await askList<Listed>(type.name, "query", { ...s.asked, filter, order_by: "-created_at" }, { fields: ["id"], page_size: 1, total: "capped" }, signal)).total!, [type.name, s.asked.view, s.asked.q, s.asked.archived]);
  const hidden = useMemo(() => unseen(s.filter, fields), [s.filter, fields]);
  const bar = (
    <BulkBar type={type} n={n} target={target} archived={s.archived === "only"} clear={() => { clear(); setTicking(false); }} onExport={sheet.may ? () => setExporting(true) : undefined} onPrint={sheet.may ? () => printList(type.name, { ...askedOf(ticks), order_by: s.asked.order_by }, sheet.columns) : undefined} phone={phone}
      everything={total !== undefined && n < total && !(ticks.all && !here) && <Button type="link" size="small" onClick={everything}>{t("bulk.all_match", { n: countText })}</Button>}
      pager={<Foot total={countText} sort={sortText(s.sort, fields)} unknown={s.unknown} />} />
  );
  return (
    <div className="list-page">
      <div className="list-head">
        <h1>{type.plural} <small aria-live="polite">{countText}</small></h1>
        <Tabs type={type} views={views.views.includes(s.view) ? views.views : [...views.views, s.view]} now={s.view} first={views.first} counts={alive && (lines.ready || !!page || shape === "board")} choose={choose} acts={views.on ? acts.items : []} />
        <More type={type} s={s} exportNow={sheet.may ? () => setExporting(true) : undefined} print={sheet.may ? () => printList(type.name, s.asked, sheet.columns) : undefined} tick={phone && shape === "cards" ? () => setTicking(true) : undefined} />
        <Button type="primary" icon={<PlusOutlined />} aria-label={t("act.new_of", { what: type.label })} onClick={() => create(type.name)}>{phone ? null : t("act.new_of", { what: type.label })}</Button>
      </div>
      <Bar type={type} s={s} views={views} phone={phone} typed={typed} fields={fields} count={countMatches} saveAs={acts.saveAs} update={acts.update} />
      {hidden.length > 0 && <Unseen names={hidden} s={s} all={() => choose(views.first.key)} />}
      {error && !hidden.length ? (
        <div className="nothing" role="alert"><h2>{t("list.wrong")}</h2><p>{sentence(error)}</p><div className="actions"><Button onClick={() => { typed.set(""); s.set({ f: "", q: undefined, sort: undefined, group: undefined }); }}>{t("filter.clear")}</Button><Button onClick={() => (shape === "cards" ? cards.again() : lines.again())}>{t("act.again")}</Button></div></div>
      ) : hidden.length > 0 ? null : nothing ? (
        <Nothing type={type} words={s.q} filtered={!!s.filter || s.archived === "only"} view={s.view.base && s.view.base !== views.first.base ? s.view.label : ""} clear={() => { typed.set(""); s.set({ q: undefined, f: "", archived: "" }); }} all={() => choose(views.first.key)} create={() => create(type.name, s.q ? { [titleField(type) || "name"]: s.q } : undefined)} />
      ) : shape === "board" ? (
        <Suspense fallback={<div className="grow" />}><BoardOf type={type} s={s} fields={asked} onOpen={onOpen} on={s.settled} /></Suspense>
      ) : shape === "cards" ? (
        cards.first ? <Cards type={type} rows={cards.rows} more={cards.more} loading={cards.fetching} onOpen={onOpen} onEnd={cards.next} ticked={has} ticking={ticking || n > 0} onTick={(id, on) => tick([id], on)} /> : <CardsWaiting />
      ) : (
        <Grid type={type} s={s} lines={lines} total={total} page={page} sumLabel={countText} ticks={{ n, has, tick, clear, all: ticks.all, ticks, everything, exact: picked }} onOpen={onOpen} />
      )}
      {shape !== "board" && (!phone || n > 0) && !hidden.length && bar}
      {shape === "cards" && <Peek type={type} id={s.peek} close={() => s.set({ peek: undefined })} />}
      {acts.dialogs}
      {exporting && <Suspense fallback={null}><ExportDialog type={type} columns={s.columns} all={{ asked: s.asked, n: countText }} ticked={n > 0 ? { asked: askedOf(ticks), n } : undefined} close={() => setExporting(false)} /></Suspense>}
    </div>
  );
}

// What only completes a list (counts, sums) is asked for once it can be used.
function useAlive() {
  const [alive, setAlive] = useState(false);
  useEffect(() => {
    const later = setTimeout(() => setAlive(true));
    return () => clearTimeout(later);
  }, []);
  return alive;
}

// Peek is not there before something is looked at, then stays to be shut gently.
function Peek(p: ComponentProps<typeof PeekDrawer>) {
  const [used, setUsed] = useState(!!p.id);
  useEffect(() => { if (p.id) setUsed(true); }, [p.id]);
  return used || p.id ? <Suspense fallback={null}><PeekDrawer {...p} /></Suspense> : null;
}

interface GridTicks { n: number; has: (id: string) => boolean; tick: (ids: string[], on: boolean) => void; clear: () => void; all?: Asked; ticks: ReturnType<typeof useTicks>["ticks"]; everything: () => void; exact?: number }

// Grid is the table with its sums and the peek that follows the row one stands on.
function Grid({ type, s, lines, total, page, sumLabel, ticks, onOpen }: { type: RecordType; s: ListState; lines: ReturnType<typeof useLines>; total?: number; page?: Listed; sumLabel: string; ticks: GridTicks; onOpen: (r: Rec) => void }) {
  const [at, setAt] = useState(-1);
  const count = lines.by ? lines.lines : (total ?? Math.max(page?.total?.count ?? 0, pageSize));
  const live = { lines: count, line: lines.line };
  const shown = useRef<typeof live | null>(null);
  if (lines.ready) shown.current = live;
  const now = lines.ready ? live : (shown.current ?? { lines: 40, line: () => ({ row: undefined }) });
  const sums = useSums(type, s.columns, s.asked, useAlive() && lines.ready && ticks.n === 0);
  const chosen = useMemo(() => askedOf(ticks.ticks), [ticks.ticks]);
  const some = useSums(type, s.columns, chosen, ticks.n > 0);
  const line = at >= 0 && at < now.lines ? now.line(at) : undefined;
  const here = line && "row" in line ? line.row : undefined;
  // While the peek is open it shows the row one stands on.
  useEffect(() => { if (s.peek && here && here.id !== s.peek) s.set({ peek: here.id }); }, [here?.id]);
  useEffect(() => setAt(-1), [s.asked, s.group]);
  const move = useCallback((by: 1 | -1) => setAt((old) => {
    let i = old;
    if (i < 0) for (let k = lines.range[0]; k < lines.range[1]; k++) { const l = lines.line(k); if ("row" in l && l.row?.id === s.peek) i = k; }
    do i += by; while (i > 0 && i < count - 1 && "group" in lines.line(i));
    return Math.max(0, Math.min(count - 1, i));
  }), [lines, count, s.peek]);
  const idsOf = (list: number[]) => list.map((i) => now.line(i)).flatMap((l) => ("row" in l && l.row ? [l.row.id] : []));
  const near = lines.loaded(...lines.range);
  const tickedAll = !!ticks.all ? ticks.exact !== undefined && ticks.exact === total : near.length > 0 && near.every((r) => ticks.has(r.id));
  const resize = (name: string, w: number) => s.setColumns(s.specs.map((c) => (c.n === name ? { n: c.n, ...(c.p ? { p: true } : {}), ...(w ? { w } : {}) } : c)));
  return (
    <>
      <Table label={type.plural} grouped={!!lines.by} columns={s.columns} lines={now.lines} line={now.line} busy={!lines.ready && !!shown.current} sort={s.sort} ticked={ticks.has} tickedAll={tickedAll} tickedSome={ticks.n > 0} at={at} onAt={setAt} onRange={lines.onRange}
        href={(r) => recordPath(type.name, r.id)} onSort={(f, add) => s.set((now) => ({ sort: nextSort(now.get("sort") ?? s.view.sort, f, add) }))} onTick={(list, on) => ticks.tick(idsOf(list), on)} onTickAll={(on) => { if (!on) ticks.clear(); else ticks.tick(lines.loaded(0, now.lines).map((r) => r.id), true); }} onOpen={onOpen} onPeek={(r, i) => { setAt(i); s.set({ peek: r.id }); }} onGroup={lines.toggle} onResize={resize}
        sums={s.columns.some((c) => summable(c.field) || manyCurrencies(c.field)) ? (ticks.n > 0 ? some : sums) : undefined} sumLabel={ticks.n > 0 ? t("list.sum_ticked", { n: ticks.n.toLocaleString() }) : t("list.sum_all", { n: sumLabel })} />
      <Peek type={type} id={s.peek} close={() => s.set({ peek: undefined })} move={move} />
    </>
  );
}

// Cards are read page after page.
function useCards(type: RecordType, fields: string[], asked: Asked, on: boolean) {
  const [n, setN] = useState(1);
  const key = JSON.stringify(asked);
  useEffect(() => setN(1), [key]);
  const wanted = useMemo(() => (on ? Array.from({ length: n }, (_, page) => ({ asked, page })) : []), [on, n, asked]);
  const pages = usePages(type, fields, wanted);
  const parts = wanted.map((w) => pages.pageOf(asked, w.page));
  const rows = parts.flatMap((p) => p?.items ?? []);
  const last = parts[parts.length - 1];
  const more = !!last?.next_page_token || (parts.length > 0 && !last);
  const waits = !last;
  const next = useCallback(() => { if (!waits) setN((k) => k + 1); }, [waits]);
  return { first: parts[0], rows, more, next, fetching: pages.fetching, error: pages.error, again: pages.again };
}

function BoardOf({ type, s, fields, onOpen, on }: { type: RecordType; s: ListState; fields: string[]; onOpen: (r: Rec) => void; on: boolean }) {
  const by = fieldsOf(type).get(s.kanban)!;
  const groups = useGroups(type, s.kanban, s.columns, s.asked, on);
  const lanes = (groups.data ?? []).map((g) => ({ value: g.value === null ? "" : String(g.value), count: g.count, sums: g.sums }));
  const page = useCallback((lane: string, token: string, signal: AbortSignal) =>
    askList<Listed>(type.name, "query", { ...s.asked, filter: joined(s.asked.filter, groupFilter(by, lane)!) }, { fields, page_size: 40, page_token: token, total: "none" }, signal), [type.name, s.asked, by, fields.join()]);
  return <Board type={type} by={by} columns={s.columns} lanes={lanes} cacheKey={[s.asked, fields]} page={page} onOpen={onOpen} />;
}

const Foot = ({ total, sort, unknown }: { total: string; sort: string; unknown: number }) => (
  <>
    <span>{total && t("list.n_all", { n: total })}{sort && (total && " · ") + t("list.by", { what: sort })}{unknown > 0 && ` · ${t("list.unknown_columns", { n: unknown })}`}</span>
    <span className="grow" />
    <span className="foot-keys"><kbd>↑↓</kbd> {t("keys.move")} <kbd>Enter</kbd> {t("keys.open")} <kbd>→</kbd> {t("list.peek")} <kbd>Space</kbd> {t("keys.tick")} <kbd>/</kbd> {t("search.label")} <kbd>n</kbd> {t("act.new")}</span>
  </>
);

interface BarProps {
  type: RecordType; s: ListState; views: Views; phone: boolean; typed: ReturnType<typeof useTyped>; fields: ReturnType<typeof askable>;
  count: (filter: string, signal: AbortSignal) => Promise<{ count: number; exact: boolean }>; saveAs: () => void; update?: () => Promise<void>;
}

// Bar is search, filter, and how the list is laid out.
function Bar({ type, s, views, phone, typed, fields, count, saveAs, update }: BarProps) {
  const [sorting, setSorting] = useState(false);
  const keys = sortKeys(s.sort);
  const groups = groupable(type), lanes = lanesOf(type);
  const board = fieldsOf(type).get(s.kanban), group = fieldsOf(type).get(s.group);
  const sortPanel = <Suspense fallback={<div className="sort-panel part-waits" role="status">{t("state.loading")}</div>}><SortPanel type={type} sort={s.sort} onChange={(x) => s.set({ sort: x })} /></Suspense>;
  const pick = (list: typeof groups, now: string, set: (n: string) => void) => ({ items: list.map((f) => ({ key: f.name, label: f.label })), selectedKeys: [now], onClick: (e: { key: string }) => set(e.key === now ? "" : e.key), style: { maxHeight: "60vh", overflow: "auto" } });
  const laidOut = (
    <>
      {!s.kanban && !phone && (
        <span className="bar-pair">
          <Dropdown trigger={["click"]} menu={pick(groups, s.group, (x) => s.set({ group: x }))}><Button type="text" size="small" icon={<GroupOutlined />}>{group ? t("group.by", { what: group.label }) : t("group.title")}</Button></Dropdown>
          {group && <Button type="text" size="small" aria-label={t("group.off")} icon={<CloseOutlined />} onClick={() => s.set({ group: "" })} />}
        </span>
      )}
      {lanes.length > 0 && (
        <span className="bar-pair">
          <Dropdown trigger={["click"]} menu={pick(lanes, s.kanban, (x) => s.set({ board: x }))}><Button type="text" size="small" icon={<AppstoreOutlined />}>{board ? t("board.by", { what: board.label }) : t("board.title")}</Button></Dropdown>
          {board && <Button type="text" size="small" aria-label={t("board.off")} icon={<CloseOutlined />} onClick={() => s.set({ board: "" })} />}
        </span>
      )}
    </>
  );
  return (
    <div className="list-bar">
      <label className="within"><SearchOutlined aria-hidden="true" /><input id="within" type="search" aria-label={t("list.search_in", { what: type.plural })} placeholder={t("list.search_in", { what: type.plural })} {...typed.props} onKeyDown={onSearchKey} /></label>
      <FilterBar type={type} fields={fields} filter={s.filter} onChange={(f) => s.set({ f })} count={count} />
      {s.archived === "only" && <span className="chip removable"><b>{t("list.only_archived")}</b><button type="button" className="chip-x" aria-label={t("list.without_archived")} onClick={() => s.set({ archived: "" })}><CloseOutlined /></button></span>}
      {!phone && s.changed && views.on && (
        <span className="bar-pair">
          {update ? <Button type="link" size="small" onClick={() => void update()}>{t("views.update")}</Button> : <Button type="link" size="small" onClick={saveAs}>{t("views.save_as")}</Button>}
          <Button type="link" size="small" className="quiet" onClick={() => { s.restore(); }}>{t("views.restore")}</Button>
        </span>
      )}
      <span className="grow" />
      {!phone && laidOut}
      {phone ? (
        <>
          <Button icon={<SortAscendingOutlined />} aria-label={t("sort.title")} onClick={() => setSorting(true)} />
          <Drawer open={sorting} onClose={() => setSorting(false)} placement="bottom" size="large" title={t("sort.title")} extra={<Button type="primary" onClick={() => setSorting(false)}>{t("filter.apply")}</Button>}>{sortPanel}<div className="sort-laid">{laidOut}</div></Drawer>
        </>
      ) : (
        <>
          <Popover trigger="click" placement="bottomRight" content={sortPanel} open={sorting} onOpenChange={setSorting}><Button type="text" size="small" icon={<SortAscendingOutlined />}>{keys.length > 1 ? t("sort.n", { n: keys.length }) : t("sort.title")}</Button></Popover>
          <Popover trigger="click" placement="bottomRight" destroyOnHidden content={<Suspense fallback={<div className="columns-panel part-waits" role="status">{t("state.loading")}</div>}><ColumnsPanel type={type} specs={s.specs} own={s.ownColumns} onChange={s.setColumns} /></Suspense>}><Button type="text" size="small" icon={<TableOutlined />}>{t("list.n_columns", { n: s.columns.length })}</Button></Popover>
        </>
      )}
    </div>
  );
}

function More({ type, s, exportNow, print, tick }: { type: RecordType; s: ListState; exportNow?: () => void; print?: () => void; tick?: () => void }) {
  const navigate = useNavigate();
  const items = [
    { key: "import", icon: <ImportOutlined />, label: t("import.of", { what: type.plural }), onClick: () => void navigate(`/imports?type=${type.name}`) },
    ...(exportNow ? [{ key: "export", icon: <DownloadOutlined />, label: t("export.of", { what: type.plural }), onClick: exportNow }] : []),
    ...(print ? [{ key: "print", icon: <PrinterOutlined />, label: t("list.print", { what: type.plural }), onClick: print }] : []),
    { key: "archived", label: t(s.archived === "only" ? "list.without_archived" : "list.only_archived"), onClick: () => s.set({ archived: s.archived === "only" ? "" : "only" }) },
    ...(tick ? [{ key: "tick", label: t("card.tick"), onClick: tick }] : []),
  ];
  return <Dropdown menu={{ items }} trigger={["click"]}><Button icon={<EllipsisOutlined />} aria-label={t("act.more")} /></Dropdown>;
}

// From the search one goes down to what was found; Escape empties it first.
function onSearchKey(e: React.KeyboardEvent<HTMLInputElement>) {
  if (e.nativeEvent.isComposing || !(e.key === "ArrowDown" || e.key === "Enter" || (e.key === "Escape" && !e.currentTarget.value))) return;
  e.preventDefault();
  e.currentTarget.blur(); // on a phone its keyboard gives way to the cards
  toRows();
}

// toRows brings one to the rows, and on to the first.
function toRows() {
  const grid = document.querySelector<HTMLElement>(".grid");
  grid?.focus({ preventScroll: true });
  if (grid && !grid.getAttribute("aria-activedescendant")) grid.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
}

/** useKeys listens for single keys while nothing is being typed. */
function useKeys(keys: Record<string, () => void>) {
  useEffect(() => {
    const on = (e: globalThis.KeyboardEvent) => {
      const el = e.target as HTMLElement;
      if (e.metaKey || e.ctrlKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable || document.querySelector(".kd-open, .ant-modal-wrap:not([style*='none']), .ant-drawer-open .ant-drawer-mask")) return;
      const act = keys[e.key];
      if (act && (e.key.length === 1 || el === document.body || el.id === "main")) {
        e.preventDefault();
        act();
      }
    };
    window.addEventListener("keydown", on);
    return () => window.removeEventListener("keydown", on);
  });
}

// A filter that names what this reader may not see: said, and a way out.
function Unseen({ names, s, all }: { names: string[]; s: ListState; all: () => void }) {
  const g = read(s.filter);
  const drop = (x: Condition | Group): (Condition | Group)[] => (isGroup(x) ? [{ ...x, items: x.items.flatMap(drop) }] : names.includes(x.field) ? [] : [x]);
  const { types } = useKnown();
  const type = useType(useParams().type ?? "");
  const without = g && type ? written({ ...g, items: g.items.flatMap(drop) }, askable(type, types)) : null;
  return (
    <Alert className="unseen" type="warning" showIcon role="alert" title={t("list.unseen", { what: names.join(t("filter.comma")) })} description={t("list.unseen_says")}
      action={<span className="actions">{without !== null && <Button size="small" onClick={() => s.set({ f: without })}>{t("list.unseen_drop")}</Button>}<Button size="small" onClick={all}>{t("list.other_view")}</Button></span>} />
  );
}

function Nothing({ type, words, filtered, view, clear, all, create }: { type: RecordType; words: string; filtered: boolean; view: string; clear: () => void; all: () => void; create: () => void }) {
  const navigate = useNavigate();
  const may = type.fields.some((f) => f.level === "write");
  return (
    <div className="nothing">
      <h2>{words ? t("list.none_found", { words }) : filtered ? t("list.none_match") : view ? t("list.none_view", { what: view }) : t("list.empty", { what: type.plural })}</h2>
      <p>{words ? t("list.try") : filtered ? t("list.none_match_says") : (type.help ?? "")}</p>
      <div className="actions">
        {(words || filtered) && <Button type="primary" onClick={clear}>{t("filter.clear")}</Button>}
        {!words && !filtered && view && <Button onClick={all}>{t("list.other_view")}</Button>}
        {!filtered && may && <Button type={words ? "default" : "primary"} icon={<PlusOutlined />} onClick={create}>{words ? t("list.create", { what: type.label, words }) : t("act.new_of", { what: type.label })}</Button>}
        {!words && !filtered && may && <Button icon={<ImportOutlined />} onClick={() => void navigate(`/imports?type=${type.name}`)}>{t("import.of", { what: type.plural })}</Button>}
      </div>
    </div>
  );
}
