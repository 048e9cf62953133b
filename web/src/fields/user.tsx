import { refOf } from "./values";
import type { Kind } from "./types";

/** A person of the company. */
export const user: Kind = { show: (v) => refOf(v)?.title ?? "", text: (v) => refOf(v)?.title ?? "", width: 76, instant: true };
