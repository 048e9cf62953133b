// What is to be done with each kind of trouble, said before an import starts:
// leave the rows out, leave the cell empty, update what is there, or what an
// unknown value stands for. It stands with the import, which does it itself.
import { useQueryClient } from "@tanstack/react-query";
import { CheckCircleOutlined } from "@ant-design/icons";
import { Select } from "antd";
import { ask } from "../../api/client";
import type { Decision, Field, ImportState, RecordType } from "../../api/types";
import { t } from "../../i18n";
import { kindOf } from "../../fields";
import { useMay } from "../../rights";
import { useNotify } from "../../saving";
import { thousands } from "../desk";
import { isPicked } from "./mend";
import { columnsOf, keysOf, labelOf, placesOf, type ProblemKind } from "./parts";
import { Box } from "./refused";

const none: Decision[] = [];
const isOf = (k: ProblemKind) => (d: Decision) => d.path === k.path && d.code === k.code;

/** sending keeps an import's decisions in the order they were made. */
const sending = new Map<string, Promise<unknown>>();

/** useDecisions is what was decided of an import's troubles, and a way to change it. */
function useDecisions(now: ImportState): [Decision[], (next: Decision[]) => void] {
  const client = useQueryClient();
  const notify = useNotify();
  const change = (decisions: Decision[]) => {
    client.setQueryData<ImportState>(["import", now.id], (i) => i && { ...i, decisions });
    const before = sending.get(now.id) ?? Promise.resolve();
    const mine = before.then(() => ask("PUT", `/sys/imports/${now.id}/decisions`, { decisions })).catch(notify.failed).finally(() => {
      if (sending.get(now.id) !== mine) return;
      sending.delete(now.id);
      void client.invalidateQueries({ queryKey: ["import", now.id] });
      void client.invalidateQueries({ queryKey: ["import-preview", now.id] });
    });
    sending.set(now.id, mine);
  };
  return [now.decisions ?? none, change];
}

/** decided waits until all that was decided of an import is with the server. */
export const decided = (id: string) => sending.get(id) ?? Promise.resolve();

/** waysOf are the ways a kind of trouble can be handled, besides leaving its rows out. */
function waysOf(kind: ProblemKind, type: RecordType, now: ImportState, mayUpdate: boolean): { field?: Field; ways: Decision["do"][] } {
  const field = columnsOf(type).get(kind.path);
  if (!kind.refused || !field || !placesOf(type).some((f) => f.name === field.name)) return { ways: [] };
  const update = kind.code === "not_unique" && mayUpdate && keysOf(type, now.plan.columns).includes(field);
  const empty = kind.code !== "not_unique" && field.required !== "true";
  return { field, ways: [...(update ? ["update" as const] : []), ...(empty ? ["empty" as const] : [])] };
}

/** useAsked tells of which kinds it is asked what is to be done. */
export function useAsked(now: ImportState, type: RecordType): (kind: ProblemKind) => boolean {
  const may = useMay();
  return (kind) => {
    const { field, ways } = waysOf(kind, type, now, may(type.name, "update"));
    return !!field && (ways.length > 0 || (isPicked(field) && kind.values.size > 0));
  };
}

const mostValues = 8;

/** Handle asks what is to be done with a kind of trouble. */
export function Handle({ kind, now, type }: { kind: ProblemKind; now: ImportState; type: RecordType }) {
  const may = useMay();
  const [all, put] = useDecisions(now);
  const { field, ways } = waysOf(kind, type, now, may(type.name, "update"));
  const picks = !!field && isPicked(field) && kind.values.size > 0;
  if (!field || (!ways.length && !picks)) return null;
  const said: Decision = all.find(isOf(kind)) ?? { path: kind.path, code: kind.code, do: "out" };
  const set = (d: Decision) => {
    const rest = all.filter((x) => !isOf(kind)(x));
    put(d.do === "out" && !d.means ? rest : [...rest, d]);
  };
  const mean = (value: string, to: unknown) => {
    const means = Object.fromEntries(Object.entries({ ...said.means, [value]: to }).filter(([, v]) => v !== "" && v !== undefined));
    set({ path: said.path, code: said.code, do: said.do, ...(Object.keys(means).length ? { means } : {}) });
  };
  const values = [...kind.values].sort((a, b) => b[1].length - a[1].length).slice(0, mostValues);
  return (
    <span className="kind-acts">
      {picks && <span className="kind-means">{values.map(([value, lines]) => <label key={value}><span className="cut" title={value}>{t("imp.value_n", { value, n: thousands(lines.length) })}</span><i aria-hidden="true">→</i><Box field={field} value={said.means?.[value]} set={(v) => mean(value, v)} /></label>)}</span>}
      <span className="kind-way">{t(picks ? "handle.rest" : "handle.with")}
        <Select size="small" variant="filled" aria-label={t("handle.of", { what: `${labelOf(type, kind.path)} ${kind.says}` })} value={said.do} popupMatchSelectWidth={false}
          options={(["out", ...ways] as const).map((w) => ({ value: w, label: t("handle." + w, { field: field.label }) }))} onChange={(d: Decision["do"]) => set({ ...said, do: d })} />
      </span>
    </span>
  );
}

/** useHandled is how many rows of some kinds will be handled as was said. */
export function useHandled(now: ImportState, kinds: ProblemKind[]): number {
  const lines = new Set<number>();
  for (const k of kinds) {
    const d = k.refused ? (now.decisions ?? none).find(isOf(k)) : undefined;
    if (!d) continue;
    if (d.do !== "out") k.lines.forEach((n) => lines.add(n));
    for (const [value, of] of k.values) if (d.means && value in d.means) of.forEach((n) => lines.add(n));
  }
  return lines.size;
}

/** Settled lists decisions whose trouble is seen no more, each with the way back. */
export function Settled({ now, type, kinds }: { now: ImportState; type: RecordType; kinds: ProblemKind[] }) {
  const [all, put] = useDecisions(now);
  const fields = columnsOf(type);
  const gone = all.filter((d) => !kinds.some((k) => k.refused && isOf(k)(d)));
  return gone.map((d) => {
    const field = fields.get(d.path);
    if (!field) return null;
    const means = Object.entries(d.means ?? {});
    return (
      <li key={`${d.path}:${d.code}`} className="grn">
        <CheckCircleOutlined aria-hidden="true" />
        <span>
          <b>{t("handle.settled", { field: field.label })}</b>
          <small className="second">{means.map(([v, to]) => <span key={v}>{v} → {kindOf(field).show(to, field, "cell")}{t("handle.semi")}</span>)}{(d.do !== "out" || !means.length) && (means.length ? t("handle.rest") : "") + t("handle." + d.do, { field: field.label })}</small>
        </span>
        <button type="button" className="as-link" aria-label={t("handle.undo_of", { field: field.label })} onClick={() => put(all.filter((x) => x !== d))}>{t("handle.undo")}</button>
      </li>
    );
  });
}
