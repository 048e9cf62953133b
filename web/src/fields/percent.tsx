import { numberText } from "../format";

import type { Kind } from "./types";

/** A share in percent. */
export const percent: Kind = { show: (v) => numberText(v) + "%", text: (v) => numberText(v) + "%", align: "right", width: 72 };
