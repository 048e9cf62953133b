import type { InputProps } from "../types";
import { DayInput } from "./parts";

export const TimeInput = (p: InputProps) => <DayInput {...p} time />;
