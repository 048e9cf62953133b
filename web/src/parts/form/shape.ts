// Which fields a form shows, and which of them first.
import type { Field, RecordType, Values } from "../../api/types";
import { holds, surely } from "../../expr";
import { kindOf } from "../../fields";

// A literal default ('call', true) fills the form; others are the server's.
function literal(src?: string): unknown {
  const m = src && /^(?:'([^']*)'|"([^"]*)"|(true|false)|(-?\d+))$/.exec(src.trim());
  if (!m) return undefined;
  if (m[3]) return m[3] === "true";
  if (m[4]) return Number(m[4]);
  return m[1] ?? m[2];
}

/** startValues are what a new record begins with: defaults, and what was given. */
export function startValues(type: RecordType, given?: Values): Values {
  const out: Values = {};
  for (const f of type.fields) {
    const v = literal(f.default);
    if (v !== undefined && !f.computed) out[f.name] = v;
  }
  return { ...out, ...given };
}

const writable = (f: Field, values: Values) => f.level === "write" && !f.computed && !kindOf(f).readonly && !surely(f.readonly, values);

/** shownFields are the fields to be filled in, by the conditions of the pack over the values so far. */
export function shownFields(type: RecordType, values: Values): Field[] {
  const when = new Map((type.sections ?? []).map((s) => [s.name, s.when]));
  return type.fields.filter((f) => writable(f, values) && holds(f.when, values) && holds(when.get(f.section ?? ""), values));
}

/** isRequired judges a field's "required" over the values so far. */
export const isRequired = (f: Field, values: Values) => f.required === "true" || surely(f.required, values);

const most = 8;

/** firstFields are those a new record asks for: what it cannot do without, then what a card of it shows and what reaches the customer. */
export function firstFields(type: RecordType, fields: Field[], values: Values): Field[] {
  const must = fields.filter((f) => isRequired(f, values));
  const telling = new Set([...(type.page?.card ?? []), ...(type.page?.header ?? []), ...(type.page?.key ?? [])]);
  const reach = fields.find((f) => f.kind === "phones" || f.kind === "phone");
  const rank = (f: Field) => (f.name === type.title ? 0 : f === reach ? 1 : type.page?.card?.includes(f.name) ? 2 : 3);
  const more = fields.filter((f) => !must.includes(f) && (telling.has(f.name) || f === reach)).sort((a, b) => rank(a) - rank(b));
  const chosen = new Set([...must, ...more.slice(0, Math.max(0, most - must.length))]);
  return [...must.filter((f) => !f.default), ...fields.filter((f) => chosen.has(f) && !(must.includes(f) && !f.default))];
}

/** Part is a section of a form with its fields. */
export interface Part { name: string; label: string; purpose?: string; list: Field[] }

/** partsOf groups fields by section. */
export function partsOf(type: RecordType, fields: Field[], other: string): Part[] {
  const known = (type.sections ?? []).map((s): Part => ({ name: s.name, label: s.label, purpose: s.purpose, list: fields.filter((f) => f.section === s.name) }));
  const rest = fields.filter((f) => !type.sections?.some((s) => s.name === f.section));
  return [...known, { name: "", label: other, list: rest }].filter((p) => p.list.length);
}
