import { numberText } from "../format";
import { NumberFilter, NumberInput } from "./parts";
import type { Kind } from "./types";

/** An exact number with decimals. */
export const decimal: Kind = {
  show: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), text: (v, f) => numberText(v) + (f.unit ? ` ${f.unit}` : ""), Input: NumberInput, Filter: NumberFilter, align: "right", width: 84,
};
