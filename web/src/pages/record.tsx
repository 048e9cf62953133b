// One record, all that matters above the fold: head with facts, key facts at
// the left, the stream in the middle, people and figures at the right.
import { EllipsisOutlined, MessageOutlined, PrinterOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { Problem } from "../api/client";
import type { Block, Field, Rec, RecordType } from "../api/types";
import { blank } from "../fields/parts";
import { holds } from "../expr";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, listPath, masked, useKnown, useType } from "../model";
import { AssignDialog } from "../parts/bulk";
import { Chart } from "../parts/chart";
import { applies, Facts, telling } from "../parts/facts";
import { Files } from "../parts/files";
import { FormDrawer } from "../parts/form";
import { History } from "../parts/history";
import { Marks } from "../parts/marks";
import { useRecord } from "../parts/record";
import { RelatedTable, SideList } from "../parts/related";
import { Stream } from "../parts/stream";
import { Revealed, Value } from "../parts/value";
import { sentence, useSaving } from "../saving";
import { remember } from "../shell/omni";
import { Waiting } from "../app";

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
  const navigate = useNavigate();
  if (!type || (rec.isError && rec.error instanceof Problem && rec.error.status === 404)) {
    return <div className="nothing page-nothing"><h1>{t("record.not_found")}</h1><p>{t("record.not_found_says")}</p><Button onClick={() => void navigate(type ? listPath(name) : "/")}>{t("record.to_list")}</Button></div>;
  }
  if (rec.isError) return <div className="nothing page-nothing" role="alert"><p>{sentence(rec.error)}</p><Button onClick={() => void rec.refetch()}>{t("act.again")}</Button></div>;
  if (!rec.data) return <Waiting />;
  return <Page key={id} type={type} rec={rec.data} />;
}

function Page({ type, rec }: { type: RecordType; rec: Rec }) {
  const phone = usePhone();
  const [params, setParams] = useSearchParams();
  const tabs = type.page?.tabs ?? [{ name: "overview", label: t("record.overview"), blocks: (type.sections ?? [{ name: "" }]).map((s) => ({ block: "fields", section: s.name })) }];
  const tab = tabs.find((x) => x.name === params.get("tab")) ?? tabs[0]!;
  const side = type.page?.side ?? [];
  const overview = tab === tabs[0];
  return (
    <article className="record">
      <Head type={type} rec={rec} />
      <div className="tabs record-tabs" role="tablist" aria-label={t("record.parts")}>
        {tabs.map((x) => <button key={x.name} type="button" role="tab" aria-selected={x === tab} onClick={() => setParams(x === tabs[0] ? {} : { tab: x.name }, { replace: true })}>{x.label}</button>)}
      </div>
      {overview ? <Overview type={type} rec={rec} blocks={tab.blocks ?? []} side={side} phone={phone} /> : <div className="record-tab" role="tabpanel"><Blocks type={type} rec={rec} blocks={tab.blocks ?? []} /></div>}
      {phone && <PhoneBar type={type} rec={rec} />}
    </article>
  );
}

function Head({ type, rec }: { type: RecordType; rec: Rec }) {
  const phone = usePhone();
  const fields = fieldsOf(type);
  const facts = (type.page?.header ?? []).map((n) => fields.get(n)).filter((f): f is Field => !!f && telling(f, rec[f.name]) && applies(f, type, rec));
  return (
    <header className="record-head">
      <div className="record-name">
        <span className="initial" aria-hidden="true">{rec.title.slice(0, 1)}</span>
        <h1>{rec.title}</h1>
        <span className="quiet">{rec.number}</span>
        <Marks type={type} rec={rec} />
        <span className="grow" />
        <Acts type={type} rec={rec} phone={phone} />
      </div>
      <dl className="strip">
        {facts.slice(0, 8).map((f) => (
          <div key={f.name}>
            <dt>{f.label}</dt>
            <dd className={f.kind === "money" ? "money" : ""}>{masked(f) ? <Revealed type={type.name} rec={rec} field={f} value={rec[f.name]} /> : <Value field={f} value={f.kind === "phones" ? (rec[f.name] as unknown[]).slice(0, 1) : rec[f.name]} place="fact" />}</dd>
          </div>
        ))}
        <Filled type={type} rec={rec} />
      </dl>
    </header>
  );
}

// Filled says how much of what is asked of such a record is there.
function Filled({ type, rec }: { type: RecordType; rec: Rec }) {
  const asked = type.fields.filter((f) => f.level === "write" && !f.computed && f.kind !== "bool" && applies(f, type, rec) && !type.sections?.find((s) => s.name === f.section)?.folded);
  if (asked.length < 12) return null;
  const there = asked.filter((f) => !blank(rec[f.name])).length;
  const percent = Math.round((100 * there) / asked.length);
  return <div className="ring-fact"><dt>{t("record.filled")}</dt><dd><span className="ring" style={{ "--p": percent } as React.CSSProperties} aria-hidden="true" /> {percent}% <small>{t("record.filled_of", { n: there, of: asked.length })}</small></dd></div>;
}

function Acts({ type, rec, phone }: { type: RecordType; rec: Rec; phone: boolean }) {
  const { act } = useSaving(type);
  const { modal } = App.useApp();
  const client = useQueryClient();
  const [form, setForm] = useState(false);
  const [assign, setAssign] = useState(false);
  const may = rec.rights ?? {};
  const archive = () => modal.confirm({ title: t("record.archive_ask", { what: rec.title }), content: t("bulk.archive_says"), okText: t("act.archive"), cancelText: t("act.cancel"), onOk: () => act(rec, "archive", {}, t("said.archived", { what: rec.title })) });
  const items = [
    ...(may.update !== false && !rec.archived_at ? [{ key: "edit", label: t("record.edit_all"), onClick: () => setForm(true) }] : []),
    ...(may.assign && !rec.archived_at ? [{ key: "assign", label: t("bulk.assign"), onClick: () => setAssign(true) }] : []),
    ...(may.archive && !rec.archived_at ? [{ key: "archive", label: t("act.archive"), onClick: archive }] : []),
    ...(may.archive && rec.archived_at ? [{ key: "restore", label: t("act.restore"), onClick: () => void act(rec, "restore", {}, t("said.restored", { what: rec.title })) }] : []),
  ];
  return (
    <>
      {!phone && type.page?.compose?.includes("interaction") && !rec.archived_at && <Button type="primary" icon={<MessageOutlined />} onClick={() => document.querySelector<HTMLTextAreaElement>("#composer textarea")?.focus()}>{t("record.note")}</Button>}
      {!phone && <Button icon={<PrinterOutlined />} aria-label={t("act.print")} onClick={() => window.print()} />}
      {items.length > 0 && <Dropdown menu={{ items }} trigger={["click"]}><Button icon={<EllipsisOutlined />} aria-label={t("act.more")} /></Dropdown>}
      {form && <FormDrawer type={type.name} rec={rec} close={() => setForm(false)} stored={(r) => { client.setQueryData(["rec", type.name, r.id], r); setForm(false); }} />}
      {assign && <AssignDialog n={1} close={() => setAssign(false)} go={(id, name) => { setAssign(false); void act(rec, "assign", { owner: id }, t("bulk.assigned", { n: 1, name })); }} />}
    </>
  );
}

const sectionFields = (type: RecordType, name?: string) => type.fields.filter((f) => (name ? f.section === name : !f.section || !type.sections?.length) || (!f.section && type.sections?.[0]?.name === name));

function SectionFacts({ type, rec, name }: { type: RecordType; rec: Rec; name?: string }) {
  const s = type.sections?.find((x) => x.name === name);
  if (s && !holds(s.when, rec)) return null;
  const head = new Set(type.page?.header); // figures that stand in the head are not said twice; what can be edited is
  return <Facts type={type} rec={rec} fields={sectionFields(type, name).filter((f) => !(f.computed && head.has(f.name)))} title={s?.label ?? t("record.facts")} />;
}

// The overview shows the declared sections and then those with the most to say,
// so that the left column is full before one scrolls.
function Overview({ type, rec, blocks, side, phone }: { type: RecordType; rec: Rec; blocks: Block[]; side: Block[]; phone: boolean }) {
  const declared = blocks.filter((b) => b.block === "fields").map((b) => b.section);
  const streamed = blocks.some((b) => b.block === "timeline");
  const others = (type.sections ?? []).map((s) => s.name).filter((n) => !declared.includes(n) && sectionFields(type, n).some((f) => !blank(rec[f.name]) && f.kind !== "bool"));
  const rest = blocks.filter((b) => !["fields", "timeline"].includes(b.block));
  const facts = (
    <div className="left">
      {(streamed ? ["contact", ...declared, ...others] : [...declared]).filter((n, i, all) => all.indexOf(n) === i && (n !== "contact" || type.sections?.some((s) => s.name === n))).sort((a, b) => rank(a, declared) - rank(b, declared)).map((n) => <SectionFacts key={n} type={type} rec={rec} name={n} />)}
      {!streamed && others.map((n) => <SectionFacts key={n} type={type} rec={rec} name={n} />)}
    </div>
  );
  if (!streamed) return <div className="record-tab two" role="tabpanel">{facts}<div className="right"><Blocks type={type} rec={rec} blocks={rest} /><Stream type={type} rec={rec} /></div></div>;
  const aside = <div className="right">{side.map((b, i) => <SideBlock key={i} type={type} rec={rec} block={b} />)}</div>;
  return (
    <div className="columns" role="tabpanel">
      {phone ? <>{aside}<div className="middle"><Stream type={type} rec={rec} limit={20} /></div>{facts}</> : <>{facts}<div className="middle"><Stream type={type} rec={rec} /></div>{aside}</>}
    </div>
  );
}

// basic, contact, then as declared, then the rest.
const rank = (n: string | undefined, declared: (string | undefined)[]) => (n === "basic" ? 0 : n === "contact" ? 1 : declared.includes(n) ? 2 + declared.indexOf(n) : 50);

function SideBlock({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const { types } = useKnown();
  switch (block.block) {
    case "related":
      return <SideList type={type} rec={rec} block={block} />;
    case "tasks":
      return types.has("task") ? <SideList type={type} rec={rec} block={{ ...block, of: "task", columns: ["subject", "due_at"], filter: "state in ['open', 'doing']", sort: "due_at" }} /> : null;
    case "dates":
      return <SideList type={type} rec={rec} block={{ ...block, of: block.of ?? "key_date", columns: ["what", "who", "day"] }} />;
    case "chart":
    case "rhythm":
      return <Chart type={type} rec={rec} block={block} />;
  }
  return null;
}

function Blocks({ type, rec, blocks }: { type: RecordType; rec: Rec; blocks: Block[] }) {
  return (
    <>
      {blocks.some((b) => b.block === "fields") && <div className="sections">{blocks.filter((b) => b.block === "fields").map((b, i) => <SectionFacts key={i} type={type} rec={rec} name={b.section} />)}</div>}
      {blocks.map((b, i) => {
        switch (b.block) {
          case "related": return <RelatedTable key={i} type={type} rec={rec} block={b} />;
          case "files": return <Files key={i} type={type} rec={rec} />;
          case "history": return <History key={i} type={type} rec={rec} />;
          case "timeline": return <Stream key={i} type={type} rec={rec} />;
          case "chart": case "rhythm": return <Chart key={i} type={type} rec={rec} block={b} />;
          default: return null;
        }
      })}
    </>
  );
}

function PhoneBar({ type, rec }: { type: RecordType; rec: Rec }) {
  const fields = fieldsOf(type);
  const phones = fields.get("phones");
  const number = phones && !masked(phones) ? (rec.phones as { number: string }[] | undefined)?.[0]?.number : undefined;
  const compose = type.page?.compose?.includes("interaction") && !rec.archived_at;
  if (!number && !compose) return null;
  const focus = () => { const el = document.querySelector<HTMLTextAreaElement>("#composer textarea"); el?.scrollIntoView({ block: "center" }); el?.focus(); };
  return (
    <nav className="phone-bar" aria-label={t("record.acts")}>
      {number && <a href={"tel:" + number}>{t("record.call")}</a>}
      {compose && <button type="button" className="main-act" onClick={focus}>{t("record.note")}</button>}
    </nav>
  );
}

