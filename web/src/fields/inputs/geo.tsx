import { Input } from "antd";
import { textOf } from "../geo";
import type { InputProps } from "../types";

export function GeoInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return <Input id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} value={textOf(value)} placeholder="31.2304, 121.4737" onChange={(e) => onChange(e.target.value.trim() || null)} />;
}
