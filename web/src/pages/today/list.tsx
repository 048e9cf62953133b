// A declared list as lines: whom it is about, what it says, when it is due;
// ticked off, put off, called and noted right here, each with its way back.
import { CalendarOutlined, CheckOutlined, ClockCircleOutlined, EditOutlined, EllipsisOutlined, EnvironmentOutlined, PhoneOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Dropdown } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { post, query } from "../../api/client";
import type { Block, Rec, RecordType, Values } from "../../api/types";
import { kindOf } from "../../fields";
import { blank } from "../../fields/values";
import { clock, dateText, today } from "../../format";
import { t } from "../../i18n";
import { usePhone } from "../../mode";
import { listPath, recordPath, useKnown } from "../../model";
import { Value } from "../../parts/value";
import { useMay } from "../../rights";
import { idempotent, useNotify, useRefresh, useSaving } from "../../saving";
import { useHub } from "../../shell/places";
import { useShell } from "../../shell/shell";
import { Card, Failed, Loading, When } from "../desk";
import { eventOf, keepEvents, placeOf, routeTo, type Event } from "./calendar";
import { countText, dayOf, dueText, isLate, limitOf, notHis, numberOf, refIn, useBlock, type Shape } from "./parts";

/** pathOfBlock is the list that shows all a block counts: a view of the same filter, or the filter itself. */
export function pathOfBlock(block: Block, of: RecordType): string {
  const view = block.filter && of.views?.find((v) => v.filter === block.filter)?.name;
  if (view) return listPath(of.name, view);
  const all = of.views?.find((v) => !v.filter && !v.kanban)?.name ?? "all";
  return `/t/${of.name}` + query({ view: all, f: block.filter, sort: block.sort });
}

export function ListCard({ block }: { block: Block }) {
  const { shape, list } = useBlock(block, limitOf(block));
  const { create } = useShell();
  const may = useMay();
  if (!shape || notHis(list.error)) return null;
  const rows = list.data?.items ?? [];
  const total = list.data?.total;
  const { of } = shape;
  const quick = quickTitle(shape);
  const events = rows.map((r) => eventOf(r, shape, wordsOf(r, shape))).filter((e): e is Event => !!e && !isLate(e.at));
  const end = <>
    {events.length > 1 && <button type="button" className="as-link" onClick={() => keepEvents(events, `${block.label ?? of.plural} ${today()}`)}><CalendarOutlined aria-hidden="true" /> {t("day.calendar")}</button>}
    {may(of.name, "create") && !quick && <button type="button" className="as-link" onClick={() => create(of.name)}><PlusOutlined aria-hidden="true" /> {t("day.one_more")}</button>}
  </>;
  return (
    <Card title={block.label ?? of.plural} count={countText(total)} end={end}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <p className="today-none">{t(shape.due ? "day.none_due" : "day.none", { what: of.plural })}</p> : (
        <ul className="today-rows">{rows.map((r) => <Row key={r.id} rec={r} shape={shape} />)}</ul>
      )}
      {total && (total.count > rows.length || !total.exact) && <Link className="today-all" to={pathOfBlock(block, of)}>{t("day.all", { n: countText(total) })}</Link>}
      {quick && may(of.name, "create") && <Quick of={of} title={quick} />}
    </Card>
  );
}

// What a line says beside whom it is about, as texts.
const wordsOf = (r: Rec, { words }: Shape) => words.filter((f) => !blank(r[f.name])).map((f) => kindOf(f).text(r[f.name], f));

// One's own list whose records need no more than a title takes a new one at its foot.
function quickTitle({ of, done }: Shape): string | undefined {
  const asked = of.fields.filter((f) => f.required === "true" && !f.default && !f.computed);
  return done && asked.length === 1 && asked[0]!.name === of.title ? asked[0]!.name : undefined;
}

function Quick({ of, title }: { of: RecordType; title: string }) {
  const [text, setText] = useState("");
  const notify = useNotify();
  const refresh = useRefresh();
  const add = async () => {
    const words = text.trim();
    if (!words) return;
    setText("");
    try {
      await post<Rec>(`/${of.name}`, { [title]: words }, idempotent());
      notify.said(t("said.created", { what: words }));
      refresh(of.name);
    } catch (e) {
      setText(words);
      notify.failed(e);
    }
  };
  return (
    <label className="today-quick"><PlusOutlined aria-hidden="true" />
      <input value={text} aria-label={t("day.quick", { what: of.label })} placeholder={t("day.quick", { what: of.label })} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => { if (e.key === "Enter" && !e.nativeEvent.isComposing) void add(); }} />
      <kbd>Enter</kbd>
    </label>
  );
}

function useActs(rec: Rec, shape: Shape) {
  const { types } = useKnown();
  const { create } = useShell();
  const hub = useHub();
  const may = useMay();
  const saving = useSaving(shape.of);
  const [ticked, setTicked] = useState(false);
  const tick = async () => {
    if (!shape.done) return;
    setTicked(true);
    const wrong = await saving.save(rec, { [shape.done.field.name]: shape.done.value }, shape.done.label);
    if (wrong.length) setTicked(false);
  };
  const putOff = (days: number) => {
    const due = shape.due!, old = String(rec[due.name] ?? "");
    const at = due.kind === "datetime" && old ? new Date(old) : new Date();
    const day = new Date(Date.parse(today() + "T00:00:00Z") + days * 86_400_000).toISOString().slice(0, 10);
    // The time of day stays; only the day moves.
    const moved = due.kind === "datetime" ? new Date(at.getTime() + (Date.parse(day) - Date.parse(dayOf(at.toISOString())))).toISOString() : day;
    void saving.save(rec, { [due.name]: moved }, due.label);
  };
  // A note goes to the type the archive's page composes first, about the same customer.
  const note = types.get(hub?.page?.compose?.[0] ?? "");
  const about = shape.of === hub ? { id: rec.id, title: rec.title } : refIn(rec, shape.of.fields.find((f) => f.kind === "link" && f.to === hub?.name));
  const link = note?.fields.find((f) => f.kind === "link" && f.to === hub?.name && f.level === "write");
  const log = note && link && about && may(note.name, "create") ? () => create(note.name, { [link.name]: about } as Values) : undefined;
  const writable = rec.rights?.update !== false && may(shape.of.name, "update");
  const event = isLate(rec[shape.due?.name ?? ""]) ? undefined : eventOf(rec, shape, wordsOf(rec, shape));
  const place = placeOf(rec, shape);
  return { event: event && (() => keepEvents([event], event.title)), route: place ? routeTo(place) : "", place, ticked, tick: shape.done && writable ? tick : undefined, putOff: shape.due && shape.done && writable ? putOff : undefined, log, call: numberOf(rec, shape.call) };
}

function Row({ rec, shape }: { rec: Rec; shape: Shape }) {
  const { types } = useKnown();
  const acts = useActs(rec, shape);
  const { of, link, due, when, money } = shape;
  const target = refIn(rec, link);
  // What belongs to somebody is told by whom it is about, what stands alone by its own name.
  const named = shape.words.find((f) => f.name === of.title && !blank(rec[f.name]));
  const alone = !(of.root && target);
  const words = [...(named && !alone ? [named] : []), ...shape.words.filter((f) => f !== named && !blank(rec[f.name]))];
  const head = alone ? <Link to={recordPath(of.name, rec.id)}>{rec.title}</Link> : <Link to={recordPath(link!.to ?? "", target.id)}>{target.title}</Link>;
  const timed = due?.kind === "datetime" && !!of.root;
  const state = due && !blank(rec[due.name]) ? dueText(rec[due.name]) : null;
  const whom = alone && target && types.has(link!.to ?? "") ? <Link className="whom" to={recordPath(link!.to!, target.id)}>{target.title}</Link> : null;
  return (
    <li className={acts.ticked ? "ticked" : ""}>
      {acts.tick && !timed && <Checkbox checked={acts.ticked} disabled={acts.ticked} aria-label={`${shape.done!.label}: ${rec.title}`} onChange={() => void acts.tick!()} />}
      {timed && <Lead at={String(rec[due.name])} />}
      <span className="body">
        <span className="head">{head}{whom}</span>
        {words.length > 0 && <Link className="words" to={recordPath(of.name, rec.id)}>{words.map((f) => <span key={f.name}><Value field={f} value={rec[f.name]} place="cell" /></span>)}</Link>}
      </span>
      <span className="end">
        {money && !blank(rec[money.name]) && <b><Value field={money} value={rec[money.name]} place="fact" /></b>}
        {state && !timed ? <small className={state.tone}>{state.text}</small> : !due && when && !blank(rec[when.name]) && <small className="soft">{when.kind === "datetime" ? <When at={String(rec[when.name])} short /> : <Value field={when} value={rec[when.name]} place="cell" />}</small>}
      </span>
      <Acts rec={rec} shape={shape} acts={acts} timed={timed} />
    </li>
  );
}

// The time of an appointment today, else its day; late in red.
function Lead({ at }: { at: string }) {
  const d = dayOf(at);
  const late = isLate(at);
  return <span className={"lead" + (late ? " red" : "")}><b>{d === today() ? clock(new Date(at)) : dateText(d)}</b><small>{d === today() ? (late ? t("day.past") : "") : late ? dueText(at).text : clock(new Date(at))}</small></span>;
}

const putOffs: [string, number][] = [["day.off_1", 1], ["day.off_3", 3], ["day.off_7", 7]];

function Acts({ rec, shape, acts, timed }: { rec: Rec; shape: Shape; acts: ReturnType<typeof useActs>; timed: boolean }) {
  const phone = usePhone();
  if (!acts.tick && !acts.putOff && !acts.log && !acts.call && !acts.route && !acts.event) return null;
  const offs = acts.putOff ? putOffs.map(([key, n]) => ({ key, label: t(key), onClick: () => acts.putOff!(n) })) : [];
  if (phone) {
    const items = [
      ...(acts.call ? [{ key: "call", icon: <PhoneOutlined />, label: <a href={"tel:" + acts.call}>{t("day.call")}</a> }] : []),
      ...(acts.route ? [{ key: "route", icon: <EnvironmentOutlined />, label: <a href={acts.route} target="_blank" rel="noreferrer">{t("day.route")}</a> }] : []),
      ...(acts.event ? [{ key: "event", icon: <CalendarOutlined />, label: t("day.event"), onClick: acts.event }] : []),
      ...(acts.tick && timed ? [{ key: "done", icon: <CheckOutlined />, label: shape.done!.label, onClick: () => void acts.tick!() }] : []),
      ...(acts.log ? [{ key: "log", icon: <EditOutlined />, label: t("day.log"), onClick: acts.log }] : []),
      ...offs.map((o) => ({ ...o, icon: <ClockCircleOutlined /> })),
    ];
    return items.length ? <>
      {timed && (acts.route ? <Button className="row-go" href={acts.route} target="_blank" rel="noreferrer" aria-label={`${t("day.route")}: ${rec.title}`} icon={<EnvironmentOutlined />} /> : acts.call ? <Button className="row-go" href={"tel:" + acts.call} aria-label={`${t("day.call")}: ${rec.title}`} icon={<PhoneOutlined />} /> : null)}
      <Dropdown menu={{ items }} trigger={["click"]}><Button type="text" className="row-more" aria-label={t("day.acts", { what: rec.title })} icon={<EllipsisOutlined />} /></Dropdown>
    </> : null;
  }
  return (
    <span className="row-acts">
      {acts.call && <Button type="text" size="small" href={"tel:" + acts.call} title={`${t("day.call")} ${acts.call}`} aria-label={`${t("day.call")}: ${rec.title}`} icon={<PhoneOutlined />} />}
      {acts.route && <Button type="text" size="small" href={acts.route} target="_blank" rel="noreferrer" title={`${t("day.route")} ${acts.place}`} aria-label={`${t("day.route")}: ${rec.title}`} icon={<EnvironmentOutlined />} />}
      {acts.event && <Button type="text" size="small" title={t("day.event")} aria-label={`${t("day.event")}: ${rec.title}`} icon={<CalendarOutlined />} onClick={acts.event} />}
      {acts.log && <Button type="text" size="small" title={t("day.log")} aria-label={`${t("day.log")}: ${rec.title}`} icon={<EditOutlined />} onClick={acts.log} />}
      {offs.length > 0 && <Dropdown menu={{ items: offs }} trigger={["click"]}><Button type="text" size="small" title={t("day.put_off")} aria-label={`${t("day.put_off")}: ${rec.title}`} icon={<ClockCircleOutlined />} /></Dropdown>}
      {acts.tick && timed && <Button type="text" size="small" title={shape.done!.label} aria-label={`${shape.done!.label}: ${rec.title}`} icon={<CheckOutlined />} disabled={acts.ticked} onClick={() => void acts.tick!()} />}
    </span>
  );
}
