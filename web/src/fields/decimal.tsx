import { numberText } from "../format";

import type { Kind } from "./types";

/** An exact number with decimals. */
export const decimal: Kind = {
  show: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), text: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), align: "right", width: 84,
};
