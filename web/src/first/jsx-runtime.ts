// What JSX is compiled to in the first drawing.
import type { Made } from "./made";
export { Fragment } from "./react";

export const jsx = (type: unknown, props: Record<string, unknown>): Made => ({ type, props });
export const jsxs = jsx;
