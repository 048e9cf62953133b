// Every key the code asks for has a text in every language, with the same
// parameters, and no text is left over.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const src = new URL("../src/", import.meta.url).pathname;
const languages = ["zh-Hans", "zh-Hant", "en"];
const texts = Object.fromEntries(languages.map((l) => [l, JSON.parse(readFileSync(`${src}i18n/${l}.json`, "utf8"))]));

// Parts that load later bring theirs in a file of their own: "key": ["简", "繁", "English"].
const own = readdirSync(src + "i18n").filter((f) => f.endsWith(".ts") && f !== "index.ts");
for (const m of own.map((f) => readFileSync(`${src}i18n/${f}`, "utf8")).join("\n").matchAll(/^\s*("[\w.!=<>-]+"): (\[.*\]),?$/gm)) {
  const all = JSON.parse(m[2].replace(/,\s*\]$/, "]"));
  languages.forEach((l, i) => { texts[l][JSON.parse(m[1])] = all[i]; });
}

function files(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(dir + e.name + "/") : /\.tsx?$/.test(e.name) ? [dir + e.name] : []));
}

const code = files(src).filter((f) => !own.some((o) => f.endsWith("/i18n/" + o))).map((f) => readFileSync(f, "utf8")).join("\n");
const asked = new Set([...code.matchAll(/"([a-z]+(?:\.[a-z_0-9]+)+)"/g)].map((m) => m[1]).filter((k) => texts.en[k] !== undefined));
for (const m of code.matchAll(/\bt\("([^"]+)"\s*[,)]/g)) asked.add(m[1]);
const prefixes = [...code.matchAll(/"([a-z]+[._](?:[a-z_]+[._])?)" \+/g), ...code.matchAll(/`([a-z]+[._](?:[a-z_]+[._])?)\$\{/g)].map((m) => m[1]);

test("every key has a text in each language", () => {
  for (const l of languages) assert.deepEqual([...asked].filter((k) => texts[l][k] === undefined), [], l);
});

test("the languages have the same keys and parameters", () => {
  const params = (s) => [...s.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort().join();
  for (const l of languages) {
    assert.deepEqual(Object.keys(texts[l]).sort(), Object.keys(texts.en).sort(), l);
    assert.deepEqual(Object.keys(texts.en).filter((k) => params(texts[l][k]) !== params(texts.en[k])), [], l);
    if (l !== "en") assert.deepEqual(Object.keys(texts[l]).filter((k) => !texts[l][k].trim()), [], l); // a counting word may be none in English
  }
});

test("no text is left over", () => {
  assert.deepEqual(Object.keys(texts.en).filter((k) => !asked.has(k) && !prefixes.some((p) => k.startsWith(p))), []);
});

// Left out: names of services, the words of the lunar calendar, and the words for days and hours that people type.
test("no Chinese stands in the code outside the texts", () => {
  const bad = files(src).filter((f) => !/format\.ts$|heard\.ts$|pages\/today\.tsx$|social\.tsx$|i18n\/\w+\.ts$/.test(f)).flatMap((f) =>
    readFileSync(f, "utf8").split("\n").filter((line) => /["'`>][^"'`<]*[\u4e00-\u9fff]/.test(line.replace(/\/\/.*$|\/\*.*\*\/|^\s*\*.*$/g, "").replace(/客档|微信/g, ""))).map((line) => f.slice(src.length) + ": " + line.trim()));
  assert.deepEqual(bad, []);
});
