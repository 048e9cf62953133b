// Two small drawings for the side column, without a chart library: turnover
// by year as bars, and the rhythm of orders as dots on a line.
import { useQuery } from "@tanstack/react-query";
import { get, query } from "../api/client";
import type { Block, Listed, Rec, RecordType } from "../api/types";
import { str } from "../fields/parts";
import { dateText, daysFromToday, today } from "../format";
import { t } from "../i18n";
import { useKnown } from "../model";

export function Chart({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const { types } = useKnown();
  const of = types.get(block.of ?? "");
  const via = of && (of.fields.find((f) => f.name === of.root && f.to === type.name) ?? of.fields.find((f) => f.to === type.name))?.name;
  const day = block.block === "rhythm" ? (block.columns?.[0] ?? "day") : (block.group ?? "day");
  const amount = of?.fields.find((f) => f.kind === "money" && (block.columns ?? []).includes(f.name))?.name;
  const list = useQuery({
    queryKey: ["related", type.name, rec.id, "chart", block.of, day, amount ?? ""], enabled: !!of && !!via, staleTime: 60_000,
    queryFn: ({ signal }) => get<Listed>(`/${type.name}/${rec.id}/related/${block.of}.${via}` + query({ fields: [day, amount].filter(Boolean).join(","), order_by: "-" + day, page_size: 1000, total: "none" }), signal),
  });
  const rows = (list.data?.items ?? []).filter((r) => r[day]);
  if (!of || rows.length === 0) return null;
  return block.block === "rhythm" ? <Rhythm title={block.label ?? of.label} days={rows.map((r) => str(r[day]).slice(0, 10))} /> : amount ? <Years title={block.label ?? of.plural} rows={rows} day={day} amount={amount} /> : null;
}

function Years({ title, rows, day, amount }: { title: string; rows: Rec[]; day: string; amount: string }) {
  const now = Number(today().slice(0, 4));
  const sums = new Map<number, number>();
  for (const r of rows) {
    const y = Number(str(r[day]).slice(0, 4));
    sums.set(y, (sums.get(y) ?? 0) + Number(r[amount] ?? 0));
  }
  const first = Math.max(Math.min(...sums.keys()), now - 5);
  const years = Array.from({ length: now - first + 1 }, (_, i) => first + i);
  const top = Math.max(...years.map((y) => sums.get(y) ?? 0), 1);
  return (
    <section className="chart" aria-label={title}>
      <header><h2>{title} <small>{t("chart.wan")}</small></h2></header>
      <div className="bars" role="img" aria-label={years.map((y) => `${y}: ${wan(sums.get(y) ?? 0)}`).join(", ")}>
        {years.map((y) => <div key={y} className={y === now ? "now" : ""}><b>{wan(sums.get(y) ?? 0)}</b><i style={{ height: Math.max(2, (56 * (sums.get(y) ?? 0)) / top) }} /><small>{y}</small></div>)}
      </div>
    </section>
  );
}

const wan = (n: number) => (n / 10_000).toFixed(1);

function Rhythm({ title, days }: { title: string; days: string[] }) {
  const recent = days.slice(0, 12).reverse();
  if (recent.length < 2) return null;
  const from = -daysFromToday(recent[0]!);
  const gap = Math.round((daysFromToday(recent.at(-1)!) - daysFromToday(recent[0]!)) / (recent.length - 1));
  const since = -daysFromToday(recent.at(-1)!);
  const x = (d: string) => (from ? 100 * (1 + daysFromToday(d) / from) : 100);
  return (
    <section className="chart" aria-label={title}>
      <header><h2>{title} <small>{t("chart.rhythm", { n: gap })}</small></h2></header>
      <div className="rhythm" role="img" aria-label={recent.join(", ")}>{recent.map((d, i) => <i key={i} style={{ left: `${x(d)}%` }} className={i === recent.length - 1 ? "last" : ""} />)}</div>
      <div className="rhythm-foot"><small>{dateText(recent[0]!)}</small><small className={since > gap * 2 ? "late" : ""}>{t("chart.since", { day: dateText(recent.at(-1)!), n: since })}</small></div>
    </section>
  );
}
