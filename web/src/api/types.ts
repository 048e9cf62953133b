// The shapes of the API: what GET /api/v1/sys/schema and the record endpoints
// answer. Field values follow their kind; see src/fields.

export type Level = "masked" | "read" | "write";

export interface Choice { value: string; label: string; help?: string; group?: string; color?: string; retired?: boolean }

export interface Field {
  name: string;
  kind: string;
  label: string;
  help?: string;
  example?: string;
  section?: string;
  level: Level;
  required?: string;
  when?: string;
  readonly?: string;
  default?: string;
  formula?: string;
  computed?: boolean;
  unique?: boolean;
  sealed?: boolean;
  personal?: string;
  mask?: string;
  to?: string;
  scale?: number;
  /** currencies: "many" where each amount has a currency of its own. */
  currencies?: string;
  min?: string;
  max?: string;
  min_len?: number;
  max_len?: number;
  forms?: string[];
  yearly?: boolean;
  lunar?: boolean;
  due?: boolean;
  color?: string;
  pack?: string;
  unit?: string;
  sortable?: boolean;
  operators?: string[];
  choices?: Choice[];
  fields?: Field[];
}

export interface Section { name: string; label: string; purpose?: string; filled_by?: string; when?: string; folded?: boolean }
export interface View {
  name: string; label: string; filter?: string; sort?: string; columns?: string[]; group?: string; kanban?: string; default?: boolean; roles?: string[];
}
export interface Block {
  block: string; label?: string; of?: string; via?: string; section?: string; columns?: string[]; filter?: string; sort?: string; group?: string; limit?: number;
  total?: string; against?: string; done?: string; due?: string;
}
export interface Tab { name: string; label: string; when?: string; blocks?: Block[]; side?: Block[] }
export interface Page {
  header?: string[]; strip?: string[][]; marks?: string[]; alerts?: string[]; key?: string[]; card?: string[]; compose?: string[];
  tabs?: Tab[]; side?: Block[];
}
/** Mark is how a record stands on a timeline: which of its fields are shown where. */
export interface Mark { on: string; at: string; says: string; head?: string; facts?: string[]; text?: string[]; amount?: string; state?: string[]; chips?: string[] }
export interface RecordType {
  name: string; alias?: string[]; label: string; plural: string; help?: string; icon?: string; pack?: string; builtin?: boolean; number?: string; title?: string; root?: string;
  fields: Field[]; builtins: Field[]; sections?: Section[]; views?: View[]; page?: Page;
  timeline?: Mark;
  print?: { name: string; label: string }[];
  backlinks: { type: string; field: string; label: string }[];
  sheet?: Beside[];
}
/** Beside is a type whose records may stand beside a type's in its sheets: by which link, what names one, and the own field that takes the first's name. */
export interface Beside { of: string; via: string; named: string; first?: string }
export interface MenuItem { name: string; label: string; icon?: string; type?: string; view?: string; page?: string; items?: MenuItem[] }
export interface Role { name: string; label: string; help?: string; admin?: boolean; home?: Block[] }
export interface Schema { version: string; lang: string; types: RecordType[]; menu: MenuItem[]; roles: Role[] }

export interface Ref { id: string; title: string; hidden?: boolean }

export interface Me {
  id: string; username: string; name: string; roles: string[]; admin: boolean; department?: Ref; branch?: string; email?: string; phone?: string;
  lang: string; zone: string;
}
export interface Session { user: Me; server: { version: string; company: string; currency?: string; demo: boolean; zone: string; schema: string; now: string } }

export type Values = Record<string, unknown>;
export interface Rec extends Values {
  id: string; rev: number; number?: string; title: string; owner?: Ref; department?: Ref; archived_at?: string; created_at?: string; updated_at?: string;
  created_by?: Ref; updated_by?: Ref; rights?: Record<string, boolean>; warnings?: FieldProblem[];
}
export interface Listed { items: Rec[]; next_page_token: string; total?: { count: number; exact: boolean } }
export interface Hit { type: string; id: string; number?: string; title: string; match: string }
/** Moment is an entry of a timeline; type "history" is a change of the record itself. */
export interface Moment { type: string; id: string; at: string; says: string; by?: string; files?: number; values?: Rec; change?: HistoryEntry }
export interface Total { count: number; exact: boolean }
export interface Counts { related: Record<string, Total>; timeline: Record<string, Total>; files: Total }
export interface WhyCondition { text: string; met: boolean | null; join?: string; conditions?: WhyCondition[]; label?: string; op?: string; want?: string; have?: string; gap?: string; hidden?: boolean }
export interface Why {
  field: string; label: string; value: unknown; text: string; kind: string; expression?: string; words?: string; sentence: string; hidden?: boolean;
  parts: { path: string; label: string; value: unknown; text: string; type?: string; id?: string; hidden?: boolean }[];
  conditions?: WhyCondition[]; choices?: { value: unknown; text: string; taken: boolean; when?: WhyCondition }[];
  records?: { type?: string; filter?: string; count: number; hidden?: boolean }; changed?: { at: string; by?: string; name: string; source: string; from?: unknown };
}
export interface HistoryEntry {
  id: string; at: string; rev: number; action: string; actor?: string; actor_name: string; source: string;
  changes: Record<string, { from: unknown; to: unknown }> | null;
}
export interface FileInfo { id: string; name: string; mime?: string; size: number; created_at?: string; [more: string]: unknown }
export interface Group { value: unknown; count: number; sum?: string | number }

export interface FieldProblem { path: string; code: string; message: string; params?: Record<string, unknown> }
export interface ProblemDocument { title: string; status: number; code: string; params?: Record<string, unknown>; errors?: FieldProblem[] }

export interface ImportColumn { index: number; header: string; field: string; how: string; filled: number; unread?: number; sample?: string[] }
/** Decision is what is to be done with the rows that one kind of trouble refuses. */
export interface Decision { path: string; code: string; do: "out" | "empty" | "update"; means?: Record<string, unknown> }
/** PlanBeside is how many records of another type a sheet has beside its own, in the rows looked at. */
export interface PlanBeside { type: string; used: boolean; own: number; beside: number; several: number; rows: number; whole: boolean }
export interface BesideCount { type: string; created: number; updated: number; unchanged: number; undone: number; kept: number }
export interface ImportState {
  id: string; type: string; file: string; state: string; mode?: string; key?: string; dry_run?: boolean; code?: string; message?: string; by?: string; on_behalf?: string; unread?: string; decisions?: Decision[];
  plan: { format: { kind: string; encoding?: string; delimiter?: string; sheet?: string }; header_line: number; columns: ImportColumn[]; rows_seen: number; missing: string[] | null; region?: string; uncalculated?: number; beside?: PlanBeside[] };
  rows: number; created: number; updated: number; unchanged: number; joined: number; refused: number; warned: number; undone: number; kept: number; beside?: BesideCount[];
  done: number; total?: number; rows_per_second?: number; created_at: string; started_at?: string; ended_at?: string;
}
