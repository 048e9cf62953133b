import { str } from "./values";
import type { Kind } from "./types";

const href = (v: string) => (/^https?:\/\//i.test(v) ? v : "https://" + v);

/** A web address. */
export const url: Kind = {
  show: (v) => <a href={href(str(v))} target="_blank" rel="noreferrer" onClick={(e) => e.stopPropagation()}>{str(v).replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "")}</a>,
  text: (v) => str(v), width: 140,
};
