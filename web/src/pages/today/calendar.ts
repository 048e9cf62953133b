// What an appointment gives to other programs: an event for the calendar, and
// the way there for a map.
import type { Rec } from "../../api/types";
import { textOf } from "../../fields/address";
import { blank } from "../../fields/values";
import { zoneName } from "../../format";
import { recordPath } from "../../model";
import { refIn, type Shape } from "./parts";

/** Event is one entry of a calendar. */
export interface Event { uid: string; at: string; minutes: number; title: string; place?: string; says?: string; url?: string }

const escaped = (s: string) => s.replace(/[\\;,]/g, (c) => "\\" + c).replace(/\r?\n/g, "\\n");
const stamp = (d: Date) => d.toISOString().replace(/[-:]|\.\d+/g, "");

// A line is at most 75 octets; what is longer goes on in the next, after a space (RFC 5545, 3.1).
function folded(line: string): string {
  const bytes = (s: string) => new TextEncoder().encode(s).length;
  const out: string[] = [];
  let now = "";
  for (const c of line) {
    if (bytes(now + c) > 74) {
      out.push(now);
      now = "";
    }
    now += c;
  }
  return [...out, now].join("\r\n ");
}

/** calendarOf is a file in the format of RFC 5545; moments are in UTC, so that every calendar shows them in its own zone. */
export function calendarOf(events: Event[], made = new Date()): string {
  const lines = events.flatMap((e) => [
    "BEGIN:VEVENT", "UID:" + e.uid, "DTSTAMP:" + stamp(made), "DTSTART:" + stamp(new Date(e.at)), "DTEND:" + stamp(new Date(Date.parse(e.at) + e.minutes * 60_000)), "SUMMARY:" + escaped(e.title),
    ...(e.place ? ["LOCATION:" + escaped(e.place)] : []), ...(e.says ? ["DESCRIPTION:" + escaped(e.says)] : []), ...(e.url ? ["URL:" + e.url] : []),
    "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT30M", "DESCRIPTION:" + escaped(e.title), "END:VALARM", "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kedang//CN", ...lines, "END:VCALENDAR", ""].map(folded).join("\r\n");
}

/** placeOf is where a line's business is, as one text. */
export const placeOf = (rec: Rec, shape: Shape): string => {
  const v = shape.place ? rec[shape.place] : undefined;
  return blank(v) || (v as { hidden?: boolean }).hidden ? "" : textOf(v);
};

/** eventOf is the appointment that a line is. */
export function eventOf(rec: Rec, shape: Shape, words: string[]): Event | undefined {
  const at = shape.due?.kind === "datetime" ? rec[shape.due.name] : undefined;
  if (typeof at !== "string") return undefined;
  const whom = refIn(rec, shape.link)?.title ?? rec.title;
  return { uid: `${shape.of.name}-${rec.id}@${location.hostname}`, at, minutes: 60, title: [whom, words[0]].filter(Boolean).join(" · "), place: placeOf(rec, shape) || undefined, says: words.slice(1).join("\n"), url: location.origin + recordPath(shape.of.name, rec.id) };
}

/** keepEvents hands a calendar file over; a phone opens its calendar with it. */
export function keepEvents(events: Event[], name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([calendarOf(events)], { type: "text/calendar;charset=utf-8" }));
  link.download = name.replace(/[\\/:*?"<>|]/g, " ").slice(0, 60) + ".ics";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** routeTo is a place in a map: where Google's cannot be had, Amap; a phone opens the map's own app. */
export const routeTo = (place: string) => (zoneName() === "Asia/Shanghai" ? `https://uri.amap.com/search?keyword=${encodeURIComponent(place)}&src=kedang&callnative=1` : `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(place)}`);
