// What one person keeps on this device: folded sections, favourites, drafts.
// Everything stands under the person's id, so that two who share a till do not
// read each other's.
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const read = new Map<string, { raw: string | null; value: unknown }>();

/** kept reads what stands under a key; the fallback when there is nothing that can be read. */
export function kept<T>(key: string, fallback: T): T {
  const raw = localStorage.getItem(key);
  const known = read.get(key);
  if (known && known.raw === raw) return (known.value as T) ?? fallback;
  let value: unknown;
  try {
    value = raw === null ? undefined : JSON.parse(raw);
  } catch {
    value = undefined;
  }
  read.set(key, { raw, value });
  return (value as T) ?? fallback;
}

/** keep writes it; undefined takes it away. A full store loses nothing that was there. */
export function keep(key: string, value: unknown) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
  listeners.forEach((f) => f());
}

window.addEventListener("storage", () => listeners.forEach((f) => f()));

const subscribe = (f: () => void) => {
  listeners.add(f);
  return () => listeners.delete(f);
};

/** useKept is what stands under a key, and the way to change it; other windows follow. */
export function useKept<T>(key: string, fallback: T): [T, (v: T | undefined) => void] {
  const value = useSyncExternalStore(subscribe, () => kept(key, fallback));
  return [value, (v) => keep(key, v)];
}
