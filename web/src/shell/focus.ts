// Where the focus goes when what had it goes away: a dialog that closes, a
// value that was typed into, a page that was left. For whoever uses the
// keyboard it is never lost: it goes back to where one was, or to the page.
// And it goes into what a key opened: what floats stands at the end of the
// document, where Tab comes last.
import { focusLost as lost, focusMain as toMain } from "./places";

const small = ".ant-popover:not(.ant-popover-hidden), .ant-dropdown:not(.ant-dropdown-hidden)";
const floats = `.ant-modal-wrap:not([style*='none']), .ant-drawer-open, ${small}`;
const near = 240; // px: what is so low is still the same place
const stops = "input, textarea, a[href], button:not([disabled]), [role=menuitem]:not([aria-disabled=true]), [tabindex='0']";
const seen = (x: Element) => x.getClientRects().length > 0 && getComputedStyle(x).visibility !== "hidden";
const shown = (what: string) => [...document.querySelectorAll<HTMLElement>(what)].filter(seen);

/** keepFocus keeps the focus on the page; #main has it where nothing better is left. */
export function keepFocus(): () => void {
  let keys = false; // told by keys or by a pointer?
  let path: HTMLElement[] = []; // where one was, and what it stands in
  let timer = 0;
  const back = () => {
    if (!keys || !lost() || shown(floats).length) return;
    const there = path.find((x) => x.isConnected && seen(x) && x.closest(".shell") && x.offsetHeight < near); // of a whole page that is another now, the first button may be anything
    const to = there && [there, ...there.querySelectorAll<HTMLElement>(stops)].find((x) => x.matches(stops) && seen(x));
    if (to && to.id !== "main") to.focus({ preventScroll: true });
    else toMain();
  };
  const entered = new Set<Element>();
  const enter = () => {
    const open = shown(small);
    for (const x of entered) if (!open.includes(x as HTMLElement)) entered.delete(x);
    const last = open.at(-1);
    const first = last && !entered.has(last) && [...last.querySelectorAll<HTMLElement>(stops)].find(seen);
    if (!last || !first) return;
    entered.add(last);
    if (!last.contains(document.activeElement) && document.activeElement?.closest(".shell, .ant-drawer")) first.focus({ preventScroll: true });
  };
  // What closes takes a moment: a dialog leaves, and what opened it is drawn anew.
  const look = (opens: boolean) => {
    cancelAnimationFrame(timer);
    const until = performance.now() + 600;
    const step = () => { if (lost()) back(); if (opens) enter(); if (performance.now() < until) timer = requestAnimationFrame(step); };
    timer = requestAnimationFrame(step);
  };
  const asked = new WeakSet<Element>();
  const onIn = (e: FocusEvent) => {
    const el = e.target as HTMLElement;
    // A dialog asks something: one answers, and does not stand on "close".
    const dialog = el.closest?.(".ant-modal");
    if (dialog && !asked.has(dialog)) {
      asked.add(dialog);
      if (!el.matches("input, textarea")) dialog.querySelector<HTMLElement>(".ant-modal-body :is(input:not([type=hidden], [type=file], [disabled]), textarea)")?.focus({ preventScroll: true });
    }
    if (!el.closest?.(".shell") || el.id === "main") return;
    path = [];
    for (let x: HTMLElement | null = el; x && x.id !== "main"; x = x.parentElement) path.push(x);
  };
  const onKey = (e: KeyboardEvent) => {
    keys = true;
    // Tab leaves a choice of several as it is; the library would turn over the one it stands on.
    if (e.key === "Tab" && (e.target as HTMLElement).closest?.(".ant-select-multiple")) e.stopPropagation();
    if (e.key === "Escape" || e.key === "Enter" || e.key === " " || e.key === "Tab") look(e.key === "Enter" || e.key === " ");
  };
  const onPointer = () => { keys = false; cancelAnimationFrame(timer); };
  // What is drawn anew may take the focus away at any time: an import that ends, say.
  const drawn = new MutationObserver(() => { if (keys && lost()) requestAnimationFrame(back); });
  drawn.observe(document.getElementById("main")!, { childList: true, subtree: true });
  document.addEventListener("focusin", onIn);
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("pointerdown", onPointer, true);
  return () => {
    cancelAnimationFrame(timer);
    drawn.disconnect();
    document.removeEventListener("focusin", onIn);
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("pointerdown", onPointer, true);
  };
}
