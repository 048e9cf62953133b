import type { Field, Values } from "../api/types";
import { t } from "../i18n";
import { kindOf } from ".";
import { blank } from "./values";
import type { Kind } from "./types";

export const list = (v: unknown) => (Array.isArray(v) ? v : []) as Values[];
const line = (row: Values, f: Field) => (f.fields ?? []).filter((c) => !blank(row[c.name])).map((c) => kindOf(c).text(row[c.name], c)).join(" ");

/** Lines of their own fields inside a record. */
export const rows: Kind = {
  show: (v, f, place) => (place === "cell" ? t("field.lines", { n: list(v).length }) : <span className="several column">{list(v).map((r, i) => <span key={i}>{line(r, f)}</span>)}</span>),
  text: (v, f) => list(v).map((r) => line(r, f)).join("；"), width: 120,
};
