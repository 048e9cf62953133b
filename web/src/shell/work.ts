// Long work of this person, from wherever it is done: jobs and imports at the
// server, files on their way in this window.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { get, post, query, transfersNow } from "../api/client";
import type { ImportState } from "../api/types";
import { useKept } from "../kept";
import { sizeText } from "../format";
import { t } from "../i18n";
import { useKnown } from "../model";

/** Job is a piece of work in the background as the API tells it. */
export interface Job {
  id: string; kind: string; actor?: string; state: string; title?: string; note?: string; done: number; total?: number; attempt: number; message?: string;
  created_at: string; started_at?: string; ended_at?: string;
}

/** Work is one line of the tray. rate is per second; left in seconds, 0 while nobody can tell. */
export interface Work {
  key: string; title: string; state: "running" | "waiting" | "done" | "failed" | "cancelled"; says: string; done: number; total: number; rate: number; left: number;
  to?: string; stop?: () => Promise<unknown>; undo?: () => Promise<unknown>; again?: () => Promise<unknown>;
}

/** Bulk is a change of many records as the API tells it. */
interface Bulk { id: string; type: string; state: string; job: string; changed: number; refused: number; undone: number; undoable: boolean }

/** endedShort tells whether a job may be tried again. */
export const endedShort = (j: { state: string }) => j.state === "failed" || j.state === "cancelled";

/** moving tells whether a job still has work to do. */
export const moving = (j: { state: string }) => j.state === "running" || j.state === "waiting";

const recent = 30 * 60_000;

/** titleOf names a job that nobody started by what it does. */
export const titleOf = (j: Job) => {
  if (j.title) return j.title;
  const key = "job.kind_" + j.kind.replace(".", "_");
  const said = t(key);
  return said === key ? t("job.routine", { kind: j.kind }) : said;
};

const subscribe = (f: () => void) => {
  window.addEventListener("kd:transfers", f);
  return () => window.removeEventListener("kd:transfers", f);
};

function useTransfers(): Work[] {
  const list = useSyncExternalStore(subscribe, transfersNow);
  return useMemo(() => list.map((x) => {
    const took = (Date.now() - x.begun) / 1000;
    const rate = took > 0.5 ? x.done / took : 0;
    return {
      key: "file-" + x.id, title: x.name ? t(x.way === "up" ? "tray.sending" : "tray.fetching", { file: x.name }) : t("tray.preparing"), state: "running" as const, done: x.done, total: x.total,
      rate: 0, left: x.total && rate ? (x.total - x.done) / rate : 0, says: x.total ? `${sizeText(x.done)} / ${sizeText(x.total)}` : sizeText(x.done), stop: x.stop && (() => Promise.resolve(x.stop!())),
    };
  }), [list]);
}

// How fast a job goes, from one look at it to the next.
function useRates() {
  const seen = useRef(new Map<string, { at: number; done: number; rate: number }>());
  return (j: Job): number => {
    const now = Date.now(), old = seen.current.get(j.id);
    if (!old) {
      const took = j.started_at ? (now - Date.parse(j.started_at)) / 1000 : 0;
      const rate = took > 1 ? j.done / took : 0;
      seen.current.set(j.id, { at: now, done: j.done, rate });
      return rate;
    }
    if (now - old.at < 900) return old.rate;
    const fresh = Math.max(0, (1000 * (j.done - old.done)) / (now - old.at));
    const rate = old.rate ? 0.6 * old.rate + 0.4 * fresh : fresh;
    seen.current.set(j.id, { at: now, done: j.done, rate });
    return rate;
  };
}

/** useWork is everything that runs or ended lately, and a way to put the ended out of sight. */
export function useWork() {
  const { session } = useKnown();
  const me = session.user;
  const client = useQueryClient();
  const files = useTransfers();
  const rateOf = useRates();
  const [gone, setGone] = useKept<string[]>("kd.tray.gone." + me.id, nothing);
  const jobs = useQuery({
    queryKey: ["jobs", "tray"], staleTime: 900,
    queryFn: ({ signal }) => get<{ items: Job[] }>("/sys/jobs" + query({ page_size: 15 }), signal),
    refetchInterval: (q) => (q.state.data?.items.some(moving) ? 1000 : 20_000),
  });
  useEffect(() => {
    const look = () => void client.invalidateQueries({ queryKey: ["jobs"] });
    window.addEventListener("kd:work", look);
    return () => window.removeEventListener("kd:work", look);
  }, [client]);
  const shown = (jobs.data?.items ?? []).filter((j) => moving(j) || (j.ended_at && Date.now() - Date.parse(j.ended_at) < recent && !gone.includes(j.id)));
  const mark = shown.filter((j) => j.kind.startsWith("import")).map((j) => j.id + j.state).join();
  const imports = useQuery({ queryKey: ["imports", "tray", mark], enabled: mark !== "", staleTime: 60_000, queryFn: ({ signal }) => get<{ items: (ImportState & { job?: string })[] }>("/sys/imports" + query({ page_size: 15 }), signal) });
  const bulkMark = shown.filter((j) => j.kind.startsWith("bulk")).map((j) => j.id + j.state).join();
  const bulks = useQuery({ queryKey: ["bulks", "tray", bulkMark], enabled: bulkMark !== "", staleTime: 60_000, queryFn: ({ signal }) => get<{ items: Bulk[] }>("/sys/bulks" + query({ page_size: 15 }), signal) });
  // What a job did shows in lists: they are read again when it ends.
  const running = shown.filter(moving).map((j) => j.id).join();
  const before = useRef(running);
  useEffect(() => {
    const ended = before.current.split(",").filter((id) => id && !running.includes(id));
    before.current = running;
    if (ended.length) for (const key of ["list", "total", "count", "sum", "home", "related", "imports", "import"]) void client.invalidateQueries({ queryKey: [key] });
  }, [running, client]);
  const work = shown.map((j): Work => {
    const of = imports.data?.items.find((i) => i.job === j.id);
    const bulk = bulks.data?.items.find((b) => b.job === j.id);
    const rate = moving(j) ? rateOf(j) : 0;
    const look = () => client.invalidateQueries({ queryKey: ["jobs"] });
    const act = (path: string) => () => post(path).then(look);
    return {
      key: j.id, title: titleOf(j), state: j.state as Work["state"], done: j.done, total: j.total ?? 0, rate, left: j.total && rate > 0 ? (j.total - j.done) / rate : 0,
      says: j.state === "failed" ? (j.message ?? "") : moving(j) ? "" : of ? resultOf(of) : bulk ? bulkResult(bulk) : "", to: of && `/imports/${of.id}`,
      stop: moving(j) ? act(`/sys/jobs/${j.id}/cancel`) : undefined,
      again: endedShort(j) ? act(`/sys/jobs/${j.id}/again`) : undefined,
      undo: of && of.state === "done" && !of.dry_run && of.created + of.updated > 0 ? act(`/sys/imports/${of.id}/undo`) : bulk?.undoable && !moving(j) ? act(`/sys/bulks/${bulk.id}/undo`) : undefined,
    };
  });
  const clear = () => setGone([...shown.filter((j) => !moving(j)).map((j) => j.id), ...gone].slice(0, 50));
  return { work: [...files, ...work], clear };
}

const nothing: string[] = [];

const counted = (list: [string, number][]) => list.filter(([, n]) => n > 0).map(([k, n]) => t("tray." + k, { n: n.toLocaleString("en") })).join(" · ");
const resultOf = (i: ImportState) => counted([["created", i.created], ["updated", i.updated], ["refused", i.refused], ["undone", i.undone]]);
const bulkResult = (b: Bulk) => counted(b.undone ? [["undone", b.undone]] : [["updated", b.changed], ["refused", b.refused]]);
