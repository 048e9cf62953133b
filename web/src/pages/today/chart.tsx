// A declared chart: money by month as bars, or a count by choice.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { get, query } from "../../api/client";
import type { Block, Field, Group, RecordType } from "../../api/types";
import { moneyText, today } from "../../format";
import { lang, t } from "../../i18n";
import { fieldsOf, useKnown } from "../../model";
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
  const by = of && fieldsOf(of).get(block.group ?? "");
  if (!of || !by) return null;
  return by.kind === "date" ? <Months block={block} of={of} /> : by.kind === "choice" || by.kind === "user" ? <Shares block={block} of={of} by={by} /> : null;
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

// Counts, or money where a column is some, by choice in its order or by person, the largest first.
function Shares({ block, of, by }: { block: Block; of: RecordType; by: Field }) {
  const money = of.fields.find((f) => f.kind === "money" && f.currencies !== "many" && (block.columns ?? []).includes(f.name));
  const got = useQuery({ queryKey: ["home", "shares", of.name, by.name, money?.name ?? "", block.filter ?? ""], staleTime: 300_000, queryFn: ({ signal }) => get<{ items: Group[] }>(`/${of.name}:group` + query({ by: by.name, sum: money?.name, filter: block.filter }), signal) });
  const items = got.data?.items ?? [];
  if (!items.length) return null;
  const order = new Map((by.choices ?? []).map((c, i) => [c.value as unknown, i]));
  const size = (r: Group) => (money ? Number(r.sum ?? 0) : r.count);
  const rows = [...items].sort((a, b) => (order.get(a.value) ?? 99) - (order.get(b.value) ?? 99) || size(b) - size(a)).slice(0, block.limit ?? 12);
  const top = Math.max(...rows.map(size), 1);
  return (
    <Card title={block.label ?? of.plural}>
      <ul className={"today-shares" + (money ? " wide" : "")}>
        {rows.map((r) => {
          const who = r.value as { id: string; title: string } | string | null;
          const person = typeof who === "object" && who ? who : undefined;
          const value = person?.id ?? (who === null ? null : String(who));
          const label = value === null ? t("day.not_set") : person?.title ?? by.choices?.find((c) => c.value === value)?.label ?? value;
          const which = value === null ? `${by.name} == nil` : `${by.name} == "${value}"`;
          const to = `/t/${of.name}` + query({ view: "all", f: block.filter ? `(${block.filter}) and ${which}` : which });
          return <li key={value ?? ""}><Link to={to}>{label}</Link><span className="rail" aria-hidden="true"><i style={{ width: `${(100 * size(r)) / top}%`, background: value === null ? "var(--bar)" : undefined }} /></span><span className="num">{money ? moneyText(Math.round(size(r))) : r.count.toLocaleString("en")}</span></li>;
        })}
      </ul>
    </Card>
  );
}
