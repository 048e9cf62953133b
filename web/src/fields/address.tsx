import { str } from "./values";
import type { Kind } from "./types";

export const textOf = (v: unknown) => (v && typeof v === "object" ? str((v as { text?: string }).text ?? (v as { rest?: string }).rest) : str(v));

/** A postal address. It is typed as one text; the server finds province, city and district in it. */
export const address: Kind = { show: (v) => textOf(v), text: textOf, width: 200 };
