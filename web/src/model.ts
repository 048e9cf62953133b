// What the pages know: who is signed in, the types, and a record's life.
import { createContext, useContext } from "react";
import type { Field, Rec, RecordType, Schema, Session } from "./api/types";

/** Known is what stands before any page is drawn. */
export interface Known { session: Session; schema: Schema; types: Map<string, RecordType> }

export const KnownContext = createContext<Known | null>(null);

/** useKnown is session and schema; only for pages of signed-in people. */
export function useKnown(): Known {
  const k = useContext(KnownContext);
  if (!k) throw new Error("no session");
  return k;
}

/** useType is a type by name; undefined when the reader knows none of that name. */
export const useType = (name: string): RecordType | undefined => useKnown().types.get(name);

const fieldMaps = new WeakMap<RecordType, Map<string, Field>>();

/** fieldsOf maps names to fields, built-in ones too. */
export function fieldsOf(type: RecordType): Map<string, Field> {
  let m = fieldMaps.get(type);
  if (!m) {
    m = new Map();
    for (const f of type.builtins ?? []) m.set(f.name, { ...f, level: "read" });
    for (const f of type.fields) m.set(f.name, f);
    fieldMaps.set(type, m);
  }
  return m;
}

/** titleField is the field a record's title is made of alone; "" for a composed title. */
export const titleField = (type: RecordType) => (type.title && fieldsOf(type).has(type.title) ? type.title : "");

/** masked tells whether a reader sees only a mask of a field's value. */
export const masked = (f: Field) => f.level === "masked" || !!f.sealed;

/** mayEdit tells whether a field of a record can be edited by this person. */
export const mayEdit = (f: Field, rec: Rec) => f.level === "write" && !f.computed && rec.rights?.update !== false && !rec.archived_at;

/** maskText is what is shown of a masked value, whatever its kind. */
export function maskText(v: unknown): string {
  if (Array.isArray(v)) return v.map(maskText).filter(Boolean).join(" ");
  if (v && typeof v === "object") return Object.values(v).filter((x) => typeof x === "string").join(" ");
  return v === undefined || v === null ? "" : String(v);
}

export const recordPath = (type: string, id: string) => `/r/${type}/${id}`;
export const listPath = (type: string, view?: string) => `/t/${type}${view ? "?view=" + view : ""}`;
