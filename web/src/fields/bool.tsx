import { t } from "../i18n";
import type { Kind } from "./types";

const word = (v: unknown) => t(v ? "field.yes" : "field.no");

/** Yes or no. */
export const bool: Kind = { show: word, text: word, width: 64, instant: true };
