// Reading one record, and how much hangs on it.
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Block, Counts, Rec, RecordType, Total } from "../api/types";
import "../i18n/record";
import "./record.css";

/** useRecord reads a record whole, with what its reader may do to it. */
export const useRecord = (type: string, id: string) => useQuery({ queryKey: ["rec", type, id], queryFn: ({ signal }) => get<Rec>(`/${type}/${id}`, signal) });

/** useCounts reads how many records, entries and files hang on a record. */
export const useCounts = (type: string, id: string) => useQuery({ queryKey: ["counts", type, id], staleTime: 30_000, queryFn: ({ signal }) => get<Counts>(`/${type}/${id}/counts`, signal) }).data;

/** countText writes a count; a plus where counting stopped. */
export const countText = (total?: Total) => (total ? (total.exact ? String(total.count) : `${total.count}+`) : "");

/** viaOf is the link of a type by which its records hang on another type's. */
export function viaOf(of: RecordType | undefined, type: RecordType, block: Block): string | undefined {
  return block.via ?? (of?.fields.find((f) => f.name === of.root && f.to === type.name) ?? of?.fields.find((f) => f.to === type.name))?.name;
}

/** addUp adds totals; undefined when there is none. */
export function addUp(totals: (Total | undefined)[]): Total | undefined {
  const there = totals.filter((x) => !!x);
  return there.length ? { count: there.reduce((n, x) => n + x.count, 0), exact: there.every((x) => x.exact) } : undefined;
}
