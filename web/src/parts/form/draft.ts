// What is typed into a form is kept while it is typed: nothing is lost by
// closing, reloading, a lost network or a session that ended. Each person has
// his own; sealed values are kept no longer than the window is open.
import { useEffect, useMemo, useRef } from "react";
import type { RecordType, Values } from "../../api/types";

interface Draft { at: number; values: Values }

const longest = 14 * 86_400_000;

function read(store: Storage, key: string): Draft | null {
  try {
    const d = JSON.parse(store.getItem(key) ?? "null") as Draft | null;
    return d?.values && Date.now() - d.at < longest ? d : null;
  } catch {
    return null;
  }
}

function write(store: Storage, key: string, values: Values) {
  try {
    if (Object.keys(values).length) store.setItem(key, JSON.stringify({ at: Date.now(), values } satisfies Draft));
    else store.removeItem(key);
  } catch {
    return; // the store is full: what is on the screen stays there
  }
}

/** draftKey names the draft of a form: by person, type, and the record or what was given. */
export function draftKey(user: string, type: string, rec?: string, given?: Values): string {
  const about = rec ?? (given ? Object.entries(given).map(([k, v]) => k + "=" + (v && typeof v === "object" && "id" in v ? String((v as { id: string }).id) : JSON.stringify(v))).join("&") : "");
  return ["kd.draft", user, type, about].filter(Boolean).join(".");
}

const sealedOf = (type: RecordType) => new Set(type.fields.filter((f) => f.sealed).map((f) => f.name));

/** useDraft gives what was kept, and ways to keep and to drop it. */
export function useDraft(key: string, type: RecordType) {
  const sealed = useMemo(() => sealedOf(type), [type]);
  const found = useMemo(() => {
    const open = read(localStorage, key), shut = read(sessionStorage, key);
    return open || shut ? { at: Math.max(open?.at ?? 0, shut?.at ?? 0), values: { ...open?.values, ...shut?.values } } : null;
  }, [key]);
  const waiting = useRef<{ timer: number; values: Values } | null>(null);
  const store = (values: Values) => {
    write(localStorage, key, Object.fromEntries(Object.entries(values).filter(([k]) => !sealed.has(k))));
    write(sessionStorage, key, Object.fromEntries(Object.entries(values).filter(([k]) => sealed.has(k))));
  };
  const flush = () => {
    if (!waiting.current) return;
    clearTimeout(waiting.current.timer);
    store(waiting.current.values);
    waiting.current = null;
  };
  const keep = (values: Values) => {
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = { values, timer: window.setTimeout(flush, 250) };
  };
  const drop = () => {
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = null;
    localStorage.removeItem(key);
    sessionStorage.removeItem(key);
  };
  useEffect(() => {
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  });
  return { found, keep, drop };
}
