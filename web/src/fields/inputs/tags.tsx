import { Select } from "antd";
import { list } from "../tags";
import type { InputProps } from "../types";

export const TagsInput = ({ field, value, onChange, id, autoFocus, invalid }: InputProps) => (
  <Select id={id} aria-label={field.label} mode="tags" autoFocus={autoFocus} status={invalid ? "error" : ""} style={{ width: "100%" }} tokenSeparators={[",", "，", "、", ";"]} value={list(value)} open={false} suffixIcon={null}
    onChange={(v: string[]) => onChange(v.length ? v : null)} />
);
