// One record, all that matters above the fold: head with facts, key facts at
// the left, the stream in the middle, people and figures at the right.
import { Button } from "antd";
import { useEffect, useRef } from "react";
import { Navigate, useLocation, useParams, useSearchParams } from "react-router";
import { Problem } from "../../api/client";
import type { Block, Rec, RecordType, Tab } from "../../api/types";
import { holds } from "../../expr";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { listPath, mayEdit, recordPath, useKnown, useType } from "../../model";
import { applies, telling } from "../../parts/facts";
import { addUp, countText, useCounts, useRecord, viaOf } from "../../parts/record";
import { sentence } from "../../saving";
import { remember } from "../../shell/omni";
import { Nowhere } from "../nowhere";
import { Layout, sectionFields } from "./blocks";
import { Head } from "./head";
import { PhoneBar } from "./phone";

export default function RecordPage() {
  const { type: name = "", id = "" } = useParams();
  const type = useType(name);
  const rec = useRecord(name, id);
  useEffect(() => {
    if (rec.data && type) {
      remember({ type: name, id, title: rec.data.title, number: rec.data.number, match: "" });
      document.title = `${rec.data.title} · 客档`;
      return () => { document.title = "客档"; };
    }
  }, [rec.data, type, name, id]);
  const { search } = useLocation();
  if (type && type.name !== name) return <Navigate replace to={recordPath(type.name, id) + search} />;
  if (!type || (rec.isError && rec.error instanceof Problem && rec.error.status === 404)) {
    return type ? <Nowhere title={t("record.not_found")} says={t("record.not_found_says")} to={{ path: listPath(name), label: t("record.to_list") }} /> : <Nowhere />;
  }
  if (rec.isError && !rec.data) return <div className="nothing page-nothing" role="alert"><p>{sentence(rec.error)}</p><Button onClick={() => void rec.refetch()}>{t("act.again")}</Button></div>;
  if (!rec.data) return <Bones />;
  return <Page key={id} type={type} rec={rec.data} />;
}

// Bones stand where the page will, so that nothing jumps.
function Bones() {
  return (
    <article className="record bones" aria-busy="true" aria-label={t("state.loading")}>
      <header className="record-head"><div className="record-name"><span className="initial" /><i style={{ width: 260 }} /></div><div className="strip">{[1, 2, 3, 4, 5, 6].map((i) => <div key={i}><i style={{ width: 52 }} /><i style={{ width: 96 }} /></div>)}</div></header>
      <div className="record-tabs" />
      <div className="columns">{[9, 12, 7].map((n, c) => <div key={c}>{Array.from({ length: n }, (_, i) => <i key={i} style={{ width: `${40 + ((i * 37 + c * 11) % 50)}%` }} />)}</div>)}</div>
    </article>
  );
}

// A tab whose parts its reader may not see at all would be an empty page.
function says(block: Block, type: RecordType, rec: Rec, types: Map<string, RecordType>): boolean {
  if (block.of && !types.has(block.of)) return false;
  if (block.block === "history") return rec.rights?.history !== false;
  if (block.block === "fields") return sectionFields(type, block.section).some((f) => applies(f, type, rec) && (telling(f, rec[f.name]) || mayEdit(f, rec)));
  return true;
}

/** tabsOf are the tabs of a record's page: those declared whose condition holds, or all sections in one. */
function tabsOf(type: RecordType, rec: Rec, types: Map<string, RecordType>): Tab[] {
  const declared = (type.page?.tabs ?? []).filter((x) => holds(x.when, rec) && (x.blocks ?? []).some((b) => says(b, type, rec, types)));
  return declared.length ? declared : [{ name: "overview", label: t("record.overview"), blocks: [...(type.sections ?? [{ name: "" }]).map((s) => ({ block: "fields", section: s.name })), { block: "files" }] }];
}

function Page({ type, rec }: { type: RecordType; rec: Rec }) {
  const phone = usePhone();
  const [params, setParams] = useSearchParams();
  const { types } = useKnown();
  const tabs = tabsOf(type, rec, types);
  const tab = tabs.find((x) => x.name === params.get("tab")) ?? tabs[0]!;
  return (
    <article className="record">
      <Head type={type} rec={rec} />
      <Tabs type={type} rec={rec} tabs={tabs} tab={tab} choose={(x) => setParams(x === tabs[0] ? {} : { tab: x.name }, { replace: true })} />
      <Layout key={tab.name} type={type} rec={rec} tab={tab} first={tab === tabs[0]} />
      {phone && <PhoneBar type={type} rec={rec} />}
    </article>
  );
}

function Tabs({ type, rec, tabs, tab, choose }: { type: RecordType; rec: Rec; tabs: Tab[]; tab: Tab; choose: (x: Tab) => void }) {
  const { types } = useKnown();
  const counts = useCounts(type.name, rec.id);
  const list = useRef<HTMLDivElement>(null);
  const phone = usePhone();
  const total = (x: Tab) => (x === tabs[0] ? "" : x.blocks?.some((b) => b.block === "history") ? countText(counts?.timeline.history) : countText(addUp((x.blocks ?? []).map((b) => (b.block === "timeline" && b.of ? counts?.timeline[b.of] : b.block === "related" ? counts?.related[`${b.of}.${viaOf(types.get(b.of ?? ""), type, b)}`] : b.block === "files" ? counts?.files : undefined)))));
  const onKey = (e: React.KeyboardEvent) => {
    const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]!;
    choose(next);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  // On a phone the tab that was chosen begins at the top of the screen, not below the head.
  const chosen = useRef(tab.name);
  useEffect(() => {
    const at = list.current?.querySelector('[aria-selected="true"]');
    at?.scrollIntoView({ inline: "center", block: phone && chosen.current !== tab.name ? "start" : "nearest" });
    chosen.current = tab.name;
  }, [tab.name, phone]);
  return (
    <div ref={list} className="tabs record-tabs" role="tablist" aria-label={t("record.parts")} onKeyDown={onKey}>
      {tabs.map((x) => {
        const n = total(x);
        return <button key={x.name} id={"tab-" + x.name} type="button" role="tab" aria-selected={x === tab} aria-controls="tab-panel" tabIndex={x === tab ? 0 : -1} onClick={() => choose(x)}>{x.label}{n && n !== "0" ? <small> {n}</small> : null}</button>;
      })}
    </div>
  );
}
