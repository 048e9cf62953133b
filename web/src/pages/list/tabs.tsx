// Views as tabs; those that do not fit fold into "more". The tab in use has a
// menu of what can be done with it.
import { DownOutlined, EllipsisOutlined, StarFilled } from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import { useQueries } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Listed, RecordType, Total } from "../../api/types";
import { t } from "../../i18n";
import { keep, kept } from "../../kept";
import { usePhone } from "../../mode";
import { useKnown } from "../../model";
import { askList } from "./rows";
import type { ListView } from "./saved";

interface Props { type: RecordType; views: ListView[]; now: ListView; first: ListView; counts: boolean; choose: (key: string) => void; acts: MenuProps["items"] }

const moreWidth = 84;

// How many tabs fitted last time, so that the first drawing shows as many.
const fitKey = "kd.fit";
const fitted = () => kept(fitKey, { at: "", n: 0 });

export function Tabs({ type, views, now, first, counts, choose, acts }: Props) {
  const phone = usePhone();
  const box = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLDivElement>(null);
  const place = `${type.name} ${views.length} ${window.innerWidth}`;
  const [fit, setFit] = useState(() => (fitted().at === place ? fitted().n : views.length));
  useLayoutEffect(() => {
    if (phone) return setFit(views.length);
    const put = (n: number) => {
      setFit(n);
      if (fitted().at !== place || fitted().n !== n) keep(fitKey, { at: place, n });
    };
    const measure = () => {
      const widths = [...probe.current!.children].map((c) => (c as HTMLElement).offsetWidth + 20);
      const room = box.current!.clientWidth;
      const all = widths.reduce((a, b) => a + b, 0);
      if (all <= room) return put(views.length);
      let used = moreWidth, n = 0;
      while (n < widths.length && used + widths[n]! <= room) used += widths[n++]!;
      put(Math.max(1, n));
    };
    if (fitted().at !== place) measure(); // else the observer does, after the layout instead of forcing one
    const o = new ResizeObserver(measure);
    o.observe(box.current!);
    return () => o.disconnect();
  }, [views, phone, place]);
  useEffect(() => { if (phone) box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "center" }); }, [phone, now.key]);
  // The tab in use is always among those shown.
  const head = views.slice(0, fit);
  if (!head.includes(now)) head[head.length - 1] = now;
  const rest = views.filter((v) => !head.includes(v));
  // What they counted last time stands there until it is counted anew, so that no tab moves.
  const countKey = `kd.counts.${useKnown().session.user.id}.${type.name}`;
  const before = useMemo(() => kept<Record<string, Total>>(countKey, {}), [countKey]);
  const found = useQueries({
    queries: head.map((v) => ({
      queryKey: ["tab", type.name, v.base, v.filter, v.archived], enabled: counts && !phone && !!(v.filter || v.base), staleTime: 60_000, retry: false, placeholderData: () => before[v.key],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await askList<Listed>(type.name, "query", { view: v.base, filter: v.filter, archived: v.archived ? "only" : "", order_by: "-created_at" }, { fields: ["id"], page_size: 1, total: "capped" }, signal)).total ?? null,
    })),
  });
  const onKeyDown = (e: KeyboardEvent) => {
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    e.preventDefault();
    const tabs = [...e.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
    const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + by + tabs.length) % tabs.length];
    next?.focus();
  };
  const counted = head.map((v, i) => (found[i]?.data && !found[i].isPlaceholderData ? [v.key, found[i].data] : null)).filter((x) => !!x);
  const said = JSON.stringify(counted);
  useEffect(() => { if (counted.length) keep(countKey, { ...kept(countKey, {}), ...Object.fromEntries(counted) }); }, [said, countKey]);
  return (
    <div className="list-tabs" ref={box}>
      <div className="tabs" role="tablist" aria-label={t("list.views")} onKeyDown={onKeyDown}>
        {head.map((v, i) => {
          const total = found[i]?.data;
          return (
            <button key={v.key} type="button" role="tab" aria-selected={v === now} tabIndex={v === now ? 0 : -1} onClick={() => choose(v.key)}>
              {v.label}{!phone && <small>{total ? (total.exact ? total.count.toLocaleString() : t("list.over", { n: total.count.toLocaleString() })) : ""}</small>}
            </button>
          );
        })}
      </div>
      {!phone && <div ref={probe} className="tabs probe" aria-hidden="true">{views.map((v) => <span key={v.key}>{v.label}<small /></span>)}</div>}
      {rest.length > 0 && (
        <Dropdown trigger={["click"]} menu={{ items: rest.map((v) => ({ key: v.key, label: v.label })), onClick: (e) => choose(e.key), style: { maxHeight: "70vh", overflow: "auto" } }}>
          <Button type="text" size="small" className="tabs-more">{t("views.more", { n: rest.length })} <DownOutlined /></Button>
        </Dropdown>
      )}
      <Dropdown trigger={["click"]} menu={{ items: acts }}>
        <Button type="text" size="small" className="tabs-act" aria-label={t("views.act", { what: now.label })} title={t("views.act", { what: now.label })} icon={now === first ? <StarFilled /> : <EllipsisOutlined />} />
      </Dropdown>
    </div>
  );
}
