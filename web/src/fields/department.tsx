import { refOf } from "./values";
import type { Kind } from "./types";

/** A department of the company. */
export const department: Kind = { show: (v) => refOf(v)?.title ?? "", text: (v) => refOf(v)?.title ?? "", width: 100, instant: true };
