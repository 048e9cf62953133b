import type { FilterProps, InputProps } from "../types";
import { LinkFilter, LinkInput } from "./parts";

export const UserInput = (p: InputProps) => <LinkInput {...p} to="user" />;
export const UserFilter = (p: FilterProps) => <LinkFilter {...p} to="user" />;
