// What each kind of field can do. One file per kind; index.ts lists them, and
// inputs/index.ts what they are typed into.
import type { ReactNode } from "react";
import type { Field } from "../api/types";

/** Place says where a value stands: a table cell, a fact of a record, or running text. */
export type Place = "cell" | "fact";

export interface InputProps {
  field: Field;
  value: unknown;
  onChange: (v: unknown) => void;
  id?: string;
  autoFocus?: boolean;
  invalid?: boolean;
}

/** FilterValue is what the filter builder holds: one text, several, or a pair. */
export type FilterValue = string | string[] | undefined;

export interface FilterProps { field: Field; op: string; value: FilterValue; onChange: (v: FilterValue) => void }

export interface Kind {
  /** show draws a value that is there. */
  show: (value: unknown, field: Field, place: Place) => ReactNode;
  /** text is the value as plain text: titles on hover, history, messages. */
  text: (value: unknown, field: Field) => string;
  align?: "right" | "center";
  /** width is the least width of a column, in px. */
  width: number;
  /** instant: one change is a whole edit, so inline editing saves at once. */
  instant?: boolean;
  /** readonly kinds are not edited in place. */
  readonly?: boolean;
}
