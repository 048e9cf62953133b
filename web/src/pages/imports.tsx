// Bringing a list in: choose a file, check what was understood, import with
// progress, see the result, take it back.
import { CheckCircleFilled, InboxOutlined, UndoOutlined } from "@ant-design/icons";
import { Alert, App, Button, Progress, Segmented, Select, Steps } from "antd";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { download, get, patch, post, upload } from "../api/client";
import type { ImportState, RecordType } from "../api/types";
import { momentText, numberText } from "../format";
import { t } from "../i18n";
import { usePhone } from "../mode";
import { fieldsOf, listPath, useKnown } from "../model";
import { sentence, useNotify, useRefresh } from "../saving";
import { Waiting } from "../app";

export default function Imports() {
  const { id } = useParams();
  return id ? <One key={id} id={id} /> : <Start />;
}

const importable = (types: Map<string, RecordType>) => [...types.values()].filter((x) => !x.builtin && x.fields.some((f) => f.level === "write"));

function Start() {
  const { types } = useKnown();
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const notify = useNotify();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const type = types.get(params.get("type") ?? "customer") ?? importable(types)[0];
  const past = useQuery({ queryKey: ["imports"], queryFn: ({ signal }) => get<{ items: ImportState[] }>("/sys/imports?page_size=20", signal) });
  if (!type) return null;
  const send = async (file?: File) => {
    if (!file) return;
    setSent(0);
    try {
      const r = await upload<ImportState>(`/sys/imports?type=${type.name}`, file, setSent);
      void navigate(`/imports/${r.id}`);
    } catch (e) {
      notify.failed(e);
      setSent(null);
    }
  };
  return (
    <div className="paper">
      <div className="paper-head">
        <h1>{t("import.title")}</h1>
        <Select aria-label={t("import.title")} value={type.name} showSearch={{ optionFilterProp: "label" }} style={{ minWidth: 140 }} options={importable(types).map((x) => ({ value: x.name, label: x.plural }))} onChange={(v: string) => setParams({ type: v }, { replace: true })} />
      </div>
      <div className={"drop" + (over ? " over" : "")} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={(e) => { e.preventDefault(); setOver(false); void send(e.dataTransfer.files[0]); }}>
        <InboxOutlined style={{ fontSize: 40, color: "var(--t3)" }} />
        <h2>{t("import.of", { what: type.plural })}</h2>
        <p className="quiet">{t("import.choose_says")}</p>
        {sent === null ? <Button type="primary" size="large" style={{ marginTop: 14 }} onClick={() => input.current?.click()}>{t("import.choose")}</Button> : <Progress percent={Math.round(sent * 100)} style={{ maxWidth: 360 }} aria-label={t("import.upload")} />}
        <input ref={input} type="file" accept=".csv,.tsv,.txt,.xlsx,.xls" hidden aria-label={t("import.choose")} onChange={(e) => { void send(e.target.files?.[0]); e.target.value = ""; }} />
      </div>
      <section className="card">
        <header><h2>{t("import.past")}</h2></header>
        {past.data?.items.length ? (
          <div className="related"><div className="scroll"><table className="plain rows"><tbody>
            {past.data.items.map((i) => (
              <tr key={i.id} tabIndex={0} onClick={() => void navigate(`/imports/${i.id}`)} onKeyDown={(e) => { if (e.key === "Enter") void navigate(`/imports/${i.id}`); }}>
                <td>{i.file}</td><td>{types.get(i.type)?.plural ?? i.type}</td><td>{t("import.state." + i.state)}</td><td className="right">{i.created ? `${t("import.created")} ${numberText(i.created)}` : ""}</td><td className="right">{i.refused ? `${t("import.refused")} ${numberText(i.refused)}` : ""}</td><td>{momentText(i.created_at)}</td>
              </tr>
            ))}
          </tbody></table></div></div>
        ) : <p className="quiet none">{t("import.none")}</p>}
      </section>
    </div>
  );
}

const ended = new Set(["done", "failed", "cancelled", "undone"]);
const moving = new Set(["waiting", "running", "undoing"]);

function One({ id }: { id: string }) {
  const { types } = useKnown();
  const phone = usePhone();
  const client = useQueryClient();
  const state = useQuery({ queryKey: ["import", id], queryFn: ({ signal }) => get<ImportState>(`/sys/imports/${id}`, signal), refetchInterval: (q) => (q.state.data && moving.has(q.state.data.state) ? 700 : false) });
  if (state.isError) return <div className="nothing page-nothing">{sentence(state.error)}</div>;
  if (!state.data) return <Waiting />;
  const i = state.data;
  const type = types.get(i.type);
  if (!type) return null;
  const keep = (x: ImportState) => client.setQueryData(["import", id], x);
  const step = i.state === "new" || i.state === "checked" ? 1 : ended.has(i.state) ? 3 : 2;
  return (
    <div className="paper">
      <div className="paper-head">
        <h1>{t("import.of", { what: type.plural })}</h1><span className="quiet">{i.file}</span><span className="grow" />
        {!phone && <Steps size="small" current={step} style={{ width: 480 }} items={["file", "check", "run", "result"].map((s) => ({ title: t("import.step_" + s) }))} />}
      </div>
      {step === 1 && <Check i={i} type={type} keep={keep} />}
      {step === 2 && <Running i={i} keep={keep} />}
      {(step === 3 || (i.state === "checked" && i.rows > 0)) && <Result i={i} type={type} keep={keep} />}
    </div>
  );
}

const seldom = ["no_key", ""];
const confidence: Record<string, number> = { given: 100, name: 100, synonym: 95, content: 80, none: 0 };

function Check({ i, type, keep }: { i: ImportState; type: RecordType; keep: (x: ImportState) => void }) {
  const notify = useNotify();
  const navigate = useNavigate();
  const [mode, setMode] = useState("create");
  const [busy, setBusy] = useState(false);
  const fields = fieldsOf(type);
  const columns = i.plan.columns;
  const options = [{ value: "", label: t("import.no") }, ...type.fields.filter((f) => f.level === "write" && !f.computed && f.kind !== "files").map((f) => ({ value: f.name, label: f.label })), ...["number", "owner"].map((n) => fields.get(n)).filter((f) => !!f).map((f) => ({ value: f.name, label: f.label }))];
  for (const c of columns) if (c.field && !options.some((o) => o.value === c.field)) options.push({ value: c.field, label: fields.get(c.field)?.label ?? c.field });
  const keys = columns.filter((c) => c.field && !c.field.includes(".")).map((c) => ({ value: c.field, label: fields.get(c.field)?.label ?? c.field }));
  const [key, setKey] = useState(() => keys.find((k) => ["number", "external_no", "phones", "uscc"].includes(k.value))?.value ?? keys[0]?.value ?? "");
  const map = async (header: string, field: string) => {
    const all = Object.fromEntries(columns.filter((c) => c.how === "given").map((c) => [c.header, c.field]));
    try {
      keep(await patch<ImportState>(`/sys/imports/${i.id}`, { map: { ...all, [header]: field } }));
    } catch (e) {
      notify.failed(e);
    }
  };
  const start = async (dry: boolean) => {
    setBusy(true);
    try {
      keep(await post<ImportState>(`/sys/imports/${i.id}/start`, { mode, ...(mode === "create" || seldom.includes(key) ? {} : { key }), dry_run: dry }));
    } catch (e) {
      notify.failed(e);
    }
    setBusy(false);
  };
  const missing = (i.plan.missing ?? []).map((n) => fields.get(n)?.label ?? n).join("、");
  return (
    <>
      <div className="card kpis">
        <div><small>{t("import.file")}</small><b>{i.plan.format.kind.toUpperCase()}</b><small>{i.plan.format.sheet ?? ""}</small></div>
        {i.plan.format.encoding && <div><small>{t("import.encoding")}</small><b>{i.plan.format.encoding.toUpperCase()}</b><small /></div>}
        <div><small>{t("import.head_line")}</small><b>{t("import.line", { n: i.plan.header_line })}</b><small /></div>
        <div><small>{t("import.rows")}</small><b>{i.total || i.rows ? numberText(i.total || i.rows) : numberText(i.plan.rows_seen)}</b><small>{t("import.rows_seen", { n: i.plan.rows_seen })}</small></div>
      </div>
      {missing && <Alert type="error" showIcon role="alert" title={t("import.missing", { what: missing })} />}
      <section className="card related">
        <header><h2>{t("import.step_check")} <small>{t("import.count_columns", { n: columns.length, m: columns.filter((c) => c.field).length })}</small></h2></header>
        <div className="scroll">
          <table className="plain">
            <thead><tr><th>{t("import.column")}</th><th>{t("import.sample")}</th><th>{t("import.field")}</th><th>{t("import.how")}</th></tr></thead>
            <tbody>
              {columns.map((c) => (
                <tr key={c.index}>
                  <td>{c.header || `#${c.index + 1}`}</td>
                  <td className="quiet">{c.sample?.slice(0, 2).join(" / ").slice(0, 40)}</td>
                  <td><Select aria-label={c.header} variant="filled" style={{ width: 200 }} showSearch={{ optionFilterProp: "label" }} value={c.field} options={options} onChange={(v: string) => void map(c.header, v)} /></td>
                  <td className={c.field && (confidence[c.how] ?? 0) < 90 ? "late" : "quiet"}>{t("import.by_" + (c.field ? c.how : "none"))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <div className="import-foot">
        <Button onClick={() => void navigate("/imports?type=" + i.type)}>{t("import.back")}</Button>
        <Button loading={busy} disabled={!!missing} onClick={() => void start(true)}>{t("import.dry")}</Button>
        <span className="grow" />
        <span className="quiet">{t("import.mode")}</span>
        <Segmented aria-label={t("import.mode")} value={mode} onChange={(v) => setMode(String(v))} options={["create", "upsert", "update"].map((v) => ({ value: v, label: t("import." + v) }))} />
        {mode !== "create" && <><span className="quiet">{t("import.key")}</span><Select aria-label={t("import.key")} value={key} options={keys} style={{ width: 150 }} onChange={setKey} /></>}
        <Button type="primary" loading={busy} disabled={!!missing || (mode !== "create" && !key)} onClick={() => void start(false)}>{t("import.start")}</Button>
      </div>
    </>
  );
}

function Running({ i, keep }: { i: ImportState; keep: (x: ImportState) => void }) {
  const notify = useNotify();
  const percent = i.total ? Math.min(100, Math.round((100 * i.done) / i.total)) : undefined;
  return (
    <section className="card" aria-live="polite">
      <header><h2>{t("import.state." + i.state)}</h2><Button size="small" onClick={() => void post<ImportState>(`/sys/imports/${i.id}/cancel`).then(keep).catch(notify.failed)}>{t("import.cancel")}</Button></header>
      <Progress percent={percent ?? 0} status="active" showInfo={percent !== undefined} />
      <p>{t("import.progress", { done: numberText(Math.max(i.done, i.rows)), rate: numberText(i.rows_per_second ?? 0) })}</p>
      <p className="quiet">{t("import.started_says")}</p>
    </section>
  );
}

function Result({ i, type, keep }: { i: ImportState; type: RecordType; keep: (x: ImportState) => void }) {
  const notify = useNotify();
  const refresh = useRefresh();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const counts = (["created", "updated", "unchanged", "refused", "warned", "undone", "kept"] as const).filter((k) => i[k] > 0 || k === "created");
  const undo = () => modal.confirm({ title: t("import.undo"), content: t("import.undo_ask"), okText: t("import.undo"), cancelText: t("act.cancel"), onOk: () => post<ImportState>(`/sys/imports/${i.id}/undo`).then(keep).then(() => refresh(type.name)).catch(notify.failed) });
  return (
    <>
      <section className="card">
        <header><h2><CheckCircleFilled style={{ color: i.state === "failed" ? "var(--red)" : "var(--grn)" }} /> {t("import.result")} · {t("import.state." + i.state)}</h2></header>
        {i.message && <Alert type="error" showIcon title={i.message} />}
        <div className="kpis">{counts.map((k) => <div key={k}><small>{t("import." + k)}</small><b className={k === "refused" ? "late" : ""}>{numberText(i[k])}</b></div>)}</div>
      </section>
      <div className="import-foot">
        {i.refused > 0 && <Button onClick={() => void download(`/sys/imports/${i.id}/refused?format=xlsx`).catch(notify.failed)}>{t("import.refused_file")}</Button>}
        {i.state === "done" && !i.dry_run && <Button icon={<UndoOutlined />} onClick={undo}>{t("import.undo")}</Button>}
        {(i.state === "failed" || i.state === "cancelled") && <Button onClick={() => void post<ImportState>(`/sys/imports/${i.id}/resume`).then(keep).catch(notify.failed)}>{t("import.resume")}</Button>}
        <span className="grow" />
        <Button onClick={() => void navigate("/imports?type=" + i.type)}>{t("import.again")}</Button>
        {i.state === "done" && <Link to={listPath(type.name) + "?sort=-created_at&view=all"}><Button type="primary">{t("import.see", { what: type.plural })}</Button></Link>}
      </div>
    </>
  );
}
