// What the cards of a day share: the records of a declared block, its due
// date, its money, its call.
import { useQuery } from "@tanstack/react-query";
import { get, Problem, query } from "../../api/client";
import type { Block, Field, Listed, Rec, RecordType, Ref } from "../../api/types";
import { dateText, dayIn, daysFromToday } from "../../format";
import { t } from "../../i18n";
import { fieldsOf, masked, useKnown } from "../../model";

/** countText is a count, with a plus where the server stopped counting. */
export const countText = (total?: Listed["total"]) => (total ? total.count.toLocaleString("en") + (total.exact ? "" : "+") : "");

/** Done is what ticking a line off writes. */
export interface Done { field: Field; value: unknown; label: string }

/** Shape is how a block's columns are laid out in a line. call is the path of phone numbers, place that of an address. */
export interface Shape { of: RecordType; columns: Field[]; asked: string[]; due?: Field; when?: Field; money?: Field; link?: Field; call?: string; place?: string; words: Field[]; done?: Done }

function doneOf(block: Block, of: RecordType): Done | undefined {
  const m = /^(\w+)\s*=\s*(\w+)$/.exec(block.done ?? "");
  const field = m && of.fields.find((f) => f.name === m[1] && f.level === "write");
  if (!field) return undefined;
  return { field, value: field.kind === "bool" ? m[2] === "true" : m[2], label: field.choices?.find((c) => c.value === m[2])?.label ?? field.label };
}

const callable = (f?: Field) => (f?.kind === "phones" || f?.kind === "phone") && !masked(f);

/** shapeOf reads a block's columns; undefined when its type is not seen. */
export function shapeOf(block: Block, types: Map<string, RecordType>): Shape | undefined {
  const of = types.get(block.of ?? "");
  if (!of) return undefined;
  const fields = fieldsOf(of);
  const at = (path: string): Field | undefined => {
    const [a, b] = path.split(".");
    const f = fields.get(a!);
    const to = b ? types.get(f?.to ?? "") : undefined;
    return b ? to && fieldsOf(to).get(b) : f;
  };
  const call = (block.columns ?? []).find((n) => callable(at(n)));
  const place = (block.columns ?? []).find((n) => at(n)?.kind === "address" && !masked(at(n)!));
  const columns = (block.columns ?? []).filter((n) => n !== call && n !== place && !n.includes(".")).map((n) => fields.get(n)).filter((f): f is Field => !!f && f.name !== "number");
  const due = fields.get(block.due ?? "");
  const when = due ?? columns.find((f) => f.kind === "date" || f.kind === "datetime");
  const money = columns.find((f) => f.kind === "money" && f.currencies !== "many" && !masked(f));
  const link = columns.find((f) => f.kind === "link" && f.name === of.root) ?? columns.find((f) => f.kind === "link");
  const words = columns.filter((f) => f !== when && f !== money && f !== link);
  const asked = [...new Set([...columns.map((f) => f.name), ...(due ? [due.name] : []), ...(call && !call.includes(".") ? [call] : []), ...(call?.includes(".") ? [call.split(".")[0]!] : []), ...(place ? [place] : []), ...(of.root ? [of.root] : []), "owner"])];
  return { of, columns, asked, due, when, money, link, call, place, words, done: doneOf(block, of) };
}

/**
 * notHis tells that a block asks for what this person may not see: a home that was
 * declared for others. Such a block is left out; other failures are told.
 */
export const notHis = (e: unknown) => e instanceof Problem && (e.status === 403 || e.status === 404 || e.status === 422);

/** numberOf is the first number a record may be called at. */
export function numberOf(rec: Rec, path?: string): string {
  const v = path ? rec[path] : undefined;
  const first = Array.isArray(v) ? v[0] : v;
  return typeof first === "string" ? first : String((first as { number?: string } | undefined)?.number ?? "");
}

type Expanded = Listed & { expanded?: Record<string, Record<string, Rec>> };

// The number of a linked record comes with the record, beside the list.
function called(got: Expanded, path = ""): Listed {
  const [link, name] = path.split(".");
  if (!name) return got;
  const all = Object.assign({}, ...Object.values(got.expanded ?? {})) as Record<string, Rec>;
  return { ...got, items: got.items.map((r) => ({ ...r, [path]: all[(r[link!] as Ref | undefined)?.id ?? ""]?.[name] })) };
}

/** useBlock reads a block's records: one question for a card and for its figure. */
export function useBlock(block: Block, limit: number) {
  const { types } = useKnown();
  const shape = shapeOf(block, types);
  const list = useQuery({
    queryKey: ["home", "list", block.of, block.filter ?? "", block.sort ?? "", shape?.asked.join(), limit], enabled: !!shape, staleTime: 30_000,
    queryFn: async ({ signal }) => called(await get<Expanded>(`/${block.of}` + query({ filter: block.filter, order_by: block.sort, page_size: limit, fields: shape!.asked.join(","), expand: shape!.call?.includes(".") ? shape!.call.split(".")[0] : undefined, total: "capped" }), signal), shape!.call),
  });
  return { shape, list };
}

/** limitOf is how many lines a list shows. */
export const limitOf = (block: Block) => block.limit ?? 6;

/** dayOf is the day of a date or a moment. */
export const dayOf = (v: unknown) => (typeof v === "string" ? (v.length > 10 ? dayIn(new Date(v)) : v.slice(0, 10)) : "");

/** isLate tells whether a due date is past. */
export const isLate = (v: unknown) => {
  if (typeof v !== "string" || !v) return false;
  return v.length > 10 ? Date.parse(v) < Date.now() : daysFromToday(v) < 0;
};

/** dueText says how a due date stands: late in red, soon in amber. */
export function dueText(v: unknown): { text: string; tone: string } {
  const d = dayOf(v);
  if (!/^\d{4}-\d\d-\d\d$/.test(d)) return { text: d, tone: "" };
  const far = daysFromToday(d);
  if (far < 0) return { text: t("day.late", { n: -far }), tone: "red" };
  if (far <= 7) return { text: dateText(d), tone: "amb" };
  return { text: far <= 90 ? t("day.left", { n: far }) : dateText(d), tone: "" };
}

/** refIn is the record a link of a line points to, when it may be seen. */
export function refIn(rec: Rec, f?: Field): Ref | undefined {
  const r = f && (rec[f.name] as Ref | undefined);
  return r?.id && !r.hidden ? r : undefined;
}
