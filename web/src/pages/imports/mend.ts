// Trying refused rows again: what was changed in them, kept on this device
// until it is in, and what came of it.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import type { Field, ImportState, RecordType, Values } from "../../api/types";
import { t } from "../../i18n";
import { keep, kept } from "../../kept";
import { useKnown } from "../../model";
import { useNotify, useRefresh, wire } from "../../saving";
import { thousands } from "../desk";
import { columnsOf, type ImportRow } from "./parts";

/** Said is what was changed in rows, by line and field. */
export type Said = Record<number, Values>;

/** Way is how rows are tried when not as the import itself went. */
export interface Way { mode: string; key: string }

/** mostAtOnce is how many rows the server tries in one request. */
const mostAtOnce = 500;

/** isPicked tells fields whose value is chosen from a list, not typed. */
export const isPicked = (f: Field) => !!f.choices || !!f.to || ["bool", "user", "department"].includes(f.kind);

/** Mending is what the parts of the result page do with refused rows. */
export interface Mending { said: Said; results: Map<number, ImportRow>; busy: boolean; set: (line: number, field: string, v: unknown) => void; drop: () => void; attempt: (rows: Said, way?: Way) => Promise<void> }

/** useMending keeps what is changed and tries rows; results are of rows tried since the page was opened. */
export function useMending(now: ImportState, type: RecordType | undefined): Mending {
  const client = useQueryClient();
  const notify = useNotify();
  const refresh = useRefresh();
  const { session } = useKnown();
  const key = `kd.mend.${session.user.id}.${now.id}`;
  const [said, setSaid] = useState<Said>(() => kept<Said>(key, {}));
  const [results, setResults] = useState(new Map<number, ImportRow>());
  const [busy, setBusy] = useState(false);
  const put = (next: Said) => {
    setSaid(next);
    const sealed = new Set([...(type ? columnsOf(type).values() : [])].filter((f) => f.sealed).map((f) => f.name));
    const plain = Object.entries(next).map(([line, v]) => [line, Object.fromEntries(Object.entries(v).filter(([f]) => !sealed.has(f)))] as const).filter(([, v]) => Object.keys(v).length);
    keep(key, plain.length ? Object.fromEntries(plain) : undefined);
  };
  const attempt = async (rows: Said, way?: Way) => {
    const list = Object.entries(rows).map(([line, values]) => ({ line: Number(line), values: wire(values) }));
    setBusy(true);
    let went = 0, tried = 0;
    const left = { ...said };
    const seen = new Map(results);
    try {
      for (let i = 0; i < list.length; i += mostAtOnce) {
        const got = await post<{ import: ImportState; items: ImportRow[] }>(`/sys/imports/${now.id}/mend`, { rows: list.slice(i, i + mostAtOnce), ...way });
        tried += got.items.length; // with rows that go with them
        for (const r of got.items) {
          seen.set(r.line, { ...r, mended: rows[r.line] });
          if (r.action === "refused") continue;
          went++;
          delete left[r.line];
        }
        client.setQueryData(["import", now.id], got.import);
      }
      notify.said(t(went === tried ? "mend.all_in" : "mend.some_in", { n: thousands(went), out: thousands(tried - went) }));
    } catch (e) {
      notify.failed(e);
    }
    setResults(seen);
    put(left);
    setBusy(false);
    if (went) refresh(now.type);
    void client.invalidateQueries({ queryKey: ["import-problems", now.id] });
  };
  return { said, results, busy, set: (line, field, v) => put({ ...said, [line]: { ...said[line], [field]: v } }), drop: () => put({}), attempt };
}
