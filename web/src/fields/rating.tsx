import { Rate } from "antd";
import { NumberFilter } from "./parts";
import type { InputProps, Kind } from "./types";

const most = (max?: string) => Math.min(Number(max ?? 5) || 5, 10);

const RatingInput = ({ field, value, onChange }: InputProps) => <Rate aria-label={field.label} count={most(field.max)} value={Number(value) || 0} onChange={(n) => onChange(n || null)} />;

const stars = (v: unknown, max?: string) => "★".repeat(Number(v)) + "☆".repeat(Math.max(0, most(max) - Number(v)));

/** Stars. */
export const rating: Kind = {
  show: (v, f) => <span className="stars" aria-label={`${v} / ${most(f.max)}`}>{stars(v, f.max)}</span>, text: (v, f) => stars(v, f.max), Input: RatingInput, Filter: NumberFilter, width: 92, instant: true,
};
