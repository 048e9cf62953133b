import { phoneText } from "../format";
import { str } from "./values";
import type { Kind } from "./types";

/** One phone number. */
export const phone: Kind = {
  show: (v, _f, place) => (place === "fact" ? <a href={"tel:" + str(v)}>{phoneText(str(v))}</a> : phoneText(str(v))),
  text: (v) => phoneText(str(v)), width: 122,
};
