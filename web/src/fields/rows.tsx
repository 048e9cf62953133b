import type { Field, Values } from "../api/types";
import { t } from "../i18n";
import { concealed } from "../model";
import { kindOf } from ".";
import { blank } from "./values";
import type { Kind } from "./types";

export const list = (v: unknown) => (Array.isArray(v) ? v : []) as Values[];
const line = (row: Values, f: Field) => (f.fields ?? []).filter((c) => !blank(row[c.name])).map((c) => kindOf(c).text(row[c.name], c)).join(" ");

// Lines as a small table: of its columns those in which a line says something.
function Lines({ field, value }: { field: Field; value: unknown }) {
  const rows = list(value);
  const columns = (field.fields ?? []).filter((c) => rows.some((r) => !blank(r[c.name])));
  const cls = (c: Field) => (kindOf(c).align === "right" ? "right" : undefined);
  return (
    <table className="plain row-lines">
      <thead><tr>{columns.map((c) => <th key={c.name} scope="col" className={cls(c)}>{c.label}</th>)}</tr></thead>
      <tbody>{rows.map((r, i) => <tr key={i}>{columns.map((c) => <td key={c.name} className={cls(c)}>{blank(r[c.name]) ? null : concealed(r[c.name]) ? t("field.hidden") : kindOf(c).show(r[c.name], c, "cell")}</td>)}</tr>)}</tbody>
    </table>
  );
}

/** Lines of their own fields inside a record. */
export const rows: Kind = {
  show: (v, f, place) => (place === "cell" ? t("field.lines", { n: list(v).length }) : <Lines field={f} value={v} />),
  text: (v, f) => list(v).map((r) => line(r, f)).join("；"), width: 120,
};
