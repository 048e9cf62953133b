// Small drawings for the side column, without a chart library: money by year
// as bars, the rhythm of days as dots, what is due when, and shares of a sum.
import { useQueries, useQuery } from "@tanstack/react-query";
import { get, query } from "../api/client";
import type { Block, Field, Listed, Rec, RecordType } from "../api/types";
import { blank, str } from "../fields/values";
import { dateText, daysFromToday, moneyText, numberText, today } from "../format";
import { t } from "../i18n";
import { fieldsOf, useKnown } from "../model";
import { viaOf } from "./record";

interface Sum { value: unknown; sum?: string | number; count: number }

// quoted writes a text into a filter.
const quoted = (v: string) => `"${v.replace(/["\\]/g, "\\$&")}"`;
const both = (...list: (string | undefined)[]) => list.filter((x) => !!x).map((x) => `(${x})`).join(" and ");

/** useHanging finds what a drawing is made of: the type, the condition that its records hang on this one, and a way to add them up, all of them. */
function useHanging(type: RecordType, rec: Rec, block: Block | undefined) {
  const { types } = useKnown();
  const of = types.get(block?.of ?? "");
  const via = block && viaOf(of, type, block);
  const known = (name?: string) => !!name && !!of && fieldsOf(of).has(name);
  return { of, via, known, where: via ? `${via} == ${quoted(rec.id)}` : "" };
}

interface Asked { by: string; sum?: string; filter?: string }

/** useSums adds records up at the server, group by group: no row is left out. */
function useSums(type: RecordType, rec: Rec, block: Block | undefined, asked: Asked[]): { groups: Sum[][]; ready: boolean } {
  const { of, where, known } = useHanging(type, rec, block);
  const can = asked.filter((q) => known(q.by.replace(":month", "")) && (!q.sum || known(q.sum)));
  const got = useQueries({
    queries: can.map((q) => ({
      queryKey: ["related", type.name, rec.id, "sums", block!.of, q.by, q.sum, q.filter, block!.filter], enabled: where !== "", staleTime: 60_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => get<{ items: Sum[] }>(`/${of!.name}:group` + query({ by: q.by, sum: q.sum, filter: both(where, block!.filter, q.filter) }), signal),
    })),
  });
  const groups = can.length === asked.length ? got.map((g) => g.data?.items ?? []) : asked.map(() => []);
  return { groups, ready: got.length > 0 && got.every((g) => g.isSuccess) };
}

const lastDays = 200; // rows read to find the last twelve days

export function Chart({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  switch (block.block) {
    case "rhythm": return <Rhythm type={type} rec={rec} block={block} />;
    case "ageing": return <Ageing type={type} rec={rec} block={block} />;
    case "shares": return <Shares type={type} rec={rec} block={block} />;
  }
  return <Years type={type} rec={rec} block={block} />;
}

export interface Compared { sums: Map<number, number>; now: number; before: number; percent?: number }

/** useYears adds up money by year, and this year and the last to the same day. */
export function useYears(type: RecordType, rec: Rec, block: Block | undefined): Compared & { ready: boolean } {
  const day = block?.group ?? "day", amount = block?.columns?.[0];
  const now = today(), year = Number(now.slice(0, 4)), same = `${year - 1}${now.slice(4)}`;
  const { groups, ready } = useSums(type, rec, block, [
    { by: day + ":month", sum: amount, filter: `${day} <= "${now}"` },
    { by: day + ":month", sum: amount, filter: `${day} >= "${year - 1}-01-01" and ${day} <= "${same}"` },
  ]);
  const sums = new Map<number, number>();
  for (const g of groups[0]!) {
    const y = Number(str(g.value).slice(0, 4));
    if (y) sums.set(y, (sums.get(y) ?? 0) + Number(g.sum ?? 0));
  }
  const before = groups[1]!.reduce((n, g) => n + Number(g.sum ?? 0), 0);
  const this_ = sums.get(year) ?? 0;
  return { sums, now: this_, before, percent: before > 0 ? Math.round((1000 * (this_ - before)) / before) / 10 : undefined, ready };
}

/** Change draws how much more or less: an arrow and a percentage. */
export function Change({ percent }: { percent?: number }) {
  if (percent === undefined || Math.abs(percent) > 999) return null;
  return <span className={percent >= 0 ? "up" : "down"}>{percent >= 0 ? "↑" : "↓"} {Math.abs(percent)}%</span>;
}

// Large sums are told in 万 (10,000), small ones whole.
const unitOf = (top: number) => (top < 50_000 ? 1 : 10_000);

function Years({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const { sums, now: to, before, percent } = useYears(type, rec, block);
  const now = Number(today().slice(0, 4));
  const title = block.label ?? "";
  if (!sums.size) return null;
  const first = Math.max(Math.min(...sums.keys()), now - 5);
  const years = Array.from({ length: now - first + 1 }, (_, i) => first + i);
  const top = Math.max(...years.map((y) => sums.get(y) ?? 0), 1);
  const unit = unitOf(top);
  const wan = (n: number) => (unit === 1 ? numberText(Math.round(n)) : (n / unit).toFixed(1));
  return (
    <section className="chart" aria-label={title}>
      <header><h2>{title} <small>{unit === 1 ? "" : t("chart.wan")}</small></h2></header>
      <div className="bars" role="img" aria-label={years.map((y) => `${y}: ${wan(sums.get(y) ?? 0)}`).join(", ")}>
        {years.map((y) => <div key={y} className={y === now ? "now" : ""}><b>{wan(sums.get(y) ?? 0)}</b><i style={{ height: Math.max(2, (52 * (sums.get(y) ?? 0)) / top) }} /><small>{y}</small></div>)}
      </div>
      <p className="chart-says">{before > 0 ? t("chart.same_day", { now: wan(to), before: wan(before) }) : t("chart.so_far", { now: wan(to) })} <Change percent={percent} /></p>
    </section>
  );
}

/** useLast reads the latest days of the records that hang here. */
function useLast(type: RecordType, rec: Rec, block: Block, day: string): Rec[] {
  const { of, via, known } = useHanging(type, rec, block);
  const list = useQuery({
    queryKey: ["related", type.name, rec.id, "last", block.of, via, day, block.filter], enabled: !!via && known(day), staleTime: 60_000,
    queryFn: ({ signal }) => get<Listed>(`/${type.name}/${rec.id}/related/${of!.name}.${via}` + query({ fields: day, filter: block.filter, order_by: "-" + day, page_size: lastDays, total: "none" }), signal),
  });
  return list.data?.items ?? [];
}

function Rhythm({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const day = block.columns?.[0] ?? "day";
  const rows = useLast(type, rec, block, day);
  const now = today();
  const recent = [...new Set(rows.map((r) => str(r[day]).slice(0, 10)).filter((d) => d && d <= now))].slice(0, 12).reverse();
  if (recent.length < 2) return null;
  const title = block.label ?? "";
  const last = recent.at(-1)!;
  const gap = Math.max(1, Math.round((daysFromToday(last) - daysFromToday(recent[0]!)) / (recent.length - 1)));
  const since = -daysFromToday(last);
  const due = gap - since;
  const from = daysFromToday(recent[0]!), to = Math.max(due, 0) + Math.max(2, gap / 4);
  const x = (far: number) => (100 * (far - from)) / (to - from);
  const next = dateOf(due);
  return (
    <section className="chart" aria-label={title}>
      <header><h2>{title} <small>{t("chart.rhythm", { n: gap })}{due >= 0 ? t("chart.next_about", { day: dateText(next) }) : ""}</small></h2></header>
      <div className="rhythm" role="img" aria-label={recent.join(", ")}>
        {recent.map((d) => <i key={d} style={{ left: `${x(daysFromToday(d))}%` }} className={d === last ? "last" : ""} />)}
        <s style={{ left: `${x(0)}%` }} />
        {due >= 0 && <i className="next" style={{ left: `${x(due)}%` }} />}
      </div>
      <div className="rhythm-foot"><small>{dateText(recent[0]!)}</small><small className={since > gap * 2 ? "late" : ""}>{t("chart.since", { day: dateText(last), n: since })}</small></div>
    </section>
  );
}

const dateOf = (far: number) => new Date(Date.parse(today() + "T00:00:00Z") + far * 86_400_000).toISOString().slice(0, 10);

export interface Aged { later: number; soon: number; overdue: number; days: number; rest: number; sum: number; limit?: number }

const soonDays = 7;

/** useAgeing splits a sum by when it falls due; rest is what no record accounts for. */
export function useAgeing(type: RecordType, rec: Rec, block: Block | undefined): Aged {
  const due = block?.group, amount = block?.columns?.[0];
  const { groups } = useSums(type, rec, block, [{ by: due ?? "", sum: amount }]);
  const out = { later: 0, soon: 0, overdue: 0, days: 0 };
  for (const g of groups[0]!) {
    const n = Number(g.sum ?? 0);
    const far = blank(g.value) ? 9999 : daysFromToday(str(g.value).slice(0, 10));
    if (far < 0) {
      out.overdue += n;
      out.days = Math.max(out.days, -far);
    } else if (far <= soonDays) out.soon += n;
    else out.later += n;
  }
  const told = out.later + out.soon + out.overdue;
  const sum = block?.total && !blank(rec[block.total]) ? Number(rec[block.total]) : told;
  const limit = block?.against && !blank(rec[block.against]) ? Number(rec[block.against]) : undefined;
  return { ...out, rest: Math.max(0, sum - told), sum, limit };
}

const yuan = (n: number) => moneyText(Math.round(n));

function Ageing({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const a = useAgeing(type, rec, block);
  if (a.sum <= 0) return null;
  const title = block.label ?? "";
  const parts = [
    { key: "later", n: a.later, text: t("ageing.later", { sum: yuan(a.later) }) }, { key: "rest", n: a.rest, text: t("ageing.rest", { sum: yuan(a.rest) }) },
    { key: "soon", n: a.soon, text: t("ageing.soon", { n: soonDays, sum: yuan(a.soon) }) }, { key: "overdue", n: a.overdue, text: t("ageing.overdue", { sum: yuan(a.overdue) }) },
  ].filter((p) => p.n >= 0.005);
  return (
    <section className="chart" aria-label={title}>
      <header><h2>{title} <small>{yuan(a.sum)}</small></h2>{a.limit ? <small>{t("ageing.of_limit", { p: Math.round((100 * a.sum) / a.limit), limit: yuan(a.limit) })}</small> : null}</header>
      <div className="ageing" role="img" aria-label={parts.map((p) => p.text).join(", ")}>{parts.map((p) => <i key={p.key} className={p.key} style={{ flexGrow: p.n }} />)}</div>
      <div className="ageing-foot">{parts.map((p) => <small key={p.key} className={p.key === "overdue" ? "late" : ""}>{p.text}{p.key === "overdue" ? t("ageing.days", { n: a.days }) : ""}</small>)}</div>
    </section>
  );
}

function Shares({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const { of } = useHanging(type, rec, block);
  const fields = (block.columns ?? []).map((n) => of && fieldsOf(of).get(n)).filter((f): f is Field => !!f);
  const { groups } = useSums(type, rec, block, fields.map((f) => ({ by: "archived_at:month", sum: f.name })));
  const sums = fields.map((f, i) => ({ f, n: (groups[i] ?? []).reduce((n, g) => n + Number(g.sum ?? 0), 0) })).filter((x) => x.n > 0);
  const sum = sums.reduce((s, x) => s + x.n, 0);
  if (!sum) return null;
  const top = Math.max(...sums.map((x) => x.n));
  return (
    <section className="chart" aria-label={block.label}>
      <header><h2>{block.label} <small>{yuan(sum)}</small></h2></header>
      <dl className="shares">{sums.map(({ f, n }) => <div key={f.name}><dt>{f.label}</dt><dd><i style={{ width: `${(100 * n) / top}%` }} aria-hidden="true" /></dd><dd className="n">{numberText(Math.round(n))} <small>{Math.round((100 * n) / sum)}%</small></dd></div>)}</dl>
    </section>
  );
}
