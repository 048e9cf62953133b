// A list of one type: views as tabs, filter, search, sort, paging by key,
// ticked rows, a peek beside it. What is shown stands in the URL.
import { DownloadOutlined, EllipsisOutlined, ImportOutlined, PlusOutlined, SearchOutlined, TableOutlined } from "@ant-design/icons";
import { Button, Checkbox, Drawer, Dropdown, Popover, Spin } from "antd";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { download, get, query } from "../api/client";
import type { Listed, Rec, RecordType, View } from "../api/types";
import { kindOf } from "../fields";
import { blank, str } from "../fields/parts";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, masked, recordPath, titleField, useKnown, useType } from "../model";
import { BulkBar } from "../parts/bulk";
import { Board } from "../parts/board";
import { FilterBar } from "../parts/filters";
import { RecordBody } from "../parts/peek";
import { Table, type Column } from "../parts/table";
import { Value } from "../parts/value";
import { sentence, useNotify } from "../saving";
import { useTyped } from "../shell/omni";
import { useShell } from "../shell/shell";

export default function ListPage() {
  const { type: name = "" } = useParams();
  const type = useType(name);
  if (!type) return <div className="nothing page-nothing"><h1>{t("state.no_page")}</h1></div>;
  return <List key={name} type={type} />;
}

/** useListState reads and writes what the URL says of a list. */
function useListState(type: RecordType) {
  const [params, setParams] = useSearchParams();
  const { session } = useKnown();
  const views = useMemo(() => (type.views ?? []).filter((v) => !v.roles || session.user.admin || v.roles.some((r) => session.user.roles.includes(r))), [type, session]);
  const view: View | undefined = views.find((v) => v.name === params.get("view")) ?? views.find((v) => v.default) ?? views[0];
  const set = useCallback((change: Record<string, string | undefined>, push = false) => {
    setParams((old) => {
      const next = new URLSearchParams(old);
      for (const [k, v] of Object.entries(change)) if (v) next.set(k, v); else next.delete(k);
      return next;
    }, { replace: !push });
  }, [setParams]);
  return { views, view, set, q: params.get("q") ?? "", filter: params.get("f") ?? "", sort: params.get("sort") ?? "", cols: params.get("cols") ?? "", peek: params.get("peek") ?? "", archived: params.get("archived") ?? "" };
}

function columnsOf(type: RecordType, view: View | undefined, cols: string): Column[] {
  const fields = fieldsOf(type);
  const names = cols ? cols.split(",") : (view?.columns ?? type.page?.key ?? type.fields.slice(0, 8).map((f) => f.name));
  const main = titleField(type);
  const list = names.map((n) => fields.get(n)).filter((f) => !!f).map((field) => ({ name: field.name, field, width: field.name === main ? 200 : kindOf(field).width, title: field.name === main }));
  if (!list.some((c) => c.title)) {
    const first = list.find((c) => c.name === "subject" || c.name === "summary") ?? list.find((c) => c.field.kind === "text") ?? list[0];
    if (first) Object.assign(first, { title: true, width: Math.max(first.width, 170) });
  }
  return list;
}

function List({ type }: { type: RecordType }) {
  const s = useListState(type);
  const phone = usePhone();
  const navigate = useNavigate();
  const { create } = useShell();
  const columns = useMemo(() => columnsOf(type, s.view, s.cols), [type, s.view, s.cols]);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const sort = s.sort || s.view?.sort || "";
  const asked = useMemo(() => ({
    view: s.view?.name, q: s.q, filter: s.filter, order_by: s.sort, archived: s.archived,
    fields: [...new Set([...columns.map((c) => c.name), ...(phone ? (type.page?.card ?? []) : []), ...(s.view?.kanban ? [s.view.kanban] : []), "owner"])].join(","),
  }), [s.view, s.q, s.filter, s.sort, s.archived, columns, phone, type]);
  const list = useInfiniteQuery({
    queryKey: ["list", type.name, asked],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => get<Listed>(`/${type.name}` + query({ ...asked, page_size: asked.view && s.view?.kanban ? 500 : 100, page_token: pageParam, total: pageParam ? "none" : "capped" }), signal),
    getNextPageParam: (last) => last.next_page_token || undefined,
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total;
  const { fetchNextPage, isFetchingNextPage, hasNextPage } = list;
  const onEnd = useCallback(() => { if (!isFetchingNextPage) void fetchNextPage(); }, [fetchNextPage, isFetchingNextPage]);
  const onTick = useCallback((ids: string[], on: boolean) => setTicked((old) => {
    const next = new Set(old);
    for (const id of ids) if (on) next.add(id); else next.delete(id);
    return next;
  }), []);
  const onOpen = useCallback((r: Rec) => void navigate(recordPath(type.name, r.id)), [navigate, type.name]);
  const onPeek = useCallback((r: Rec) => s.set({ peek: r.id }), [s.set]);
  const typed = useTyped(s.q, 200);
  useEffect(() => { if (typed.settled !== s.q) s.set({ q: typed.settled || undefined }); }, [typed.settled]);
  useKeys({ "/": () => document.getElementById("within")?.focus(), n: () => create(type.name) });
  const sums = useSums(type, columns, asked, rows.length > 0 && !phone && !s.q);
  const chosen = rows.filter((r) => ticked.has(r.id));
  const exact = total?.exact ? total.count : (sums["#"] as number | undefined);
  const countText = total ? (exact !== undefined ? exact.toLocaleString() : total.exact ? total.count.toLocaleString() : t("list.over", { n: total.count.toLocaleString() })) : "";
  return (
    <div className="list-page">
      <div className="list-head">
        <h1>{type.plural} <small aria-live="polite">{countText}</small></h1>
        <Views views={s.views} now={s.view} choose={(v) => { setTicked(new Set()); s.set({ view: v, f: undefined, sort: undefined, cols: undefined, q: undefined }, true); typed.set(""); }} />
        <More type={type} state={s} asked={asked} />
        <Button type="primary" icon={<PlusOutlined />} onClick={() => create(type.name)}>{phone ? null : t("act.new_of", { what: type.label })}</Button>
      </div>
      <div className="list-bar">
        <label className="within"><SearchOutlined aria-hidden="true" /><input id="within" aria-label={t("list.search_in", { what: type.plural })} placeholder={t("list.search_in", { what: type.plural })} {...typed.props} /></label>
        <FilterBar type={type} filter={s.filter} onChange={(f) => s.set({ f: f || undefined })} />
        {(s.filter || s.sort || s.archived) && <Button type="link" size="small" onClick={() => s.set({ f: undefined, sort: undefined, archived: undefined })}>{t("filter.clear")}</Button>}
        <span className="grow" />
        {list.isFetching && <Spin size="small" />}
        {!phone && <Columns type={type} columns={columns} onChange={(cols) => s.set({ cols: cols.join(",") })} />}
      </div>
      {list.isError ? (
        <div className="nothing" role="alert"><p>{sentence(list.error)}</p><Button onClick={() => s.set({ f: undefined, q: undefined, sort: undefined })}>{t("filter.clear")}</Button></div>
      ) : list.isSuccess && rows.length === 0 ? (
        <Nothing type={type} words={s.q} filtered={!!s.filter} clear={() => { typed.set(""); s.set({ q: undefined, f: undefined }); }} create={() => create(type.name, s.q ? { [titleField(type) || "name"]: s.q } : undefined)} />
      ) : s.view?.kanban && !phone ? (
        <Board type={type} by={s.view.kanban} rows={rows} columns={columns} onOpen={onOpen} />
      ) : phone ? (
        <Cards type={type} rows={rows} onOpen={onOpen} more={hasNextPage} onEnd={onEnd} />
      ) : (
        <Table label={type.plural} columns={columns} rows={rows} sort={sort} ticked={ticked} total={total?.count ?? rows.length} more={hasNextPage} onSort={(x) => s.set({ sort: x || undefined })} onTick={onTick} onOpen={onOpen} onPeek={onPeek} onEnd={onEnd}
          sums={chosen.length ? sumOf(columns, chosen) : sums} sumLabel={chosen.length ? t("list.sum_ticked", { n: chosen.length }) : t("list.sum_all", { n: countText })} />
      )}
      {!phone && rows.length > 0 && !s.view?.kanban && <BulkBar type={type} ids={[...ticked]} rows={rows} asked={asked} total={exact !== undefined && total ? { count: exact, exact: true } : total} shown={rows.length} setTicked={(ids) => setTicked(new Set(ids))} />}
      <Drawer open={!!s.peek} onClose={() => s.set({ peek: undefined })} size={phone ? "100%" : 520} title={null} closable={false} styles={{ body: { padding: 0 } }} destroyOnHidden>
        {s.peek && <RecordBody type={type} id={s.peek} close={() => s.set({ peek: undefined })} />}
      </Drawer>
    </div>
  );
}

function Views({ views, now, choose }: { views: View[]; now?: View; choose: (v: string) => void }) {
  if (views.length < 2) return <span className="grow" />;
  return (
    <div className="tabs" role="tablist" aria-label={t("list.views")}>
      {views.map((v) => <button key={v.name} type="button" role="tab" aria-selected={v === now} onClick={() => choose(v.name)}>{v.label}</button>)}
    </div>
  );
}

function More({ type, state, asked }: { type: RecordType; state: ReturnType<typeof useListState>; asked: Record<string, string | undefined> }) {
  const navigate = useNavigate();
  const notify = useNotify();
  const save = (format: string) => download(`/${type.name}:export`, { ...asked, fields: asked.fields?.split(","), format }).catch(notify.failed);
  const items = [
    { key: "import", icon: <ImportOutlined />, label: t("import.of", { what: type.plural }), onClick: () => void navigate(`/imports?type=${type.name}`) },
    { key: "xlsx", icon: <DownloadOutlined />, label: t("export.xlsx"), onClick: () => void save("xlsx") },
    { key: "csv", icon: <DownloadOutlined />, label: t("export.csv"), onClick: () => void save("csv") },
    { key: "archived", label: t(state.archived ? "list.without_archived" : "list.only_archived"), onClick: () => state.set({ archived: state.archived ? undefined : "only" }) },
  ];
  return <Dropdown menu={{ items }} trigger={["click"]}><Button icon={<EllipsisOutlined />} aria-label={t("act.more")} /></Dropdown>;
}

function Columns({ type, columns, onChange }: { type: RecordType; columns: Column[]; onChange: (names: string[]) => void }) {
  const names = columns.map((c) => c.name);
  const all = [...fieldsOf(type).values()].filter((f) => !["id", "title", "rev", "root_owner", "root_department"].includes(f.name) && !["rows", "files", "json"].includes(f.kind));
  const content = (
    <div className="columns-menu" role="group" aria-label={t("list.columns")}>
      {all.map((f) => <Checkbox key={f.name} checked={names.includes(f.name)} onChange={(e) => onChange(e.target.checked ? [...names, f.name] : names.filter((n) => n !== f.name))}>{f.label}</Checkbox>)}
    </div>
  );
  return <Popover trigger="click" placement="bottomRight" content={content}><Button type="text" size="small" icon={<TableOutlined />}>{t("list.n_columns", { n: columns.length })}</Button></Popover>;
}

// useSums adds up the money columns over everything that matches: grouping by
// a column that is empty for all of them makes one group.
function useSums(type: RecordType, columns: Column[], asked: Record<string, string | undefined>, on: boolean): Record<string, unknown> {
  const names = columns.filter((c) => c.field.kind === "money" && !masked(c.field)).map((c) => c.name);
  const sums = useQuery({
    queryKey: ["sum", type.name, names.join(), asked.view, asked.filter, asked.archived], enabled: on && names.length > 0 && !asked.archived, staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const all = await Promise.all(names.map((n) => get<{ items: { sum?: string; count: number }[] }>(`/${type.name}:group` + query({ by: "archived_at", sum: n, view: asked.view, filter: asked.filter }), signal)));
      return { ...Object.fromEntries(names.map((n, i) => [n, all[i]!.items[0]?.sum])), "#": all[0]!.items[0]?.count ?? 0 };
    },
  });
  return sums.data ?? {};
}

function sumOf(columns: Column[], rows: Rec[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const c of columns) {
    if (c.field.kind !== "money" || masked(c.field)) continue;
    const cents = rows.reduce((n, r) => n + Math.round(Number(r[c.name] ?? 0) * 100), 0);
    out[c.name] = (cents / 100).toFixed(2);
  }
  return out;
}

/** useKeys listens for single keys while nothing is being typed. */
function useKeys(keys: Record<string, () => void>) {
  useEffect(() => {
    const on = (e: globalThis.KeyboardEvent) => {
      const el = e.target as HTMLElement;
      if (e.metaKey || e.ctrlKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable || document.querySelector(".kd-open, .ant-modal-wrap:not([style*='none']), .ant-drawer-open")) return;
      const act = keys[e.key];
      if (act) {
        e.preventDefault();
        act();
      }
    };
    window.addEventListener("keydown", on);
    return () => window.removeEventListener("keydown", on);
  });
}

function Nothing({ type, words, filtered, clear, create }: { type: RecordType; words: string; filtered: boolean; clear: () => void; create: () => void }) {
  const navigate = useNavigate();
  return (
    <div className="nothing">
      <h2>{words ? t("list.none_found", { words }) : filtered ? t("list.none_match") : t("list.empty", { what: type.plural })}</h2>
      <p>{words ? t("list.try") : (type.help ?? "")}</p>
      <div className="actions">
        {(words || filtered) && <Button onClick={clear}>{t("filter.clear")}</Button>}
        {!filtered && <Button type={words ? "default" : "primary"} icon={<PlusOutlined />} onClick={create}>{t("act.new_of", { what: type.label })}</Button>}
        {!words && !filtered && <Button icon={<ImportOutlined />} onClick={() => void navigate(`/imports?type=${type.name}`)}>{t("import.of", { what: type.plural })}</Button>}
      </div>
    </div>
  );
}

function Cards({ type, rows, onOpen, more, onEnd }: { type: RecordType; rows: Rec[]; onOpen: (r: Rec) => void; more: boolean; onEnd: () => void }) {
  const fields = fieldsOf(type);
  const names = (type.page?.card ?? []).slice(0, 5);
  const marks = (type.page?.marks ?? []).map((n) => fields.get(n)).filter((f) => f?.kind === "choice");
  return (
    <ul className="cards" onScroll={(e) => { const el = e.currentTarget; if (more && el.scrollHeight - el.scrollTop - el.clientHeight < 600) onEnd(); }}>
      {rows.map((r) => (
        <li key={r.id}>
          <a href={recordPath(type.name, r.id)} onClick={(e) => { e.preventDefault(); onOpen(r); }}>
            <span className="card-title">{r.title}{marks.map((f) => !blank(r[f!.name]) && <span key={f!.name}><Value field={f!} value={r[f!.name]} place="cell" /></span>)}</span>
            <span className="card-facts">
              {names.map((n) => fields.get(n)).filter((f) => f && !blank(r[f.name]) && !(f.kind === "money" && Number(r[f.name]) === 0)).map((f) => (
                <span key={f!.name} className={f!.name === "taboo" ? "taboo" : ""}>{["phones", "phone", "text"].includes(f!.kind) ? null : <small>{f!.label} </small>}<Value field={f!} value={r[f!.name]} place="cell" /></span>
              ))}
              <small>{str(r.number)}</small>
            </span>
          </a>
        </li>
      ))}
      {more && <li className="more-row"><Button type="link" onClick={onEnd}>{t("list.more")}</Button></li>}
    </ul>
  );
}
