// The menu: favourites on top, sections that fold, icons alone when narrow.
import { DoubleLeftOutlined, DoubleRightOutlined, DownOutlined, StarFilled, StarOutlined } from "@ant-design/icons";
import { Link, useLocation } from "react-router";
import type { MenuItem } from "../api/types";
import { useKept } from "../kept";
import { t } from "../i18n";
import { useKnown } from "../model";
import { Icon } from "./icons";
import { pathOf, useHere } from "./places";

/** Star is a favourite: a list, a view, a filter or a record by its address. */
export interface Star { to: string; label: string; icon?: string }

/** useStars are a person's favourites on this device. */
export function useStars() {
  const { session } = useKnown();
  const [stars, put] = useKept<Star[]>("kd.stars." + session.user.id, none);
  const has = (to: string) => stars.some((s) => s.to === to);
  const turn = (star: Star) => put(has(star.to) ? stars.filter((s) => s.to !== star.to) : [...stars, star].slice(-20));
  return { stars, has, turn };
}

const none: Star[] = [];
const open: string[] = [];

export function Menu({ narrow }: { narrow?: boolean }) {
  const { schema, session } = useKnown();
  const { stars, has, turn } = useStars();
  const [folded, fold] = useKept<string[]>("kd.fold." + session.user.id, open);
  const here = useHere();
  const place = useLocation();
  const top = schema.menu.filter((m) => !m.items && pathOf(m));
  const groups = schema.menu.filter((m) => m.items?.some(pathOf));
  const entry = (m: MenuItem) => {
    const to = pathOf(m)!;
    return <Entry key={m.name} to={to} label={m.label} icon={m.icon} narrow={narrow} here={m === here && !has(place.pathname + place.search)} starred={has(to)} star={() => turn({ to, label: m.label, icon: m.icon })} />;
  };
  return (
    <nav className={"menu" + (narrow ? " narrow" : "")} aria-label={t("shell.menu")}>
      {top.slice(0, 1).map(entry)}
      {stars.length > 0 && (
        <Section name="stars" label={t("shell.stars")} narrow={narrow} folded={folded} fold={fold}>
          {stars.map((s) => <Entry key={s.to} to={s.to} label={s.label} icon={s.icon ?? "star"} narrow={narrow} here={place.pathname + place.search === s.to} starred star={() => turn(s)} />)}
        </Section>
      )}
      {top.slice(1).map(entry)}
      {groups.map((g) => <Section key={g.name} name={g.name} label={g.label} narrow={narrow} folded={folded} fold={fold} has={g.items!.includes(here!)}>{g.items!.filter(pathOf).map(entry)}</Section>)}
    </nav>
  );
}

interface SectionProps { name: string; label: string; narrow?: boolean; folded: string[]; fold: (v: string[]) => void; has?: boolean; children: React.ReactNode }

function Section({ name, label, narrow, folded, fold, has, children }: SectionProps) {
  const shut = folded.includes(name);
  if (narrow) return <div role="group" aria-label={label} className="menu-line">{children}</div>;
  return (
    <div role="group" aria-label={label}>
      <button type="button" className={"menu-head" + (shut && has ? " has" : "")} aria-expanded={!shut} onClick={() => fold(shut ? folded.filter((f) => f !== name) : [...folded, name])}>
        <span>{label}</span><DownOutlined aria-hidden="true" />
      </button>
      {!shut && children}
    </div>
  );
}

interface EntryProps { to: string; label: string; icon?: string; narrow?: boolean; here: boolean; starred: boolean; star: () => void }

// Its star is for the mouse: on the page itself the top bar has one, and Tab goes through half as many stops.
function Entry({ to, label, icon, narrow, here, starred, star }: EntryProps) {
  return (
    <div className={"entry-row" + (here ? " here" : "")}>
      <Link to={to} className={"entry" + (here ? " here" : "")} aria-current={here ? "page" : undefined} aria-label={narrow ? label : undefined} title={label}><Icon name={icon} /> {!narrow && <span>{label}</span>}</Link>
      {!narrow && <button type="button" tabIndex={-1} className={"entry-star" + (starred ? " on" : "")} aria-pressed={starred} aria-label={t("shell.star", { what: label })} title={t("shell.star", { what: label })} onClick={star}>{starred ? <StarFilled /> : <StarOutlined />}</button>}
    </div>
  );
}

/** NarrowButton folds the side to its icons and back. */
export function NarrowButton({ narrow, turn }: { narrow: boolean; turn: () => void }) {
  const says = t(narrow ? "shell.widen" : "shell.narrow");
  return <button type="button" className="narrow-button" aria-label={says} title={says} aria-expanded={!narrow} onClick={turn}>{narrow ? <DoubleRightOutlined /> : <DoubleLeftOutlined />}</button>;
}
