import type { Field } from "../api/types";
import { dateText, daysFromToday } from "../format";
import { t } from "../i18n";
import { str } from "./values";
import type { Kind } from "./types";

// What is due is late once its day has passed.
function shown(v: unknown, f: Field) {
  const s = str(v);
  const far = f.due && /^\d{4}-\d\d-\d\d$/.test(s) ? daysFromToday(s) : 0;
  return <time className={far < 0 ? "late" : undefined} dateTime={s} title={s}>{far < 0 ? t("date.late", { n: -far }) : dateText(s)}</time>;
}

/** A day, solar or lunar, with or without its year. */
export const date: Kind = { show: (v, f) => shown(v, f), text: (v) => dateText(str(v)), width: 84, instant: true };
