import { str, TextFilter, TextInput } from "./parts";
import type { Kind } from "./types";

/** One line of text. */
export const text: Kind = { show: (v) => str(v), text: (v) => str(v), Input: TextInput, Filter: TextFilter, width: 112 };
