import type { Field } from "../api/types";
import { dayIn, daysFromToday, fullMoment, momentText } from "../format";
import { t } from "../i18n";
import { str } from "./values";
import type { Kind, Place } from "./types";

// What is due is late once its day has passed.
function shown(v: unknown, f: Field, place: Place) {
  const s = str(v);
  const far = daysFromToday(dayIn(new Date(s)));
  if (f.due && far < 0) {
    return <time className="late" dateTime={s} title={fullMoment(s)}>{t("date.late", { n: -far })}</time>;
  }
  return <time dateTime={s} title={fullMoment(s)}>{momentText(s, place === "cell")}</time>;
}

/** A moment. */
export const datetime: Kind = { show: (v, f, place) => shown(v, f, place), text: (v) => momentText(str(v)), width: 92 };
