import { LinkFilter, LinkInput, refOf } from "./parts";
import type { FilterProps, InputProps, Kind } from "./types";

const DepartmentInput = (p: InputProps) => <LinkInput {...p} to="department" />;
const DepartmentFilter = (p: FilterProps) => <LinkFilter {...p} to="department" />;

/** A department of the company. */
export const department: Kind = { show: (v) => refOf(v)?.title ?? "", text: (v) => refOf(v)?.title ?? "", Input: DepartmentInput, Filter: DepartmentFilter, width: 100, instant: true };
