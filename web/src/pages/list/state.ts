// What the URL says of a list, over what its view says: a parameter that is
// there wins, even an empty one, so that a copied address shows the same.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useSearchParams } from "react-router";
import type { RecordType } from "../../api/types";
import { reachable, useKnown } from "../../model";
import { columnsOf, type ColumnSpec } from "./fields";
import type { ListView, Views } from "./saved";

/** Asked are the parameters of a list, without columns. */
export interface Asked { view?: string; q?: string; filter?: string; order_by?: string; archived?: string }

type Change = Record<string, string | undefined>;

const parameters = ["f", "sort", "group", "board", "archived"] as const;

export function useListState(type: RecordType, views: Views) {
  const { types } = useKnown();
  const [params, setParams] = useSearchParams();
  const asked = params.get("view");
  const view: ListView = useMemo(() => views.all.find((v) => v.key === asked) ?? views.first, [views.all, views.first, asked]);
  const lost = !!asked && !views.all.some((v) => v.key === asked); // a saved view that is not known yet, or not any more
  // Changes that follow fast build on each other, not on what is drawn: ours are
  // on their way until they are, then what is drawn is the latest again.
  const latest = useRef(params);
  const underway = useRef<string[]>([]);
  useLayoutEffect(() => {
    const at = underway.current.indexOf(params.toString());
    underway.current = at < 0 ? [] : underway.current.slice(at + 1);
    if (!underway.current.length) latest.current = params;
  }, [params]);
  const set = useCallback((change: Change | ((now: URLSearchParams) => Change), push = false) => {
    const next = new URLSearchParams(latest.current);
    for (const [k, v] of Object.entries(typeof change === "function" ? change(latest.current) : change)) if (v !== undefined) next.set(k, v); else next.delete(k);
    latest.current = next;
    underway.current.push(next.toString());
    setParams(next, { replace: !push });
  }, [setParams]);
  const says = (name: (typeof parameters)[number], own: string) => params.get(name) ?? own;
  const filter = says("f", view.filter), sort = says("sort", view.sort), group = says("group", view.group), kanban = says("board", view.kanban);
  const archived = says("archived", view.archived ? "only" : "");
  const changed = filter !== view.filter || sort !== view.sort || group !== view.group || kanban !== view.kanban || archived !== (view.archived ? "only" : "");

  // A page of the list's own names its columns in the layout; a link may name them too.
  const linked = params.get("cols");
  const specs: ColumnSpec[] = useMemo(() => {
    if (linked) return linked.split(",").map((n) => ({ n }));
    return views.layout.columns?.[view.key] ?? view.columns ?? (type.page?.key ?? type.fields.slice(0, 8).map((f) => f.name)).map((n) => ({ n }));
  }, [linked, views.layout, view, type]);
  const columns = useMemo(() => columnsOf(type, types, specs), [type, types, specs]);
  const { arrange } = views;
  const setColumns = useCallback((next: ColumnSpec[] | undefined) => {
    if (linked) set({ cols: undefined });
    void arrange((old) => {
      const { [view.key]: _, ...rest } = old.columns ?? {};
      return { ...old, columns: next ? { ...rest, [view.key]: next } : rest };
    });
  }, [linked, set, arrange, view.key]);
  const restore = useCallback((more: Record<string, string | undefined> = {}, push = false) => set({ ...Object.fromEntries(parameters.map((p) => [p, undefined])), ...more }, push), [set]);
  const q = params.get("q") ?? "";
  const rows = useMemo<Asked>(() => ({ view: view.base, q, filter, order_by: sort || "-created_at", archived }), [view.base, q, filter, sort, archived]);
  const unknown = useMemo(() => columnsMissing(specs, reachable(type, types)), [specs, type, types]);
  useEffect(() => {
    if (lost && views.fresh) set({ view: undefined });
  }, [lost, views.fresh, set]);
  return { view, settled: views.ready && (!lost || views.fresh), set, filter, sort, group, kanban, archived, changed, restore, specs, columns, setColumns, ownColumns: !!views.layout.columns?.[view.key], unknown, q, peek: params.get("peek") ?? "", asked: rows };
}

const columnsMissing = (specs: ColumnSpec[], fields: Map<string, unknown>) => specs.filter((s) => !fields.has(s.n)).length;

export type ListState = ReturnType<typeof useListState>;
