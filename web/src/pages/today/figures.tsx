// The strip on top: for each declared list how many, how much money, how many
// late; for each chart over time this month beside the same days of the last.
import { useQueries } from "@tanstack/react-query";
import { get, query } from "../../api/client";
import type { Block, Listed } from "../../api/types";
import { numberText, today } from "../../format";
import { t } from "../../i18n";
import { listPath, useKnown } from "../../model";
import { Strip, type Figure } from "../desk";
import { monthsBack, useSeries } from "./chart";
import { countText, shapeOf, type Shape } from "./parts";

export function Figures({ home }: { home: Block[] }) {
  const { types } = useKnown();
  const chart = home.find((b) => b.block === "chart" && types.get(b.of ?? "")?.fields.some((f) => f.name === b.group && f.kind === "date"));
  const lists = home.filter((b) => b.block === "list" && b.filter).slice(0, chart ? 5 : 6);
  const shapes = lists.map((b) => shapeOf(b, types)!);
  const more = useQueries({
    queries: lists.map((b, i) => ({
      queryKey: ["home", "figure", b.of, b.filter ?? ""], staleTime: 60_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => measure(b, shapes[i]!, signal),
    })),
  });
  const month = useMonth(chart);

  if (!lists.length && !month) return null;
  return <StripOf lists={lists} shapes={shapes} more={more.map((m) => m.data)} month={month} />;
}

interface Measure { total?: Listed["total"]; sum?: string; late?: number; lateExact?: boolean }

// measure asks how many, their money, and how many of them are late.
async function measure(b: Block, shape: Shape, signal: AbortSignal): Promise<Measure> {
  const path = `/${b.of}`;
  const and = (more: string) => (b.filter ? `(${b.filter}) and ${more}` : more);
  const late = shape.due ? `${shape.due.name} < ${shape.due.kind === "date" ? "today()" : "now()"}` : "";
  const none = Promise.resolve(undefined);
  const [list, sum, over] = await Promise.all([
    get<Listed>(path + query({ filter: b.filter, page_size: 1, fields: "title", total: "capped" }), signal),
    shape.money ? get<{ items: { sum?: string }[] }>(`${path}:group` + query({ by: "archived_at", sum: shape.money.name, filter: b.filter }), signal).catch(() => undefined) : none,
    late ? get<Listed>(path + query({ filter: and(late), page_size: 1, fields: "title", total: "capped" }), signal).catch(() => undefined) : none,
  ]);
  return { total: list.total, sum: sum?.items[0]?.sum, late: over?.total?.count, lateExact: over?.total?.exact };
}

function StripOf({ lists, shapes, more, month }: { lists: Block[]; shapes: Shape[]; more: (Measure | undefined)[]; month?: Figure }) {
  const figures: Figure[] = lists.map((b, i) => {
    const m = more[i], of = shapes[i]!.of;
    const view = of.views?.find((v) => v.filter === b.filter && v.filter)?.name;
    const late = m?.late ? <span className="red">{t("day.n_late", { n: m.late.toLocaleString("en") + (m.lateExact ? "" : "+") })}</span> : "";
    const sum = m?.sum && Number(m.sum) !== 0 ? "¥" + numberText(Math.round(Number(m.sum))) : "";
    return {
      key: b.of + (b.filter ?? "") + i, label: b.label ?? of.plural, to: view ? listPath(of.name, view) : `/t/${of.name}` + query({ view: "all", f: b.filter }),
      value: sum || <>{m?.total ? countText(m.total) : "…"} <small>{t("day.unit")}</small></>, note: sum ? <>{t("day.n", { n: countText(m?.total) })}{late && <> · {late}</>}</> : late,
    };
  });
  return <Strip label={t("day.figures")} figures={month ? [month, ...figures] : figures} />;
}

function useMonth(block?: Block): Figure | undefined {
  const series = useSeries(block);
  if (!block || !series.data) return undefined;
  const d = today(), from = d.slice(0, 8) + "01";
  const last = monthsBack(1), same = last + d.slice(7);
  const sum = (a: string, b: string) => series.data.reduce((n, x) => (x.day >= a && x.day <= b ? n + x.amount : n), 0);
  const now = sum(from, d), before = sum(last + "-01", same);
  const change = before ? Math.round((100 * (now - before)) / before) : 0;
  return {
    key: "month", label: t("day.month", { what: block.label ?? "" }), value: "¥" + numberText(Math.round(now)), to: listPath(block.of!),
    note: before ? <>{t("day.than_last")} <span className={change < 0 ? "red" : "grn"}>{change < 0 ? "↓" : "↑"} {Math.abs(change)}%</span></> : "",
  };
}

