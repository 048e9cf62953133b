// The fields a list may show, group by, stand on a board by and add up.
import type { Field, RecordType } from "../../api/types";
import { kindOf } from "../../fields";
import { currencies } from "../../fields/currency";
import { t } from "../../i18n";
import type { Column } from "../../parts/table";
import { fieldsOf, inner, masked, reachable, titleField } from "../../model";


/** showable are the fields that can stand in a column. */
export const showable = (type: RecordType, types: Map<string, RecordType>) =>
  [...reachable(type, types).values()].filter((f) => !inner.has(f.name) && !["rows", "files", "json"].includes(f.kind));

/** groupable are the fields a list can be grouped by: closed lists, people, departments, links, days. */
export const groupable = (type: RecordType) =>
  [...fieldsOf(type).values()].filter((f) => !masked(f) && !f.name.startsWith("root_") && f.name !== "id" && (["choice", "bool", "user", "department", "link", "datetime"].includes(f.kind) || (f.kind === "date" && !f.yearly && !f.lunar)));

/** lanesOf are the choice fields a list can stand on a board by. */
export const lanesOf = (type: RecordType) => type.fields.filter((f) => f.kind === "choice" && !masked(f) && (f.choices?.length ?? 0) > 1 && (f.choices?.length ?? 0) <= 20);

const numbers = new Set(["money", "decimal", "integer"]);

/** manyCurrencies tells amounts that each have a currency of their own: they have a total for each. */
export const manyCurrencies = (f: Field) => f.kind === "money" && f.currencies === "many" && !masked(f) && !f.name.includes(".");

const compared = [">=", "<=", "between", "==", ">", "<"];
const askables = new WeakMap<RecordType, Map<string, Field>>();

/** askable are the fields a list is filtered by: those within reach, and an amount's number and currency apart. */
export function askable(type: RecordType, types: Map<string, RecordType>): Map<string, Field> {
  let all = askables.get(type);
  if (!all) {
    all = new Map();
    for (const [name, f] of reachable(type, types)) {
      all.set(name, f);
      if (!manyCurrencies(f)) continue;
      const part = (name: string, more: Partial<Field>) => all!.set(`${f.name}.${name}`, { ...f, currencies: undefined, sortable: false, name: `${f.name}.${name}`, label: `${f.label} › ${t("field." + name)}`, ...more });
      part("amount", { kind: "decimal", operators: compared });
      part("currency", { kind: "choice", operators: ["in"], choices: currencies() });
    }
    askables.set(type, all);
  }
  return all;
}

/** summable tells whether a column has one total. */
export const summable = (f: Field) => numbers.has(f.kind) && f.currencies !== "many" && !masked(f) && !f.name.includes(".") && f.name !== "rev";

/** ColumnSpec is how a column is kept: its field, its width when somebody chose one, whether it stays at the left. */
export interface ColumnSpec { n: string; w?: number; p?: boolean }

// Letters of a head and of choices, in px: a column is as wide as the words of its language are.
const letters = (text: string, wide: number, narrow: number) => [...text].reduce((n, c) => n + (c > "\u2e7f" ? wide : narrow), 0);
const padding = 18, dot = 14, most = 124;

function least(f: Field): number {
  const words = f.kind === "choice" ? (f.choices ?? []).filter((c) => !c.retired && !/^[A-E]$/.test(c.value)).map((c) => letters(c.label, 13, 7) + (c.color ? dot : 0)) : [];
  return Math.max(kindOf(f).width, Math.min(most, padding + Math.max(letters(f.label, 12, 6.4), ...words)));
}

/** columnsOf are the columns of a list; fields that are unknown to this reader are left out. */
export function columnsOf(type: RecordType, types: Map<string, RecordType>, specs: ColumnSpec[]): Column[] {
  const fields = reachable(type, types);
  const main = titleField(type);
  const list: Column[] = [];
  for (const s of specs) {
    const field = fields.get(s.n);
    if (field) list.push({ name: s.n, field, width: s.w ?? (s.n === main ? 200 : least(field)), fixed: s.w !== undefined, pin: !!s.p, title: s.n === main });
  }
  if (!list.some((c) => c.title)) {
    const said = list.filter((c) => (type.title ?? "").includes(`{${c.name}}`)), must = said.filter((c) => c.field.required === "true");
    const first = list.find((c) => c.name === "subject" || c.name === "summary") ?? must.find((c) => c.field.kind === "text") ?? must[0] ?? said[0] ?? list.find((c) => c.field.kind === "text") ?? list[0];
    if (first) Object.assign(first, { title: true, width: first.fixed ? first.width : Math.max(first.width, 170) });
  }
  return [...list.filter((c) => c.pin), ...list.filter((c) => !c.pin)];
}
