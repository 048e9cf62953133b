// Days that come back: whose birthday, wedding, founding day falls in the next
// two weeks, by the solar or the lunar calendar. The question names the days,
// so that the server answers it whatever the number of records.
import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";
import { get, query } from "../../api/client";
import type { Block, Listed, Rec, Ref } from "../../api/types";
import { blank } from "../../fields/values";
import { dateText, lunarOf, today, weekday } from "../../format";
import { t } from "../../i18n";
import { recordPath, useKnown } from "../../model";
import { Value } from "../../parts/value";
import { Icon } from "../../shell/icons";
import { Card, Failed, Loading } from "../desk";
import { notHis, shapeOf, refIn, type Shape } from "./parts";

const ahead = 14;

const two = (n: number) => String(n).padStart(2, "0");

interface Day { date: string; solar: string; lunar: string }

function comingDays(): Day[] {
  const begin = Date.parse(today() + "T00:00:00Z");
  return Array.from({ length: ahead + 1 }, (_, i) => {
    const date = new Date(begin + i * 86_400_000).toISOString().slice(0, 10);
    const l = lunarOf(date);
    return { date, solar: date.slice(4), lunar: l && !l.leap ? `-${two(l.month)}-${two(l.day)}` : "" };
  });
}

function filterOf(block: Block, days: Day[]): string {
  const f = block.due!;
  const any = (of: string[]) => of.filter(Boolean).map((d) => `${f} endsWith '${d}'`).join(" or ");
  const lunar = any(days.map((d) => d.lunar));
  const coming = `(not (${f} startsWith 'L') and (${any(days.map((d) => d.solar))}))` + (lunar ? ` or (${f} startsWith 'L' and (${lunar}))` : "");
  return block.filter ? `(${block.filter}) and (${coming})` : coming;
}

interface Found { rec: Rec; shape: Shape; day: Day; years: number }

// When a stored day comes, and how many years it will be.
function comes(rec: Rec, shape: Shape, days: Day[]): Found[] {
  const v = String(rec[shape.due!.name] ?? "");
  const lunar = v.startsWith("L"), md = v.slice(-6);
  const day = days.find((d) => (lunar ? d.lunar : d.solar) === md);
  const born = /^L?(\d{4})-/.exec(v);
  return day ? [{ rec, shape, day, years: born ? Number(day.date.slice(0, 4)) - Number(born[1]) : 0 }] : [];
}

export function Dates({ blocks }: { blocks: Block[] }) {
  const { types } = useKnown();
  const days = comingDays();
  const list = blocks.filter((b) => b.due).map((block) => ({ block, shape: shapeOf(block, types)! })).filter((x) => x.shape?.due);
  const answers = useQueries({
    queries: list.map(({ block, shape }) => ({
      queryKey: ["home", "dates", block.of, block.filter ?? "", days[0]!.date], staleTime: 300_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Listed>(`/${block.of}` + query({ filter: filterOf(block, days), page_size: 100, fields: shape.asked.join(","), total: "none" }), signal),
    })),
  });
  if (!list.length) return null;
  const failed = answers.find((a) => a.isError && !notHis(a.error));
  const found = list.flatMap(({ shape }, i) => (answers[i]?.data?.items ?? []).flatMap((r) => comes(r, shape, days))).sort((a, b) => a.day.date.localeCompare(b.day.date));
  return (
    <Card title={list[0]!.block.label ?? list[0]!.shape.of.plural} count={t("day.in_days", { n: ahead })}>
      {failed ? <Failed error={failed.error} again={() => void failed.refetch()} /> : answers.some((a) => a.isPending) ? <Loading /> : !found.length ? <p className="today-none">{t("day.dates_none", { what: list[0]!.shape.of.label })}</p> : (
        <ul className="today-rows watch">{found.slice(0, 6).map((f) => <Line key={f.rec.id} of={f} />)}</ul>
      )}
      {found.length > 6 && <p className="today-all">{t("day.more_n", { n: found.length - 6 })}</p>}
    </Card>
  );
}

function Line({ of: { rec, shape, day, years } }: { of: Found }) {
  const target = refIn(rec, shape.link);
  const title = rec.title;
  const more = shape.words.filter((f) => !blank(rec[f.name]) && !title.includes(String(rec[f.name])) && f.kind !== "choice");
  const near = day.date === today();
  return (
    <li>
      <span className="sign ac" aria-hidden="true"><Icon name={shape.of.icon} /></span>
      <span className="body">
        <span className="head"><Link to={recordPath(shape.of.name, rec.id)}>{title}{years > 0 && years < 130 ? ` · ${t("day.years", { n: years })}` : ""}</Link>{target && <Link className="whom" to={recordPath(shape.link!.to!, (target as Ref).id)}>{target.title}</Link>}</span>
        <span className="words"><span>{dateText(String(rec[shape.due!.name]))}</span>{more.map((f) => <span key={f.name}><Value field={f} value={rec[f.name]} place="cell" /></span>)}</span>
      </span>
      <span className="end"><small className={near ? "amb" : "second"}>{near ? t("date.today") : `${day.date.slice(5)} ${weekday(day.date)}`}</small></span>
    </li>
  );
}
