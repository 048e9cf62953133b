// What was understood of a sheet: editable, checked as often as one likes,
// then started.
import { ArrowRightOutlined, ExclamationCircleOutlined, InfoCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { Button, Checkbox, Radio, Select } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import { download, patch, post } from "../../api/client";
import type { Field, ImportColumn, ImportState, RecordType } from "../../api/types";
import { useFound } from "../../fields/inputs/parts";
import { t } from "../../i18n";
import "../../i18n/beside";
import "../../i18n/handle";
import { useKnown } from "../../model";
import { useMay } from "../../rights";
import { sentence, useNotify } from "../../saving";
import { Card, Strip, thousands, type Figure } from "../desk";
import { decided, Handle, Settled, useAsked, useHandled } from "./handle";
import { besideHead, besideLabel, besideOf, columnsOf, fillable, formatText, keysOf, linesOf, labelOf, pagesRead, useColleague, useProblems, type ProblemKind } from "./parts";
import { isPicked } from "./mend";
import { Preview, usePreview, type How } from "./preview";

/** usePlanning changes the plan and starts the work. */
function usePlanning(now: ImportState) {
  const client = useQueryClient();
  const notify = useNotify();
  const [busy, setBusy] = useState("");
  const [wrong, setWrong] = useState("");
  const keep = (next: ImportState) => {
    client.setQueryData(["import", now.id], next);
    void client.invalidateQueries({ queryKey: ["imports"] });
  };
  const run = async (what: string, ask: () => Promise<ImportState>) => {
    setBusy(what);
    setWrong("");
    try {
      keep(await ask());
    } catch (e) {
      if (what === "start") setWrong(sentence(e));
      else notify.failed(e);
    }
    setBusy("");
  };
  const said = (columns: ImportColumn[]) => Object.fromEntries(columns.filter((c) => c.how === "given" || c.how === "recalled").map((c) => [`#${c.index + 1}`, c.field]));
  const settle = (wish: Record<string, string>) => run("map", () => patch<ImportState>(`/sys/imports/${now.id}`, { map: { ...said(now.plan.columns), ...wish }, encoding: now.plan.format.encoding ?? "" }));
  const map = (column: ImportColumn, field: string) => settle({ [`#${column.index + 1}`]: field });
  const encode = (encoding: string) => run("map", () => patch<ImportState>(`/sys/imports/${now.id}`, { map: said(now.plan.columns), encoding }));
  const head = (header: number) => run("map", () => patch<ImportState>(`/sys/imports/${now.id}`, { encoding: now.plan.format.encoding ?? "", sheet: now.plan.format.sheet ?? "", header }));
  const start = (how: How, dry: boolean) => run("start", () => decided(now.id).then(() => post<ImportState>(`/sys/imports/${now.id}/start`, { mode: how.mode, key: how.mode === "create" ? "" : how.key, dry_run: dry, on_behalf: how.behalf, unread: how.unread })));
  return { busy, wrong, map, settle, encode, head, start };
}

export function Plan({ now }: { now: ImportState }) {
  const type = useKnown().types.get(now.type);
  return type ? <Planned now={now} type={type} /> : null;
}

function Planned({ now, type }: { now: ImportState; type: RecordType }) {
  const plan = usePlanning(now);
  const keys = useMemo(() => keysOf(type, now.plan.columns), [type, now.plan.columns]);
  const [chosen, setHow] = useState<How>({ mode: now.mode || "create", key: now.key ?? "", behalf: now.on_behalf ?? "", unread: now.unread ?? "" });
  const how = { ...chosen, key: keys.find((k) => k.name === chosen.key)?.name ?? keys[0]?.name ?? "" };
  const cannot = how.mode === "create" ? !!now.plan.missing?.length : !how.key;
  const preview = usePreview(now, how, !cannot);
  const used = now.plan.columns.filter((c) => c.field).length;
  const doubtful = now.plan.columns.filter((c) => c.how === "content" || (c.how === "none" && c.sample?.length)).length;
  return (
    <>
      <Understood now={now} encode={plan.encode} head={plan.head} />
      <div className="imp-plan">
        <div className="imp-side">
          <Card flush title={t("imp.columns")} count={t(doubtful ? "imp.columns_n" : "imp.columns_all", { all: now.plan.columns.length, used, look: doubtful })}>
            <Mapping type={type} columns={now.plan.columns} busy={plan.busy === "map"} map={plan.map} />
          </Card>
          <Preview now={now} type={type} of={preview} />
        </div>
        <div className="imp-side">
          <Ways keys={keys} how={how} set={setHow} />
          <Besides now={now} type={type} busy={plan.busy === "map"} settle={plan.settle} />
          <Concerns now={now} type={type} preview={preview} upsert={how.mode === "create" ? (key) => (keys.some((k) => k.name === key) ? () => setHow({ ...how, mode: "upsert", key }) : undefined) : undefined} />
        </div>
      </div>
      <Go now={now} type={type} how={how} cannot={cannot} kinds={preview.kinds} {...plan} />
    </>
  );
}

/** headLines is how far down a header may be said to stand. */
const headLines = 12;

function Understood({ now, encode, head }: { now: ImportState; encode: (e: string) => void; head: (line: number) => void }) {
  const { format, header_line, rows_seen } = now.plan;
  const checked = now.state === "checked";
  const figures: Figure[] = [
    { key: "file", label: t("imp.file"), value: format.kind === "csv" ? "CSV" : format.kind.toUpperCase(), note: formatText(now) },
  ];
  if (format.encoding) {
    const options = [...new Set(["utf-8", "gb18030", "big5", format.encoding])].map((v) => ({ value: v, label: v.toUpperCase() }));
    figures.push({ key: "code", label: t("imp.encoding"), value: format.encoding.toUpperCase(), note: <Select size="small" variant="borderless" className="imp-change" aria-label={t("imp.encoding")} value={null as unknown as string} placeholder={t("imp.encoding_ask")} popupMatchSelectWidth={120} options={options} onChange={encode} /> });
  }
  const heads = Array.from({ length: Math.max(headLines, header_line) + 1 }, (_, n) => ({ value: n, label: n ? t("imp.line_n", { n }) : t("imp.no_header") }));
  figures.push({ key: "head", label: t("imp.header"), value: header_line ? t("imp.line_n", { n: header_line }) : t("imp.no_header"), note: now.plan.format.kind === "vcard" ? "" : (
    <>{header_line > 1 && <span className="imp-skip">{t("imp.skipped", { n: header_line - 1 })}</span>}<Select size="small" variant="borderless" className="imp-change" aria-label={t("imp.header")} value={null as unknown as number} placeholder={t("imp.header_ask")} popupMatchSelectWidth={120} options={heads} onChange={head} /></>
  ) });
  if (checked) {
    figures.push(
      { key: "rows", label: t("imp.data"), value: t("imp.rows_n", { n: thousands(now.rows) }), note: t("imp.all_checked") },
      { key: "new", label: t("imp.would_create"), value: thousands(now.created), note: now.refused ? <span className="red">{t("imp.would_refuse", { n: thousands(now.refused) })}</span> : t("imp.none_refused") },
      { key: "old", label: t("imp.would_update"), value: thousands(now.updated), note: now.unchanged ? t("imp.unchanged_n", { n: thousands(now.unchanged) }) : "" },
    );
  } else figures.push({ key: "rows", label: t("imp.data"), value: t(rows_seen >= 40 ? "imp.rows_more" : "imp.rows_n", { n: rows_seen }), note: t("imp.only_head") });
  return <Strip label={t("imp.understood")} figures={figures} />;
}

interface MappingProps { type: RecordType; columns: ImportColumn[]; busy: boolean; map: (c: ImportColumn, field: string) => void }

function Mapping({ type, columns, busy, map }: MappingProps) {
  const { types } = useKnown();
  const may = useMay();
  const options = useMemo(() => [...optionsOf(type), ...besideOptions(type, types, columns, may)], [type, types, columns, may]);
  const fields = useMemo(() => columnsOf(type), [type]);
  return (
    <table className="deskt imp-map">
      <thead><tr><th>{t("imp.col_file")}</th><th>{t("imp.col_sample")}</th><th aria-hidden="true" /><th>{t("imp.col_field")}</th><th>{t("imp.col_sure")}</th></tr></thead>
      <tbody>
        {columns.map((c) => (
          <tr key={c.index}>
            <th scope="row" className="cut" title={c.header}>{c.header || t("imp.col_n", { n: c.index + 1 })}</th>
            <td className="sample cut" title={c.sample?.join("\n")}>{c.sample?.join(t("desk.comma"))}</td>
            <td className="arrow" aria-hidden="true"><ArrowRightOutlined /></td>
            <td className="field">
              <Select variant="filled" size="small" aria-label={t("imp.field_of", { column: c.header || c.index + 1 })} style={{ width: "100%" }} disabled={busy} showSearch={{ optionFilterProp: "label" }}
                value={c.field} status={c.how === "content" ? "warning" : undefined} options={options} popupMatchSelectWidth={260} onChange={(v) => map(c, v)} />
            </td>
            <td className="sure"><Sure column={c} field={fields.get(c.field)} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// Sure shows how much of a column can be read, and by what it was recognised.
// Whether there is a record by a name is seen only when the rows are tried.
function Sure({ column: c, field }: { column: ImportColumn; field: Field | undefined }) {
  const judged = field && !field.to && !["user", "department"].includes(field.kind) && c.filled > 0;
  const left = (c.how === "given" || c.how === "recalled") && !c.field;
  const read = judged ? Math.floor((100 * (c.filled - (c.unread ?? 0))) / c.filled) : 0;
  const tone = c.how === "content" || c.unread ? "amb" : c.how === "none" ? "soft" : "";
  return (
    <>
      <span className="rail" aria-hidden="true"><i className={tone} style={{ width: `${read}%` }} /></span>
      <span className={"pct " + tone}>{judged ? t("imp.read_pct", { n: read }) : null}</span>
      <span className={tone}>{t(left ? "imp.how_left" : "imp.how_" + c.how)}{c.field && c.filled === 0 ? t("imp.sep") + t("imp.col_blank") : c.unread ? t("imp.sep") + t("imp.col_unread", { n: c.unread }) : ""}</span>
    </>
  );
}

function optionsOf(type: RecordType) {
  const as = (f: Field) => ({ value: f.name, label: f.label });
  const list = fillable(type);
  const sections = type.sections ?? [];
  const groups = sections.map((s) => ({ label: s.label, options: list.filter((f) => f.section === s.name).map(as) })).filter((g) => g.options.length);
  const rest = list.filter((f) => !sections.some((s) => s.name === f.section)).map(as);
  const lines = linesOf(type).map(as);
  if (lines.length) groups.push({ label: t("imp.line_group"), options: lines });
  return [{ value: "", label: t("imp.leave_out") }, ...rest, ...groups];
}

// besideOptions are the columns of records beside the type's, a group for each: one more than there are columns for.
function besideOptions(type: RecordType, types: Map<string, RecordType>, columns: ImportColumn[], may: (type: string, verb: "create") => boolean) {
  const all = besideOf(type);
  return (type.sheet ?? []).filter((b) => types.has(b.of) && may(b.of, "create")).flatMap((b) => {
    const under = (nth: number) => all.filter((f) => f.name.startsWith(besideHead(b.of, nth) + "."));
    const groups = [];
    for (let nth = 1; under(nth).length; nth++) {
      groups.push({ label: t("imp.beside_group", { what: besideLabel(types.get(b.of)!, nth) }), options: under(nth).map((f) => ({ value: f.name, label: f.label })) });
      if (!columns.some((c) => c.field.startsWith(besideHead(b.of, nth) + "."))) break;
    }
    return groups;
  });
}

/** Besides tells whose records stand beside the sheet's own, and lets them be kept in the record's own fields or apart. */
function Besides({ now, type, busy, settle }: { now: ImportState; type: RecordType; busy: boolean; settle: (wish: Record<string, string>) => void }) {
  const { types } = useKnown();
  const may = useMay();
  const list = (now.plan.beside ?? []).filter((b) => types.has(b.type) && may(b.type, "create"));
  if (!list.length) return null;
  return (
    <Card title={t("imp.beside")}>
      <ul className="imp-concerns">
        {list.map((b) => {
          const how = type.sheet?.find((x) => x.of === b.type);
          const words = { own: thousands(b.own), n: thousands(b.beside), several: thousands(b.several), rows: thousands(b.rows), type: type.label, of: types.get(b.type)!.label };
          const named = now.plan.columns.filter((c) => (b.used ? how && new RegExp(`^${b.type}(\\[\\d+\\])?\\.${how.named}$`).test(c.field) : how?.first === c.field));
          const [one] = named;
          const turn = named.length === 1 && how?.first ? () => settle({ [`#${one!.index + 1}`]: b.used ? how.first! : `${b.type}.${how.named}` }) : undefined;
          return (
            <li key={b.type} className="imp-beside">
              <InfoCircleOutlined aria-hidden="true" />
              <span>
                <b>{b.used ? t(b.whole ? "imp.beside_used" : "imp.beside_head", words) : t("imp.beside_single", words)}</b>
                <small>{b.used ? t(b.several ? "imp.beside_several" : "imp.beside_each", words) : t(b.several ? "imp.beside_doubles" : "imp.beside_single_says", words)}</small>
                {turn && <Button size="small" disabled={busy} onClick={turn}>{t(b.used ? "imp.beside_not" : "imp.beside_do", words)}</Button>}
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

/** Ways says how rows go in: as what, found by what, in whose name. */
function Ways({ keys, how, set }: { keys: Field[]; how: How; set: (h: How) => void }) {
  const { session } = useKnown();
  return (
    <Card title={t("imp.how")}>
      <div className="imp-how">
        <Radio.Group aria-label={t("imp.mode")} value={how.mode} onChange={(e) => set({ ...how, mode: e.target.value as string })}
          options={["create", "upsert", "update"].map((m) => ({ value: m, label: t("imp.mode_" + m), disabled: m !== "create" && !keys.length }))} />
        {how.mode !== "create" && <label>{t("imp.key")}<Select size="small" style={{ minWidth: 150 }} aria-label={t("imp.key")} value={how.key} options={keys.map((f) => ({ value: f.name, label: f.label }))} onChange={(key) => set({ ...how, key })} /></label>}
        <Checkbox checked={how.unread === "leave"} onChange={(e) => set({ ...how, unread: e.target.checked ? "leave" : "" })}>{t("handle.leave")}</Checkbox>
        {session.user.admin && <Behalf how={how} set={set} />}
      </div>
    </Card>
  );
}

function Behalf({ how, set }: { how: How; set: (h: How) => void }) {
  const { session } = useKnown();
  const [words, setWords] = useState("");
  const found = useFound("user", words, true);
  const one = useColleague(how.behalf);
  const others = (found.data ?? []).filter((u) => u.id !== session.user.id);
  if (one && !others.some((u) => u.id === one.id)) others.unshift(one);
  return (
    <label>{t("imp.behalf")}
      <Select size="small" style={{ minWidth: 150 }} aria-label={t("imp.behalf")} showSearch={{ filterOption: false, onSearch: setWords }} value={how.behalf} title={t("imp.behalf_says")}
        options={[{ value: "", label: t("imp.behalf_me") }, ...others.map((u) => ({ value: u.id, label: u.title }))]} onChange={(behalf) => set({ ...how, behalf })} />
      {how.behalf && <small className="soft">{t("imp.behalf_says")}</small>}
    </label>
  );
}

interface ConcernsProps { now: ImportState; type: RecordType; preview: ReturnType<typeof usePreview>; upsert?: (key: string) => (() => void) | undefined }

function Concerns({ now, type, preview, upsert }: ConcernsProps) {
  const notify = useNotify();
  const checked = now.state === "checked";
  const problems = useProblems(checked ? now : { ...now, refused: 0, warned: 0, kept: 0 });
  const asked = useAsked(now, type);
  const fields = columnsOf(type);
  const missing = now.plan.missing ?? [];
  const guessed = now.plan.columns.filter((c) => c.how === "content");
  const left = now.plan.columns.filter((c) => !c.field && c.sample?.length);
  const kinds = checked ? (problems.data?.kinds ?? []) : preview.kinds;
  const calm = !missing.length && !guessed.length && !left.length && !kinds.length && !now.plan.uncalculated;
  const count = checked ? t("imp.bad_n", { rows: thousands(now.refused + now.warned), kinds: kinds.length }) : kinds.length ? t("imp.among_first", { n: thousands(preview.rows.length) }) : undefined;
  const end = checked && now.refused > 0 ? <button type="button" className="as-link" onClick={() => void download(`/sys/imports/${now.id}/refused?format=xlsx`).catch(notify.failed)}>{t("imp.get_list")}</button> : undefined;
  return (
    <Card title={t(checked ? "imp.bad_rows" : "imp.to_look_at")} count={count} end={end}>
      <ul className="imp-concerns">
        {missing.map((n) => <li key={n} className="red"><ExclamationCircleOutlined aria-hidden="true" /><span><b>{t("imp.missing", { field: fields.get(n)?.label ?? n })}</b><small>{t("imp.missing_says")}</small></span></li>)}
        {kinds.map((k) => {
          const turn = k.refused && k.code === "not_unique" ? upsert?.(k.path) : undefined; // rows that are there already: perhaps they are to be updated
          return <Concern key={k.key} kind={k} type={type} open={asked(k)}><Handle kind={k} now={now} type={type} />{turn && <button type="button" className="as-link" onClick={turn}>{t("imp.make_upsert", { field: labelOf(type, k.path) })}</button>}</Concern>;
        })}
        <Settled now={now} type={type} kinds={kinds} />
        {checked && !kinds.length && !problems.isLoading && <li className="grn"><InfoCircleOutlined aria-hidden="true" /><span><b>{t("imp.all_good")}</b></span></li>}
        {guessed.map((c) => <li key={"g" + c.index} className="amb"><WarningOutlined aria-hidden="true" /><span><b>{t("imp.guessed", { column: c.header || String(c.index + 1), field: fields.get(c.field)?.label ?? c.field })}</b><small>{t("imp.guessed_says")}</small></span></li>)}
        {!!now.plan.uncalculated && <li className="red"><ExclamationCircleOutlined aria-hidden="true" /><span><b>{t("imp.uncalculated", { n: thousands(now.plan.uncalculated) })}</b><small>{t("imp.uncalculated_says")}</small></span></li>}
        {now.plan.region && <li><InfoCircleOutlined aria-hidden="true" /><span><b>{t("imp.region_" + now.plan.region)}</b></span></li>}
        {left.length > 0 && <li><InfoCircleOutlined aria-hidden="true" /><span><b>{t("imp.left", { n: left.length })}</b><small>{left.map((c) => c.header || t("imp.col_n", { n: c.index + 1 })).join(t("desk.comma"))}</small></span></li>}
        {!checked && calm && <li className="grn"><InfoCircleOutlined aria-hidden="true" /><span><b>{t("imp.all_mapped")}</b></span></li>}
      </ul>
      {problems.data && !problems.data.whole && <p className="soft small">{t("imp.first_rows_only", { n: thousands(1000 * pagesRead) })}</p>}
      {!checked && <p className="soft small">{t("imp.check_first")}</p>}
    </Card>
  );
}

/** Concern is one kind of trouble: what, how many rows, which; open: what comes of them is still to be said. */
export function Concern({ kind, type, open, children }: { kind: ProblemKind; type: RecordType | undefined; open?: boolean; children?: ReactNode }) {
  const field = type && columnsOf(type).get(kind.path);
  const fixed = kind.refused && !!field && isPicked(field); // its values stand below, each with what it means
  const label = labelOf(type, kind.path);
  const values = [...kind.values].sort((a, b) => b[1].length - a[1].length).slice(0, 4);
  return (
    <li className={kind.refused ? "red" : "amb"}>
      {kind.refused ? <ExclamationCircleOutlined aria-hidden="true" /> : <WarningOutlined aria-hidden="true" />}
      <span>
        <b>{label ? t("imp.at_field", { field: label, says: kind.says }) : kind.says}</b>
        {!fixed && values.length > 1 && values[0]![1].length > 1 && <small className="second">{values.map(([v, n]) => t("imp.value_n", { value: v, n: thousands(n.length) })).join(t("desk.comma"))}{kind.values.size > values.length ? "…" : ""}</small>}
        <small>{!open && t(kind.refused ? "imp.kind_refused" : "imp.kind_warned") + " · "}{t("imp.lines", { list: kind.lines.slice(0, 6).map((n) => thousands(n)).join(t("desk.comma")) + (kind.count > 6 ? "…" : "") })}</small>
        {children}
      </span>
      <span className="n">{thousands(kind.count)}</span>
    </li>
  );
}

interface GoProps extends ReturnType<typeof usePlanning> { now: ImportState; type: RecordType; how: How; cannot: boolean; kinds: ProblemKind[] }

function Go({ now, type, how, cannot, kinds, busy, wrong, start }: GoProps) {
  const navigate = useNavigate();
  const missing = now.plan.missing ?? [];
  const problems = useProblems(now.state === "checked" ? now : { ...now, refused: 0, warned: 0, kept: 0 });
  const handled = useHandled(now, now.state === "checked" ? (problems.data?.kinds ?? []) : kinds);
  const takes = now.state === "checked" && now.mode === how.mode ? now.created + now.updated + now.joined : 0;
  return (
    <div className="foot-bar imp-go">
      <Button onClick={() => void navigate("/imports?type=" + now.type)}>{t("imp.other_file")}</Button>
      <span className="fill desk-fill" />
      {wrong ? <span className="red" role="alert">{wrong}</span> : cannot && missing.length ? <span className="red">{t("imp.map_first", { fields: missing.map((n) => labelOf(type, n) || n).join(t("desk.comma")) })}</span> : <small className="soft">{handled > 0 && t("handle.n", { n: thousands(handled) }) + " · "}{t("imp.safe")}</small>}
      <Button disabled={cannot || !!busy} onClick={() => start(how, true)}>{t(now.state === "checked" ? "imp.check_again" : "imp.check")}</Button>
      <Button type="primary" disabled={cannot} loading={busy === "start"} onClick={() => start(how, false)}>{takes ? t("imp.start_n", { n: thousands(takes) }) : t("imp.start")}</Button>
      <Link to="/imports" className="sr-only">{t("imp.home")}</Link>
    </div>
  );
}
