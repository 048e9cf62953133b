import { Link } from "react-router";
import type { Field, Ref } from "../api/types";
import { t } from "../i18n";

import type { Kind, Place } from "./types";

const list = (v: unknown) => (Array.isArray(v) ? v : []) as Ref[];

function shown(v: unknown, f: Field, place: Place) {
  const all = list(v);
  if (place === "cell") return all.map((r) => r.title ?? "").filter(Boolean).join("、");
  return (
    <span className="several">
      {all.map((r, i) => (r.id ? <Link key={r.id} to={`/r/${f.to}/${r.id}`} onClick={(e) => e.stopPropagation()}>{r.title || r.id}</Link> : <span key={i} className="quiet">{t("field.hidden")}</span>))}
    </span>
  );
}

/** Several other records. */
export const links: Kind = { show: shown, text: (v) => list(v).map((r) => r.title ?? "").join("、"), width: 140 };
