import { str } from "./values";
import type { Kind } from "./types";

export const textOf = (v: unknown) => (v && typeof v === "object" ? `${(v as { lat: number }).lat}, ${(v as { lng: number }).lng}` : str(v));

/** A point on the map. */
export const geo: Kind = { show: textOf, text: textOf, width: 140 };
