import { Select, Switch } from "antd";
import { bool } from "../bool";
import type { FilterProps, InputProps } from "../types";

export const BoolInput = ({ field, value, onChange, id, autoFocus }: InputProps) => <Switch id={id} aria-label={field.label} autoFocus={autoFocus} checked={value === true} onChange={(v) => onChange(v)} />;
export const BoolFilter = ({ field, value, onChange }: FilterProps) => (
  <Select aria-label={field.label} style={{ width: "100%" }} value={(Array.isArray(value) ? value[0] : value) || undefined} onChange={(v: string) => onChange(v)} options={["true", "false"].map((v) => ({ value: v, label: bool.text(v === "true", field) }))} />
);
