// What came of an import: counts, the rows that stayed out, warnings by kind,
// and the way back.
import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, RollbackOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { post, query } from "../../api/client";
import type { ImportState } from "../../api/types";
import { durationText } from "../../format";
import { t } from "../../i18n";
import { recordPath, useKnown } from "../../model";
import { useNotify, useRefresh } from "../../saving";
import { Card, thousands, When } from "../desk";
import { Kinds } from "./kinds";
import { useMending } from "./mend";
import { cameIn, useColleague, useProblems } from "./parts";
import { Refused } from "./refused";

export function Result({ now }: { now: ImportState }) {
  const type = useKnown().types.get(now.type);
  const mending = useMending(now, type);
  return (
    <div className="imp-result">
      <Summary now={now} />
      {type && (now.refused > 0 || mending.results.size > 0) && <Refused now={now} type={type} mending={mending} />}
      {now.state !== "undone" && <Doubles now={now} />}
      {type && <Kinds now={now} type={type} mending={mending} />}
    </div>
  );
}

/** seen is the list of what an import made, by time: records do not remember their import. */
function seen(now: ImportState): string {
  if (!now.started_at || !now.ended_at) return `/t/${now.type}`;
  const at = now.created ? "created_at" : "updated_at";
  return `/t/${now.type}` + query({ view: "all", f: `${at} >= "${now.started_at}" and ${at} <= "${now.ended_at}"`, sort: "-" + at });
}

function useActs(now: ImportState) {
  const client = useQueryClient();
  const notify = useNotify();
  const refresh = useRefresh();
  const { modal } = App.useApp();
  const act = async (verb: string) => {
    try {
      client.setQueryData(["import", now.id], await post<ImportState>(`/sys/imports/${now.id}/${verb}`));
      refresh(now.type);
    } catch (e) {
      notify.failed(e);
    }
    void client.invalidateQueries({ queryKey: ["import", now.id] });
  };
  const { types } = useKnown();
  const also = (now.beside ?? []).filter((b) => b.created + b.updated > 0).map((b) => t("imp.count_of", { n: thousands(b.created + b.updated), what: types.get(b.type)?.label ?? b.type }));
  const undo = () => modal.confirm({
    title: t("imp.undo_ask"), okText: t("imp.undo_do"), cancelText: t("imp.undo_not"), okButtonProps: { danger: true }, icon: null,
    content: <p className="second">{t("imp.undo_says", { created: thousands(now.created), updated: thousands(now.updated) })}{also.length > 0 && " " + t("imp.undo_beside", { what: also.join(t("desk.comma")) })}</p>, onOk: () => act("undo"),
  });
  return { undo, resume: () => act("resume") };
}

const icons = { done: <CheckCircleFilled className="grn" />, failed: <CloseCircleFilled className="red" />, cancelled: <ExclamationCircleFilled className="amb" />, undone: <RollbackOutlined className="soft" /> } as Record<string, React.ReactNode>;
const all = [["created", "ac"], ["updated", "t3"], ["joined", "acline"], ["unchanged", "bar"], ["refused", "red"]] as const;

function Summary({ now }: { now: ImportState }) {
  const { undo, resume } = useActs(now);
  const navigate = useNavigate();
  const who = useWho(now);
  const parts = all.filter(([n]) => n !== "joined" || now.joined > 0);
  const took = now.started_at && now.ended_at ? (Date.parse(now.ended_at) - Date.parse(now.started_at)) / 1000 : 0;
  const stopped = now.state === "failed" || now.state === "cancelled";
  const { types } = useKnown();
  const beside = now.beside ?? [];
  const stored = now.created + now.updated + cameIn(now);
  const what = [{ type: now.type, created: now.created, updated: now.updated }, ...beside].filter((b) => b.created + b.updated > 0).map((b) => t("imp.count_of", { n: thousands(b.created + b.updated), what: types.get(b.type)?.label ?? b.type })).join(t("desk.comma"));
  const none = now.state === "done" && stored + now.unchanged === 0 && now.refused > 0;
  const facts = [took >= 1 ? t("imp.took", { time: durationText(took) }) : "", now.rows_per_second ? t("imp.rate", { rate: thousands(now.rows_per_second) }) : ""].filter(Boolean);
  return (
    <Card label={t("imp.step_result")}>
      <div className="imp-sum">
        <span className="icon" aria-hidden="true">{icons[none ? "cancelled" : now.state]}</span>
        <div className="text">
          <h2 role="status">{now.state === "done" && cameIn(now) ? t("imp.ended_beside", { what }) : t(none ? "imp.ended_none" : now.state === "undone" && !now.kept ? "imp.ended_undone_all" : "imp.ended_" + now.state, { n: thousands(stored), undone: thousands(now.undone), kept: thousands(now.kept) })}</h2>
          <p className="second">{now.message && <span className="red">{now.message} </span>}{facts.map((f) => f + " · ")}<When at={now.ended_at || now.started_at || now.created_at} />{who && " · " + who}</p>
        </div>
        <span className="imp-acts">
          {stopped && <Button onClick={() => void resume()}>{t("imp.resume")}</Button>}
          {(now.state === "done" || stopped) && stored > 0 && <Button icon={<RollbackOutlined />} onClick={undo}>{t("imp.undo")}</Button>}
          {now.state === "done" && stored > 0 && <Button type="primary" onClick={() => void navigate(seen(now))}>{t("imp.see")}</Button>}
        </span>
      </div>
      <div className="rail" aria-hidden="true">{parts.filter(([n]) => now[n] > 0).map(([n, c]) => <i key={n} style={{ flex: now[n], minWidth: 4, background: `var(--${c})` }} />)}</div>
      <dl className="imp-counts">
        {parts.map(([n, c]) => <div key={n}><dt><i style={{ background: `var(--${c})` }} aria-hidden="true" />{t("imp." + n)}</dt><dd>{thousands(now[n])}</dd><dd className="note">{n === "joined" && beside.length ? t("imp.note_beside", { what: types.get(now.type)?.label ?? now.type }) : t("imp.note_" + n)}</dd></div>)}
        {beside.map((b) => <div key={b.type}><dt>{types.get(b.type)?.plural ?? b.type}</dt><dd>{thousands(b.created + b.updated)}</dd><dd className="note">{[b.updated || b.created ? t("imp.beside_new", { n: thousands(b.created) }) : "", b.updated ? t("imp.beside_updated", { n: thousands(b.updated) }) : "", b.unchanged ? t("imp.unchanged_n", { n: thousands(b.unchanged) }) : "", b.undone ? t("imp.beside_undone", { n: thousands(b.undone) }) : "", b.kept ? t("imp.note_kept", { n: thousands(b.kept) }) : ""].filter(Boolean).join(t("desk.comma"))}</dd></div>)}
        <div><dt>{t("imp.warned")}</dt><dd>{thousands(now.warned)}</dd><dd className="note">{t("imp.note_warned")}</dd></div>
        {now.undone + now.kept > 0 && <div><dt>{t("imp.undone")}</dt><dd>{thousands(now.undone)}</dd><dd className="note">{now.kept ? t("imp.note_kept", { n: thousands(now.kept) }) : ""}</dd></div>}
      </dl>
    </Card>
  );
}

/** useWho says who brought it in, and for whom. */
function useWho(now: ImportState): string {
  const by = useColleague(now.by)?.title ?? "", behalf = useColleague(now.on_behalf)?.title ?? "";
  return by && behalf ? t("imp.behalf_of", { by, who: behalf }) : by;
}

/** Doubles lists what came in beside what it looks like. */
function Doubles({ now }: { now: ImportState }) {
  const list = useProblems(now).data?.doubles ?? [];
  const [all, setAll] = useState(false);
  if (!list.length) return null;
  const shown = all ? list.slice(0, 500) : list.slice(0, 10);
  return (
    <Card flush title={t("imp.doubles")} count={t("imp.doubles_says", { n: thousands(list.length) })}>
      <div className="imp-refused">
        <table className="deskt cardy">
          <thead><tr><th>{t("imp.line")}</th><th>{t("imp.row_in")}</th><th>{t("imp.like")}</th><th>{t("imp.told_why")}</th></tr></thead>
          <tbody>
            {shown.map((d) => (
              <tr key={d.line}>
                <td className="soft" data-label={t("imp.line")}>{thousands(d.line)}</td>
                <td><Link to={recordPath(now.type, d.record)}>{d.title || t("imp.see_record")}</Link></td>
                <td>{d.other ? <><Link to={recordPath(now.type, d.other)}>{d.otherTitle || t("imp.see_record")}</Link> <small className="soft">{d.otherNumber}</small></> : <span className="soft">{t("imp.inside_file")}</span>}</td>
                <td className="second">{d.says}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < Math.min(list.length, 500) && <div className="more"><button type="button" className="as-link" onClick={() => setAll(true)}>{t("desk.more")}</button></div>}
    </Card>
  );
}
