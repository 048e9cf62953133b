import type { Field } from "../api/types";
import { str } from "./values";
import type { Kind } from "./types";

const list = (v: unknown) => (Array.isArray(v) ? v : v ? [v] : []) as string[];
const labels = (v: unknown, f: Field) => list(v).map((x) => f.choices?.find((c) => c.value === x)?.label ?? str(x));

/** Several of a list. */
export const choices: Kind = {
  show: (v, f) => <span className="chips">{labels(v, f).map((x) => <span key={x} className="chip">{x}</span>)}</span>, text: (v, f) => labels(v, f).join("、"), width: 120,
};
