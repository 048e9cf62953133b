// The first rows as they will be: each cell as its field understood it, what
// is wrong marked where it stands. Nothing is stored for it.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get, query } from "../../api/client";
import type { Field, FieldProblem, ImportState, RecordType } from "../../api/types";
import { kindOf } from "../../fields";
import { t } from "../../i18n";
import { useKnown } from "../../model";
import { Card, Failed, Loading, State, thousands } from "../desk";
import { decided } from "./handle";
import { besideOf, columnOf, columnsOf, gather, type ImportRow, type ProblemKind } from "./parts";

/** How is the way an import goes in. */
export interface How { mode: string; key: string; behalf: string; unread: string }

/** triedRows is how many rows a preview judges. */
const triedRows = 100;

/** usePreview judges the first rows under the plan and the way they are to go in. */
export function usePreview(now: ImportState, how: How, can: boolean) {
  const asked = useQuery<{ items: ImportRow[] | null }>({
    queryKey: ["import-preview", now.id, JSON.stringify(now.plan.columns.map((c) => c.field)), now.plan.format.encoding, how.mode, how.key, how.behalf, how.unread, JSON.stringify(now.decisions)],
    enabled: can, staleTime: 30_000, retry: false, placeholderData: (before, q) => (q?.queryKey[1] === now.id ? before : undefined),
    queryFn: ({ signal }) => decided(now.id).then(() => get<{ items: ImportRow[] | null }>(`/sys/imports/${now.id}/preview` + query({ mode: how.mode, key: how.mode === "create" ? "" : how.key, on_behalf: how.behalf, unread: how.unread, page_size: triedRows }), signal)),
  });
  const rows = useMemo(() => asked.data?.items ?? [], [asked.data]);
  const type = useKnown().types.get(now.type);
  const kinds = useMemo(() => kindsOf(type, rows), [type, rows]);
  return { rows, kinds, isPending: asked.isPending && can, error: asked.error, again: () => void asked.refetch() };
}

function kindsOf(type: RecordType | undefined, rows: ImportRow[]): ProblemKind[] {
  const kinds = new Map<string, ProblemKind>();
  gather(type, rows.filter((r) => r.was || r.action === "refused").map((r) => (r.was ? { ...r, errors: r.was } : r)), true, kinds);
  gather(type, rows.filter((r) => r.action !== "refused"), false, kinds);
  return [...kinds.values()].sort((a, b) => Number(b.refused) - Number(a.refused) || b.count - a.count);
}

/** picked are the rows worth a look: the first, and after them some with problems. */
function picked(rows: ImportRow[]): ImportRow[] {
  const first = rows.slice(0, 3);
  return [...first, ...rows.slice(3).filter((r) => r.errors?.length).slice(0, 4)].concat(rows.length < 7 ? rows.slice(3).filter((r) => !r.errors?.length) : []).sort((a, b) => a.line - b.line);
}

const tones: Record<string, string> = { created: "grn", updated: "ac", refused: "red" };

export function Preview({ now, type, of }: { now: ImportState; type: RecordType; of: ReturnType<typeof usePreview> }) {
  const known = useMemo(() => columnsOf(type), [type]);
  const fields = useMemo(() => [...new Set(now.plan.columns.map((c) => c.field).filter(Boolean))].map((n) => known.get(n)).filter((f): f is Field => !!f), [now.plan.columns, known]);
  if (!fields.length) return null;
  return (
    <Card flush title={t("imp.as_it_will")} count={of.rows.length ? t("imp.as_it_will_says", { n: thousands(of.rows.length) }) : undefined}>
      {of.error ? <Failed error={of.error} again={of.again} /> : of.isPending ? <Loading /> : (
        <div className="scrollx" tabIndex={0} role="region" aria-label={t("imp.as_it_will")}>
          <table className="deskt imp-preview">
            <thead><tr><th className="num">{t("imp.line")}</th><th>{t("imp.row_what")}</th>{fields.map((f) => <th key={f.name}>{f.label}</th>)}</tr></thead>
            <tbody>{picked(of.rows).map((r) => <Row key={r.line} row={r} type={type} fields={fields} />)}</tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Row({ row, type, fields }: { row: ImportRow; type: RecordType; fields: Field[] }) {
  const beside = fields.some((f) => besideOf(type).includes(f));
  const at = new Map<string, FieldProblem[]>();
  for (const p of row.errors ?? []) at.set(columnOf(type, p.path), [...(at.get(columnOf(type, p.path)) ?? []), p]);
  const elsewhere = [...at].filter(([name]) => !fields.some((f) => f.name === name)).flatMap(([, list]) => list);
  return (
    <tr>
      <td className="num soft">{thousands(row.line)}</td>
      <td className="what"><State tone={tones[row.action] ?? ""}>{row.action === "joined" && beside ? t("imp.row_beside", { what: type.label }) : t("imp.row_" + row.action)}{row.title ? ` ${row.title}` : ""}</State>{elsewhere.map((p, i) => <small key={i} className={row.action === "refused" ? "red" : "amb"}> {p.code === "row_goes_with" ? t("imp.with_line", { n: String(p.params?.line) }) : p.message}</small>)}</td>
      {fields.map((f) => <td key={f.name} className={kindOf(f).align === "right" ? "num" : undefined}><Cell row={row} field={f} problems={at.get(f.name) ?? []} /></td>)}
    </tr>
  );
}

function Cell({ row, field, problems }: { row: ImportRow; field: Field; problems: FieldProblem[] }) {
  const value = row.values?.[field.name], written = row.written?.[field.name];
  const shown = value === undefined || value === null ? written : kindOf(field).show(value, field, "cell");
  if (!problems.length) return <span className="cut">{shown}</span>;
  const says = problems.map((p) => p.message).join(" ");
  return <span className={"imp-bad " + (row.action === "refused" ? "red" : "amb")} title={says}>{shown} <small>{says}</small></span>;
}
