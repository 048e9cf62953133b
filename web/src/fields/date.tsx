import { dateText } from "../format";
import { DayFilter, DayInput, str } from "./parts";
import type { Kind } from "./types";

/** A day, solar or lunar, with or without its year. */
export const date: Kind = {
  show: (v) => <time dateTime={str(v)} title={str(v)}>{dateText(str(v))}</time>, text: (v) => dateText(str(v)), Input: DayInput, Filter: DayFilter, width: 84, instant: true,
};
