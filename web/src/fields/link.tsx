import { Link } from "react-router";
import type { Field } from "../api/types";
import { t } from "../i18n";
import { refOf } from "./values";
import type { Kind, Place } from "./types";

function shown(v: unknown, f: Field, place: Place) {
  const r = refOf(v);
  if (!r) return <span className="quiet">{t("field.hidden")}</span>;
  const title = r.title || r.id;
  return place === "cell" || !f.to ? title : <Link to={`/r/${f.to}/${r.id}`} onClick={(e) => e.stopPropagation()}>{title}</Link>;
}

/** Another record. */
export const link: Kind = { show: shown, text: (v) => refOf(v)?.title ?? "", width: 132, instant: true };
