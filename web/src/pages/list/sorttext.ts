// An order in words.
import type { Field } from "../../api/types";
import { t } from "../../i18n";
import { sortKeys } from "../../parts/table";

/** sortText says an order in words. */
export const sortText = (sort: string, fields: Map<string, Field>) => sortKeys(sort).map((k) => (fields.get(k.name)?.label ?? k.name) + (k.down ? " ↓" : " ↑")).join(t("filter.comma"));
