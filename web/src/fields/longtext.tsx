import { str } from "./values";
import type { Kind } from "./types";

/** Several lines of text. */
export const longtext: Kind = {
  show: (v, _f, place) => (place === "fact" ? <span className="long">{str(v)}</span> : str(v).replace(/\s+/g, " ")),
  text: (v) => str(v), width: 160,
};
