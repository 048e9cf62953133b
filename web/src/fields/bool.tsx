import { Select, Switch } from "antd";
import { t } from "../i18n";
import type { FilterProps, InputProps, Kind } from "./types";

const word = (v: unknown) => t(v ? "field.yes" : "field.no");

const BoolInput = ({ field, value, onChange, id, autoFocus }: InputProps) => <Switch id={id} aria-label={field.label} autoFocus={autoFocus} checked={value === true} onChange={(v) => onChange(v)} />;

const BoolFilter = ({ field, value, onChange }: FilterProps) => (
  <Select aria-label={field.label} style={{ width: "100%" }} value={(Array.isArray(value) ? value[0] : value) || undefined} onChange={(v: string) => onChange(v)} options={["true", "false"].map((v) => ({ value: v, label: word(v === "true") }))} />
);

/** Yes or no. */
export const bool: Kind = { show: word, text: word, Input: BoolInput, Filter: BoolFilter, width: 64, instant: true };
