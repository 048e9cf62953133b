import type { Field } from "../api/types";
import { str } from "./values";
import type { Kind, Place } from "./types";

const labelOf = (v: unknown, f: Field) => f.choices?.find((c) => c.value === v)?.label ?? str(v);
const tones: Record<string, string> = { green: "grn", red: "red", orange: "amb", amber: "amb", yellow: "amb", blue: "ac", purple: "ac", grey: "", gray: "" };

// A, B, C … are grades: a letter in a box. A coloured choice is a state: a dot and its word.
function shown(v: unknown, f: Field, place: Place) {
  const choice = f.choices?.find((c) => c.value === v);
  const label = choice?.label ?? str(v);
  if (/^[A-E]$/.test(str(v))) return <span className={"grade" + (v === "A" ? " top" : "")} title={label}>{str(v)}</span>;
  const tone = choice?.color ? (tones[choice.color] ?? "") : undefined;
  if (tone !== undefined && place === "cell") return <span className="state"><i className={`dot ${tone}`} aria-hidden="true" />{label}</span>;
  return label;
}

/** One of a list. */
export const choice: Kind = { show: shown, text: labelOf, width: 56, instant: true };
