import { numberText } from "../format";
import { NumberFilter, NumberInput } from "./parts";
import type { InputProps, Kind } from "./types";

const MoneyInput = (p: InputProps) => <NumberInput {...p} before="¥" />;

/** An amount of money: bare in columns, with its sign in facts. */
export const money: Kind = {
  show: (v, _f, place) => (place === "cell" ? (Number(v) === 0 ? "" : numberText(v)) : "¥" + numberText(v)), text: (v) => "¥" + numberText(v), Input: MoneyInput, Filter: NumberFilter, align: "right", width: 96,
};
