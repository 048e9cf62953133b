import { numberText } from "../format";

import type { Kind } from "./types";

/** A whole number. */
export const integer: Kind = {
  show: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), text: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), align: "right", width: 72,
};
