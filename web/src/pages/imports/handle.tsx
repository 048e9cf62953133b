// What is to be done with each kind of trouble, said before an import starts:
// leave the rows out, leave the cell empty, update what is there, or what an
// unknown value stands for. It is kept on this device and done when the
// result is there, by the same mending that one does by hand afterwards.
import { Select } from "antd";
import { useEffect, useRef, useState } from "react";
import type { Field, ImportState, RecordType } from "../../api/types";
import { t } from "../../i18n";
import { useKept } from "../../kept";
import { fieldsOf, useKnown } from "../../model";
import { useMay } from "../../rights";
import { thousands } from "../desk";
import { isPicked, type Mending, type Said } from "./mend";
import { fillable, keysOf, labelOf, useProblems, type ProblemKind } from "./parts";
import { Box } from "./refused";

/** Handling is what is said of one kind of trouble; means: what unknown values stand for. */
interface Handling { do: "out" | "empty" | "update"; means?: Record<string, unknown> }
type Handlings = Record<string, Handling>;

const none: Handlings = {};
const keyOf = (k: ProblemKind) => `${k.path}:${k.code}`;

/** useHandlings is what was said of an import's troubles. */
function useHandlings(now: ImportState) {
  const { session } = useKnown();
  return useKept<Handlings>(`kd.handle.${session.user.id}.${now.id}`, none);
}

/** waysOf are the ways a kind of trouble can be handled, besides leaving its rows out. */
function waysOf(kind: ProblemKind, type: RecordType, now: ImportState, mayUpdate: boolean): { field?: Field; ways: Handling["do"][] } {
  const field = fieldsOf(type).get(kind.path);
  if (!kind.refused || !field || !fillable(type).some((f) => f.name === field.name)) return { ways: [] };
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
  const [all, put] = useHandlings(now);
  const { field, ways } = waysOf(kind, type, now, may(type.name, "update"));
  const picks = !!field && isPicked(field) && kind.values.size > 0;
  if (!field || (!ways.length && !picks)) return null;
  const said: Handling = all[keyOf(kind)] ?? { do: "out" };
  const set = (h: Handling) => {
    const rest = Object.fromEntries(Object.entries(all).filter(([k]) => k !== keyOf(kind)));
    const next = h.do === "out" && !h.means ? rest : { ...rest, [keyOf(kind)]: h };
    put(Object.keys(next).length ? next : undefined);
  };
  const mean = (value: string, to: unknown) => {
    const means = Object.fromEntries(Object.entries({ ...said.means, [value]: to }).filter(([, v]) => v !== "" && v !== undefined));
    set({ do: said.do, ...(Object.keys(means).length ? { means } : {}) });
  };
  const values = [...kind.values].sort((a, b) => b[1].length - a[1].length).slice(0, mostValues);
  return (
    <span className="kind-acts">
      {picks && <span className="kind-means">{values.map(([value, lines]) => <label key={value}><span className="cut" title={value}>{t("imp.value_n", { value, n: thousands(lines.length) })}</span><i aria-hidden="true">→</i><Box field={field} value={said.means?.[value]} set={(v) => mean(value, v)} /></label>)}</span>}
      <span className="kind-way">{t(picks ? "handle.rest" : "handle.with")}
        <Select size="small" variant="filled" aria-label={t("handle.of", { what: `${labelOf(type, kind.path)} ${kind.says}` })} value={said.do} popupMatchSelectWidth={false}
          options={(["out", ...ways] as const).map((w) => ({ value: w, label: t("handle." + w, { field: field.label }) }))} onChange={(d: Handling["do"]) => set({ ...said, do: d })} />
      </span>
    </span>
  );
}

/** useHandled is how many rows will be handled as was said. */
export function useHandled(now: ImportState, kinds: ProblemKind[]): number {
  const [all] = useHandlings(now);
  const lines = new Set<number>();
  for (const k of kinds) {
    const h = k.refused ? all[keyOf(k)] : undefined;
    if (h) for (const n of Object.keys(rowsOf(k, h))) lines.add(Number(n));
  }
  return lines.size;
}

// rowsOf is what a decision makes of a kind's rows.
function rowsOf(k: ProblemKind, h: Handling): Said {
  const rows: Said = {};
  if (h.do !== "out") for (const n of k.lines) rows[n] = h.do === "empty" ? { [k.path]: "" } : {};
  for (const [value, lines] of k.values) if (h.means && value in h.means) for (const n of lines) rows[n] = { [k.path]: h.means[value] };
  return rows;
}

/** Handled does what was said before, once an import is through. */
export function Handled({ now, mending }: { now: ImportState; mending: Mending }) {
  const [all, put] = useHandlings(now);
  const problems = useProblems(now);
  const begun = useRef(false);
  const [doing, setDoing] = useState(false);
  const due = now.state === "done" && Object.keys(all).length > 0;
  const kinds = problems.data?.kinds;
  useEffect(() => {
    if (!due || begun.current || (now.refused > 0 && !kinds)) return;
    begun.current = true;
    setDoing(true);
    void (async () => {
      const rows: Said = {};
      const updates = new Map<string, Said>();
      for (const k of kinds ?? []) {
        const h = k.refused ? all[keyOf(k)] : undefined;
        if (!h) continue;
        const into = h.do === "update" ? (updates.get(k.path) ?? updates.set(k.path, {}).get(k.path)!) : rows;
        for (const [n, values] of Object.entries(rowsOf(k, h))) into[Number(n)] = { ...into[Number(n)], ...values };
      }
      put(undefined);
      if (Object.keys(rows).length) await mending.attempt(rows);
      for (const [key, list] of updates) await mending.attempt(list, { mode: "update", key });
      setDoing(false);
    })();
  }, [due, kinds, now.refused]);
  return doing ? <p className="second" role="status">{t("handle.doing")}</p> : null;
}
