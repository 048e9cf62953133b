// What every kind's values are read with; it needs no control of any library.
import type { Field, Ref } from "../api/types";
import { lang } from "../i18n";

export const blank = (v: unknown) => v === undefined || v === null || v === "" || (Array.isArray(v) && v.length === 0);
export const str = (v: unknown) => (v === undefined || v === null ? "" : String(v));
export const refOf = (v: unknown): Ref | null => (v && typeof v === "object" && "id" in v ? (v as Ref) : null);

/** exampleOf is a field's example, where a reader of this language can read it: packs write examples in simplified Chinese or in digits. */
export const exampleOf = (f: Field) => (lang() === "zh-Hans" || !/[\u3400-\u9fff]/.test(f.example ?? "") ? f.example : undefined);

const titles = new Map<string, string>();

/** titleOfId is the title of a record picked in a filter, while it is known. */
export const titleOfId = (id: string) => titles.get(id);

/** keepTitle remembers the title of a record that a filter names. */
export const keepTitle = (id: string, title: string) => void titles.set(id, title);
