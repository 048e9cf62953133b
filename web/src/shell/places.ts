// Where the menu leads.
import { useMemo } from "react";
import { useLocation } from "react-router";
import type { MenuItem, RecordType } from "../api/types";
import { listPath, useKnown } from "../model";
import { useMay } from "../rights";

const pages: Record<string, string> = { today: "/today", imports: "/imports", settings: "/settings", search: "/search", dashboard: "/dashboard", reports: "/reports", duplicates: "/duplicates" };

/** built are the pages this web app has; entries for others are not shown. */
const built = new Set(["today", "imports", "settings"]);

/** pathOf is where an entry leads; undefined for a group or a page that is not there. */
export const pathOf = (m: MenuItem) => (m.type ? listPath(m.type, m.view) : m.page && built.has(m.page) ? pages[m.page] : undefined);

/** entriesOf are the entries of a menu without its groups. */
export const entriesOf = (menu: MenuItem[]): MenuItem[] => menu.flatMap((m) => (m.items ? entriesOf(m.items) : pathOf(m) ? [m] : []));

/** useHere is the entry of the menu whose page is open. */
export function useHere(): MenuItem | undefined {
  const { schema } = useKnown();
  const place = useLocation();
  return useMemo(() => {
    const all = entriesOf(schema.menu);
    const view = new URLSearchParams(place.search).get("view") ?? undefined;
    const [, where, type] = place.pathname.split("/");
    if (where === "t" || where === "r") {
      const own = all.filter((m) => m.type === type);
      return (where === "t" && view && own.find((m) => m.view === view)) || own.find((m) => !m.view) || own[0];
    }
    return all.find((m) => m.page && pathOf(m) === "/" + where);
  }, [schema.menu, place.pathname, place.search]);
}

/** useCreatable are the types this person may make records of, in the menu's order; what the archive turns on comes first. */
export function useCreatable(): RecordType[] {
  const { types, schema } = useKnown();
  const may = useMay();
  return useMemo(() => {
    const names = new Set(entriesOf(schema.menu).map((m) => m.type ?? ""));
    return [...names].map((n) => types.get(n)).filter((x): x is RecordType => !!x && !x.builtin && may(x.name, "create"));
  }, [schema.menu, types, may]);
}

/** useHub is the type that most others point to: the archive's own. */
export function useHub(): RecordType | undefined {
  const { types } = useKnown();
  return useMemo(() => [...types.values()].filter((x) => !x.builtin).reduce<RecordType | undefined>((a, b) => (!a || b.backlinks.length > a.backlinks.length ? b : a), undefined), [types]);
}

/** focusLost tells whether nothing on the page has the focus. */
export const focusLost = () => !document.activeElement || document.activeElement === document.body;

/** focusMain gives it to the page as a whole: Tab goes on with what is first there. */
export const focusMain = () => document.getElementById("main")?.focus({ preventScroll: true });
