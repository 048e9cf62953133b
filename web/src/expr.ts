// The part of the server's expression language that the browser reads: enough
// for conditions of forms (kind != 'person') and for the filter builder. What
// it cannot read is null, and then the server alone decides.

export type Node =
  | { op: "and" | "or"; a: Node; b: Node }
  | { op: "not"; a: Node }
  | { op: "compare"; how: string; a: Node; b: Node }
  | { op: "math"; how: string; a: Node; b: Node }
  | { op: "call"; name: string; args: Node[] }
  | { op: "list"; items: Node[] }
  | { op: "path"; name: string }
  | { op: "value"; value: string | number | boolean | null };

const token = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(==|!=|>=|<=|&&|\|\||[><!()[\],+*/%-]))/y;

function tokens(src: string): string[] | null {
  const out: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < src.length) {
    if (!src.slice(token.lastIndex).trim()) break;
    const m = token.exec(src);
    if (!m) return null;
    out.push(m[0].trim());
  }
  return out;
}

class Parser {
  at = 0;
  constructor(private list: string[]) {}
  peek = () => this.list[this.at];
  take(...want: string[]): string | undefined {
    const x = this.list[this.at];
    if (x !== undefined && want.includes(x)) {
      this.at++;
      return x;
    }
    return undefined;
  }
  need(x: string) {
    if (!this.take(x)) throw new Error("want " + x);
  }
  or(): Node {
    let a = this.and();
    while (this.take("or", "||")) a = { op: "or", a, b: this.and() };
    return a;
  }
  and(): Node {
    let a = this.not();
    while (this.take("and", "&&")) a = { op: "and", a, b: this.not() };
    return a;
  }
  not(): Node {
    if (this.take("not", "!")) return { op: "not", a: this.not() };
    const a = this.sum();
    const how = this.take("==", "!=", ">=", "<=", ">", "<", "in", "contains", "startsWith", "endsWith");
    if (!how) return a;
    return { op: "compare", how, a, b: this.sum() };
  }
  sum(): Node {
    let a = this.product();
    for (let how = this.take("+", "-"); how; how = this.take("+", "-")) a = { op: "math", how, a, b: this.product() };
    return a;
  }
  product(): Node {
    let a = this.term();
    for (let how = this.take("*", "/", "%"); how; how = this.take("*", "/", "%")) a = { op: "math", how, a, b: this.term() };
    return a;
  }
  term(): Node {
    const x = this.peek();
    if (x === undefined) throw new Error("end");
    this.at++;
    if (x === "(") {
      const n = this.or();
      this.need(")");
      return n;
    }
    if (x === "-") {
      const n = this.term();
      if (n.op !== "value" || typeof n.value !== "number") throw new Error("want a number");
      return { op: "value", value: -n.value };
    }
    if (x === "[") {
      const items: Node[] = [];
      while (!this.take("]")) {
        items.push(this.sum());
        if (this.peek() !== "]") this.need(",");
      }
      return { op: "list", items };
    }
    if (x[0] === '"' || x[0] === "'") return { op: "value", value: x.slice(1, -1).replace(/\\(.)/g, "$1") };
    if (/^\d/.test(x)) return { op: "value", value: Number(x) };
    if (x === "nil" || x === "true" || x === "false") return { op: "value", value: x === "nil" ? null : x === "true" };
    if (!/^[A-Za-z_]/.test(x)) throw new Error("unexpected " + x);
    if (!this.take("(")) return { op: "path", name: x };
    const args: Node[] = [];
    while (!this.take(")")) {
      args.push(this.or());
      if (this.peek() !== ")") this.need(",");
    }
    return { op: "call", name: x, args };
  }
}

const quoted = (s: string) => `"${s.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;

/** write prints a tree in one canonical form; parse reads it back. */
export function write(n: Node): string {
  switch (n.op) {
    case "and": return both(n.a, "and") + " and " + both(n.b, "and");
    case "or": return both(n.a, "or") + " or " + both(n.b, "or");
    case "not": return `not (${write(n.a)})`;
    case "compare": return `${write(n.a)} ${n.how} ${write(n.b)}`;
    case "math": return `${write(n.a)} ${n.how} ${n.b.op === "math" ? `(${write(n.b)})` : write(n.b)}`;
    case "call": return `${n.name}(${n.args.map(write).join(", ")})`;
    case "list": return `[${n.items.map(write).join(", ")}]`;
    case "path": return n.name;
    case "value": return n.value === null ? "nil" : typeof n.value === "string" ? quoted(n.value) : String(n.value);
  }
}

const both = (n: Node, within: "and" | "or") => (within === "and" && n.op === "or" ? `(${write(n)})` : write(n));

/** pathsOf are the fields an expression names. */
export function pathsOf(n: Node): string[] {
  switch (n.op) {
    case "path": return [n.name];
    case "value": return [];
    case "not": return pathsOf(n.a);
    case "list": return n.items.flatMap(pathsOf);
    case "call": return n.args.flatMap(pathsOf);
    default: return [...pathsOf(n.a), ...pathsOf(n.b)];
  }
}

/** parse reads an expression; null when it is beyond this subset. */
export function parse(src: string): Node | null {
  const list = tokens(src);
  if (!list) return null;
  const p = new Parser(list);
  try {
    const n = p.or();
    return p.at === list.length ? n : null;
  } catch {
    return null;
  }
}

const unknown = Symbol("unknown");

function valueOf(n: Node, values: Record<string, unknown>): unknown {
  switch (n.op) {
    case "value":
      return n.value;
    case "path": {
      if (n.name.includes(".")) return unknown;
      const v = values[n.name];
      return v === undefined || v === "" || (Array.isArray(v) && v.length === 0) ? null : v;
    }
    case "list":
      return n.items.map((i) => valueOf(i, values));
    case "call": case "math":
      return unknown;
    default:
      return test(n, values);
  }
}

function test(n: Node, values: Record<string, unknown>): boolean | typeof unknown {
  switch (n.op) {
    case "and": {
      const a = test(n.a, values), b = test(n.b, values);
      return a === false || b === false ? false : a === unknown || b === unknown ? unknown : true;
    }
    case "or": {
      const a = test(n.a, values), b = test(n.b, values);
      return a === true || b === true ? true : a === unknown || b === unknown ? unknown : false;
    }
    case "not": {
      const a = test(n.a, values);
      return a === unknown ? unknown : !a;
    }
    case "compare":
      return compare(n.how, valueOf(n.a, values), valueOf(n.b, values));
    default: {
      const v = valueOf(n, values);
      return v === unknown ? unknown : v === true;
    }
  }
}

function compare(how: string, a: unknown, b: unknown): boolean | typeof unknown {
  if (a === unknown || b === unknown) return unknown;
  if (how === "==") return a !== null && b !== null ? String(a) === String(b) : a === b;
  if (how === "!=") return a !== null && b !== null ? String(a) !== String(b) : a !== b;
  if (a === null || b === null) return false;
  if (how === "in") return Array.isArray(b) && b.some((x) => x !== unknown && String(x) === String(a));
  if (how === "contains") return String(a).includes(String(b));
  const x = Number(a), y = Number(b);
  const [l, r]: [number | string, number | string] = Number.isNaN(x) || Number.isNaN(y) ? [String(a), String(b)] : [x, y];
  switch (how) {
    case ">": return l > r;
    case "<": return l < r;
    case ">=": return l >= r;
    case "<=": return l <= r;
  }
  return unknown;
}

/** holds judges a condition over a form's values; true when the browser cannot tell. */
export function holds(src: string | undefined, values: Record<string, unknown>): boolean {
  if (!src) return true;
  const n = parse(src);
  return n === null || test(n, values) !== false;
}

/** surely judges a condition, false when the browser cannot tell: for "required". */
export function surely(src: string | undefined, values: Record<string, unknown>): boolean {
  if (!src) return false;
  const n = parse(src);
  return n !== null && test(n, values) === true;
}
