import { str } from "./values";
import type { Kind } from "./types";

const grouped = (s: string) => (/^[0-9A-Z]{18}$/.test(s) && !/^\d{17}[\dX]$/.test(s) ? s.replace(/(.{4})(?=.)/g, "$1 ") : s);

/** A number of an identity paper or a registered firm; a credit code reads in groups of four. */
export const identity: Kind = { show: (v) => grouped(str(v)), text: (v) => str(v), width: 168 };
