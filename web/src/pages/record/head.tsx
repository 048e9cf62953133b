// The head of a record: its name with what must not be overlooked, the facts
// one asks for first, what can be done, and the way to the next of the list.
import { DownOutlined, EllipsisOutlined, LeftOutlined, MessageOutlined, PrinterOutlined, RightOutlined } from "@ant-design/icons";
import { App, Button, Dropdown, type MenuProps } from "antd";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import type { Block, Field, Listed, Rec, RecordType } from "../../api/types";
import { str } from "../../fields/values";
import { moneyText } from "../../format";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { fieldsOf, masked, recordPath, useKnown } from "../../model";
import { AssignDialog } from "../../parts/bulk/dialogs";
import { Change, useAgeing, useYears } from "../../parts/chart";
import { useNote } from "../../parts/composer";
import { applies, asked, missing, telling } from "../../parts/facts";
import { FormDrawer } from "../../parts/form";
import { Marks } from "../../parts/marks";
import { Revealed } from "../../parts/revealed";
import { Value } from "../../parts/value";
import { Why } from "../../parts/why";
import { useSaving } from "../../saving";
import { pageSize } from "../list/rows";

const mostFacts = 8;

export function Head({ type, rec }: { type: RecordType; rec: Rec }) {
  const phone = usePhone();
  if (phone) return <PhoneHead type={type} rec={rec} />;
  return (
    <header className="record-head">
      <div className="record-name">
        <span className="initial" aria-hidden="true">{rec.title.slice(0, 1)}</span>
        <h1 title={rec.title}>{rec.title}</h1>
        <NumberOf rec={rec} />
        <Marks type={type} rec={rec} why />
        <span className="grow" />
        <Walk type={type} id={rec.id} />
        <Acts type={type} rec={rec} />
      </div>
      <Strip type={type} rec={rec} />
    </header>
  );
}

// A title that begins with the number says it already.
const NumberOf = ({ rec }: { rec: Rec }) => (rec.title.includes(rec.number || "\0") ? null : <span className="quiet number">{rec.number}</span>);

// On a phone the name stays at the top while one scrolls; of the facts those of
// the phone card are shown, the others unfold.
function PhoneHead({ type, rec }: { type: RecordType; rec: Rec }) {
  return (
    <header className="record-head">
      <div className="record-name"><span className="initial" aria-hidden="true">{rec.title.slice(0, 1)}</span><h1 title={rec.title}>{rec.title}</h1></div>
      <div className="record-marks"><NumberOf rec={rec} /><Marks type={type} rec={rec} why /></div>
      <Strip type={type} rec={rec} first={type.page?.card} />
    </header>
  );
}

const fewFacts = 2; // shown of a type without a card

// The facts that are there; those that share a fact stand in one. With first,
// only those with one of these fields, until one asks for all.
function Strip({ type, rec, first }: { type: RecordType; rec: Rec; first?: string[] }) {
  const phone = usePhone();
  const [all, setAll] = useState(false);
  const fields = fieldsOf(type);
  const blocks = [...(type.page?.side ?? []), ...(type.page?.tabs ?? []).flatMap((x) => x.side ?? [])];
  const groups = (type.page?.strip ?? []).map((g) => g.map((n) => fields.get(n)).filter((f): f is Field => !!f && telling(f, rec[f.name]) && applies(f, type, rec))).filter((g) => g.length > 0).slice(0, mostFacts);
  const telltale = groups.filter((g) => g.some((f) => first?.includes(f.name)));
  const few = telltale.length ? telltale : groups.slice(0, fewFacts);
  const folded = phone && !all;
  const more = groups.length - few.length + (asksMuch(type, rec) ? 1 : 0);
  return (
    <>
      <dl className="strip">
        {(folded ? few : groups).map((g) => {
          const f = g[0]!;
          const years = blocks.find((b) => b.block === "chart" && b.total === f.name);
          const aged = blocks.find((b) => b.block === "ageing" && b.total === f.name);
          const limits = blocks.find((b) => b.block === "ageing" && b.against === f.name);
          return (
            <div key={f.name}>
              <dt>{g.filter((x, i) => i === 0 || (x.kind === f.kind && f.kind !== "text")).map((x, i) => <span key={x.name}>{i > 0 && " · "}{x.label}</span>)}</dt>
              <dd className={f.kind === "money" ? "money" : ""}>
                {limits ? <LimitFact type={type} rec={rec} block={limits} field={f} /> : g.map((x, i) => <One key={x.name} type={type} rec={rec} field={x} first={i === 0} pair={g.length > 1 && x.kind === f.kind && x.kind.startsWith("date")} />)}
                {aged && <OverduePart type={type} rec={rec} block={aged} />}
                {years && <YearPart type={type} rec={rec} block={years} />}
              </dd>
            </div>
          );
        })}
        {!folded && <Filled type={type} rec={rec} />}
      </dl>
      {phone && more > 0 && <button type="button" className="strip-more" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t("record.fold") : t("record.more_facts", { n: more })} <DownOutlined aria-hidden="true" /></button>}
    </>
  );
}

// One of the strip's facts. Of two days that belong together each stands as in a list.
function One({ type, rec, field: f, first, pair }: { type: RecordType; rec: Rec; field: Field; first: boolean; pair: boolean }) {
  const arrow = pair && !first;
  const v = f.kind === "phones" && !masked(f) ? (rec[f.name] as unknown[]).slice(0, 1) : rec[f.name];
  const shown = masked(f) ? <Revealed type={type.name} rec={rec} field={f} value={v} /> : !first && f.kind === "integer" ? `${f.label} ${str(v)}` : <Value field={f} value={v} place={pair ? "cell" : "fact"} />;
  const cls = first ? "" : f.kind === "phones" || arrow ? "second" : "second quiet-fact";
  return <span className={cls}>{arrow && <i className="arrow" aria-hidden="true">→</i>}{f.computed ? <Why type={type} rec={rec} field={f}><button type="button" className="asks-why" title={t("why.of", { what: f.label })}>{shown}</button></Why> : shown}</span>;
}

function OverduePart({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const a = useAgeing(type, rec, block);
  return a.overdue > 0 ? <span className="second late">{moneyText(Math.round(a.overdue))} <small>{t("ageing.days_late", { n: a.days })}</small></span> : null;
}

function YearPart({ type, rec, block }: { type: RecordType; rec: Rec; block: Block }) {
  const y = useYears(type, rec, block);
  return y.percent === undefined ? null : <small className="second" title={t("chart.this_year")}><Change percent={y.percent} /></small>;
}

function LimitFact({ type, rec, block, field }: { type: RecordType; rec: Rec; block: Block; field: Field }) {
  const a = useAgeing(type, rec, block);
  const percent = a.limit ? Math.round((100 * a.sum) / a.limit) : 0;
  return <span className="limit"><Value field={field} value={rec[field.name]} place="fact" /><span className={"limit-bar" + (percent > 100 ? " over" : "")} role="img" aria-label={t("ageing.used", { p: percent })}><i style={{ width: `${Math.min(100, percent)}%` }} /></span><small>{percent}%</small></span>;
}

// Of a few facts one sees without a figure how many are there.
const asksMuch = (type: RecordType, rec: Rec) => type.fields.filter((f) => asked(type, rec, f)).length >= 8;

/** Filled says how much of what is asked of such a record is there. */
function Filled({ type, rec }: { type: RecordType; rec: Rec }) {
  const all = type.fields.filter((f) => asked(type, rec, f));
  if (!asksMuch(type, rec)) return null;
  const left = missing(type, rec);
  const percent = Math.round((100 * (all.length - left.length)) / all.length);
  return <div className="ring-fact"><dt>{t("record.filled")}</dt><dd><span className="ring" style={{ "--p": percent } as React.CSSProperties} aria-hidden="true" /> {percent}% <small title={left.map((f) => f.label).join("、")}>{left.length ? t("record.lacks", { n: left.length }) : ""}</small></dd></div>;
}

interface Way { ids: string[]; start: number; total: string }

const wayKey = (type: string) => "kd.way." + type;

// wayOf finds the list that a record was last seen in, as far as it was read:
// its pages stand apart, under the same question.
function wayOf(client: QueryClient, type: string, id: string): Way | undefined {
  const read = client.getQueryCache().findAll({ queryKey: ["list", type] }).filter((q) => (q.state.data as Listed | undefined)?.items).sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  const here = read.find((q) => (q.state.data as Listed).items.some((r) => r.id === id));
  if (!here) return undefined;
  const question = JSON.stringify(here.queryKey.slice(2, 4));
  const pages = new Map(read.filter((q) => JSON.stringify(q.queryKey.slice(2, 4)) === question).map((q) => [Number(q.queryKey[4]), q.state.data as Listed]));
  let first = Number(here.queryKey[4]), last = first;
  while (pages.has(first - 1)) first--;
  while (pages.has(last + 1)) last++;
  const ids: string[] = [];
  for (let n = first; n <= last; n++) ids.push(...pages.get(n)!.items.map((r) => r.id));
  const total = pages.get(0)?.total;
  return { ids, start: first * pageSize, total: total ? (total.exact ? String(total.count) : `${total.count}+`) : "" };
}

// Walk leads through the list one came from, as it stood.
function Walk({ type, id }: { type: RecordType; id: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const way = useMemo<Way | undefined>(() => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(wayKey(type.name)) ?? "null") as Way | null;
      const found = wayOf(client, type.name, id);
      if (!found) return kept?.ids.includes(id) ? kept : undefined;
      sessionStorage.setItem(wayKey(type.name), JSON.stringify(found));
      return found;
    } catch {
      return undefined;
    }
  }, [client, type.name, id]);
  if (!way || way.ids.length < 2) return null;
  const at = way.ids.indexOf(id);
  const go = (i: number) => void navigate(recordPath(type.name, way.ids[i]!) + location.search, { replace: true });
  return (
    <span className="walk" role="group" aria-label={t("record.walk")}>
      <Button type="text" size="small" icon={<LeftOutlined />} aria-label={t("record.previous")} disabled={at === 0} onClick={() => go(at - 1)} />
      <small>{way.start + at + 1}{way.total && ` / ${way.total}`}</small>
      <Button type="text" size="small" icon={<RightOutlined />} aria-label={t("record.next")} disabled={at === way.ids.length - 1} onClick={() => go(at + 1)} />
    </span>
  );
}

/** useActs is what can be done with a record, and the dialogs that belong to it. */
export function useActs(type: RecordType, rec: Rec) {
  const { act } = useSaving(type);
  const { modal } = App.useApp();
  const client = useQueryClient();
  const [form, setForm] = useState(false);
  const [assign, setAssign] = useState(false);
  const may = rec.rights ?? {};
  const archive = () => modal.confirm({ title: t("record.archive_ask", { what: rec.title }), content: t("bulk.archive_says"), okText: t("act.archive"), cancelText: t("act.cancel"), onOk: () => act(rec, "archive", {}, t("said.archived", { what: rec.title })) });
  const edit = may.update !== false && !rec.archived_at && type.fields.some((f) => f.level === "write") ? () => setForm(true) : undefined;
  const items: NonNullable<MenuProps["items"]> = [
    ...(edit ? [{ key: "edit", label: t("record.edit_all"), onClick: edit }] : []),
    ...(may.assign && !rec.archived_at ? [{ key: "assign", label: t("bulk.assign"), onClick: () => setAssign(true) }] : []),
    ...(may.archive && !rec.archived_at ? [{ key: "archive", label: t("act.archive"), onClick: archive }] : []),
    ...(may.archive && rec.archived_at ? [{ key: "restore", label: t("act.restore"), onClick: () => void act(rec, "restore", {}, t("said.restored", { what: rec.title })) }] : []),
  ];
  const dialogs = (
    <>
      {form && <FormDrawer type={type.name} rec={rec} close={() => setForm(false)} stored={(r) => { client.setQueryData(["rec", type.name, r.id], r); setForm(false); }} />}
      {assign && <AssignDialog n={1} close={() => setAssign(false)} go={(id, name) => { setAssign(false); void act(rec, "assign", { owner: id }, t("bulk.assigned", { n: 1, name })); }} />}
    </>
  );
  const forms = (type.print ?? []).map((p) => ({ key: p.name, label: p.label, onClick: () => void window.open(`/print/${type.name}/${rec.id}?form=${encodeURIComponent(p.name)}`, "_blank", "noopener") }));
  const print: NonNullable<MenuProps["items"]> = forms.length ? forms : [{ key: "page", label: t("record.print_page"), onClick: () => window.print() }];
  return { items, edit, dialogs, print };
}

function Acts({ type, rec }: { type: RecordType; rec: Rec }) {
  const phone = usePhone();
  const { items, dialogs, print } = useActs(type, rec);
  const note = useNote(type, rec);
  const { types } = useKnown();
  if (phone) return null; // at the foot of the screen
  return (
    <>
      {note && <Button type="primary" icon={<MessageOutlined />} onClick={note}>{t(types.has(type.page?.compose?.[0] ?? "") ? "record.note" : "record.note_any")}</Button>}
      <Dropdown menu={{ items: print }} trigger={["click"]}><Button icon={<PrinterOutlined />} aria-label={t("act.print")} /></Dropdown>
      {items.length > 0 && <Dropdown menu={{ items }} trigger={["click"]}><Button icon={<EllipsisOutlined />} aria-label={t("act.more")} /></Dropdown>}
      {dialogs}
    </>
  );
}
