// What the first drawing of a page hands over to React: what the page carried,
// what was asked for, and what was pressed in between.
import type { Boot } from "./boot";

interface Handed {
  boot?: Boot;
  drawn?: Promise<unknown>; // done when the first drawing is, or has failed
  answers: { key: readonly unknown[]; data: unknown }[];
  taken: boolean; // React has drawn: nothing of the first drawing is there any more
  pressed: Pressed[];
}

/** Pressed is a click or a key on what stood at a place of the first drawing. */
type Pressed = { at: number[]; tag: string; click: MouseEventInit } | { at: number[]; tag: string; key: KeyboardEventInit };

declare global { var kdHanded: Handed | undefined }

/** handed lies on the window: two builds share it. */
export const handed: Handed = (globalThis.kdHanded ??= { answers: [], taken: false, pressed: [] });

const root = () => document.getElementById("root")!;

// A place in the drawing is the way to it from the root; React draws the same.
function placeOf(el: Element): number[] {
  const way: number[] = [];
  for (let e = el; e !== root() && e.parentElement; e = e.parentElement) way.unshift([...e.parentElement.children].indexOf(e));
  return way;
}

function standsAt(way: number[]): Element | undefined {
  let e: Element | undefined = root();
  for (const i of way) e = e?.children[i];
  return e;
}

const pressable = "a, button, input, label, [role=tab], th, tr";

function onClick(e: MouseEvent) {
  const el = (e.target as Element).closest?.(pressable);
  if (!el || !e.isTrusted || e.button !== 0) return;
  const { ctrlKey, metaKey, shiftKey, altKey } = e;
  if (el.tagName === "A" && (ctrlKey || metaKey || shiftKey)) return; // another tab: the link does that by itself
  if (el.tagName === "A") e.preventDefault();
  handed.pressed.push({ at: placeOf(el), tag: el.tagName, click: { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey, altKey } });
}

function onKey(e: KeyboardEvent) {
  const el = e.target as HTMLElement;
  if (!e.isTrusted || /^(INPUT|TEXTAREA)$/.test(el.tagName) || ["Tab", "Shift", "Control", "Alt", "Meta"].includes(e.key)) return;
  const { key, code, ctrlKey, metaKey, shiftKey, altKey } = e;
  if (key.startsWith("Arrow") || key === "/" || ((ctrlKey || metaKey) && key.toLowerCase() === "k")) e.preventDefault();
  handed.pressed.push({ at: root().contains(el) ? placeOf(el) : [], tag: el.tagName, key: { key, code, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true } });
}

/** listen begins to keep what is pressed. */
export function listen() {
  document.addEventListener("click", onClick, true);
  document.addEventListener("keydown", onKey, true);
}

interface Kept { focus?: number[]; typed: { at: number[]; value: string }[]; scrolled: { at: number[]; top: number; left: number }[] }

let kept: Kept | undefined;

/** keep looks at the first drawing just before React draws over it: where one has scrolled to, what is typed. */
export function keep() {
  const at = document.activeElement;
  kept = {
    focus: at && at !== document.body && root().contains(at) ? placeOf(at) : undefined,
    typed: [...root().querySelectorAll<HTMLInputElement>("input:not([type=checkbox])")].filter((i) => i.value !== i.defaultValue).map((i) => ({ at: placeOf(i), value: i.value })),
    scrolled: [...root().querySelectorAll(".grid, .cards, .menu")].filter((e) => e.scrollTop || e.scrollLeft).map((e) => ({ at: placeOf(e), top: e.scrollTop, left: e.scrollLeft })),
  };
}

const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;

/** take is called once React has drawn: what was done before is done now. */
export function take() {
  if (handed.taken) return;
  handed.taken = true;
  performance.mark("kd-taken");
  document.removeEventListener("click", onClick, true);
  document.removeEventListener("keydown", onKey, true);
  root().className = "";
  for (const s of kept?.scrolled ?? []) standsAt(s.at)?.scrollTo(s.left, s.top);
  if (kept?.focus) (standsAt(kept.focus) as HTMLElement | undefined)?.focus();
  for (const { at, value } of kept?.typed ?? []) {
    const el = standsAt(at);
    if (!(el instanceof HTMLInputElement)) continue;
    put?.call(el, value);
    el.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const p of handed.pressed.splice(0)) {
    const el = p.at.length ? standsAt(p.at) : document.body;
    if (!el || el.tagName !== p.tag) continue;
    el.dispatchEvent("click" in p ? new MouseEvent("click", p.click) : new KeyboardEvent("keydown", p.key));
    if ("click" in p && el instanceof HTMLElement && /^(BUTTON|INPUT)$/.test(el.tagName)) el.focus({ preventScroll: true });
  }
}
