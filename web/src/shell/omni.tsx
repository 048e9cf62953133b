// Search over everything, from any page: records by type, pages, and a new
// record when nothing fits.
import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { Modal, Spin } from "antd";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { get, query } from "../api/client";
import type { Hit, Values } from "../api/types";
import { t } from "../i18n";
import { kept } from "../kept";
import { mac, usePhone } from "../mode";
import { recordPath, useKnown } from "../model";
import { useMay } from "../rights";
import { sentence } from "../saving";
import { Icon } from "./icons";
import { Marked, spanOf } from "./marks";
import { entriesOf, pathOf, useHub } from "./places";
import { useShell } from "./shell";

/** useTyped is a text that settles shortly after typing and never in the middle of composing. */
export function useTyped(first = "", wait = 120) {
  const [text, setText] = useState(first);
  const [settled, setSettled] = useState(first);
  const composing = useRef(false);
  useEffect(() => {
    if (composing.current) return;
    const timer = setTimeout(() => setSettled(text), wait);
    return () => clearTimeout(timer);
  }, [text, wait]);
  const props = {
    value: text,
    onChange: (e: { target: { value: string } }) => setText(e.target.value),
    onCompositionStart: () => { composing.current = true; },
    onCompositionEnd: (e: { currentTarget: EventTarget & { value?: string } }) => {
      composing.current = false;
      const v = e.currentTarget.value ?? "";
      setText(v);
      setSettled(v);
    },
  };
  return { text, settled, props, set: (v: string) => { setText(v); setSettled(v); } };
}

const recentKey = "kd.recent";
const recent = () => kept<Hit[]>(recentKey, []);

/** remember puts a record on top of the list the search opens with. */
export function remember(hit: Hit) {
  const list = [hit, ...recent().filter((h) => h.id !== hit.id)].slice(0, 8);
  localStorage.setItem(recentKey, JSON.stringify(list));
}

export function Omni({ open, close }: { open: boolean; close: () => void }) {
  const phone = usePhone();
  return (
    <Modal open={open} onCancel={close} footer={null} closable={false} width={phone ? "100%" : 640} className={phone ? "omni-phone" : undefined} style={{ top: phone ? 0 : 56, maxWidth: "100vw" }} styles={{ container: { padding: 0 } }} destroyOnHidden title={null}>
      <Finder close={close} phone={phone} />
    </Modal>
  );
}

/** Choice is one line that can be chosen: a record, a page, a new record. */
interface Choice { key: string; group: string; icon?: string; title: string; number?: string; to?: string; act?: () => void; plus?: boolean }

// hitsByType puts hits of a type together; the type of the best hit comes first.
function hitsByType(hits: Hit[], plural: (type: string) => string): Choice[] {
  const groups = new Map<string, Hit[]>();
  for (const h of hits) groups.set(h.type, [...(groups.get(h.type) ?? []), h]);
  return [...groups].flatMap(([type, list]) => list.map((h) => ({ key: h.id, group: plural(type), icon: type, title: h.title || h.number || "", number: h.title ? h.number : undefined, to: recordPath(type, h.id) })));
}

function useFirst(words: string): Values {
  const hub = useHub();
  const phones = hub?.fields.find((f) => f.kind === "phones" && f.level === "write");
  if (phones && /^[+\d][\d\s-]{6,}$/.test(words)) return { [phones.name]: [{ number: words }] };
  return hub?.title ? { [hub.title]: words } : {};
}

function useChoices(words: string, hits: Hit[], found: boolean, close: () => void): Choice[] {
  const { types, schema } = useKnown();
  const { create } = useShell();
  const hub = useHub();
  const may = useMay();
  const first = useFirst(words);
  return useMemo(() => {
    const plural = (type: string) => types.get(type)?.plural ?? type;
    const records = hitsByType(hits.filter((h) => types.has(h.type)), plural).map((c) => ({ ...c, icon: types.get(c.icon!)?.icon, group: words ? c.group : t("search.recent") }));
    if (!words) return records;
    const pages = entriesOf(schema.menu).filter((m) => spanOf(m.label, words)).slice(0, 4).map((m): Choice => ({ key: "page-" + m.name, group: t("search.pages"), icon: m.icon, title: m.label, to: pathOf(m) }));
    const out = [...records, ...pages];
    if (found && hub && may(hub.name, "create")) {
      out.push({ key: "new", group: "", title: t("search.create_of", { what: hub.label, words }), plus: true, act: () => { close(); create(hub.name, first); } });
    }
    return out;
  }, [words, hits, found, types, schema.menu, hub, may, first, close, create]);
}

function useHits(words: string) {
  const found = useQuery({
    queryKey: ["search", words], enabled: words.length > 0, placeholderData: keepPreviousData, staleTime: 5_000,
    queryFn: ({ signal }) => get<{ items: Hit[] }>("/search" + query({ q: words, limit: 24 }), signal),
  });
  const settled = !(words && (found.isPlaceholderData || found.isPending));
  return { found, settled, hits: useMemo(() => (words ? (found.data?.items ?? []) : recent()), [words, found.data]) };
}

function Finder({ close, phone }: { close: () => void; phone: boolean }) {
  const navigate = useNavigate();
  const typed = useTyped();
  const words = typed.settled.trim();
  const { found, settled: answered, hits } = useHits(words);
  const choices = useChoices(words, hits, answered && !found.isError, close);
  const [at, setAt] = useState(0);
  useEffect(() => setAt(0), [words]);
  const go = (c: Choice, tab = false) => {
    if (c.act) return c.act();
    if (!c.to) return;
    if (tab) return void window.open(c.to, "_blank");
    close();
    void navigate(c.to);
  };
  // Enter before the answer is there means its first hit.
  const [eager, setEager] = useState(false);
  const settled = typed.text === typed.settled && answered;
  useEffect(() => {
    if (!eager || !settled) return;
    setEager(false);
    if (choices[0]) go(choices[0]);
  }, [eager, settled]);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => { list.current?.querySelector(".at")?.scrollIntoView({ block: "nearest" }); }, [at]); // newer browsers answer a promise, which is no clean-up
  const onKeyDown = (e: React.KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === "ArrowDown") setAt((n) => Math.min(n + 1, choices.length - 1));
    else if (e.key === "ArrowUp") setAt((n) => Math.max(n - 1, 0));
    else if (e.key === "Enter") {
      if (settled && choices[at]) go(choices[at], e.metaKey || e.ctrlKey);
      else setEager(!settled);
    } else return;
    e.preventDefault();
  };
  const none = words !== "" && answered && found.isSuccess && hits.length === 0;
  return (
    <div className="finder">
      <div className="finder-top">
        <SearchOutlined aria-hidden="true" />
        <input autoFocus role="combobox" enterKeyHint="search" autoComplete="off" spellCheck={false} aria-expanded={choices.length > 0} aria-controls="hits" aria-activedescendant={choices[at] ? "hit-" + at : undefined} aria-label={t("search.label")} placeholder={t("search.hint")} {...typed.props} onKeyDown={onKeyDown} />
        {found.isFetching && <Spin size="small" />}
        {phone && <button type="button" className="as-link finder-close" onClick={close}>{t("act.cancel")}</button>}
      </div>
      {none && <p className="finder-none" role="status">{t("search.none", { words })}</p>}
      {found.isError && words !== "" && <p className="finder-none" role="alert">{sentence(found.error)}</p>}
      <ul id="hits" role="listbox" aria-label={t("search.results")} ref={list}>
        {choices.map((c, i) => (
          <Fragment key={c.key}>
            {c.group && c.group !== choices[i - 1]?.group && <li role="presentation" className="finder-group">{c.group}</li>}
            <li id={"hit-" + i} role="option" aria-selected={i === at} className={(i === at ? "at" : "") + (c.plus ? " plus" : "")} onMouseMove={() => setAt(i)} onClick={(e) => go(c, e.metaKey || e.ctrlKey)}>
              {c.plus ? <PlusOutlined aria-hidden="true" /> : <Icon name={c.icon} />}<span className="hit-title">{c.plus ? c.title : <Marked text={c.title} words={words} />}</span>{c.number && <small><Marked text={c.number} words={words} /></small>}
            </li>
          </Fragment>
        ))}
      </ul>
      {(none || (!words && choices.length === 0)) && <p className="finder-teach">{t("search.teach")}</p>}
      {!phone && <div className="finder-foot"><kbd>↑↓</kbd> {t("search.choose")} <kbd>Enter</kbd> {t("search.open")} <kbd>{mac ? "⌘" : "Ctrl"} Enter</kbd> {t("search.new_tab")} <kbd>Esc</kbd> {t("act.close")}</div>}
    </div>
  );
}
