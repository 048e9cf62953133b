// Every kind of field the server knows has its file in src/fields, its line in
// the registry, and what it is typed into.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url).pathname;
const meta = root + "internal/meta/";
const kinds = readdirSync(meta).filter((f) => /^kind_\w+\.go$/.test(f) && !f.endsWith("_test.go"))
  .flatMap((f) => [...readFileSync(meta + f, "utf8").matchAll(/^func \(kind\w+\) Name\(\) string\s+\{ return "(\w+)" \}/gm)].map((m) => m[1]));

test("the kinds are read from the server's code", () => assert.ok(kinds.length >= 29, `${kinds.length} kinds`));

test("every kind has its file and its line in the registry", () => {
  const index = readFileSync(root + "web/src/fields/index.ts", "utf8");
  const registry = /const kinds[^{]*\{([^}]*)\}/.exec(index)[1].split(",").map((s) => s.trim());
  assert.deepEqual(kinds.filter((k) => !existsSync(`${root}web/src/fields/${k}.tsx`)), [], "without a file");
  assert.deepEqual(kinds.filter((k) => !registry.includes(k)), [], "not in the registry");
  const inputs = /const inputs[^{]*\{([^}]*)\}/.exec(readFileSync(root + "web/src/fields/inputs/index.ts", "utf8"))[1];
  assert.deepEqual(kinds.filter((k) => !new RegExp(`\\b${k}: \\w+Input`).test(inputs)), [], "nothing to type it into");
});

test("every kind has a name that people read", () => {
  const names = readFileSync(root + "web/src/i18n/kinds.ts", "utf8");
  assert.deepEqual(kinds.filter((k) => !names.includes(`"kind.${k}":`)), []);
});
