import { t } from "../i18n";
import type { Kind } from "./types";

const text = (v: unknown) => (Array.isArray(v) ? t("field.files", { n: v.length }) : "");

/** Files hang on the record and are added on its page, not in a form. */
export const files: Kind = { show: text, text, width: 80, readonly: true };
