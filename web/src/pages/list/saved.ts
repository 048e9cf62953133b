// Views: those the pack declares, those people saved, and how one person
// arranges them. Saved views and arrangements are ordinary records.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef } from "react";
import { get, patch, post, query } from "../../api/client";
import type { Listed, Rec, RecordType, View } from "../../api/types";
import { useKnown } from "../../model";
import { useNotify } from "../../saving";
import type { ColumnSpec } from "./fields";

/** ListView is a tab: what it shows before anybody changes something. */
export interface ListView {
  key: string; label: string;
  base?: string; // the declared view that filters on the server
  filter: string; sort: string; group: string; kanban: string; archived: boolean;
  columns?: ColumnSpec[];
  saved?: Rec;
}

/** Layout is how a person arranges a list. */
export interface Layout { first?: string; order?: string[]; hidden?: string[]; columns?: Record<string, ColumnSpec[]> }

const declared = (v: View): ListView => ({ key: v.name, label: v.label, base: v.name, filter: "", sort: v.sort ?? "", group: v.group ?? "", kanban: v.kanban ?? "", archived: false, columns: v.columns?.map((n) => ({ n })) });

const text = (v: unknown) => (typeof v === "string" ? v : "");
const specs = (v: unknown): ColumnSpec[] | undefined => (Array.isArray(v) ? v.filter((c): c is ColumnSpec => !!c && typeof c === "object" && typeof (c as ColumnSpec).n === "string") : undefined);

const kept = (r: Rec): ListView => ({ key: r.id, label: text(r.name), base: text(r.base) || undefined, filter: text(r.filter), sort: text(r.sort), group: text(r.group), kanban: text(r.kanban), archived: r.archived === true, columns: specs(r.columns), saved: r });

const asText = (s: string) => JSON.stringify(s);
// An administrator may read everybody's; as tabs he too has what is his or shared with him.
const forMe = '(owner == me() or shared == "all" or (shared == "department" and department == my_department()))';

interface Kept { views: Rec[]; layout?: Rec }

function cached(key: string): Kept | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** useViews are the tabs of a type in this person's order, and what changes them. */
export function useViews(type: RecordType) {
  const { session, types } = useKnown();
  const client = useQueryClient();
  const notify = useNotify();
  const me = session.user.id;
  const cacheKey = `kd.views.${me}.${type.name}`;
  const queryKey = useMemo(() => ["views", type.name], [type.name]);
  const on = types.has("saved_view") && types.has("list_layout");
  const found = useQuery<Kept>({
    queryKey, enabled: on, staleTime: 60_000, placeholderData: () => cached(cacheKey),
    queryFn: async ({ signal }) => {
      const filter = `of == ${asText(type.name)}`;
      const [views, layouts] = await Promise.all([
        get<Listed>("/saved_view" + query({ filter: `${filter} and ${forMe}`, order_by: "id", fields: "*", page_size: 200, total: "none" }), signal),
        get<Listed>("/list_layout" + query({ filter: `${filter} and owner == me()`, order_by: "-updated_at", fields: "*", page_size: 1, total: "none" }), signal),
      ]);
      const all = { views: views.items, layout: layouts.items[0] };
      localStorage.setItem(cacheKey, JSON.stringify(all));
      return all;
    },
  });
  const layout = useMemo(() => (found.data?.layout?.layout ?? {}) as Layout, [found.data]);
  const all = useMemo(() => {
    const pack = (type.views ?? []).filter((v) => !v.roles || session.user.admin || v.roles.some((r) => session.user.roles.includes(r))).map(declared);
    const saved = (found.data?.views ?? []).map(kept), mine = (v: ListView) => v.saved?.owner?.id === me;
    const list = [...saved.filter(mine), ...pack, ...saved.filter((v) => !mine(v))]; // one's own first
    if (!list.length) list.push({ key: "", label: type.plural, filter: "", sort: "", group: "", kanban: "", archived: false });
    const place = (v: ListView, i: number) => { const at = layout.order?.indexOf(v.key) ?? -1; return at < 0 ? 1000 + i : at; };
    return list.map((v, i) => ({ v, at: place(v, i) })).sort((a, b) => a.at - b.at).map((x) => x.v);
  }, [type, session, found.data, layout, me]);
  const first = useMemo(() => {
    const byPack = (type.views ?? []).find((v) => v.default)?.name;
    return all.find((v) => v.key === layout.first) ?? all.find((v) => v.key === byPack) ?? all[0]!;
  }, [all, layout.first, type]);
  const views = useMemo(() => all.filter((v) => v === first || !layout.hidden?.includes(v.key)), [all, first, layout.hidden]);

  // arrange keeps how this person wants the list: shown at once, stored one
  // after the other, the latest only when several changes follow fast.
  const storing = useRef<{ next?: Layout; run?: Promise<void> }>({});
  const arrange = useCallback((change: (old: Layout) => Layout): Promise<void> => {
    const known = client.getQueryData<Kept>(queryKey) ?? cached(cacheKey);
    if (known) void client.cancelQueries({ queryKey }); // an answer under way knows nothing of this
    const now = known ?? { views: [] };
    const next = change((now.layout?.layout ?? {}) as Layout);
    const put = (k: Kept) => { client.setQueryData(queryKey, k); localStorage.setItem(cacheKey, JSON.stringify(k)); };
    put({ ...now, layout: { ...(now.layout ?? { id: "", rev: 0, title: "" }), layout: next } });
    const store = async () => {
      try {
        while (storing.current.next) {
          const layout = storing.current.next;
          storing.current.next = undefined;
          const id = client.getQueryData<Kept>(queryKey)?.layout?.id;
          const stored = id ? await patch<Rec>(`/list_layout/${id}`, { layout }) : await post<Rec>("/list_layout", { of: type.name, layout });
          const kept = client.getQueryData<Kept>(queryKey);
          if (kept) put({ ...kept, layout: { ...kept.layout!, id: stored.id, rev: stored.rev } });
        }
      } catch (e) {
        notify.failed(e);
        void client.invalidateQueries({ queryKey });
      }
      storing.current = {};
    };
    storing.current.next = next;
    return (storing.current.run ??= store());
  }, [client, queryKey, cacheKey, type.name, notify]);
  const reload = useCallback(() => client.invalidateQueries({ queryKey }), [client, queryKey]);
  return { all, views, first, layout, arrange, reload, on, ready: !on || found.data !== undefined || found.isError, fresh: !on || found.isError || (found.data !== undefined && !found.isPlaceholderData), me };
}

export type Views = ReturnType<typeof useViews>;
