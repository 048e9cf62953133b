import { Input } from "antd";
import { useState } from "react";
import type { InputProps } from "../types";
import { blank } from "../values";

export function JSONInput({ field, value, onChange, id, autoFocus, invalid }: InputProps) {
  const [draft, setDraft] = useState(() => (blank(value) ? "" : JSON.stringify(value, null, 2)));
  const [bad, setBad] = useState(false);
  const change = (text: string) => {
    setDraft(text);
    try {
      onChange(text.trim() ? JSON.parse(text) : null);
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  return <Input.TextArea id={id} aria-label={field.label} autoFocus={autoFocus} status={invalid || bad ? "error" : ""} className="mono" autoSize={{ minRows: 3, maxRows: 12 }} value={draft} onChange={(e) => change(e.target.value)} />;
}
