import { blank } from "./values";
import type { Kind } from "./types";

const textOf = (v: unknown) => (blank(v) ? "" : JSON.stringify(v));

/** Any JSON value. */
export const json: Kind = { show: (v) => <code>{textOf(v)}</code>, text: textOf, width: 160 };
