// How values read: dates as people say them, money with thousands, phone
// numbers in groups. Days are judged in the user's zone.
import { lang, t } from "./i18n";

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Making a formatter costs as much as writing a hundred dates with it.
const formatters = new Map<string, Intl.DateTimeFormat>();

function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let f = formatters.get(key);
  if (!f) formatters.set(key, (f = new Intl.DateTimeFormat(locale, options)));
  return f;
}

/** setZone sets the zone times are shown in. */
export function setZone(z: string) {
  try {
    dates("sv-SE", { timeZone: z, year: "numeric", month: "2-digit", day: "2-digit" });
    zone = z;
  } catch {
    return; // a zone this browser does not know: its own stays
  }
}

/** zoneName is the zone times are shown in. */
export const zoneName = () => zone;

/** dayIn is the day of a moment in the user's zone, as YYYY-MM-DD. */
export const dayIn = (at: Date) => dates("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

/** today is today's date in the user's zone. */
export const today = () => dayIn(new Date());

const dayNumber = (d: string) => Math.round(Date.parse(d + "T00:00:00Z") / 86_400_000);

/** daysFromToday is 0 for today, 1 for tomorrow, -1 for yesterday. */
export const daysFromToday = (d: string) => dayNumber(d) - dayNumber(today());

const lunarMonths = ["正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"];
const digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

function lunarDay(n: number): string {
  if (n <= 10) return "初" + digits[n];
  if (n < 20) return "十" + digits[n - 10];
  if (n === 20) return "二十";
  if (n < 30) return "廿" + digits[n - 20];
  return "三十";
}

function lunarText(year: string, month: string, day: string): string {
  const leap = month.startsWith("r") || month.endsWith("r") || month.endsWith("+");
  const m = Number(month.replace(/\D/g, "")), d = Number(day);
  if (lang() === "en") return `lunar ${year ? year + "-" : ""}${m}-${d}`;
  return `${t("date.lunar")}${year ? year + "年" : ""}${leap ? "闰" : ""}${lunarMonths[m - 1] ?? m}月${lunarDay(d)}`;
}

/** Lunar is a day in the Chinese calendar. */
export interface Lunar { month: number; leap: boolean; day: number; text: string }

const chinese = () => dates("en-u-ca-chinese", { month: "numeric", day: "numeric", timeZone: "UTC" });

/** lunarOf is the lunar day of a solar date, as the browser's Chinese calendar counts it. */
export function lunarOf(d: string): Lunar | null {
  const parts = chinese().formatToParts(new Date(d + "T00:00:00Z"));
  const word = parts.find((p) => p.type === "month")?.value ?? "", day = Number(parts.find((p) => p.type === "day")?.value);
  const month = Number(word.replace(/\D/g, "")), leap = /bis/.test(word);
  if (!month || !day) return null;
  return { month, leap, day, text: `${leap ? "闰" : ""}${lunarMonths[month - 1] ?? month}月${lunarDay(day)}` };
}

/** dateText is a date as people say it: 今天, 昨天, 11-18, 2024-11-18; lunar and yearless ones too. */
export function dateText(v: string): string {
  const special = /^(L?)(\d{4}|-)-(r?\d{1,2}[r+]?)-(\d{1,2})$/.exec(v);
  if (special && (special[1] || special[2] === "-")) {
    const year = special[2] === "-" ? "" : special[2]!;
    if (special[1]) return lunarText(year, special[3]!, special[4]!);
    return `${special[3]}-${special[4]}`;
  }
  if (!/^\d{4}-\d\d-\d\d/.test(v)) return v;
  const d = v.slice(0, 10);
  const far = daysFromToday(d);
  if (far === 0) return t("date.today");
  if (far === -1) return t("date.yesterday");
  if (far === 1) return t("date.tomorrow");
  if (far > 1 && far < 7) return `${d.slice(5)} ${weekday(d)}`;
  return d.slice(0, 4) === today().slice(0, 4) ? d.slice(5) : d;
}

/** weekday is 周一 … 周日. */
export const weekday = (d: string) => dates(locale(), { weekday: "short", timeZone: "UTC" }).format(new Date(d + "T00:00:00Z"));

/** locale is what the browser formats by, in the language of the page. */
export const locale = () => (lang() === "en" ? "en-GB" : lang() === "zh-Hant" ? "zh-TW" : "zh-CN");

/** monthText is a month, 2026-11, as people say it. */
export const monthText = (v: string) => dates(locale(), { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(v + "-01T00:00:00Z"));

/** clock is the time of day of a moment, 15:04. */
export const clock = (at: Date) => dates("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at);

/** momentText is a moment as people say it; with the time unless short. */
export function momentText(v: string, short = false): string {
  if (v.length <= 10) return dateText(v);
  const at = new Date(v);
  if (Number.isNaN(at.getTime())) return v;
  const day = dateText(dayIn(at));
  return short ? day : `${day} ${clock(at)}`;
}

/** fullMoment is a moment without shortening, for hover. */
export function fullMoment(v: string): string {
  const at = new Date(v);
  return v.length <= 10 || Number.isNaN(at.getTime()) ? v : `${dayIn(at)} ${clock(at)}`;
}

/** numberText groups thousands; cents of zero are left out unless asked for, and zeros after the cents (160.5000) always. */
export function numberText(v: unknown, cents: "always" | "some" = "some"): string {
  const s = String(v);
  const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(s);
  if (!m) return s;
  const whole = m[2]!.replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = m[3] && (cents === "always" || /[1-9]/.test(m[3])) ? "." + m[3].replace(/(?<=^..\d*?)0+$/, "") : "";
  return m[1] + whole + rest;
}

let currency = "CNY";

/** setCurrency sets the currency that money without one of its own is in: the company's. */
export function setCurrency(code: string | undefined) {
  if (code && /^[A-Z]{3}$/.test(code)) currency = code;
}

const signs = new Map<string, string>();

/** currencySign is how a currency is written before an amount; the company's unless told: ¥, NT$, €. */
export function currencySign(code = currency): string {
  const own = code === currency; // among amounts of one's own the short sign is enough
  const key = locale() + code + own;
  let sign = signs.get(key);
  if (sign === undefined) {
    const parts = new Intl.NumberFormat(locale(), { style: "currency", currency: code, currencyDisplay: own ? "narrowSymbol" : "symbol" }).formatToParts(0);
    signs.set(key, (sign = parts.find((p) => p.type === "currency")?.value ?? code));
  }
  return sign;
}

/** moneyText is an amount with its currency, the company's unless told: ¥1,234; cents as numberText has them. */
export function moneyText(v: unknown, cents: "always" | "some" = "some", code?: string): string {
  const text = numberText(v, cents), sign = currencySign(code);
  return text.startsWith("-") ? `-${sign}${text.slice(1)}` : sign + text;
}

/** phoneText groups a phone number: 138 1234 5678, 021 5888 1234, 02 2625 7323, +852 2123 4567. */
export function phoneText(v: string): string {
  const bare = v.replace(/[\s-]/g, "");
  // Abroad a landline is written without the 0 it has at home.
  const s = bare.startsWith("+86") ? bare.slice(3).replace(/^(?=(?:10\d{8}|[2-9]\d{8,10})$)(?!400\d{7}$)/, "0") : bare;
  if (/^1\d{10}$/.test(s)) return `${s.slice(0, 3)} ${s.slice(3, 7)} ${s.slice(7)}`;
  if (/^(010|02\d)\d{8}$/.test(s)) return `${s.slice(0, 3)} ${s.slice(3, 7)} ${s.slice(7)}`;
  if (/^0[3-9]\d{2}\d{7,8}$/.test(s)) return `${s.slice(0, 4)} ${s.slice(4, 8)} ${s.slice(8)}`;
  if (/^400\d{7}$/.test(s)) return `${s.slice(0, 3)} ${s.slice(3, 6)} ${s.slice(6)}`;
  const tw = /^\+886(\d+)$/.exec(s);
  if (tw) return /^9\d{8}$/.test(tw[1]!) ? `0${tw[1]!.slice(0, 3)} ${tw[1]!.slice(3, 6)} ${tw[1]!.slice(6)}` : tw[1]!.replace(/^(\d)(\d{3,4})(\d{4})$/, "0$1 $2 $3");
  const near = /^\+(85[23])(\d{4})(\d{4})$/.exec(s);
  if (near) return `+${near[1]} ${near[2]} ${near[3]}`;
  return v;
}

/** sizeText is a file's size for people. */
export function sizeText(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1 << 20) return `${Math.round(n / 1024)} KB`;
  return `${(n / (1 << 20)).toFixed(1)} MB`;
}

/** durationText says seconds in words. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t("time.seconds", { n: s });
  if (s < 3600) return t("time.minutes", { n: Math.floor(s / 60), s: s % 60 });
  return t("time.hours", { n: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
}
