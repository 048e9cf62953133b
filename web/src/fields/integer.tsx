import { numberText } from "../format";
import { IntegerInput, NumberFilter } from "./parts";
import type { Kind } from "./types";

/** A whole number. */
export const integer: Kind = {
  show: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), text: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), Input: IntegerInput, Filter: NumberFilter, align: "right", width: 72,
};
