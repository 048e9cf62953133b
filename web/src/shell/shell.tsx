// The frame of every page: menu, search over everything, new, language,
// colours and the person.
import { MenuOutlined, PlusOutlined, SearchOutlined, BulbOutlined, MoonOutlined } from "@ant-design/icons";
import { Button, Drawer, Dropdown } from "antd";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { NavLink, useLocation, useNavigate } from "react-router";
import { patch } from "../api/client";
import type { MenuItem, Values } from "../api/types";
import { keepLanguage, lang, languageMark, languageNames, languages, t, type Lang } from "../i18n";
import { setMode, useMode, usePhone } from "../mode";
import { listPath, useKnown } from "../model";
import { FormDrawer } from "../parts/form";
import { Icon } from "./icons";
import { Omni } from "./omni";
import { Profile } from "./profile";

interface ShellActions { create: (type: string, values?: Values) => void; search: () => void }

const ShellContext = createContext<ShellActions>({ create: () => {}, search: () => {} });

/** useShell opens what floats above every page: a form for a new record, the search. */
export const useShell = () => useContext(ShellContext);

export function Shell({ children }: { children: ReactNode }) {
  const phone = usePhone();
  const place = useLocation();
  const [menu, setMenu] = useState(false);
  const [searching, setSearching] = useState(false);
  const [form, setForm] = useState<{ type: string; values?: Values } | null>(null);
  const navigate = useNavigate();
  useEffect(() => setMenu(false), [place.pathname, place.search]);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k") {
        e.preventDefault();
        setSearching(true);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const actions = useMemo<ShellActions>(() => ({ create: (type, values) => setForm({ type, values }), search: () => setSearching(true) }), []);
  return (
    <ShellContext.Provider value={actions}>
      <div className="shell">
        <a className="skip" href="#main">{t("shell.skip")}</a>
        {!phone && <aside className="side"><Brand /><Menu /><Foot /></aside>}
        <header className="topbar">
          {phone && <Button type="text" aria-label={t("shell.menu")} icon={<MenuOutlined />} onClick={() => setMenu(true)} />}
          <button type="button" className="omni" onClick={() => setSearching(true)} aria-label={t("search.label")}>
            <SearchOutlined aria-hidden="true" /><span>{t("search.hint")}</span>{!phone && <kbd>{/Mac/.test(navigator.platform) ? "⌘K" : "Ctrl K"}</kbd>}
          </button>
          <span className="grow" />
          <NewButton create={actions.create} phone={phone} />
          {!phone && <LanguageButton />}
          {!phone && <ModeButton />}
          <Profile />
        </header>
        <main id="main" className="main">{children}</main>
      </div>
      {phone && <Drawer open={menu} onClose={() => setMenu(false)} placement="left" size={260} title={<Brand />} styles={{ body: { padding: 8 } }}><Menu /><Foot /></Drawer>}
      <Omni open={searching} close={() => setSearching(false)} />
      {form && (
        <FormDrawer key={form.type} type={form.type} values={form.values} close={() => setForm(null)} stored={(rec, type) => { setForm(null); if (!form.values || type === "customer") void navigate(`/r/${type}/${rec.id}`); }} />
      )}
    </ShellContext.Provider>
  );
}

function Brand() {
  return <div className="brand"><img src="/icon.svg" width={22} height={22} alt="" /> 客档</div>;
}

function Foot() {
  const { session } = useKnown();
  const { company, demo } = session.server;
  return <div className="foot">{company && <>{company}<br /></>}{session.user.department?.title ?? session.user.name}{demo ? ` · ${t("shell.demo")}` : ""}</div>;
}

const pages: Record<string, string> = { today: "/today", imports: "/imports", settings: "/settings" };

function Menu() {
  const { schema } = useKnown();
  return <nav className="menu" aria-label={t("shell.menu")}>{schema.menu.map((m) => (m.items ? <MenuSection key={m.name} item={m} /> : <Entry key={m.name} item={m} />))}</nav>;
}

function MenuSection({ item }: { item: MenuItem }) {
  const entries = item.items!.filter((m) => m.type || pages[m.page ?? ""]);
  if (!entries.length) return null;
  return (
    <div role="group" aria-label={item.label}>
      <div className="menu-head">{item.label}</div>
      {entries.map((m) => <Entry key={m.name} item={m} />)}
    </div>
  );
}

function Entry({ item }: { item: MenuItem }) {
  const place = useLocation();
  const to = item.type ? listPath(item.type, item.view) : pages[item.page ?? ""];
  if (!to) return null;
  const view = new URLSearchParams(place.search).get("view") ?? undefined;
  const here = item.type ? (place.pathname === `/t/${item.type}` && (item.view ? view === item.view : view !== "register" && view !== "owing")) || (!item.view && place.pathname.startsWith(`/r/${item.type}/`)) : place.pathname.startsWith(to);
  return <NavLink to={to} className={() => "entry" + (here ? " here" : "")} aria-current={here ? "page" : undefined}><Icon name={item.icon} /> <span>{item.label}</span></NavLink>;
}

function NewButton({ create, phone }: { create: (type: string) => void; phone: boolean }) {
  const { types, schema } = useKnown();
  const items = useMemo(() => {
    const seen = new Set<string>();
    const walk = (list: MenuItem[]) => list.forEach((m) => { if (m.type) seen.add(m.type); if (m.items) walk(m.items); });
    walk(schema.menu);
    return [...seen].map((n) => types.get(n)).filter((x) => x && !x.builtin && x.fields.some((f) => f.level === "write"))
      .map((x) => ({ key: x!.name, label: x!.label, icon: <Icon name={x!.icon} />, onClick: () => create(x!.name) }));
  }, [schema, types, create]);
  return <Dropdown menu={{ items, style: { maxHeight: "70vh", overflow: "auto" } }} trigger={["click"]}><Button icon={<PlusOutlined />} aria-label={t("act.new")}>{phone ? null : t("act.new")}</Button></Dropdown>;
}

/** chooseLanguage keeps a language here and with the person, and loads the page in it. */
export async function chooseLanguage(l: Lang, me?: string) {
  keepLanguage(l);
  if (me) await patch(`/sys/users/${me}`, { lang: l }).catch(() => undefined);
  location.reload();
}

function LanguageButton() {
  const { session } = useKnown();
  const items = languages.map((l) => ({ key: l, label: languageNames[l], onClick: () => void chooseLanguage(l, session.user.id) }));
  return <Dropdown menu={{ items, selectedKeys: [lang()] }} trigger={["click"]}><Button type="text" aria-label={t("profile.language")}>{languageMark[lang()]}</Button></Dropdown>;
}

function ModeButton() {
  const mode = useMode();
  return <Button type="text" aria-label={t(mode === "dark" ? "profile.light" : "profile.dark")} icon={mode === "dark" ? <BulbOutlined /> : <MoonOutlined />} onClick={() => setMode(mode === "dark" ? "light" : "dark")} />;
}

