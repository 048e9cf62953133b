// What the steps of an import share: states, columns' fields, and what was
// wrong with rows, counted by kind.
import { useQuery } from "@tanstack/react-query";
import { get, query } from "../../api/client";
import type { Field, FieldProblem, ImportColumn, ImportState, RecordType, Ref } from "../../api/types";
import { t } from "../../i18n";
import { fieldsOf, useKnown } from "../../model";

export const isFresh = (state: string) => state === "new" || state === "checked";
export const isMoving = (state: string) => state === "waiting" || state === "running" || state === "undoing";

/** toneOf is the colour of an import's state. */
export const toneOf = (state: string) => ({ done: "grn", failed: "red", cancelled: "amb", running: "ac", waiting: "ac", undoing: "ac" })[state] ?? "";

/** isKey tells whether rows may find their records by a field. */
const isKey = (f: Field) => f.kind === "number" || f.unique === true || ["identity", "phones", "phone", "emails"].includes(f.kind);

/** keysOf are the fields with a column by which rows can find their records. */
export function keysOf(type: RecordType, columns: ImportColumn[]): Field[] {
  const fields = fieldsOf(type);
  const named = [...new Set(columns.map((c) => c.field).filter(Boolean))].map((n) => fields.get(n)).filter((f): f is Field => !!f);
  const title = named.find((f) => f.name === type.title);
  const keys = named.filter(isKey);
  return title && !keys.includes(title) ? [...keys, title] : keys;
}

/** fillable are the fields a sheet's cell may fill. */
export function fillable(type: RecordType): Field[] {
  const own = type.fields.filter((f) => f.level === "write" && !f.computed && !["rows", "files"].includes(f.kind));
  const fields = fieldsOf(type);
  const more = [type.number ? fields.get("number") : undefined, fields.get("owner")].filter((f): f is Field => !!f);
  return [...more, ...own];
}

/** linesOf are the fields of child rows that a sheet's rows may hold, one row of the sheet for each. */
export function linesOf(type: RecordType): Field[] {
  const rows = type.fields.filter((f) => f.level === "write" && f.kind === "rows" && !f.computed);
  return rows.flatMap((f) => (f.fields ?? []).filter((x) => !x.computed && !["rows", "files"].includes(x.kind)).map((x) => ({ ...x, name: `${f.name}.${x.name}`, label: `${f.label} · ${x.label}`, section: undefined, level: "write" as const })));
}

/** mostBeside is how many records of a type beside a row's own the page offers columns for. */
const mostBeside = 9;

const besides = new WeakMap<RecordType, Field[]>();

/** learnBeside makes known which columns records of other types beside a type's have: contact.name, contact[2].name. */
export function learnBeside(types: Map<string, RecordType>) {
  for (const type of types.values()) {
    if (!type.sheet?.length || besides.has(type)) continue;
    besides.set(type, type.sheet.flatMap((b) => {
      const of = types.get(b.of);
      const list = of ? fillable(of).filter((f) => f.name !== b.via && of.fields.includes(f)) : [];
      return Array.from({ length: mostBeside }, (_, i) => list.map((f) => ({ ...f, name: `${besideHead(b.of, i + 1)}.${f.name}`, label: `${besideLabel(of!, i + 1)} · ${f.label}`, section: undefined }))).flat();
    }));
  }
}

/** besideHead heads the columns of a record beside: contact, contact[2]. */
export const besideHead = (of: string, nth: number) => (nth > 1 ? `${of}[${nth}]` : of);

/** besideLabel is what people call it: 联系人, 联系人 2. */
export const besideLabel = (of: RecordType, nth: number) => (nth > 1 ? `${of.label} ${nth}` : of.label);

/** besideOf are the fields of records beside a type's that a sheet's columns may fill. */
export const besideOf = (type: RecordType): Field[] => besides.get(type) ?? [];

/** placesOf is all that a sheet's column may fill. */
export const placesOf = (type: RecordType): Field[] => [...fillable(type), ...linesOf(type), ...besideOf(type)];

/** columnsOf are a type's fields as columns name them: its own, those of child rows (lines.product), and of records beside (contact.name). */
export function columnsOf(type: RecordType): Map<string, Field> {
  return new Map([...fieldsOf(type), ...linesOf(type).map((f) => [f.name, f] as const), ...besideOf(type).map((f) => [f.name, f] as const)]);
}

/** cameIn is how many records beside the rows an import has stored. */
export const cameIn = (now: ImportState) => (now.beside ?? []).reduce((n, b) => n + b.created + b.updated, 0);

/** labelOf is a field's label by the beginning of a problem's path. */
export function labelOf(type: RecordType | undefined, path: string): string {
  const name = rootOf(path);
  const line = type && path.includes(".") ? columnsOf(type).get(columnOf(type, path)) : undefined;
  return line?.label ?? type?.fields.find((f) => f.name === name)?.label ?? type?.builtins.find((f) => f.name === name)?.label ?? "";
}

/** ImportRow is a row of a sheet and what became, or would become, of it. */
export interface ImportRow { line: number; action: string; record?: string; title?: string; errors?: FieldProblem[]; was?: FieldProblem[]; values?: Record<string, unknown>; written?: Record<string, string>; mended?: Record<string, unknown> }
export interface RowPage { items: ImportRow[]; next_page_token: string }

/** ProblemKind is one thing that was wrong, with the lines it hit and the lines of each value. */
export interface ProblemKind { key: string; refused: boolean; path: string; code: string; says: string; count: number; lines: number[]; values: Map<string, number[]> }

/** pagesRead bounds how many thousand rows are looked through for kinds of trouble. */
export const pagesRead = 12;

async function rowsOf(id: string, actions: string, signal: AbortSignal): Promise<{ rows: ImportRow[]; whole: boolean }> {
  const rows: ImportRow[] = [];
  let token = "";
  for (let n = 0; n < pagesRead; n++) {
    const page = await get<RowPage>(`/sys/imports/${id}/rows` + query({ action: actions, told: "true", page_size: 1000, page_token: token }), signal);
    rows.push(...page.items);
    token = page.next_page_token;
    if (!token) return { rows, whole: true };
  }
  return { rows, whole: false };
}

/** rootOf is the field a problem's path begins with. */
export const rootOf = (path: string) => /^[^.[]*/.exec(path)?.[0] ?? "";

/** columnOf is the column's name a problem's path begins with: phones, lines.product, contact[2].phones. */
export function columnOf(type: RecordType, path: string): string {
  const beside = /^[a-z0-9_]+(?:\[\d+\])?\.[a-z0-9_]+/.exec(path)?.[0];
  if (beside && besideOf(type).some((f) => f.name === beside)) return beside;
  const [, head = "", tail] = /^([^.[]*)(?:\.([^.[]*))?/.exec(path) ?? [];
  return tail && type.fields.some((f) => f.name === head && f.kind === "rows") ? `${head}.${tail}` : head;
}

/** gather counts problems of rows by field and code. */
export function gather(type: RecordType | undefined, rows: ImportRow[], refused: boolean, into: Map<string, ProblemKind>) {
  for (const row of rows) {
    for (const p of row.errors ?? []) {
      if (p.code === "row_goes_with") continue; // it is told at the row that it goes with
      const path = type ? columnOf(type, p.path) : rootOf(p.path);
      const key = `${refused}:${path}:${p.code}`;
      const kind = into.get(key) ?? { key, refused, path, code: p.code, says: p.message, count: 0, lines: [], values: new Map<string, number[]>() };
      kind.count++;
      const value = p.params?.value;
      if (typeof value === "string" && (kind.values.size < 200 || kind.values.has(value))) kind.values.set(value, [...(kind.values.get(value) ?? []), row.line]);
      kind.lines.push(row.line);
      into.set(key, kind);
    }
  }
}

/** Double is a row that came in and what it looks like; other is empty where that may not be told. */
export interface Double { line: number; record: string; title: string; says: string; other: string; otherTitle: string; otherNumber: string }

// A warning of a double is the only one that names another record, or bears the code of one.
function doublesOf(row: ImportRow): Double[] {
  if (!row.record) return [];
  return (row.errors ?? []).filter((p) => !p.path.includes(".")).filter((p) => p.params?.other !== undefined || p.code.startsWith("duplicate")).slice(0, 1)
    .map((p) => ({ line: row.line, record: row.record!, title: row.title ?? "", says: p.message, other: text(p.params?.other), otherTitle: text(p.params?.title), otherNumber: text(p.params?.number) }));
}

const text = (v: unknown) => (typeof v === "string" ? v : "");

/** useProblems counts what was wrong by kind, over the first rows of each sort, pagesRead thousand. */
export function useProblems(now: ImportState) {
  const type = useKnown().types.get(now.type);
  return useQuery({
    queryKey: ["import-problems", now.id, now.state, now.refused, now.warned, now.ended_at], enabled: now.refused + now.warned + now.kept > 0, staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const kinds = new Map<string, ProblemKind>();
      let whole = true;
      let doubles: Double[] = [];
      const take = async (actions: string, refused: boolean) => {
        const got = await rowsOf(now.id, actions, signal);
        gather(type, got.rows, refused, kinds);
        if (!refused) doubles = [...doubles, ...got.rows.flatMap(doublesOf)];
        whole &&= got.whole;
      };
      if (now.refused) await take("refused", true);
      if (now.warned) await take("created,updated,unchanged,joined", false);
      if (now.kept) await take("kept", false);
      return { kinds: [...kinds.values()].sort((a, b) => Number(b.refused) - Number(a.refused) || b.count - a.count), whole, doubles };
    },
  });
}

/** formatText says what sort of file it was. */
export function formatText(now: ImportState): string {
  const { kind, delimiter, sheet } = now.plan.format;
  if (kind !== "csv") return sheet ? t("imp.sheet", { name: sheet }) : "Excel";
  const named: Record<string, string> = { ",": "imp.comma", ";": "imp.semicolon", "\t": "imp.tab", "|": "imp.bar" };
  return named[delimiter ?? ","] ? t(named[delimiter ?? ","]!) : t("imp.cut_by", { mark: delimiter ?? "" });
}

/** useColleague is somebody's name by id; nobody for an empty id. */
export function useColleague(id?: string): Ref | undefined {
  const asked = useQuery({ queryKey: ["colleague", id], enabled: !!id, staleTime: Infinity, queryFn: ({ signal }) => get<{ id: string; name: string }>(`/sys/users/${id}`, signal) });
  return asked.data && { id: asked.data.id, title: asked.data.name };
}
