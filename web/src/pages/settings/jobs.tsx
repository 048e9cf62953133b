// Long work: what runs, how far it is, how it ended; it may be stopped.
import { Button, Checkbox } from "antd";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, post, query } from "../../api/client";
import { durationText } from "../../format";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { useNotify } from "../../saving";
import { endedShort, titleOf, type Job } from "../../shell/work";
import { Card, Failed, Loading, State, thousands, When } from "../desk";

const tones: Record<string, string> = { waiting: "", running: "ac", done: "grn", failed: "red", cancelled: "amb" };
const moving = (j: Job) => j.state === "running" || j.state === "waiting";

export function Jobs() {
  const { admin } = useKnown().session.user;
  const [all, setAll] = useState(admin);
  const client = useQueryClient();
  const notify = useNotify();
  const list = useInfiniteQuery({
    queryKey: ["jobs", all], initialPageParam: "", queryFn: ({ pageParam, signal }) => get<{ items: Job[]; next_page_token: string }>("/sys/jobs" + query({ all: all ? "true" : undefined, page_size: 50, page_token: pageParam }), signal),
    getNextPageParam: (last) => last.next_page_token || undefined, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items.some(moving)) ? 1000 : 10_000),
  });
  const act = async (j: Job, verb: string) => {
    try {
      await post(`/sys/jobs/${j.id}/${verb}`);
    } catch (e) {
      notify.failed(e);
    }
    void client.invalidateQueries({ queryKey: ["jobs"] });
  };
  // What nobody started is told only while it is not done: such jobs run every few minutes.
  const rows = (list.data?.pages.flatMap((p) => p.items) ?? []).filter((j) => j.title || j.state !== "done");
  return (
    <Card flush title={t("set.jobs")} count={t("set.jobs_say")} end={admin && <Checkbox checked={all} onChange={(e) => setAll(e.target.checked)}>{t("set.of_all")}</Checkbox>}>
      {list.isPending ? <Loading /> : list.isError ? <Failed error={list.error} again={() => void list.refetch()} /> : rows.length === 0 ? <div className="empty"><p>{t("set.no_jobs")}</p></div> : (
        <table className="deskt cardy">
          <thead><tr><th>{t("set.what")}</th><th>{t("set.state")}</th><th>{t("set.progress")}</th><th>{t("set.started")}</th><th>{t("set.took")}</th><th><span className="soft" /></th></tr></thead>
          <tbody>
            {rows.map((j) => (
              <tr key={j.id}>
                <td>{titleOf(j)}{j.message && <div className="small red">{j.message}</div>}</td>
                <td><State tone={tones[j.state]}>{t("set.job_" + j.state)}{j.attempt > 1 && moving(j) ? ` · ${t("set.attempt", { n: j.attempt })}` : ""}</State></td>
                <td><Pace job={j} /></td>
                <td className="soft"><When at={j.started_at || j.created_at} /></td>
                <td className="soft">{j.started_at && j.ended_at ? durationText(Math.max(1, (Date.parse(j.ended_at) - Date.parse(j.started_at)) / 1000)) : null}</td>
                <td className="acts">{moving(j) ? <Button size="small" onClick={() => void act(j, "cancel")}>{t("set.stop")}</Button> : endedShort(j) ? <Button size="small" title={t("tray.again_says")} onClick={() => void act(j, "again")}>{t("act.again")}</Button> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && <div className="more"><button type="button" className="as-link" onClick={() => void list.fetchNextPage()}>{t("desk.more")}</button></div>}
    </Card>
  );
}

function Pace({ job }: { job: Job }) {
  if (!moving(job)) return job.done ? <span className="num">{thousands(job.done)}</span> : null;
  const part = job.total ? Math.min(100, (100 * job.done) / job.total) : 0;
  const took = job.started_at ? (Date.now() - Date.parse(job.started_at)) / 1000 : 0;
  const left = job.total && job.done > 0 && took > 1 ? ((job.total - job.done) * took) / job.done : 0;
  return (
    <div className="set-pace">
      <div className="rail" role="progressbar" aria-valuenow={Math.round(part)} aria-valuemin={0} aria-valuemax={100} aria-label={job.title || job.kind}><i style={{ width: `${part}%` }} /></div>
      <small className="soft">{job.total ? `${thousands(job.done)} / ${thousands(job.total)}` : thousands(job.done)}{left > 0 ? ` · ${t("set.left", { time: durationText(left) })}` : ""}</small>
    </div>
  );
}
