// Ticked rows: single ones, or everything that matches a query less some. They
// outlive sorting, filtering and paging; "everything" means the rows of the
// query it was said for.
import { useCallback, useMemo, useState } from "react";
import type { Asked } from "./state";

export interface Ticks { ids: ReadonlySet<string>; all?: Asked }

const none: Ticks = { ids: new Set() };
const same = (a: Asked | undefined, b: Asked) => !!a && JSON.stringify({ ...a, order_by: "" }) === JSON.stringify({ ...b, order_by: "" });
const listed = (ids: Iterable<string>) => `id in [${[...ids].map((x) => JSON.stringify(x)).join(", ")}]`;

/** joined puts a condition beside a filter. */
export const joined = (filter: string | undefined, more: string) => (filter ? `(${filter}) and ${more}` : more);

/** askedOf is the list query that answers what is ticked. */
export const askedOf = (t: Ticks): Asked => (t.all ? { ...t.all, filter: t.ids.size ? joined(t.all.filter, `not (${listed(t.ids)})`) : t.all.filter } : { filter: listed(t.ids), archived: "include" });

export function useTicks(asked: Asked) {
  const [ticks, setTicks] = useState<Ticks>(none);
  const here = same(ticks.all, asked);
  const tick = useCallback((ids: string[], on: boolean) => setTicks((old) => {
    const next = new Set(old.ids);
    for (const id of ids) if (on !== !!old.all) next.add(id); else next.delete(id);
    return { ...old, ids: next };
  }), []);
  const everything = useCallback(() => setTicks({ ids: new Set(), all: asked }), [asked]);
  const clear = useCallback(() => setTicks(none), []);
  const has = useMemo(() => (id: string) => (ticks.all ? here && !ticks.ids.has(id) : ticks.ids.has(id)), [ticks, here]);
  return { ticks, tick, everything, clear, has, here };
}
