import type { InputProps } from "../types";
import { ChoiceInput } from "./parts";

export const ChoicesInput = (p: InputProps) => <ChoiceInput {...p} many />;
