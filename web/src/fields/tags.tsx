import { str } from "./values";
import type { Kind } from "./types";

export const list = (v: unknown) => (Array.isArray(v) ? v.map(str) : v ? [str(v)] : []);

/** Free words. */
export const tags: Kind = {
  show: (v) => <span className="chips">{list(v).map((x) => <span key={x} className="chip">{x}</span>)}</span>, text: (v) => list(v).join("、"), width: 120,
};
