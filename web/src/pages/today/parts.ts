// What the cards of a day share: the records of a declared block, its due
// date, its money.
import { useQuery } from "@tanstack/react-query";
import { get, query } from "../../api/client";
import type { Block, Field, Listed, RecordType } from "../../api/types";
import { dateText, dayIn, daysFromToday } from "../../format";
import { t } from "../../i18n";
import { fieldsOf, masked, useKnown } from "../../model";

/** countText is a count, with a plus where the server stopped counting. */
export const countText = (total?: Listed["total"]) => (total ? total.count.toLocaleString("en") + (total.exact ? "" : "+") : "");

/** isDue tells whether a field says when something must be done or ends. */
export const isDue = (f: Field) => (f.kind === "date" || f.kind === "datetime") && /(^|_)(next|due|until|promised|ends|replace|arrive|leave|expires?)(_|$)/.test(f.name);

/** Shape is how a block's columns are laid out in a line. */
export interface Shape { of: RecordType; columns: Field[]; due?: Field; when?: Field; money?: Field; link?: Field; words: Field[] }

/** shapeOf reads a block's columns; undefined when its type is not seen. */
export function shapeOf(block: Block, types: Map<string, RecordType>): Shape | undefined {
  const of = types.get(block.of ?? "");
  if (!of) return undefined;
  const fields = fieldsOf(of);
  const columns = (block.columns ?? []).map((n) => fields.get(n)).filter((f): f is Field => !!f && f.name !== "number");
  const when = columns.find((f) => f.kind === "date" || f.kind === "datetime");
  const due = columns.find(isDue);
  const money = columns.find((f) => f.kind === "money" && !masked(f));
  const link = columns.find((f) => f.kind === "link" && f.name === of.root) ?? columns.find((f) => f.kind === "link");
  const words = columns.filter((f) => f !== when && f !== due && f !== money && f !== link);
  return { of, columns, due, when: due ?? when, money, link, words };
}

/** useBlock reads a block's records. */
export function useBlock(block: Block, limit: number) {
  const { types } = useKnown();
  const shape = shapeOf(block, types);
  const list = useQuery({
    queryKey: ["home", "list", block.of, block.filter ?? "", block.sort ?? "", (block.columns ?? []).join(), limit], enabled: !!shape, staleTime: 30_000,
    queryFn: ({ signal }) => get<Listed>(`/${block.of}` + query({ filter: block.filter, order_by: block.sort, page_size: limit, fields: [...new Set([...shape!.columns.map((f) => f.name), "owner"])].join(","), total: "capped" }), signal),
  });
  return { shape, list };
}

const day = (v: unknown) => (typeof v === "string" ? (v.length > 10 ? dayIn(new Date(v)) : v.slice(0, 10)) : "");

/** dueText says how a due date stands: late in red, soon in amber. */
export function dueText(v: unknown): { text: string; tone: string } {
  const d = day(v);
  if (!/^\d{4}-\d\d-\d\d$/.test(d)) return { text: d, tone: "" };
  const far = daysFromToday(d);
  if (far < 0) return { text: t("day.late", { n: -far }), tone: "red" };
  if (far === 0) return { text: dateText(d), tone: "amb" };
  if (far <= 7) return { text: dateText(d), tone: "amb" };
  return { text: far <= 90 ? t("day.left", { n: far }) : dateText(d), tone: "" };
}
