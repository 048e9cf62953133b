// The frame of every page: menu, search over everything, new, long work,
// notices, language, colours and the person.
import { ArrowLeftOutlined, BulbOutlined, MenuOutlined, MoonOutlined, PlusOutlined, SearchOutlined, StarFilled, StarOutlined } from "@ant-design/icons";
import { Button, Drawer, Dropdown } from "antd";
import { createContext, lazy, Suspense, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import type { Values } from "../api/types";
import { t } from "../i18n";
import "../i18n/shell";
import { useKept } from "../kept";
import { mac, setMode, useMode, usePhone } from "../mode";
import { useKnown } from "../model";
import { undoLast, useOutbox } from "../saving";
import { Icon } from "./icons";
import { Menu, NarrowButton, useStars } from "./menu";
import { Notices } from "./notices";
import { Omni } from "./omni";
import { entriesOf, focusLost, focusMain, pathOf, useCreatable, useHere, useHub } from "./places";
import { LanguageButton, Profile } from "./profile";
import { ReachBanner } from "./reach";
import { Tray } from "./tray";
import "./shell.css";

const FormDrawer = lazy(() => import("../parts/form").then((m) => ({ default: m.FormDrawer })));

interface ShellActions { create: (type: string, values?: Values) => void; search: () => void }

const ShellContext = createContext<ShellActions>({ create: () => {}, search: () => {} });

/** useShell opens what floats above every page: a form for a new record, the search. */
export const useShell = () => useContext(ShellContext);

interface Opened { type: string; values?: Values }

// A form that was open stays so over a reload, or a log-in in between: what was
// typed into it is in its draft.
const formKey = "kd.form";
const openedBefore = (): Opened | null => {
  try {
    return JSON.parse(sessionStorage.getItem(formKey) ?? "null") as Opened | null;
  } catch {
    return null;
  }
};

export function Shell({ children }: { children: ReactNode }) {
  const { types, session } = useKnown();
  const waiting = useOutbox(types, session.user.id);
  const hub = useHub();
  const phone = usePhone();
  const place = useLocation();
  const [menu, setMenu] = useState(false);
  const [searching, setSearching] = useState(false);
  const [form, setForm] = useState<Opened | null>(openedBefore);
  const [narrow, setNarrow] = useKept("kd.narrow", window.innerWidth < 1100);
  const navigate = useNavigate();
  useEffect(() => setMenu(false), [place.pathname, place.search]);
  useEffect(() => { if (focusLost()) focusMain(); }, [place.pathname]);
  useEffect(() => {
    let end = () => undefined as void, gone = false;
    void import("./focus").then((m) => { if (!gone) end = m.keepFocus(); }, () => undefined);
    return () => { gone = true; end(); };
  }, []);
  useEffect(() => {
    if (form) sessionStorage.setItem(formKey, JSON.stringify(form));
    else sessionStorage.removeItem(formKey);
  }, [form]);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k") {
        e.preventDefault();
        setSearching(true);
      }
      // Where nothing is typed, the usual key takes back what was done last.
      const typed = (e.target as HTMLElement).matches?.("input:not([type=checkbox]), textarea, [contenteditable]") && !!(e.target as HTMLInputElement).value;
      if ((e.metaKey || e.ctrlKey) && !e.shiftKey && e.key.toLowerCase() === "z" && !typed && undoLast()) e.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const actions = useMemo<ShellActions>(() => ({ create: (type, values) => setForm({ type, values }), search: () => setSearching(true) }), []);
  const inRecord = place.pathname.startsWith("/r/");
  const bar = phone && !inRecord;
  return (
    <ShellContext.Provider value={actions}>
      <div className={"shell" + (narrow ? " narrow" : "") + (bar ? " barred" : "")}>
        <a className="skip" href="#main">{t("shell.skip")}</a>
        {!phone && <aside className="side"><Brand narrow={narrow}>{!narrow && <NarrowButton narrow={false} turn={() => setNarrow(true)} />}</Brand><Menu narrow={narrow} /><Foot narrow={narrow}>{narrow && <NarrowButton narrow turn={() => setNarrow(false)} />}</Foot></aside>}
        <header className="topbar">
          {phone && (inRecord ? <Button type="text" aria-label={t("shell.back")} icon={<ArrowLeftOutlined />} onClick={() => void (window.history.length > 1 ? navigate(-1) : navigate("/"))} /> : <Link to="/" className="brand-mark" aria-label="客档"><img src="/icon.svg" width={24} height={24} alt="" /></Link>)}
          <button type="button" className="omni" onClick={() => setSearching(true)} aria-label={`${t("search.label")} ${t("search.hint")}${phone ? "" : mac ? " ⌘K" : " Ctrl K"}`} aria-keyshortcuts="Control+K Meta+K">
            <SearchOutlined aria-hidden="true" /><span>{t("search.hint")}</span>{!phone && <kbd aria-hidden="true">{mac ? "⌘K" : "Ctrl K"}</kbd>}
          </button>
          {!phone && <StarPage />}
          <span className="grow" />
          {!bar && !phone && <NewButton />}
          <Tray />
          <Notices />
          {!phone && <LanguageButton />}
          {!phone && <ModeButton />}
          <Profile />
        </header>
        <main id="main" className="main" tabIndex={-1}>{children}</main>
        {bar && <Places more={() => setMenu(true)} />}
        <ReachBanner />{waiting > 0 && <div className="outbox" role="status">{t("outbox.waiting", { n: waiting })}</div>}
      </div>
      {phone && <Drawer open={menu} onClose={() => setMenu(false)} placement="left" size={280} title={<Brand />} styles={{ body: { padding: 8 } }} extra={<><LanguageButton /><ModeButton /></>}><Menu /><Foot /></Drawer>}
      <Omni open={searching} close={() => setSearching(false)} />
      {form && types.has(form.type) && (
        <Suspense fallback={null}><FormDrawer key={form.type} type={form.type} values={form.values} close={() => setForm(null)} stored={(rec, type) => { setForm(null); if (!form.values || type === hub?.name) void navigate(`/r/${type}/${rec.id}`); }} /></Suspense>
      )}
    </ShellContext.Provider>
  );
}

function Brand({ narrow, children }: { narrow?: boolean; children?: ReactNode }) {
  return <div className="brand"><img src="/icon.svg" width={22} height={22} alt="" />{!narrow && " 客档"}{children}</div>;
}

function Foot({ narrow, children }: { narrow?: boolean; children?: ReactNode }) {
  const { session } = useKnown();
  const { company, demo } = session.server;
  const lines = [company, (session.user.department?.title ?? session.user.name) + (demo ? ` · ${t("shell.demo")}` : "")].filter(Boolean);
  return (
    <div className="foot">
      {!narrow && <span className="foot-text" title={lines.join("\n")}>{lines.map((l) => <span key={l}>{l}</span>)}</span>}
      {children}
    </div>
  );
}

function StarPage() {
  const place = useLocation();
  const here = useHere();
  const { has, turn } = useStars();
  const to = place.pathname + place.search;
  if (!here || !/^\/[tr]\//.test(place.pathname)) return null;
  const on = has(to);
  const star = () => {
    const h1 = document.querySelector("#main h1");
    const tab = place.pathname.startsWith("/t/") ? document.querySelector('#main [role="tab"][aria-selected="true"]') : null;
    const own = [...(h1?.childNodes ?? [])].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.textContent ?? "").join("").trim();
    turn({ to, label: [own || here.label, tab?.firstChild?.textContent ?? ""].filter(Boolean).join(" · ").slice(0, 40), icon: place.pathname.startsWith("/r/") ? here.icon : "star" });
  };
  return <Button type="text" className={"star-page" + (on ? " on" : "")} aria-pressed={on} aria-label={t("shell.star_page")} title={t("shell.star_page")} icon={on ? <StarFilled /> : <StarOutlined />} onClick={star} />;
}

function useNewItems() {
  const list = useCreatable();
  const { create } = useShell();
  return list.map((x) => ({ key: x.name, label: x.label, icon: <Icon name={x.icon} />, onClick: () => create(x.name) }));
}

function NewButton() {
  const items = useNewItems();
  if (!items.length) return null;
  return <Dropdown menu={{ items, style: { maxHeight: "70vh", overflow: "auto" } }} trigger={["click"]}><Button icon={<PlusOutlined />} aria-label={t("act.new")}>{t("act.new")}</Button></Dropdown>;
}

// The bottom bar of a phone: the first places of the menu, new in the middle.
function Places({ more }: { more: () => void }) {
  const { schema, types } = useKnown();
  const items = useNewItems();
  const hub = useHub();
  const here = useHere();
  const [asking, setAsking] = useState(false);
  const quick = new Set([...(hub?.page?.compose ?? []), hub?.name]);
  const sorted = [...items].sort((a, b) => Number(quick.has(b.key)) - Number(quick.has(a.key)));
  const places = entriesOf(schema.menu.filter((m) => !m.items)).slice(0, 3);
  const place = (m: (typeof places)[number]) => <Link key={m.name} to={pathOf(m)!} className={m === here ? "here" : ""} aria-current={m === here ? "page" : undefined}><Icon name={m.icon} /><span>{m.label}</span></Link>;
  return (
    <nav className="places" aria-label={t("shell.places")}>
      {places.slice(0, 2).map(place)}
      {items.length > 0 && <button type="button" className="main-act" aria-label={t("act.new")} onClick={() => setAsking(true)}><PlusOutlined aria-hidden="true" /></button>}
      {places.slice(2).map(place)}
      <button type="button" onClick={more}><span aria-hidden="true"><MenuOutlined /></span><span>{t("shell.more")}</span></button>
      {asking && (
        <Drawer open placement="bottom" size={Math.min(60 + 48 * Math.ceil(sorted.length / 2), 520)} title={t("act.new")} onClose={() => setAsking(false)} styles={{ body: { padding: 8 } }}>
          <ul className="new-list">{sorted.map((i) => <li key={i.key}><button type="button" onClick={() => { setAsking(false); i.onClick(); }}><Icon name={types.get(i.key)?.icon} /> {i.label}</button></li>)}</ul>
        </Drawer>
      )}
    </nav>
  );
}

function ModeButton() {
  const mode = useMode();
  return <Button type="text" aria-label={t(mode === "dark" ? "profile.light" : "profile.dark")} icon={mode === "dark" ? <BulbOutlined /> : <MoonOutlined />} onClick={() => setMode(mode === "dark" ? "light" : "dark")} />;
}
