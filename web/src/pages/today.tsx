// The first page of a day: what the role's home declares, what is about to run
// out, what has changed. No type is known here by name: all follows from the
// schema, so that every trade gets such a page.
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useMemo } from "react";
import type { Block } from "../api/types";
import { today, weekday } from "../format";
import { lang, t } from "../i18n";
import { usePhone } from "../mode";
import { useKnown } from "../model";
import { useShell } from "../shell/shell";
import { Attention } from "./today/attention";
import { ChartCard } from "./today/chart";
import { Changed } from "./today/changed";
import { Figures } from "./today/figures";
import { ListCard } from "./today/list";
import "./desk";
import "./today/today.css";

/** useHome is what the person's roles declare; who has no declared home sees what the others' homes say of everybody. */
function useHome(): Block[] {
  const { session, schema, types } = useKnown();
  return useMemo(() => {
    const own = schema.roles.filter((r) => session.user.roles.includes(r.name)).flatMap((r) => r.home ?? []);
    const list = own.length ? own : schema.roles.flatMap((r) => r.home ?? []).filter((b) => !/\bme\(\)/.test(b.filter ?? ""));
    const seen = new Set<string>();
    return list.filter((b) => {
      const key = [b.block, b.of, b.filter ?? "", b.group ?? ""].join("|");
      if (seen.has(key) || !types.has(b.of ?? "")) return false;
      seen.add(key);
      return true;
    }).slice(0, own.length ? 12 : 9);
  }, [schema, session, types]);
}

export default function Today() {
  const home = useHome();
  const phone = usePhone();
  const { types } = useKnown();
  const { create } = useShell();
  const lists = home.filter((b) => b.block === "list");
  const charts = home.filter((b) => b.block === "chart");
  const hub = [...types.values()].sort((a, b) => b.backlinks.length - a.backlinks.length).find((x) => !x.builtin);
  const first = types.get(hub?.page?.compose?.[0] ?? lists[0]?.of ?? "");
  const may = first?.fields.some((f) => f.level === "write");
  const main = lists.slice(0, Math.max(2, Math.ceil(lists.length / 2)));
  const rest = lists.slice(main.length);
  return (
    <div className="desk today">
      <div className="desk-head">
        <h1>{t("day.title")}</h1>
        <span className="sub">{dateLine(phone)}</span>
        <span className="fill" />
        {first && may && <Button type="primary" icon={<PlusOutlined />} onClick={() => create(first.name)}>{t("day.add", { what: first.label })}</Button>}
      </div>
      <Figures home={home} />
      <div className="today-grid">
        <div className="col">{main.map((b, i) => <ListCard key={i} block={b} />)}</div>
        <div className="col"><Attention home={home} />{rest.map((b, i) => <ListCard key={i} block={b} />)}</div>
        <div className="col">{!phone && charts.map((b, i) => <ChartCard key={i} block={b} />)}<Changed /></div>
      </div>
    </div>
  );
}

function dateLine(short: boolean): string {
  const d = today();
  const [, m, day] = d.split("-").map(Number);
  if (lang() === "en") return `${weekday(d)} ${d}`;
  const plain = `${t("day.date", { m: m!, d: day! })} ${weekday(d)}`;
  return short ? plain : `${plain} · ${t("day.lunar")}${lunarText(d)}`;
}

const digits = ["十", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

// 十月十六, as the browser's Chinese calendar counts it.
function lunarText(d: string): string {
  const tag = lang() === "zh-Hant" ? "zh-TW-u-ca-chinese" : "zh-CN-u-ca-chinese";
  const parts = new Intl.DateTimeFormat(tag, { month: "long", day: "numeric", timeZone: "UTC" }).formatToParts(new Date(d + "T00:00:00Z"));
  const n = Number(parts.find((p) => p.type === "day")?.value.replace(/\D/g, ""));
  const ten = n === 20 ? "二" : n === 30 ? "三" : n <= 10 ? "初" : n < 20 ? "十" : "廿";
  return (parts.find((p) => p.type === "month")?.value ?? "") + (n ? ten + digits[n % 10]! : "");
}
