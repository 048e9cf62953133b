// Search over every type. It waits for the input method: half a syllable asks nothing.
import { SearchOutlined } from "@ant-design/icons";
import { Modal, Spin } from "antd";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { get, query } from "../api/client";
import type { Hit } from "../api/types";
import { t } from "../i18n";
import { recordPath, useKnown } from "../model";
import { Icon } from "./icons";
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
const recent = (): Hit[] => {
  try {
    return JSON.parse(localStorage.getItem(recentKey) ?? "[]") as Hit[];
  } catch {
    return [];
  }
};

/** remember puts a record on top of the list the search opens with. */
export function remember(hit: Hit) {
  const list = [hit, ...recent().filter((h) => h.id !== hit.id)].slice(0, 8);
  localStorage.setItem(recentKey, JSON.stringify(list));
}

export function Omni({ open, close }: { open: boolean; close: () => void }) {
  return (
    <Modal open={open} onCancel={close} footer={null} closable={false} width={600} style={{ top: 56 }} styles={{ container: { padding: 0 } }} destroyOnHidden title={null}>
      <Finder close={close} />
    </Modal>
  );
}

function Finder({ close }: { close: () => void }) {
  const { types } = useKnown();
  const { create } = useShell();
  const navigate = useNavigate();
  const typed = useTyped();
  const [at, setAt] = useState(0);
  const words = typed.settled.trim();
  const found = useQuery({
    queryKey: ["search", words], enabled: words.length > 0, placeholderData: keepPreviousData, staleTime: 5_000,
    queryFn: ({ signal }) => get<{ items: Hit[] }>("/search" + query({ q: words, limit: 20 }), signal),
  });
  const hits = words ? (found.data?.items ?? []) : recent().filter((h) => types.has(h.type));
  useEffect(() => setAt(0), [words]);
  // Enter before the answer is there means its first hit.
  const [eager, setEager] = useState(false);
  const settled = typed.text === typed.settled && !(words && (found.isPlaceholderData || found.isPending));
  useEffect(() => {
    if (!eager || !settled) return;
    setEager(false);
    if (hits[0]) go(hits[0]);
  }, [eager, settled]);
  const go = (h: Hit) => {
    close();
    void navigate(recordPath(h.type, h.id));
  };
  const onKeyDown = (e: React.KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === "ArrowDown") setAt((n) => Math.min(n + 1, hits.length - 1));
    else if (e.key === "ArrowUp") setAt((n) => Math.max(n - 1, 0));
    else if (e.key === "Enter") {
      if (settled && hits[at]) go(hits[at]);
      else setEager(!settled);
    } else return;
    e.preventDefault();
  };
  const none = words && found.isSuccess && !found.isPlaceholderData && hits.length === 0;
  return (
    <div className="finder">
      <div className="finder-top">
        <SearchOutlined aria-hidden="true" />
        <input autoFocus role="combobox" aria-expanded={hits.length > 0} aria-controls="hits" aria-activedescendant={hits[at] ? "hit-" + at : undefined} aria-label={t("search.label")} placeholder={t("search.hint")} {...typed.props} onKeyDown={onKeyDown} />
        {found.isFetching && <Spin size="small" />}
      </div>
      {!words && hits.length > 0 && <div className="finder-head">{t("search.recent")}</div>}
      <ul id="hits" role="listbox" aria-label={t("search.results")}>
        {hits.map((h, i) => (
          <li key={h.id} id={"hit-" + i} role="option" aria-selected={i === at} className={i === at ? "at" : ""} onMouseMove={() => setAt(i)} onClick={() => go(h)}>
            <Icon name={types.get(h.type)?.icon} /><span className="hit-title">{h.title || h.number}</span><small>{h.number}</small><small className="hit-type">{types.get(h.type)?.label}</small>
          </li>
        ))}
      </ul>
      {none && (
        <div className="nothing">
          <p>{t("search.none", { words })}</p>
          {types.has("customer") && <button type="button" className="undo" onClick={() => { close(); create("customer", { name: words }); }}>{t("search.create", { words })}</button>}
        </div>
      )}
      <div className="finder-foot">↑↓ {t("search.choose")} · Enter {t("search.open")} · Esc {t("act.close")}</div>
    </div>
  );
}
