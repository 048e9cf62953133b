// What the filter builder prints, it reads back; what it cannot read it leaves
// to the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "vite";

// Node 20 reads no TypeScript: Vite bundles the two modules for the test.
const built = await build({ configFile: false, logLevel: "silent", build: { write: false, minify: false, lib: { entry: new URL("../src/filter.ts", import.meta.url).pathname, formats: ["es"], fileName: "filter" } } });
const { print, read } = await import("data:text/javascript;base64," + Buffer.from(built[0].output[0].code).toString("base64"));
const builtExpr = await build({ configFile: false, logLevel: "silent", build: { write: false, minify: false, lib: { entry: new URL("../src/expr.ts", import.meta.url).pathname, formats: ["es"], fileName: "expr" } } });
const { holds, surely } = await import("data:text/javascript;base64," + Buffer.from(builtExpr[0].output[0].code).toString("base64"));

const kinds = [["level", "choice"], ["name", "text"], ["amount", "money"], ["owner", "user"], ["tags", "tags"], ["day", "date"], ["at", "datetime"], ["focus", "bool"], ["department", "department"], ["customer.level", "choice"]];
const fields = new Map(kinds.map(([name, kind]) => [name, { name, kind }]));
const and = (...items) => ({ join: "and", items });
const or = (...items) => ({ join: "or", items });
const level = { field: "level", op: "in", value: ["A", "B"] };
const name = { field: "name", op: "contains", value: 'say "hi" \\ 王府' };
const has = { field: "tags", op: "has", value: ["重点", "老客户"] };
const pair = { field: "amount", op: "between", value: ["-5", "1000.5"] };
const since = { field: "at", op: "not_since", value: "90" };
const relative = ["today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month", "this_year", "last_year", "over", "past:30", "next:7"];

test("conditions survive printing and reading", () => {
  for (const g of [
    and(), and(level), and(name),
    and({ field: "amount", op: ">=", value: "-1000.5" }, { field: "level", op: "!=", value: "C" }),
    and({ field: "owner", op: "me" }, { field: "day", op: "missing" }, { field: "owner", op: "my_team" }),
    and(has), and(has, level), and({ field: "department", op: "my_tree" }, { field: "focus", op: "==", value: "true" }),
    and(pair, level), and({ field: "level", op: "not_in", value: ["A"] }), and({ field: "customer.level", op: "==", value: "A" }),
    and({ field: "day", op: "month", value: "11" }, { field: "day", op: "longer", value: "90" }),
    and({ field: "at", op: "between", value: ["2026-01-01", "2026-01-31"] }),
    and(since), and(since, level), or(since, level),
    ...relative.flatMap((value) => ["day", "at"].flatMap((field) => [and({ field, op: "within", value }), or({ field, op: "within", value }, level), and(level, { field, op: "within", value })])),
  ]) assert.deepEqual(read(print(g, fields)), g, print(g, fields));
});

test("groups survive, one level deep, and stand in brackets", () => {
  for (const g of [or(level, name), or(and(level, name), has), and(or(level, name), pair), and(or(level, has), or(name, pair)), or(pair, and(level, since)), and(or(level, since), name)]) {
    assert.deepEqual(read(print(g, fields)), g, print(g, fields));
  }
  assert.equal(print(and(or(level, { field: "owner", op: "me" }), { field: "focus", op: "==", value: "true" }), fields), '(level in ["A", "B"] or owner == me()) and focus == true');
  assert.equal(print(or({ field: "day", op: "within", value: "past:30" }, since), fields), "(day >= add_days(today(), -30) and day <= today()) or at == nil or date(at) < add_days(today(), -90)");
});

test("a group of one is its line, an unfinished line is nothing", () => {
  assert.equal(print(and(or(level), { field: "name", op: "contains", value: "" }), fields), 'level in ["A", "B"]');
});

test("a moment is compared by its day", () => {
  assert.equal(print(and({ field: "at", op: "<=", value: "2026-01-31" }), fields), 'date(at) <= "2026-01-31"');
});

test("what is more than lines and groups is left alone", () => {
  for (const src of ["not (a == 1)", "receivable > other", "any(lines, # > 3)", "a + 1 > 2", "a == 1 and (b == 2 or (c == 3 and d == 4))", "lower(name) contains 'a'", "a =="]) assert.equal(read(src), null, src);
});

test("an unfinished condition prints nothing, and no text breaks out of its quotes", () => {
  assert.equal(print(and({ field: "name", op: "contains", value: "" }), fields), "");
  assert.equal(print(and({ field: "name", op: "==", value: '" or 1 == 1' }), fields), 'name == "\\" or 1 == 1"');
  assert.equal(print(and({ field: "amount", op: ">", value: "1 or true" }), fields), "amount > 0");
  assert.equal(print(and({ field: "focus", op: "==", value: "1 or true" }), fields), "focus == false");
  assert.equal(print(and({ field: "day", op: "longer", value: "1) or (true" }, { field: "day", op: "within", value: "past:1) or (1" }), fields), "");
});

test("conditions of forms: known ones are judged, unknown ones show the field", () => {
  assert.equal(holds("kind != 'person'", { kind: "person" }), false);
  assert.equal(holds("kind != 'person'", { kind: "organisation" }), true);
  assert.equal(holds("source in ['a', 'b'] and focus == true", { source: "b", focus: true }), true);
  assert.equal(holds("next_at != nil", {}), false);
  assert.equal(holds("customer.quarantine == true", {}), true);
  assert.equal(surely("customer.quarantine == true", {}), false);
  assert.equal(surely("state == 'dropped'", { state: "dropped" }), true);
});
