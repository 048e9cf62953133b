// Rows of a list by their place. Pages are asked by key; a page far down is
// reached over marks (the token after row n), with ids alone for what lies
// between. What is out of sight is forgotten after a minute.
import { useQueries, useQuery, useQueryClient, keepPreviousData } from "@tanstack/react-query";
import { get, post, Problem, query } from "../../api/client";
import type { Group, Listed, Rec, RecordType } from "../../api/types";
import type { Column } from "../../parts/table";
import { manyCurrencies, summable } from "./fields";
import type { Asked } from "./state";
import { joined } from "./ticks";

export const pageSize = 100;
const skip = 1000;

interface More { fields?: string[]; page_size?: number; page_token?: string; total?: string; by?: string; sum?: string }

/** askList asks a list, its groups or its pages; long filters travel in the body. */
export function askList<T>(type: string, verb: "query" | "group", asked: Asked, more: More, signal?: AbortSignal): Promise<T> {
  const all = { ...asked, ...more };
  if ((asked.filter?.length ?? 0) > 1500) return post<T>(`/${type}:${verb}`, all);
  return get<T>(`/${type}${verb === "group" ? ":group" : ""}` + query({ ...all, fields: all.fields?.join(",") }), signal);
}

const marks = new Map<string, Map<number, string>>();

function marksOf(key: string): Map<number, string> {
  let m = marks.get(key);
  if (!m) {
    if (marks.size > 40) marks.delete(marks.keys().next().value!);
    marks.set(key, (m = new Map([[0, ""]])));
  }
  return m;
}

async function readPage(type: string, asked: Asked, fields: string[], page: number, signal: AbortSignal): Promise<Listed> {
  const known = marksOf(JSON.stringify([type, asked]));
  const want = page * pageSize;
  let row = 0;
  for (const at of known.keys()) if (at <= want && at > row) row = at;
  while (row < want) {
    const ids = await askList<Listed>(type, "query", asked, { fields: ["id"], page_size: Math.min(skip, want - row), page_token: known.get(row), total: "none" }, signal);
    row += ids.items.length;
    if (!ids.next_page_token) return { items: [], next_page_token: "" };
    known.set(row, ids.next_page_token);
  }
  const p = await askList<Listed>(type, "query", asked, { fields, page_size: pageSize, page_token: known.get(want), total: page ? "none" : "capped" }, signal);
  if (p.next_page_token) known.set(want + pageSize, p.next_page_token);
  return p;
}

// A token that the server no longer takes (its types changed): from the top.
async function page(type: string, asked: Asked, fields: string[], n: number, signal: AbortSignal): Promise<Listed> {
  try {
    return await readPage(type, asked, fields, n, signal);
  } catch (e) {
    if (!(e instanceof Problem) || !e.errors.some((p) => p.path === "page_token")) throw e;
    marks.delete(JSON.stringify([type, asked]));
    return readPage(type, asked, fields, n, signal);
  }
}

/** Wanted names a page of a stretch of rows. */
export interface Wanted { asked: Asked; page: number }

/** usePages reads pages; rowOf finds a row in them or in what is still kept. */
export function usePages(type: RecordType, fields: string[], wanted: Wanted[]) {
  const client = useQueryClient();
  const key = (w: Wanted) => ["list", type.name, w.asked, fields.join(), w.page] as const;
  const found = useQueries({
    queries: wanted.map((w) => ({ queryKey: key(w), staleTime: 20_000, gcTime: 60_000, queryFn: ({ signal }: { signal: AbortSignal }) => page(type.name, w.asked, fields, w.page, signal) })),
  });
  const looked = new Map<Asked, Map<number, Listed>>(); // a look into the cache costs more than the row
  const rowOf = (asked: Asked, at: number): Rec | undefined => {
    const n = Math.floor(at / pageSize);
    let pages = looked.get(asked);
    if (!pages) looked.set(asked, (pages = new Map()));
    let there = pages.get(n);
    if (!there && (there = client.getQueryData<Listed>(key({ asked, page: n })))) pages.set(n, there);
    return there?.items[at - n * pageSize];
  };
  const pageOf = (asked: Asked, n: number) => client.getQueryData<Listed>(key({ asked, page: n }));
  return { rowOf, pageOf, fetching: found.some((f) => f.isFetching), error: found.find((f) => f.isError)?.error ?? null, again: () => found.forEach((f) => void f.refetch()) };
}

/** useCount is how many rows match, exactly. */
export function useCount(type: RecordType, asked: Asked, on: boolean) {
  return useQuery({
    queryKey: ["count", type.name, { ...asked, order_by: undefined }], enabled: on, staleTime: 30_000,
    queryFn: async ({ signal }) => (await askList<Listed>(type.name, "query", { ...asked, order_by: "" }, { fields: ["id"], page_size: 1, total: "exact" }, signal)).total?.count ?? 0,
  }).data;
}

const byNothing = "archived_at:month"; // living records have none: one group

// Archived rows among the ticked ones make groups of their own.
const added = (groups: Group[]) => (groups.length < 2 ? groups[0]?.sum : groups.reduce((n, g) => n + Number(g.sum ?? 0), 0).toFixed(2));

// A total for each currency.
const each = (groups: Group[]) => groups.filter((g) => g.value).map((g) => ({ amount: String(g.sum ?? 0), currency: String(g.value) }));

/** useSums adds up the number columns over everything that matches. */
export function useSums(type: RecordType, columns: Column[], asked: Asked, on: boolean): Record<string, unknown> {
  const shown = columns.filter((c) => summable(c.field) || manyCurrencies(c.field)).slice(0, 8);
  const names = shown.map((c) => c.name);
  const sums = useQuery({
    queryKey: ["sum", type.name, names.join(), { ...asked, order_by: undefined }], enabled: on && names.length > 0 && asked.archived !== "only", staleTime: 60_000, placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const all = await Promise.all(shown.map((c) => askList<{ items: Group[] }>(type.name, "group", { ...asked, order_by: "" }, { by: manyCurrencies(c.field) ? c.name + ".currency" : byNothing, sum: c.name }, signal)));
      return Object.fromEntries(shown.map((c, i) => [c.name, manyCurrencies(c.field) ? each(all[i]!.items) : added(all[i]!.items)]));
    },
  });
  return on ? (sums.data ?? {}) : {};
}

/** Grouped is a group of rows with its sums. */
export interface Grouped { value: unknown; count: number; sums: Record<string, unknown> }

const mostCurrencies = 6; // that a group's total is told in; the commonest of the list

/** useGroups counts rows by a field and adds up the number columns in each; amounts in currencies of their own once for each currency. */
export function useGroups(type: RecordType, by: string, columns: Column[], asked: Asked, on: boolean) {
  const shown = columns.filter((c) => summable(c.field) || manyCurrencies(c.field)).slice(0, 6);
  return useQuery({
    queryKey: ["group", type.name, by, shown.map((c) => c.name).join(), { ...asked, order_by: undefined }], enabled: on, staleTime: 20_000, placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Grouped[]> => {
      const one = async (by: string, sum?: string, filter = asked.filter) => (await askList<{ items: Group[] }>(type.name, "group", { ...asked, filter, order_by: "" }, { by, sum }, signal)).items;
      const id = (v: unknown) => JSON.stringify(v);
      const plain = shown.filter((c) => !manyCurrencies(c.field));
      const many = async (name: string) => {
        const codes = (await one(name + ".currency")).map((g) => g.value).filter((v): v is string => !!v).slice(0, mostCurrencies);
        const found = await Promise.all(codes.map((code) => one(by, name, joined(asked.filter, `${name}.currency == ${JSON.stringify(code)}`))));
        return (value: string) => found.flatMap((list, i) => list.filter((g) => id(g.value) === value).map((g) => ({ amount: String(g.sum ?? 0), currency: codes[i]! })));
      };
      const [all, each] = await Promise.all([
        Promise.all((plain.length ? plain : [undefined]).map((c) => one(by, c?.name))),
        Promise.all(shown.filter((c) => manyCurrencies(c.field)).map(async (c) => [c.name, await many(c.name)] as const)),
      ]);
      return all[0]!.map((g) => ({ value: g.value, count: g.count, sums: Object.fromEntries([
        ...plain.map((c, i) => [c.name, all[i]!.find((x) => id(x.value) === id(g.value))?.sum] as const),
        ...each.map(([name, of]) => [name, of(id(g.value))] as const),
      ]) }));
    },
  });
}
