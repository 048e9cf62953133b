// What stands in for React while the page is drawn for the first time: hooks
// answer what they begin with, effects do not run, nothing is drawn again.
import { held, type Drawn, type Made } from "./made";

export type { ReactNode, ComponentType, CSSProperties, ReactElement, KeyboardEvent, MouseEvent, PointerEvent, TouchEvent, ClipboardEvent } from "react";

/** Fragment and Suspense are drawn as what is in them; a part that is not there yet gives way to its fallback. */
export const Fragment = Symbol("fragment");
export const Suspense = Symbol("suspense");

export interface Context<T> { now: T; Provider: { of: Context<unknown> } }

export function createContext<T>(first: T): Context<T> {
  const c = { now: first } as Context<T>;
  c.Provider = { of: c as Context<unknown> };
  return c;
}

export const useContext = <T>(c: Context<T>): T => c.now;

const nothing = () => undefined;
const first = <T>(v: T | (() => T)): T => (typeof v === "function" ? (v as () => T)() : v);

export const useState = <T>(v: T | (() => T)) => [first(v), nothing] as const;
export const useReducer = <T>(_: unknown, v: T) => [v, nothing] as const;
export const useRef = <T>(v: T) => ({ current: v });
export const useMemo = <T>(f: () => T): T => f();
export const useCallback = <T>(f: T): T => f;
export const useEffect = nothing;
export const useLayoutEffect = nothing;
export const useDeferredValue = <T>(v: T): T => v;
export const useSyncExternalStore = <T>(_: unknown, now: () => T): T => now();

let ids = 0;
export const useId = () => "first" + ids++;

export const memo = <T>(part: T): T => part;
export const forwardRef = (part: (props: object, ref: null) => Drawn) => (props: object) => part(props, null);
export const lazy = () => () => { throw held; };
export const createElement = (type: unknown, props: Record<string, unknown> | null, ...children: Drawn[]): Made => ({ type, props: { ...props, ...(children.length ? { children } : {}) } });
export const isValidElement = (v: unknown) => !!v && typeof v === "object" && "type" in v && "props" in v;
export const cloneElement = (m: Made, more: object): Made => ({ ...m, props: { ...m.props, ...more } });
export const startTransition = (f: () => void) => f();
