// Filter conditions as people set them, printed as an expression the server
// understands and read back from it, so that a URL says what is filtered.
// Conditions are joined by "and" or "or"; among them may stand groups joined
// the other way, one level deep. What says more is read as null.
import type { Field } from "./api/types";
import { parse, write, type Node } from "./expr";

/** Condition is one line of the filter builder. value: text, list of texts, or a pair for "between". */
export interface Condition { field: string; op: string; value?: string | string[] }

export type Join = "and" | "or";

/** Group is lines joined by one word. */
export interface Group { join: Join; items: (Condition | Group)[] }

export const isGroup = (x: Condition | Group): x is Group => "join" in x;
export const nothing: Group = { join: "and", items: [] };

const quote = (s: string) => `"${s.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
const numeric = new Set(["integer", "decimal", "money", "percent", "rating"]);

/** bare are the operators that need no value. */
export const bare = new Set(["missing", "present", "me", "my_team", "mine", "my_tree"]);

function literal(kind: string, v: string): string {
  if (kind === "bool") return v === "true" ? "true" : "false";
  return numeric.has(kind) ? (/^-?\d+(\.\d+)?$/.test(v) ? v : "0") : quote(v);
}

// The spans of days that have a name, over D, the day of a field F.
const week = (n: number) => `add_days(today(), ${n} - weekday(today()))`;
const month = "add_days(today(), 1 - day(today()))";
const months = (n: number) => (n === 0 ? month : `add_months(${month}, ${n})`);
const monthSpan = (n: number) => `D >= ${months(n)} and D < ${months(n + 1)}`;

/** spans are the named stretches of time "within" offers. */
export const spans: Record<string, string> = {
  today: "D == today()",
  yesterday: "D == add_days(today(), -1)",
  tomorrow: "D == add_days(today(), 1)",
  this_week: `D >= ${week(1)} and D <= ${week(7)}`,
  last_week: `D >= ${week(-6)} and D <= ${week(0)}`,
  next_week: `D >= ${week(8)} and D <= ${week(14)}`,
  this_month: monthSpan(0),
  last_month: monthSpan(-1),
  next_month: monthSpan(1),
  this_year: "year(F) == year(today())",
  last_year: "year(F) == year(today()) - 1",
  over: "D < today()",
};

const counted: Record<string, (n: string) => string> = {
  past: (n) => `D >= add_days(today(), -${n}) and D <= today()`,
  next: (n) => `D >= today() and D <= add_days(today(), ${n})`,
};

const days = (v: string) => (/^\d{1,5}$/.test(v) ? v : "");

function span(field: string, kind: string, v: string): string {
  const [name, n] = v.split(":") as [string, string | undefined];
  const text = n !== undefined ? (days(n) ? counted[name]?.(n) : undefined) : spans[name];
  return text ? over(text, dayOf(field, kind), field) : "";
}

const over = (text: string, day: string, field: string) => text.replace(/\bD\b/g, day).replace(/\bF\b/g, field);

const dayOf = (field: string, kind: string) => (kind === "datetime" ? `date(${field})` : field);

function between(c: Condition, kind: string, list: string[]): string {
  const parts = [];
  const side = kind === "datetime" ? dayOf(c.field, kind) : c.field;
  if (list[0]) parts.push(`${side} >= ${literal(kind, list[0])}`);
  if (list[1]) parts.push(`${side} <= ${literal(kind, list[1])}`);
  return parts.join(" and ");
}

/** printOne writes a condition of a field of a kind. */
export function printOne(c: Condition, kind: string): string {
  const v = typeof c.value === "string" ? c.value : (c.value?.[0] ?? "");
  const list = Array.isArray(c.value) ? c.value : v ? [v] : [];
  const day = dayOf(c.field, kind);
  switch (c.op) {
    case "missing": return `${c.field} == nil`;
    case "present": return `${c.field} != nil`;
    case "me": return `${c.field} == me()`;
    case "my_team": return `${c.field} in my_subordinates()`;
    case "mine": return `${c.field} == my_department()`;
    case "my_tree": return `${c.field} in my_tree()`;
    case "has": return list.map((x) => `has(${c.field}, ${quote(x)})`).join(" and ");
    case "in": return `${c.field} in [${list.map((x) => literal(kind, x)).join(", ")}]`;
    case "not_in": return `not (${c.field} in [${list.map((x) => literal(kind, x)).join(", ")}])`;
    case "between": return between(c, kind, list);
    case "within": return span(c.field, kind, v);
    case "longer": return days(v) && `${day} < add_days(today(), -${v})`;
    case "not_since": return days(v) && `${c.field} == nil or ${day} < add_days(today(), -${v})`;
    case "month": return days(v) && `month(${c.field}) == ${v}`;
    case "contains": case "startsWith": case "endsWith": return `${c.field} ${c.op} ${quote(v)}`;
    default: return `${kind === "datetime" ? day : c.field} ${c.op} ${literal(kind, v)}`;
  }
}

/** print joins what is finished; a group or condition of several parts stands in brackets where its word differs. */
export function print(g: Group, fields: Map<string, Field>): string {
  const parts = g.items.map((x) => {
    const text = isGroup(x) ? print(x, fields) : finished(x) && fields.has(x.field) ? printOne(x, fields.get(x.field)!.kind) : "";
    const inner = isGroup(x) ? (live(x).length > 1 ? x.join : g.join) : x.op === "not_since" ? "or" : (x.op === "has" && Array.isArray(x.value) && x.value.length > 1) || / and /.test(text) ? "and" : g.join;
    return text && inner !== g.join ? `(${text})` : text;
  });
  return parts.filter(Boolean).join(` ${g.join} `);
}

const live = (g: Group) => g.items.filter((x) => isGroup(x) || finished(x));

/** finished tells whether a condition says something already. */
export function finished(c: Condition): boolean {
  if (!c.field || !c.op) return false;
  if (bare.has(c.op)) return true;
  if (c.op === "within" && typeof c.value === "string" && c.value.includes(":")) return days(c.value.split(":")[1]!) !== "";
  return Array.isArray(c.value) ? c.value.some(Boolean) : !!c.value;
}

/** read turns an expression back into lines; null when it says more than they can. */
export function read(src: string): Group | null {
  if (!src.trim()) return nothing;
  const n = parse(src);
  return n && group(n, 0);
}

const chain = (n: Node, join: Join): Node[] => (n.op === join ? [...chain(n.a, join), ...chain(n.b, join)] : [n]);

function group(n: Node, depth: number): Group | null {
  if (n.op === "or") {
    const items = disjunction(chain(n, "or"), depth);
    return items && { join: items.length > 1 ? "or" : "and", items };
  }
  const items = conjunction(chain(n, "and"), depth);
  return items && { join: "and", items };
}

// Lines joined by "or": "f == nil or f < n days ago" is one of them.
function disjunction(list: Node[], depth: number): (Condition | Group)[] | null {
  const out: (Condition | Group)[] = [];
  for (let i = 0; i < list.length; i++) {
    const since = list[i + 1] && sinceOf(list[i]!, list[i + 1]!);
    const x = since || item(list[i]!, depth);
    if (!x) return null;
    if (since) i++;
    out.push(x);
  }
  return out;
}

// An item among others joined by "or": a condition, one of two parts, or a group.
function item(n: Node, depth: number): Condition | Group | null {
  return oneOf(group(n, depth + 1), depth);
}

const oneOf = (g: Group | null, depth: number) => (!g ? null : g.items.length === 1 ? g.items[0]! : depth > 0 ? null : g);

// Lines joined by "and": neighbours that make one span or one pair are put together.
function conjunction(list: Node[], depth: number): (Condition | Group)[] | null {
  const out: (Condition | Group)[] = [];
  for (let i = 0; i < list.length; i++) {
    const two = list[i + 1] && pair(list[i]!, list[i + 1]!);
    if (two) {
      out.push(two);
      i++;
      continue;
    }
    const x = list[i]!.op === "or" ? oneOf(group(list[i]!, depth + 1), depth) : single(list[i]!);
    if (!x) return null;
    const before = out[out.length - 1];
    if (!isGroup(x) && x.op === "has" && before && !isGroup(before) && before.op === "has" && before.field === x.field) (before.value as string[]).push(...(x.value as string[]));
    else out.push(x);
  }
  return out;
}

// The field a day is taken of: day, date(at).
function dayField(n: Node): { field: string; text: string } | null {
  if (n.op === "path") return { field: n.name, text: n.name };
  if (n.op === "call" && n.name === "date" && n.args.length === 1 && n.args[0]!.op === "path") return { field: n.args[0]!.name, text: write(n) };
  return null;
}

function namedSpan(text: string, day: string, field: string): string | null {
  for (const [name, s] of Object.entries(spans)) if (over(s, day, field) === text) return name;
  const n = /add_days\(today\(\), -?(\d+)\)/.exec(text)?.[1];
  for (const [name, f] of Object.entries(counted)) if (n && over(f(n), day, field) === text) return `${name}:${n}`;
  return null;
}

function pair(a: Node, b: Node): Condition | null {
  if (a.op !== "compare" || b.op !== "compare") return null;
  const day = dayField(a.a);
  if (!day || write(b.a) !== day.text) return null;
  const name = namedSpan(`${write(a)} and ${write(b)}`, day.text, day.field);
  if (name) return { field: day.field, op: "within", value: name };
  if (a.how !== ">=" || b.how !== "<=" || a.b.op !== "value" || b.b.op !== "value" || a.b.value === null || b.b.value === null) return null;
  return { field: day.field, op: "between", value: [String(a.b.value), String(b.b.value)] };
}

// "f == nil or f < n days ago": nothing for so long, or never.
function sinceOf(a: Node, b: Node): Condition | null {
  const never = single(a), long = single(b);
  return never?.op === "missing" && long?.op === "longer" && long.field === never.field ? { ...long, op: "not_since" } : null;
}

const calls: Record<string, [string, string]> = { me: ["me", "=="], my_subordinates: ["my_team", "in"], my_department: ["mine", "=="], my_tree: ["my_tree", "in"] };

function single(n: Node): Condition | null {
  if (n.op === "call" && n.name === "has" && n.args[0]?.op === "path" && n.args[1]?.op === "value") return { field: n.args[0].name, op: "has", value: [String(n.args[1].value)] };
  if (n.op === "not") {
    const c = single(n.a);
    return c?.op === "in" ? { ...c, op: "not_in" } : null;
  }
  if (n.op !== "compare") return null;
  if (n.a.op === "call" && (n.a.name === "year" || n.a.name === "month")) return calendar(n, n.a.name, n.a.args[0]);
  const day = dayField(n.a);
  if (!day) return null;
  const name = namedSpan(write(n), day.text, day.field);
  if (name) return { field: day.field, op: "within", value: name };
  const ago = n.how === "<" && /^add_days\(today\(\), -(\d+)\)$/.exec(write(n.b))?.[1];
  if (ago) return { field: day.field, op: "longer", value: ago };
  return compared(n, day.field);
}

function calendar(n: Node & { op: "compare" }, of: string, arg: Node | undefined): Condition | null {
  if (arg?.op !== "path") return null;
  const name = namedSpan(write(n), "", arg.name);
  if (name) return { field: arg.name, op: "within", value: name };
  return of === "month" && n.how === "==" && n.b.op === "value" && typeof n.b.value === "number" ? { field: arg.name, op: "month", value: String(n.b.value) } : null;
}

function compared(n: Node & { op: "compare" }, field: string): Condition | null {
  if (n.b.op === "call") {
    const [op, how] = calls[n.b.name] ?? [];
    return op && how === n.how && n.b.args.length === 0 ? { field, op } : null;
  }
  if (n.b.op === "list") {
    const values = n.b.items.map((i) => (i.op === "value" ? String(i.value) : null));
    return n.how === "in" && !values.includes(null) ? { field, op: "in", value: values as string[] } : null;
  }
  if (n.b.op !== "value") return null;
  if (n.b.value === null) return n.how === "==" ? { field, op: "missing" } : n.how === "!=" ? { field, op: "present" } : null;
  return { field, op: n.how, value: String(n.b.value) };
}
