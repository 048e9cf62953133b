import { Select } from "antd";
import { str, WordsFilter } from "./parts";
import type { InputProps, Kind } from "./types";

const list = (v: unknown) => (Array.isArray(v) ? v.map(str) : v ? [str(v)] : []);

const TagsInput = ({ field, value, onChange, id, autoFocus, invalid }: InputProps) => (
  <Select id={id} aria-label={field.label} mode="tags" autoFocus={autoFocus} status={invalid ? "error" : ""} style={{ width: "100%" }} tokenSeparators={[",", "，", "、", ";"]} value={list(value)} open={false} suffixIcon={null}
    onChange={(v: string[]) => onChange(v.length ? v : null)} />
);

/** Free words. */
export const tags: Kind = {
  show: (v) => <span className="chips">{list(v).map((x) => <span key={x} className="chip">{x}</span>)}</span>, text: (v) => list(v).join("、"), Input: TagsInput, Filter: WordsFilter, width: 120,
};
