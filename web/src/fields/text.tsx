import { str } from "./values";
import type { Kind } from "./types";

/** One line of text. */
export const text: Kind = { show: (v) => str(v), text: (v) => str(v), width: 112 };
