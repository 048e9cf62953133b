import type { InputProps } from "../types";
import { LinkInput } from "./parts";

export const LinksInput = (p: InputProps) => <LinkInput {...p} many />;
