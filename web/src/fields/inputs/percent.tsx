import type { InputProps } from "../types";
import { NumberInput } from "./parts";

export const PercentInput = (p: InputProps) => <NumberInput {...p} after="%" />;
