import { Input } from "antd";
import { textOf } from "../address";
import type { InputProps } from "../types";
import { blank, exampleOf } from "../values";

export function AddressInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return (
    <Input.TextArea id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} autoSize={{ minRows: 1, maxRows: 4 }} value={textOf(value)} placeholder={exampleOf(field)}
      onChange={(e) => onChange(blank(e.target.value) ? null : e.target.value)} />
  );
}
