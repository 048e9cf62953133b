import type { FilterProps, InputProps } from "../types";
import { LinkFilter, LinkInput } from "./parts";

export const DepartmentInput = (p: InputProps) => <LinkInput {...p} to="department" />;
export const DepartmentFilter = (p: FilterProps) => <LinkFilter {...p} to="department" />;
