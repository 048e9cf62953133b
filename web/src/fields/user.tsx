import { LinkFilter, LinkInput, refOf } from "./parts";
import type { FilterProps, InputProps, Kind } from "./types";

const UserInput = (p: InputProps) => <LinkInput {...p} to="user" />;
const UserFilter = (p: FilterProps) => <LinkFilter {...p} to="user" />;

/** A person of the company. */
export const user: Kind = { show: (v) => refOf(v)?.title ?? "", text: (v) => refOf(v)?.title ?? "", Input: UserInput, Filter: UserFilter, width: 76, instant: true };
