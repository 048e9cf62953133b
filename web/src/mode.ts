// Light or dark, and whether the screen is a phone's.
import { useSyncExternalStore } from "react";
import { applyMode, type Mode } from "./theme";

const listeners = new Set<() => void>();
const wide = window.matchMedia("(min-width: 768px)");
wide.addEventListener("change", () => listeners.forEach((f) => f()));

const subscribe = (f: () => void) => {
  listeners.add(f);
  return () => listeners.delete(f);
};

/** preferredMode is what was chosen on this device, else what the system prefers. */
export function preferredMode(): Mode {
  const kept = localStorage.getItem("kd.mode");
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** setMode changes and remembers it. */
export function setMode(mode: Mode) {
  localStorage.setItem("kd.mode", mode);
  applyMode(mode);
  listeners.forEach((f) => f());
}

export const useMode = () => useSyncExternalStore(subscribe, preferredMode);
export const usePhone = () => useSyncExternalStore(subscribe, () => !wide.matches);
