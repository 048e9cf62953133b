// The lines of a list: rows, or groups with their rows. Every group's size is
// known, so the scroll bar is true and only what is looked at is read.
import { useCallback, useMemo, useState } from "react";
import type { Field, Rec, RecordType } from "../../api/types";
import { kindOf } from "../../fields";
import { refOf, str } from "../../fields/values";
import { t } from "../../i18n";
import { monthText } from "../../format";
import { fieldsOf } from "../../model";
import type { Column, Line } from "../../parts/table";
import { pageSize, useGroups, usePages, type Grouped, type Wanted } from "./rows";
import type { Asked } from "./state";
import { joined } from "./ticks";

interface Stretch { asked: Asked; start: number; count: number; group?: { key: string; label: string; total: number; sums: Record<string, unknown>; open: boolean; closed: boolean } }

const byMonth = (f: Field) => f.kind === "date" || f.kind === "datetime";

/** groupBy is what the server groups by: days go by their month. */
export const groupBy = (f: Field) => (byMonth(f) ? f.name + ":month" : f.name);

/** groupFilter is the condition of one group; null when it cannot be asked for. */
export function groupFilter(f: Field, v: unknown): string | null {
  if (v === null || v === undefined || v === "") return `${f.name} == nil`;
  if (typeof v === "object") return refOf(v) ? `${f.name} == ${JSON.stringify(refOf(v)!.id)}` : null;
  if (f.kind === "bool") return `${f.name} == ${v === true}`;
  if (byMonth(f)) {
    const day = f.kind === "datetime" ? `date(${f.name})` : f.name;
    const [y, m] = String(v).split("-").map(Number) as [number, number];
    const next = m === 12 ? `${y + 1}-01` : `${y}-${String(m + 1).padStart(2, "0")}`;
    return `${day} >= "${String(v)}-01" and ${day} < "${next}-01"`;
  }
  return `${f.name} == ${JSON.stringify(String(v))}`;
}

function groupLabel(f: Field, v: unknown): string {
  if (v === null || v === undefined || v === "") return t("group.none", { what: f.label });
  if (typeof v === "object") return refOf(v)?.title ?? t("field.hidden");
  return byMonth(f) ? monthText(str(v)) : kindOf(f).text(v, f);
}

// Choices stand in their declared order, months from the latest, others by size.
function ordered(f: Field, groups: Grouped[]): Grouped[] {
  const place = (g: Grouped) => { const i = f.choices?.findIndex((c) => c.value === g.value) ?? -1; return i < 0 ? 999 : i; };
  if (f.choices) return [...groups].sort((a, b) => place(a) - place(b));
  if (byMonth(f)) return [...groups].sort((a, b) => str(b.value).localeCompare(str(a.value)));
  return groups;
}

const rangeStep = 50;

interface Shape { type: RecordType; columns: Column[]; fields: string[]; asked: Asked; group: string; on: boolean }

/** useLines are the lines of a list; range says which are looked at. */
export function useLines({ type, columns, fields, asked, group, on }: Shape) {
  const by = fieldsOf(type).get(group);
  const [range, setRange] = useState<[number, number]>([0, rangeStep]);
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const groups = useGroups(type, by ? groupBy(by) : "", columns, asked, on && !!by);
  const stretches = useMemo<Stretch[]>(() => {
    if (!by) return [{ asked, start: 0, count: 1e9 }]; // how many there are is asked apart
    const all = ordered(by, groups.data ?? []);
    const startOpen = all.length <= 12;
    let start = 0;
    return all.map((g, i) => {
      const filter = groupFilter(by, g.value);
      const key = `${group}:${filter ?? "hidden" + i}`;
      const open = filter !== null && startOpen !== turned.has(key);
      const s: Stretch = { asked: { ...asked, filter: joined(asked.filter, `(${filter ?? "false"})`) }, start, count: open ? g.count : 0, group: { key, label: groupLabel(by, g.value), total: g.count, sums: g.sums, open, closed: filter === null } };
      start += 1 + s.count;
      return s;
    });
  }, [by, group, groups.data, asked, turned]);
  const lines = stretches.reduce((n, s) => n + (s.group ? 1 : 0) + s.count, 0);
  const wanted = useMemo(() => {
    const out: Wanted[] = [];
    for (const s of stretches) {
      const begin = s.start + (s.group ? 1 : 0);
      const a = Math.max(0, range[0] - begin), b = Math.min(s.count, range[1] - begin);
      if (b <= a) continue;
      for (let p = Math.floor(a / pageSize); p <= Math.floor((b - 1) / pageSize); p++) out.push({ asked: s.asked, page: p });
    }
    return on ? (out.length || by ? out.slice(0, 24) : [{ asked, page: 0 }]) : [];
  }, [stretches, range, on, by, asked]);
  const pages = usePages(type, fields, wanted);
  const find = useCallback((i: number): Stretch | undefined => {
    let lo = 0, hi = stretches.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (stretches[mid]!.start <= i) lo = mid; else hi = mid - 1;
    }
    return stretches[lo];
  }, [stretches]);
  const { rowOf } = pages;
  const line = (i: number): Line => {
    const s = find(i);
    if (!s) return { row: undefined };
    if (s.group && i === s.start) return { group: s.group.key, label: s.group.label, count: s.group.total, sums: s.group.sums, open: s.group.open, closed: s.group.closed };
    return { row: rowOf(s.asked, i - s.start - (s.group ? 1 : 0)) };
  };
  const loaded = (from: number, to: number): Rec[] => {
    const out: Rec[] = [];
    for (let i = Math.max(0, from); i < Math.min(lines, to, from + 20_000); i++) { const l = line(i); if ("row" in l && l.row) out.push(l.row); }
    return out;
  };
  const toggle = useCallback((key: string) => setTurned((old) => { const next = new Set(old); if (!next.delete(key)) next.add(key); return next; }), []);
  const first = pages.pageOf(asked, 0);
  // Told in steps, so that the page is not drawn again while one scrolls within a step.
  const onRange = useCallback((from: number, to: number) => setRange((old) => {
    const a = Math.floor(from / rangeStep) * rangeStep, b = Math.ceil(to / rangeStep) * rangeStep;
    return old[0] === a && old[1] === b ? old : [a, b];
  }), []);
  return {
    by, lines, line, loaded, toggle, onRange, range, first,
    total: by && groups.data ? groups.data.reduce((n, g) => n + g.count, 0) : undefined,
    ready: by ? groups.data !== undefined && !groups.isPlaceholderData : first !== undefined,
    fetching: pages.fetching || groups.isFetching, error: pages.error ?? (by ? groups.error : null), again: () => { pages.again(); if (by) void groups.refetch(); },
  };
}
