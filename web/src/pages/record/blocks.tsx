// What the page of a record is made of: the blocks that its type declares, in
// one, two or three columns.
import type { Block, Rec, RecordType, Tab } from "../../api/types";
import { holds } from "../../expr";
import { blank } from "../../fields/values";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { Chart } from "../../parts/chart";
import { applies, asked, Facts, missing } from "../../parts/facts";
import { Files } from "../../parts/files";
import { Graph } from "../../parts/graph";
import { History } from "../../parts/history";
import { RelatedTable, SideList } from "../../parts/related";
import { Stream } from "../../parts/stream";
import { Dates, Tasks } from "../../parts/tasks";
import { Topics } from "../../parts/topics";

interface Props { type: RecordType; rec: Rec }

/** sectionFields are the fields of a section; without a name all that stand in none. */
export const sectionFields = (type: RecordType, name?: string) => type.fields.filter((f) => (name ? f.section === name : !f.section || !type.sections?.length) || (!f.section && type.sections?.[0]?.name === name));

function SectionFacts({ type, rec, name }: Props & { name?: string }) {
  const s = type.sections?.find((x) => x.name === name);
  if (s && !holds(s.when, rec)) return null;
  const head = new Set(type.page?.header); // figures that stand in the head are not said twice; what can be edited is
  const note = [s?.purpose, s?.filled_by && t("record.filled_by", { who: s.filled_by })].filter(Boolean).join(" ");
  return <Facts type={type} rec={rec} fields={sectionFields(type, name).filter((f) => !(f.computed && head.has(f.name)))} title={s?.label ?? t("record.facts")} note={note || undefined} />;
}

/** Layout puts a tab's blocks into columns: facts, stream and side where there
 * is a timeline beside facts; else its blocks, with a side of its own or not. */
export function Layout({ type, rec, tab, first }: Props & { tab: Tab; first: boolean }) {
  const phone = usePhone();
  const blocks = tab.blocks ?? [];
  const own = tab.side ?? [];
  const panel = { id: "tab-panel", role: "tabpanel", "aria-labelledby": "tab-" + tab.name };
  if (blocks.some((b) => b.block === "timeline") && blocks.some((b) => b.block === "fields") && !own.length) {
    const facts = <div className="left" key="left"><Sections type={type} rec={rec} blocks={blocks} rest={first} /><Lacking type={type} rec={rec} /></div>;
    const stream = <div className="middle" key="middle"><Stream type={type} rec={rec} limit={phone ? 15 : 30} /></div>;
    const beside = type.page?.side ?? [];
    const column = (key: string, blocks: Block[]) => blocks.length > 0 && <div className="right" key={key}><Side type={type} rec={rec} blocks={blocks} /></div>;
    // On a phone one comes for whom to call and what was said; charts are for a quiet hour.
    if (phone) return <div className="columns" {...panel}>{[column("right", beside.filter((b) => !drawn.has(b.block))), stream, facts, column("charts", beside.filter((b) => drawn.has(b.block)))]}</div>;
    return <div className="columns" {...panel}>{[facts, stream, column("right", beside)]}</div>;
  }
  if (own.length) {
    return (
      <div className="columns wide" {...panel}>
        <div className="left"><Blocks type={type} rec={rec} blocks={blocks} /></div>
        <div className="right"><Side type={type} rec={rec} blocks={own} />{first && <Lacking type={type} rec={rec} />}</div>
      </div>
    );
  }
  return <div className="record-tab" {...panel}><Blocks type={type} rec={rec} blocks={blocks} /></div>;
}

// The declared sections, and then those with something to say, so that the
// column is full before one scrolls.
function Sections({ type, rec, blocks, rest }: Props & { blocks: Block[]; rest: boolean }) {
  const declared = blocks.filter((b) => b.block === "fields").map((b) => b.section);
  const others = rest ? (type.sections ?? []).map((s) => s.name).filter((n) => !declared.includes(n) && sectionFields(type, n).some((f) => !blank(rec[f.name]) && f.kind !== "bool" && applies(f, type, rec))) : [];
  return <>{[...declared, ...others].map((n) => <SectionFacts key={n} type={type} rec={rec} name={n} />)}</>;
}

const drawn = new Set(["chart", "rhythm", "ageing", "shares"]);
const named = 6;

// Lacking names what is missing, and leads there.
function Lacking({ type, rec }: Props) {
  const all = type.fields.filter((f) => asked(type, rec, f));
  const left = missing(type, rec);
  if (all.length < 8 || !left.length || rec.archived_at) return null;
  const percent = Math.round((100 * (all.length - left.length)) / all.length);
  const weight = [...(type.page?.key ?? []), ...(type.page?.header ?? [])];
  const first = [...left].sort((a, b) => Number(weight.includes(b.name)) - Number(weight.includes(a.name))).slice(0, named);
  const go = (name: string) => {
    const section = sectionLabel(type, name);
    const box = [...document.querySelectorAll<HTMLElement>(".record .facts")].find((x) => x.getAttribute("aria-label") === section);
    const opener = box?.querySelector<HTMLElement>("header .add[aria-expanded='false']");
    opener?.click();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const fact = box?.querySelector<HTMLElement>(`.fact[data-field="${name}"]`);
      fact?.scrollIntoView({ block: "center" });
      fact?.querySelector<HTMLElement>(".value")?.click();
    }));
  };
  return (
    <section className="lacking" aria-label={t("record.filled")}>
      <span className="big-ring" style={{ "--p": percent } as React.CSSProperties} role="img" aria-label={`${t("record.filled")} ${percent}%`}><b>{percent}%</b></span>
      <div><h2>{t("record.lacks", { n: left.length })}</h2><p>{first.map((f) => <button key={f.name} type="button" className="add" onClick={() => go(f.name)}>{f.label}</button>)}</p></div>
    </section>
  );
}

const sectionLabel = (type: RecordType, name: string) => {
  const section = type.fields.find((f) => f.name === name)?.section ?? type.sections?.[0]?.name;
  return type.sections?.find((s) => s.name === section)?.label ?? t("record.facts");
};

function Side({ type, rec, blocks }: Props & { blocks: Block[] }) {
  return (
    <>
      {blocks.map((b, i) => {
        switch (b.block) {
          case "related": return <SideList key={i} type={type} rec={rec} block={b} />;
          case "tasks": return <Tasks key={i} type={type} rec={rec} block={b} />;
          case "dates": return <Dates key={i} type={type} rec={rec} block={b} />;
          case "chart": case "rhythm": case "ageing": case "shares": return <Chart key={i} type={type} rec={rec} block={b} />;
          case "files": return <Files key={i} type={type} rec={rec} />;
          case "fields": return <SectionFacts key={i} type={type} rec={rec} name={b.section} />;
          default: return null;
        }
      })}
    </>
  );
}

function Blocks({ type, rec, blocks }: Props & { blocks: Block[] }) {
  const fields = blocks.filter((b) => b.block === "fields");
  const at = blocks.findIndex((b) => b.block === "fields");
  return (
    <>
      {blocks.map((b, i) => {
        switch (b.block) {
          case "fields": return i === at ? <div key={i} className="sections">{fields.map((f, n) => <SectionFacts key={n} type={type} rec={rec} name={f.section} />)}</div> : null;
          case "related": return <RelatedTable key={i} type={type} rec={rec} block={b} />;
          case "files": return <Files key={i} type={type} rec={rec} />;
          case "history": return <History key={i} type={type} rec={rec} />;
          case "timeline": return <Stream key={i} type={type} rec={rec} first={b.of} />;
          case "topics": return <Topics key={i} type={type} rec={rec} block={b} />;
          case "graph": return <Graph key={i} type={type} rec={rec} block={b} />;
          case "tasks": return <Tasks key={i} type={type} rec={rec} block={b} />;
          case "dates": return <Dates key={i} type={type} rec={rec} block={b} />;
          case "chart": case "rhythm": case "ageing": case "shares": return <Chart key={i} type={type} rec={rec} block={b} />;
          default: return null;
        }
      })}
    </>
  );
}
