// The currencies that are offered; any other of ISO 4217 can be typed.
import type { Choice } from "../api/types";
import { locale } from "../format";

const usual = "CNY TWD HKD MOP USD EUR JPY GBP SGD KRW AUD CAD CHF NZD THB MYR VND IDR PHP INR AED SAR TRY ZAR BRL MXN RUB SEK NOK DKK PLN CZK HUF ILS".split(" ");

let made: Choice[] | undefined;

/** currencies are the usual ones with their names in the reader's language. */
export function currencies(): Choice[] {
  if (!made) {
    const names = new Intl.DisplayNames(locale(), { type: "currency" });
    made = usual.map((value) => ({ value, label: `${value} ${names.of(value) ?? ""}`.trim() }));
  }
  return made;
}
