import { phoneText } from "../format";
import { str } from "./values";
import type { Kind, Place } from "./types";

interface Phone { number: string; label?: string }

const list = (v: unknown) => (Array.isArray(v) ? v : v ? [v] : []).map((x) => (typeof x === "object" ? (x as Phone) : { number: str(x) }));

function shown(v: unknown, place: Place) {
  const all = list(v);
  if (place === "cell") return <>{phoneText(str(all[0]?.number))}{all.length > 1 && <small className="more"> +{all.length - 1}</small>}</>;
  return (
    <span className="several">
      {all.map((p) => (
        <span key={p.number}><a href={"tel:" + p.number} onClick={(e) => e.stopPropagation()}>{phoneText(str(p.number))}</a>{p.label && <small> {p.label}</small>}</span>
      ))}
    </span>
  );
}

/** Phone numbers with what they are for. */
export const phones: Kind = { show: (v, _f, place) => shown(v, place), text: (v) => list(v).map((p) => phoneText(str(p.number))).join("、"), width: 122 };
