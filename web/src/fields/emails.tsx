import { str } from "./values";
import type { Kind, Place } from "./types";

interface Mail { address: string; label?: string }

const list = (v: unknown) => (Array.isArray(v) ? v : v ? [v] : []).map((x) => (typeof x === "object" ? (x as Mail) : { address: str(x) }));

// A long address breaks before its @.
const broken = (a: string) => { const at = a.lastIndexOf("@"); return at < 1 ? a : <>{a.slice(0, at)}<wbr />{a.slice(at)}</>; };

function shown(v: unknown, place: Place) {
  const all = list(v);
  if (place === "cell") return <>{all[0]?.address}{all.length > 1 && <small className="more"> +{all.length - 1}</small>}</>;
  return <span className="several">{all.map((m) => <span key={m.address}><a href={"mailto:" + m.address} onClick={(e) => e.stopPropagation()}>{broken(m.address)}</a>{m.label && <small> {m.label}</small>}</span>)}</span>;
}

/** E-mail addresses with what they are for. */
export const emails: Kind = { show: (v, _f, place) => shown(v, place), text: (v) => list(v).map((m) => m.address).join("、"), width: 160 };
