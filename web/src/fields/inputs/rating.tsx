import { Rate } from "antd";
import { most } from "../rating";
import type { InputProps } from "../types";

export const RatingInput = ({ field, value, onChange }: InputProps) => <Rate aria-label={field.label} count={most(field.max)} value={Number(value) || 0} onChange={(n) => onChange(n || null)} />;
