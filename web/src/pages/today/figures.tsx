// The strip on top: for each declared list how many, how much money, how many
// late, out of what the cards below have read; for each chart over time this
// month beside the same days of the last.
import { useQueries } from "@tanstack/react-query";
import { get, query } from "../../api/client";
import type { Block } from "../../api/types";
import { moneyText, today } from "../../format";
import { t } from "../../i18n";
import { listPath, useKnown } from "../../model";
import { Strip, type Figure } from "../desk";
import { monthsBack, useSeries } from "./chart";
import { pathOfBlock } from "./list";
import { countText, isLate, limitOf, notHis, shapeOf, useBlock } from "./parts";

export function Figures({ home }: { home: Block[] }) {
  const { types } = useKnown();
  const chart = home.find((b) => b.block === "chart" && types.get(b.of ?? "")?.fields.some((f) => f.name === b.group && f.kind === "date"));
  const lists = home.filter((b) => b.block === "list" && b.filter).slice(0, chart ? 3 : 4);
  const counts = home.filter((b) => b.block === "count" && (shapeOf(b, types)?.money || b.due)).slice(0, 6 - lists.length - (chart ? 1 : 0));
  const month = useMonth(chart);
  const a = useListFigure(lists[0]), b = useListFigure(lists[1]), c = useListFigure(lists[2]), d = useListFigure(lists[3]);
  const sums = useSums(counts);
  const figures = [month, a, b, c, d, ...sums].filter((f): f is Figure => !!f);
  return <Strip label={t("day.figures")} figures={figures} />;
}

const nothing: Block = { block: "list" };

function useListFigure(block = nothing): Figure | undefined {
  const { types } = useKnown();
  const { list } = useBlock(block, limitOf(block));
  const shape = shapeOf(block, types);
  if (!shape || notHis(list.error)) return undefined;
  const rows = list.data?.items ?? [], total = list.data?.total;
  const late = shape.due ? rows.filter((r) => isLate(r[shape.due!.name])).length : 0;
  const plus = late === rows.length && !!total && total.count > rows.length ? "+" : "";
  return {
    key: block.of + (block.filter ?? ""), label: block.label ?? shape.of.plural, to: pathOfBlock(block, shape.of), value: <>{list.isError ? "–" : total ? countText(total) : "…"} <small>{t("day.unit")}</small></>,
    note: late ? <span className="red">{t("day.n_late", { n: late + plus })}</span> : total && total.count === 0 ? t("day.clear") : "",
  };
}

// useSums reads of counted money how much it comes to, of others how many.
function useSums(blocks: Block[]): Figure[] {
  const { types } = useKnown();
  const shapes = blocks.map((b) => shapeOf(b, types)!);
  const got = useQueries({
    queries: blocks.map((b, i) => ({
      queryKey: ["home", "sum", b.of, b.filter ?? ""], staleTime: 60_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => get<{ items: { sum?: string; count: number }[] }>(`/${b.of}:group` + query({ by: "archived_at:month", sum: shapes[i]!.money?.name, filter: b.filter }), signal),
    })),
  });
  return blocks.flatMap((b, i): Figure[] => {
    if (notHis(got[i]?.error)) return [];
    const row = got[i]?.data?.items[0], money = shapes[i]!.money && Number(row?.sum ?? 0);
    const n = row?.count ?? 0;
    return [{
      key: "sum-" + b.of + (b.filter ?? ""), label: b.label ?? shapes[i]!.of.plural, to: pathOfBlock(b, shapes[i]!.of), tone: money ? "red" : "",
      value: !got[i]?.data ? "…" : money ? moneyText(Math.round(money)) : <>{n.toLocaleString("en")} <small>{t("day.unit")}</small></>, note: money ? t("day.n", { n: n.toLocaleString("en") }) : got[i]?.data && !n ? t("day.clear") : "",
    }];
  });
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
    key: "month", label: t("day.month", { what: block.label ?? "" }), value: moneyText(Math.round(now)), to: listPath(block.of!),
    note: before ? <>{t("day.than_last")} <span className={change < 0 ? "red" : "grn"}>{change < 0 ? "↓" : "↑"} {Math.abs(change)}%</span></> : "",
  };
}
