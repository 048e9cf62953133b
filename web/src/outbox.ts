// What was typed while the server could not be reached, kept in this browser
// until it can. Each person has a box of his own: who signs in next neither
// sees nor sends what another typed.
import { useSyncExternalStore } from "react";
import type { Rec, Values } from "./api/types";

/** Waiting is a write that did not reach the server: a change of a record, or a new one. at is when it was typed, says what is shown of it. */
export interface Waiting { type: string; id: string; what: string; headers: Record<string, string>; at: string; says?: string; way?: string; rec?: Rec; values?: Values; path?: string; body?: Values }

const keyOf = (person: string) => "kd.outbox." + person;
const watchers = new Set<() => void>();
let owner = "";
let box: Waiting[] = [];

function read(person: string): Waiting[] {
  try {
    return JSON.parse(localStorage.getItem(keyOf(person)) ?? "[]") as Waiting[];
  } catch {
    return [];
  }
}

/** openBox makes a person's box the one that is written to; it is called before anything of his page is drawn. */
export function openBox(person: string) {
  if (person === owner) return;
  owner = person;
  box = read(person);
}

function setBox(next: Waiting[]) {
  box = next;
  try {
    localStorage.setItem(keyOf(owner), JSON.stringify(box));
  } catch { /* no room: what waits is kept while the page is open */ }
  watchers.forEach((f) => f());
}

// Another window of the same person wrote or sent something.
window.addEventListener("storage", (e) => {
  if (e.key !== keyOf(owner)) return;
  box = read(owner);
  watchers.forEach((f) => f());
});

/** put keeps a write until the server can be reached again. */
export const put = (w: Omit<Waiting, "at">) => setBox([...box.filter((x) => !same(x, w)), { ...w, at: new Date().toISOString() }]);

/** takeOut drops a write that was stored, or refused for good. */
export const takeOut = (w: Waiting) => setBox(box.filter((x) => !same(x, w)));

const same = (a: { headers: Record<string, string> }, b: { headers: Record<string, string> }) => a.headers["Idempotency-Key"] === b.headers["Idempotency-Key"];

/** waitingNow is what waits, the oldest first. */
export const waitingNow = () => box;

const subscribe = (f: () => void) => {
  watchers.add(f);
  return () => watchers.delete(f);
};

/** useWaiting is what waits, as it comes and goes. */
export const useWaiting = () => useSyncExternalStore(subscribe, waitingNow);
