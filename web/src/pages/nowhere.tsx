// Where nothing is: what was asked for, and the ways on from here.
import { Link, useLocation } from "react-router";
import type { MenuItem } from "../api/types";
import { t } from "../i18n";
import "../i18n/lists";
import { useKnown } from "../model";
import { entriesOf, pathOf } from "../shell/places";
import { useShell } from "../shell/shell";

/** Nowhere says that there is no such page, or no such record, and offers the nearest pages, the search and the start. */
export function Nowhere({ title, says, to }: { title?: string; says?: string; to?: { path: string; label: string } }) {
  const { schema } = useKnown();
  const { pathname } = useLocation();
  const { search } = useShell();
  const near = nearest(pathname, entriesOf(schema.menu));
  return (
    <div className="nothing page-nothing">
      <h1>{title ?? t("state.no_page")}</h1>
      <p>{says ?? t("state.no_page_says", { path: decoded(pathname) })}</p>
      <p className="actions">
        {to && <Link className="button" to={to.path}>{to.label}</Link>}
        {!to && near.map((m) => <Link className="button" key={m.name} to={pathOf(m)!}>{m.label}</Link>)}
        <button type="button" className="button" onClick={search}>{t("state.look")}</button>
        <Link className="button" to="/">{t("state.to_start")}</Link>
      </p>
    </div>
  );
}

function decoded(path: string): string {
  try {
    return decodeURI(path).slice(0, 80);
  } catch {
    return path.slice(0, 80);
  }
}

// The pages whose names are most like a word of the address: /customers, /t/cutomer.
function nearest(path: string, entries: MenuItem[]): MenuItem[] {
  const words = decoded(path).toLowerCase().split("/").filter((w) => w.length > 1);
  const likeness = (m: MenuItem) => Math.max(0, ...words.flatMap((w) => [m.type, m.page, m.name, m.label].map((x) => alike(w, (x ?? "").toLowerCase()))));
  return entries.map((m) => ({ m, like: likeness(m) })).filter((x) => x.like >= 0.5).sort((a, b) => b.like - a.like).slice(0, 3).map((x) => x.m);
}

// The share of pairs of letters that two words have in common (Dice).
function alike(a: string, b: string): number {
  const pairs = (s: string) => Array.from({ length: Math.max(0, s.length - 1) }, (_, i) => s.slice(i, i + 2));
  const of = pairs(a), left = pairs(b), all = of.length + left.length;
  let same = 0;
  for (const p of of) {
    const i = left.indexOf(p);
    if (i >= 0) { same++; left.splice(i, 1); }
  }
  return all ? (2 * same) / all : 0;
}
