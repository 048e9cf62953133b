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

/** useType is a type by its name or another that a pack gives it; undefined when the reader knows none of that name. */
export function useType(name: string): RecordType | undefined {
  const { types } = useKnown();
  return types.get(name) ?? [...types.values()].find((x) => x.alias?.includes(name));
}

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

const reached = new WeakMap<RecordType, Map<string, Field>>();

/** inner are the built-in fields that nobody asks for by name. */
export const inner = new Set(["id", "title", "rev", "root_owner", "root_department"]);

/** reachable maps names to fields: a type's own, built-in, and "customer.level" across one link. */
export function reachable(type: RecordType, types: Map<string, RecordType>): Map<string, Field> {
  let all = reached.get(type);
  if (!all) {
    all = new Map(fieldsOf(type));
    for (const link of type.fields) {
      const to = link.kind === "link" && !masked(link) ? types.get(link.to ?? "") : undefined;
      if (!to || to.builtin) continue;
      for (const f of fieldsOf(to).values()) {
        if (inner.has(f.name) || f.name === titleField(to)) continue;
        const name = `${link.name}.${f.name}`;
        all.set(name, { ...f, name, label: `${link.label} › ${f.label}`, level: f.level === "write" ? "read" : f.level, computed: true, sortable: false });
      }
    }
    reached.set(type, all);
  }
  return all;
}

/** concealed tells whether a value stands for one of a linked record that the reader may not see. */
export const concealed = (v: unknown) => !!v && typeof v === "object" && (v as { hidden?: unknown }).hidden === true;

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
