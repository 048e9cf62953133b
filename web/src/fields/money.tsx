import { numberText } from "../format";
import { NumberFilter, NumberInput } from "./parts";
import type { InputProps, Kind } from "./types";

const MoneyInput = (p: InputProps) => <NumberInput {...p} before="¥" />;

// Lists and heads say whole units; the cents stand in the text on hover.
const whole = (v: unknown) => (Math.abs(Number(v)) >= 1000 ? Math.round(Number(v)) : v);

/** An amount of money: bare in columns, with its sign in facts. */
export const money: Kind = {
  show: (v, _f, place) => (place === "cell" ? (Number(v) === 0 ? "" : numberText(whole(v))) : "¥" + numberText(whole(v))), text: (v) => "¥" + numberText(v), Input: MoneyInput, Filter: NumberFilter, align: "right", width: 96,
};
