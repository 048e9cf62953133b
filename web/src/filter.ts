// Filter conditions as people set them, printed as an expression the server
// understands and read back from it, so that a URL says what is filtered.
import { parse, type Node } from "./expr";
import type { Field } from "./api/types";

/** Condition is one line of the filter builder. value: text, list of texts, or a pair for "between". */
export interface Condition { field: string; op: string; value?: string | string[] }

const quote = (s: string) => `"${s.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
const numeric = new Set(["integer", "decimal", "money", "percent", "rating"]);

function literal(kind: string, v: string): string {
  if (kind === "bool") return v;
  return numeric.has(kind) ? (/^-?\d+(\.\d+)?$/.test(v) ? v : "0") : quote(v);
}

/** print writes a condition of a field of a kind. */
export function printOne(c: Condition, kind: string): string {
  const v = typeof c.value === "string" ? c.value : "";
  const list = Array.isArray(c.value) ? c.value : v ? [v] : [];
  switch (c.op) {
    case "missing": return `${c.field} == nil`;
    case "present": return `${c.field} != nil`;
    case "me": return `${c.field} == me()`;
    case "my_team": return `${c.field} in my_subordinates()`;
    case "mine": return `${c.field} == my_department()`;
    case "my_tree": return `${c.field} in my_tree()`;
    case "has": return list.map((x) => `has(${c.field}, ${quote(x)})`).join(" and ");
    case "in": return `${c.field} in [${list.map((x) => literal(kind, x)).join(", ")}]`;
    case "between": {
      const parts = [];
      if (list[0]) parts.push(`${c.field} >= ${bound(kind, list[0], false)}`);
      if (list[1]) parts.push(`${c.field} <= ${bound(kind, list[1], true)}`);
      return parts.join(" and ");
    }
    case "contains": case "startsWith": case "endsWith":
      return `${c.field} ${c.op} ${quote(v)}`;
    default:
      return `${c.field} ${c.op} ${kind === "datetime" ? bound(kind, v, c.op === "<=") : literal(kind, v)}`;
  }
}

function bound(kind: string, v: string, end: boolean): string {
  if (kind !== "datetime") return literal(kind, v);
  if (v.length > 10) return quote(v);
  return quote(new Date(v + (end ? "T23:59:59.999" : "T00:00:00")).toISOString());
}

/** print joins conditions with "and"; unfinished ones are left out. */
export function print(list: Condition[], fields: Map<string, Field>): string {
  return list
    .filter((c) => finished(c) && fields.has(c.field))
    .map((c) => printOne(c, fields.get(c.field)!.kind))
    .filter(Boolean)
    .join(" and ");
}

/** finished tells whether a condition says something already. */
export function finished(c: Condition): boolean {
  if (["missing", "present", "me", "my_team", "mine", "my_tree"].includes(c.op)) return true;
  return Array.isArray(c.value) ? c.value.some(Boolean) : !!c.value;
}

/** read turns an expression back into conditions; null when it says more than lines joined with "and". */
export function read(src: string): Condition[] | null {
  if (!src.trim()) return [];
  const n = parse(src);
  if (!n) return null;
  const out: Condition[] = [];
  return collect(n, out) ? out : null;
}

function collect(n: Node, out: Condition[]): boolean {
  if (n.op === "and") return collect(n.a, out) && collect(n.b, out);
  if (n.op === "call" && n.name === "has" && n.args[0]?.op === "path" && n.args[1]?.op === "value") {
    const field = n.args[0].name;
    const before = out.find((c) => c.field === field && c.op === "has");
    if (before && Array.isArray(before.value)) before.value.push(String(n.args[1].value));
    else out.push({ field, op: "has", value: [String(n.args[1].value)] });
    return true;
  }
  if (n.op !== "compare" || n.a.op !== "path") return false;
  const field = n.a.name;
  if (n.b.op === "call") return named(field, n.how, n.b.name, out);
  if (n.b.op === "list") {
    const items = n.b.items.map((i) => (i.op === "value" ? String(i.value) : null));
    if (n.how !== "in" || items.includes(null)) return false;
    out.push({ field, op: "in", value: items as string[] });
    return true;
  }
  if (n.b.op !== "value") return false;
  if (n.b.value === null) out.push({ field, op: n.how === "==" ? "missing" : "present" });
  else out.push({ field, op: n.how, value: String(n.b.value) });
  return true;
}

const calls: Record<string, string> = { me: "me", my_subordinates: "my_team", my_department: "mine", my_tree: "my_tree" };

function named(field: string, how: string, fn: string, out: Condition[]): boolean {
  const op = calls[fn];
  if (!op || (how !== "==" && how !== "in")) return false;
  out.push({ field, op });
  return true;
}
