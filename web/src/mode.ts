// Light, dark or as the system, and whether the screen is a phone's.
import { useSyncExternalStore } from "react";
import { applyMode, type Mode } from "./theme";

/** Choice is what a person may choose: a mode, or to follow the system. */
export type Choice = Mode | "auto";

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((f) => f());
const wide = window.matchMedia("(min-width: 768px)");
const night = window.matchMedia("(prefers-color-scheme: dark)");
wide.addEventListener("change", tell);
night.addEventListener("change", () => {
  applyMode(preferredMode());
  tell();
});

const subscribe = (f: () => void) => {
  listeners.add(f);
  return () => listeners.delete(f);
};

/** chosenMode is what was chosen on this device. */
export function chosenMode(): Choice {
  const kept = localStorage.getItem("kd.mode");
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** preferredMode is what was chosen on this device, else what the system prefers. */
export function preferredMode(): Mode {
  const chosen = chosenMode();
  return chosen === "auto" ? (night.matches ? "dark" : "light") : chosen;
}

/** setMode changes and remembers it. */
export function setMode(choice: Choice) {
  localStorage.setItem("kd.mode", choice);
  applyMode(preferredMode());
  tell();
}

export const useMode = () => useSyncExternalStore(subscribe, preferredMode);
export const useChosenMode = () => useSyncExternalStore(subscribe, chosenMode);
export const usePhone = () => useSyncExternalStore(subscribe, () => !wide.matches);

/** mac tells whether keys are named as on a Mac. */
export const mac = /Mac|iPhone|iPad/.test(navigator.platform);
