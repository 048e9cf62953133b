import { Input } from "antd";
import { str } from "./parts";
import type { InputProps, Kind } from "./types";

const textOf = (v: unknown) => (v && typeof v === "object" ? `${(v as { lat: number }).lat}, ${(v as { lng: number }).lng}` : str(v));

function GeoInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return <Input id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} value={textOf(value)} placeholder="31.2304, 121.4737" onChange={(e) => onChange(e.target.value.trim() || null)} />;
}

/** A point on the map. */
export const geo: Kind = { show: textOf, text: textOf, Input: GeoInput, width: 140 };
