// One value as a reader may see it: shown by its kind, or as a mask.
import type { Field } from "../api/types";
import { kindOf } from "../fields";
import { blank } from "../fields/values";
import type { Place } from "../fields/types";
import { t } from "../i18n";
import { concealed, masked, maskText } from "../model";

/** Value draws a field's value; nothing for a missing one. */
export function Value({ field, value, place }: { field: Field; value: unknown; place: Place }) {
  if (blank(value)) return null;
  if (concealed(value)) return <span className="quiet">{t("field.hidden")}</span>;
  if (masked(field)) return <span className="mask">{maskText(value)}</span>;
  return <>{kindOf(field).show(value, field, place)}</>;
}
