// What a typed line says of the next appointment and of the way people talked:
// a day and an hour as Chinese and English write them, "明天下午三点",
// "下週二", "12月3日 14:00", "next Tuesday at 3pm". Nothing is guessed beyond
// the words: what is offered names the day it understood, and a person says yes.

/** Heard is an appointment found in a text: when, and the words it was found in. */
export interface Heard { at: Date; words: string }

const simple: Record<string, string> = { 後: "后", 週: "周", 禮: "礼", 點: "点", 時: "时", 號: "号", 兩: "两", 這: "这", 個: "个", 鐘: "钟", 電: "电", 話: "话", 來: "来", 訪: "访", 郵: "邮", 會: "会", 開: "开", 簡: "简", 訊: "讯", 門: "门" };
const fold = (text: string) => text.replace(/[\u4e00-\u9fff]/g, (c) => simple[c] ?? c).replace(/[０-９：]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).toLowerCase();

const digits = "零一二三四五六七八九";

// number reads 3, 十二, 二十三, 两.
function number(s: string): number {
  if (/^\d+$/.test(s)) return Number(s);
  const m = /^([一二三四五六七八九])?(十)?([一二三四五六七八九两零])?$/.exec(s);
  if (!m) return NaN;
  const ones = m[3] === "两" ? 2 : m[3] ? digits.indexOf(m[3]) : 0;
  if (m[2]) return 10 * (m[1] ? digits.indexOf(m[1]) : 1) + ones;
  return m[1] && !m[3] ? digits.indexOf(m[1]) : !m[1] && m[3] ? ones : NaN;
}

const n = "(\\d{1,2}|[一二三四五六七八九十两零]{1,3})";
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays: Record<string, number> = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 日: 7, 天: 7, mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };
const englishNumbers: Record<string, number> = { a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7 };
const english = (s: string) => englishNumbers[s] ?? Number(s);

const day = (now: Date, plus: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + plus);
const isoWeekday = (d: Date) => d.getDay() || 7;

// dated is a day of a month; without a year the next that comes.
function dated(now: Date, y: number | undefined, m: number, d: number): Date | null {
  const at = new Date(y ?? now.getFullYear(), m - 1, d);
  if (at.getMonth() !== m - 1 || at.getDate() !== d) return null;
  return y === undefined && at < day(now, 0) ? dated(now, now.getFullYear() + 1, m, d) : at;
}

// inMonth is a day of the month that lies so many months on; far is undefined for "the 15th", whichever comes.
function inMonth(now: Date, d: number, far?: number): Date | null {
  const at = new Date(now.getFullYear(), now.getMonth() + (far ?? 0), d);
  if (at.getDate() !== d) return null;
  return far === undefined && at < day(now, 0) ? inMonth(now, d, 1) : at;
}

// weekday is a day of this week (0), the next (1) …; undefined is the next that comes.
function weekday(now: Date, wanted: number, week?: number): Date {
  const far = wanted - isoWeekday(now);
  return day(now, week === undefined ? (far <= 0 ? far + 7 : far) : far + 7 * week);
}

type Rule = [RegExp, (m: RegExpMatchArray, now: Date) => Date | null, bare?: boolean];

// bare days say too little without an hour: "今天" tells mostly of what was.
const dayRules: Rule[] = [
  [/(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})[日号]?/, (m, now) => dated(now, Number(m[1]), Number(m[2]), Number(m[3]))],
  [new RegExp(`${n}月${n}[日号]?(?![天个])`), (m, now) => dated(now, undefined, number(m[1]!), number(m[2]!))],
  [new RegExp(`下个?月${n}[日号]`), (m, now) => inMonth(now, number(m[1]!), 1)],
  [new RegExp(`(?:本|这个?)月${n}[日号]`), (m, now) => inMonth(now, number(m[1]!), 0)],
  [/(?<![\d.])(\d{1,2})[/-](\d{1,2})(?![\d/.%-])/, (m, now) => dated(now, undefined, Number(m[1]), Number(m[2]))],
  [/大后天/, (_, now) => day(now, 3)],
  [/后天/, (_, now) => day(now, 2)],
  [/明[天日早晚]/, (_, now) => day(now, 1)],
  [/今[天日早晚]/, (_, now) => day(now, 0), true],
  [/(下下|下|本|这)(?:个)?(?:周|星期|礼拜)([一二三四五六日天])/, (m, now) => weekday(now, weekdays[m[2]!]!, m[1] === "下下" ? 2 : m[1] === "下" ? 1 : 0)],
  [/(?<![上下每本这])(?<!上个|每个)(?:周|星期|礼拜)([一二三四五六日天])(?![^\s，。,.]{0,2}都)/, (m, now) => weekday(now, weekdays[m[1]!]!)],
  [new RegExp(`${n}天(?:之|以)?后`), (m, now) => day(now, number(m[1]!))],
  [new RegExp(`${n}个?(?:周|星期|礼拜)(?:之|以)?后`), (m, now) => day(now, 7 * number(m[1]!))],
  [new RegExp(`${n}个月(?:之|以)?后`), (m, now) => new Date(now.getFullYear(), now.getMonth() + number(m[1]!), now.getDate())],
  [new RegExp(`(?<![\\d月.])${n}[号日](?![\\d楼店机])`), (m, now) => inMonth(now, number(m[1]!))],
  [/\bday after tomorrow\b/, (_, now) => day(now, 2)],
  [/\btomorrow\b/, (_, now) => day(now, 1)],
  [/\b(?:today|tonight)\b/, (_, now) => day(now, 0), true],
  [/\b(next|this)\s+(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b/, (m, now) => weekday(now, weekdays[m[2]!]!, m[1] === "next" ? 1 : 0)],
  [/(?<!last )\b(?:on\s+)?(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b(?!s)/, (m, now) => weekday(now, weekdays[m[1]!.slice(0, 3)]!)],
  [/\bin (an?|one|two|three|four|five|six|seven|\d{1,2}) days?\b/, (m, now) => day(now, english(m[1]!))],
  [/\bin (an?|one|two|three|four|\d{1,2}) weeks?\b/, (m, now) => day(now, 7 * english(m[1]!))],
  [/\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?!:)/, (m, now) => dated(now, undefined, months.indexOf(m[1]!) + 1, Number(m[2]))],
  [/\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/, (m, now) => dated(now, undefined, months.indexOf(m[2]!) + 1, Number(m[1]))],
];

const period = "(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|今晚|明晚|早|晚)?";
const clocks: RegExp[] = [
  new RegExp(`${period}\\s*(?:的)?\\s*(\\d{1,2}):(\\d{2})\\s*(am|pm)?`),
  new RegExp(`${period}\\s*(?:的)?\\s*${n}(?:点钟?|时)(半|一刻|三刻|${n}分?)?`),
  /()\b(?:at\s+)?(\d{1,2})()\s*(am|pm)\b/,
];
const defaults: [RegExp, number][] = [[/凌晨/, 6], [/清晨|早|上午|morning/, 9], [/中午|^noon/, 12], [/下午|afternoon/, 14], [/傍晚/, 17], [/晚|evening|tonight/, 19]];

interface Clock { hour: number; minute: number; end: number }

// clockIn reads the hour that stands right behind a day, or in it: "明晚".
function clockIn(after: string, dayWords: string): Clock | null {
  for (const [i, rule] of clocks.entries()) {
    const m = rule.exec(after);
    if (!m || m.index > 6) continue;
    const own = (m[1] ?? "") || (/[早晚]$/.exec(dayWords)?.[0] ?? (/tonight/.test(dayWords) ? "晚" : ""));
    let hour = number(m[2]!), minute = 0;
    const rest = m[3] ?? "";
    if (i === 1) minute = rest === "半" ? 30 : rest === "一刻" ? 15 : rest === "三刻" ? 45 : rest ? number(rest.replace("分", "")) : 0;
    else minute = Number(rest || 0);
    const half = m[4];
    if (half === "pm" && hour < 12) hour += 12;
    else if (half === "am" && hour === 12) hour = 0;
    else if (/下午|傍晚|晚/.test(own) && hour < 12) hour += 12;
    else if (own === "中午" && hour < 6) hour += 12;
    else if (!own && half === undefined && i === 1 && hour >= 1 && hour <= 6) hour += 12; // nobody calls at three in the night
    if (hour > 23 || !(minute < 60)) continue;
    return { hour, minute, end: m.index + m[0].length };
  }
  const part = /^[\s,，]*(?:的|in the |at )?(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|morning|noon|afternoon|evening)/.exec(after);
  const word = part?.[1] ?? (/[早晚]$|tonight/.exec(dayWords)?.[0] ?? "");
  const known = word && defaults.find(([r]) => r.test(word));
  return known ? { hour: known[1], minute: 0, end: part?.[0].length ?? 0 } : null;
}

const usualHour = 9;

/** hear finds the first appointment to come that a text names; nothing for what was, or for days without a word of them. */
export function hear(text: string, now = new Date()): Heard | null {
  const folded = fold(text);
  const soon = /(?:(半)|(?<!\d)(\d{1,2}|[一二两三四五六七八九十]))个?(?:小时|钟头)(?:之|以)?后/.exec(folded) ?? /\bin (an?|one|two|three|\d{1,2}) hours?\b/.exec(folded);
  const found = dayRules.flatMap(([rule, of, bare], rank) => [...folded.matchAll(new RegExp(rule, "g"))].map((m) => ({ m, of, bare, rank })))
    .sort((a, b) => a.m.index - b.m.index || b.m[0].length - a.m[0].length);
  let end = 0;
  for (const { m, of, bare } of found) {
    if (m.index < end) continue; // part of what was read already
    end = m.index + m[0].length;
    const date = of(m, now);
    if (!date || Number.isNaN(date.getTime())) continue;
    const clock = clockIn(folded.slice(end, end + 16), m[0]);
    if (bare && !clock) continue;
    const at = new Date(date.getFullYear(), date.getMonth(), date.getDate(), clock?.hour ?? usualHour, clock?.minute ?? 0);
    if (at <= now) continue;
    return { at, words: text.slice(m.index, end + (clock?.end ?? 0)).trim() };
  }
  if (!soon) return null;
  const hours = soon[1] === "半" ? 0.5 : soon[2] ? number(soon[2]) : english(soon[1]!);
  return hours > 0 ? { at: new Date(Math.ceil((now.getTime() + hours * 3_600_000) / 300_000) * 300_000), words: soon[0] } : null;
}

// How people write of the usual ways of talking.
const ways: [string, RegExp][] = [
  ["wechat", /微信|wechat/], ["sms", /短信|简讯|\bsms\b|\btexted\b/], ["mail", /邮件|电邮|e-?mail/], ["call", /电话|来电|致电|打给|去电|\bcall(?:ed)?\b|\bphoned?\b|\brang\b/],
  ["meeting", /开会|会议|会面|\bmeeting\b/], ["come", /来访|到店|来店|来公司|\bcame (?:in|by|over)\b/], ["visit", /拜访|上门|走访|去店里|\bvisit(?:ed)?\b/],
];

/** hearWay finds the way of talking that a text names first, of those there are: a choice's own label, or how people write of it. */
export function hearWay(text: string, choices: { value: string; label: string }[]): string | undefined {
  const folded = fold(text);
  const at = choices.map((c) => {
    const label = fold(c.label);
    const places = [label.length > 1 ? folded.indexOf(label) : -1, folded.search(ways.find(([v]) => v === c.value)?.[1] ?? /$^/)].filter((i) => i >= 0);
    return { value: c.value, at: places.length ? Math.min(...places) : Infinity };
  });
  const first = at.reduce((a, b) => (b.at < a.at ? b : a), { value: "", at: Infinity });
  return first.value || undefined;
}
