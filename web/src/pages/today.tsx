// The first page of a day: what the role's home declares — what is due, what
// needs attention, how it goes. No type is known here by name: all follows from
// the packs, so that every trade gets such a page.
import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useMemo } from "react";
import type { Block } from "../api/types";
import { lunarOf, today, weekday } from "../format";
import { lang, t } from "../i18n";
import "../i18n/today";
import { usePhone } from "../mode";
import { useKnown } from "../model";
import { useMay } from "../rights";
import { useHub } from "../shell/places";
import { useShell } from "../shell/shell";
import { Attention } from "./today/attention";
import { Begin, useEmpty } from "./today/begin";
import { ChartCard } from "./today/chart";
import { Changed } from "./today/changed";
import { Dates } from "./today/dates";
import { Figures } from "./today/figures";
import { ListCard } from "./today/list";
import "./desk";
import "./today/today.css";

/** useHome is what the person's roles declare; who has no declared home sees what the others' homes say of everybody. */
function useHome(): { home: Block[]; own: boolean } {
  const { session, schema, types } = useKnown();
  return useMemo(() => {
    const own = schema.roles.filter((r) => session.user.roles.includes(r.name)).flatMap((r) => r.home ?? []);
    // In the place of what others' homes say of oneself stands what another says of everybody under the same name.
    const all = schema.roles.flatMap((r) => r.home ?? []), isMine = (b: Block) => /owner == me\(\)/.test(b.filter ?? ""), name = (b: Block) => b.block + (b.label ?? b.of);
    const ofAll = new Map(all.filter((b) => !isMine(b)).reverse().map((b) => [name(b), b]));
    const list = own.length ? own : all.flatMap((b) => (isMine(b) ? ofAll.get(name(b)) ?? (b.done ? b : []) : b));
    const seen = new Set<string>(), labels = new Set<string>();
    const home = list.filter((b) => {
      const key = [b.block, b.of, b.filter ?? "", b.group ?? ""].join("|"), label = name(b);
      if (seen.has(key) || labels.has(label) || !types.has(b.of ?? "")) return false;
      seen.add(key);
      labels.add(label);
      return true;
    });
    const first = (kind: string, n: number) => home.filter((b) => b.block === kind).slice(0, n);
    return { own: own.length > 0, home: [...first("list", own.length ? 8 : 6), ...first("count", 9), ...first("dates", 2), ...first("chart", 3)] };
  }, [schema, session, types]);
}

export default function Today() {
  const { home, own } = useHome();
  const phone = usePhone();
  const { types } = useKnown();
  const { create } = useShell();
  const may = useMay();
  const hub = useHub();
  const empty = useEmpty(hub);
  const kind = (name: string) => home.filter((b) => b.block === name);
  const lists = kind("list"), charts = kind("chart");
  const first = types.get(hub?.page?.compose?.[0] ?? "");
  const main = lists.slice(0, Math.max(2, Math.ceil(lists.length / 2)));
  const rest = lists.slice(main.length);
  return (
    <div className="desk today">
      <div className="desk-head">
        <h1>{t("day.title")}</h1>
        <span className="sub">{dateLine(phone)}</span>
        <span className="fill" />
        {first && may(first.name, "create") && !phone && <Button type="primary" icon={<PlusOutlined />} onClick={() => create(first.name)}>{t("day.add", { what: first.label })}</Button>}
      </div>
      {empty && hub ? <Begin hub={hub} /> : <><Figures home={home} />
      <div className="today-grid">
        <div className="col">{main.map((b) => <ListCard key={b.of + (b.filter ?? "")} block={b} />)}{!own && <Dates blocks={kind("dates")} />}</div>
        <div className="col"><Attention lines={kind("count")} />{own && <Dates blocks={kind("dates")} />}{rest.map((b) => <ListCard key={b.of + (b.filter ?? "")} block={b} />)}</div>
        <div className="col">{!phone && charts.map((b, i) => <ChartCard key={i} block={b} />)}<Changed mine={own} /></div>
      </div></>}
    </div>
  );
}

function dateLine(short: boolean): string {
  const d = today();
  const [, m, day] = d.split("-").map(Number);
  if (lang() === "en") return `${weekday(d)} ${d}`;
  const plain = `${t("day.date", { m: m!, d: day! })} ${weekday(d)}`;
  const lunar = lunarOf(d);
  return short || !lunar ? plain : `${plain} · ${t("day.lunar")}${lunar.text}`;
}
