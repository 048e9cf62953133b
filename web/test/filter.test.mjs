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

const fields = new Map([["level", "choice"], ["name", "text"], ["amount", "money"], ["owner", "user"], ["tags", "tags"], ["day", "date"], ["focus", "bool"], ["department", "department"]].map(([name, kind]) => [name, { name, kind }]));

test("conditions survive printing and reading", () => {
  for (const list of [
    [{ field: "level", op: "in", value: ["A", "B"] }],
    [{ field: "name", op: "contains", value: 'say "hi" \\ 王府' }],
    [{ field: "amount", op: ">=", value: "-1000.5" }, { field: "level", op: "!=", value: "C" }],
    [{ field: "owner", op: "me" }, { field: "day", op: "missing" }],
    [{ field: "tags", op: "has", value: ["重点", "老客户"] }],
    [{ field: "department", op: "my_tree" }, { field: "focus", op: "==", value: "true" }],
  ]) assert.deepEqual(read(print(list, fields)), list);
});

test("what is more than lines joined with and is left alone", () => {
  for (const src of ["a == 1 or b == 2", "not (a == 1)", "receivable > 0 and due_on < today()", "any(lines, # > 3)"]) assert.equal(read(src), null, src);
});

test("an unfinished condition prints nothing, and no text breaks out of its quotes", () => {
  assert.equal(print([{ field: "name", op: "contains", value: "" }], fields), "");
  assert.equal(print([{ field: "name", op: "==", value: '" or 1 == 1' }], fields), 'name == "\\" or 1 == 1"');
  assert.equal(print([{ field: "amount", op: ">", value: "1 or true" }], fields), "amount > 0");
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
