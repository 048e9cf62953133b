import { numberText } from "../format";
import { NumberFilter, NumberInput } from "./parts";
import type { InputProps, Kind } from "./types";

const PercentInput = (p: InputProps) => <NumberInput {...p} after="%" />;

/** A share in percent. */
export const percent: Kind = { show: (v) => numberText(v) + "%", text: (v) => numberText(v) + "%", Input: PercentInput, Filter: NumberFilter, align: "right", width: 72 };
