import type { Kind } from "./types";

export const most = (max?: string) => Math.min(Number(max ?? 5) || 5, 10);

const stars = (v: unknown, max?: string) => "★".repeat(Number(v)) + "☆".repeat(Math.max(0, most(max) - Number(v)));

/** Stars. */
export const rating: Kind = {
  show: (v, f) => <span className="stars" aria-label={`${v} / ${most(f.max)}`}>{stars(v, f.max)}</span>, text: (v, f) => stars(v, f.max), width: 92, instant: true,
};
