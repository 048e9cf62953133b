import { Input } from "antd";
import { blank, exampleOf, str, TextFilter } from "./parts";
import type { InputProps, Kind } from "./types";

const textOf = (v: unknown) => (v && typeof v === "object" ? str((v as { text?: string }).text ?? (v as { rest?: string }).rest) : str(v));

function AddressInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  return (
    <Input.TextArea id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid ? "error" : ""} autoSize={{ minRows: 1, maxRows: 4 }} value={textOf(value)} placeholder={exampleOf(field)}
      onChange={(e) => onChange(blank(e.target.value) ? null : e.target.value)} />
  );
}

/** A postal address. It is typed as one text; the server finds province, city and district in it. */
export const address: Kind = { show: (v) => textOf(v), text: textOf, Input: AddressInput, Filter: TextFilter, width: 200 };
