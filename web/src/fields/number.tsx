import { str } from "./values";
import type { Kind } from "./types";

/** A number that names something, such as a former customer number: text, never computed with. */
export const number: Kind = { show: (v) => str(v), text: (v) => str(v), width: 116 };
