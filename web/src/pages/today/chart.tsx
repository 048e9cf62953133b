// A declared chart: money by month as bars, or a count by choice.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { get, query } from "../../api/client";
import type { Block, Field, Group, RecordType } from "../../api/types";
import { today } from "../../format";
import { lang, t } from "../../i18n";
import { useKnown } from "../../model";
import { Card } from "../desk";

/** monthsBack is the month that lies n months back, YYYY-MM. */
export function monthsBack(n: number): string {
  const [y, m] = today().split("-").map(Number);
  const d = new Date(Date.UTC(y!, m! - 1 - n, 1));
  return d.toISOString().slice(0, 7);
}

interface Point { day: string; amount: number; count: number }

/** useSeries reads a chart's days of the last twelve months; the amount is the first money column. */
export function useSeries(block?: Block) {
  const { types } = useKnown();
  const of = types.get(block?.of ?? "");
  const money = of?.fields.find((f) => f.kind === "money" && f.currencies !== "many" && (block?.columns ?? []).includes(f.name));
  return useQuery({
    queryKey: ["home", "series", block?.of ?? "", block?.group ?? "", money?.name ?? ""], enabled: !!of && !!block && of.fields.some((f) => f.name === block.group && f.kind === "date"), staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const from = `${block!.group} >= "${monthsBack(11)}-01"`;
      const got = await get<{ items: Group[] }>(`/${of!.name}:group` + query({ by: block!.group, sum: money?.name, filter: block!.filter ? `(${block!.filter}) and ${from}` : from }), signal);
      return got.items.filter((g) => typeof g.value === "string").map((g): Point => ({ day: String(g.value), amount: Number(g.sum ?? 0), count: g.count }));
    },
  });
}

export function ChartCard({ block }: { block: Block }) {
  const { types } = useKnown();
  const of = types.get(block.of ?? "");
  const by = of?.fields.find((f) => f.name === block.group);
  if (!of || !by) return null;
  return by.kind === "date" ? <Months block={block} of={of} /> : by.kind === "choice" ? <Shares block={block} of={of} by={by} /> : null;
}

function Months({ block, of }: { block: Block; of: RecordType }) {
  const series = useSeries(block);
  if (!series.data?.length) return null;
  const months = Array.from({ length: 12 }, (_, i) => monthsBack(11 - i));
  const sums = months.map((m) => series.data.reduce((n, p) => (p.day.startsWith(m) ? n + p.amount : n), 0));
  const top = Math.max(...sums, 1);
  const unit = lang() === "en" ? 1000 : 10_000;
  const short = (n: number) => (n / unit).toFixed(n / unit < 10 ? 1 : 0);
  return (
    <Card title={block.label ?? of.plural} count={t("day.unit_money")}>
      <div className="today-months" role="img" aria-label={months.map((m, i) => `${m}: ${short(sums[i]!)}`).join(", ")}>
        {months.map((m, i) => <div key={m} className={i === 11 ? "now" : ""} title={`${m}  ${short(sums[i]!)}`}><b>{i % 3 === 2 || i === 11 ? short(sums[i]!) : ""}</b><i style={{ height: `${(62 * sums[i]!) / top + 2}px` }} /><small>{Number(m.slice(5))}</small></div>)}
      </div>
    </Card>
  );
}

function Shares({ block, of, by }: { block: Block; of: RecordType; by: Field }) {
  const got = useQuery({ queryKey: ["home", "shares", of.name, by.name, block.filter ?? ""], staleTime: 300_000, queryFn: ({ signal }) => get<{ items: Group[] }>(`/${of.name}:group` + query({ by: by.name, filter: block.filter }), signal) });
  const items = got.data?.items ?? [];
  if (!items.length) return null;
  const order = new Map((by.choices ?? []).map((c, i) => [c.value, i]));
  const rows = [...items].sort((a, b) => (order.get(String(a.value)) ?? 99) - (order.get(String(b.value)) ?? 99));
  const top = Math.max(...rows.map((r) => r.count));
  return (
    <Card title={block.label ?? of.plural}>
      <ul className="today-shares">
        {rows.map((r) => {
          const label = r.value === null ? t("day.not_set") : (by.choices?.find((c) => c.value === r.value)?.label ?? String(r.value));
          const to = `/t/${of.name}` + query({ view: "all", f: r.value === null ? `${by.name} == nil` : `${by.name} == "${String(r.value)}"` });
          return <li key={String(r.value)}><Link to={to}>{label}</Link><span className="rail" aria-hidden="true"><i style={{ width: `${(100 * r.count) / top}%`, background: r.value === null ? "var(--bar)" : undefined }} /></span><span className="num">{r.count.toLocaleString("en")}</span></li>;
        })}
      </ul>
    </Card>
  );
}
