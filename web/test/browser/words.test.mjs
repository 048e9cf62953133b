// Texts that were left in another language: Han characters in the English app
// and simplified ones in the traditional, on every page, outside of data.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { api, desktop, phone, visit } from "../browser.mjs";
import { arrive, places } from "../places.mjs";

// Characters that only simplified texts have: OpenCC's table, without those
// that traditional writing uses too.
// (吃, 床: what Taiwan writes the same is no slip).
const data = (name) => readFileSync(new URL(`../../../internal/han/data/${name}.txt`, import.meta.url), "utf8").trim().split("\n").map((line) => line.split("\t"));
const taiwan = new Map(data("tw_variants"));
// 台 and 游 (下游) are what people write there, too.
const simplified = new Set(data("st_characters").filter(([from, to]) => !"台游".includes(from) && !(to ?? from).split(" ").some((c) => (taiwan.get(c) ?? c).split(" ").includes(from))).map(([from]) => from));

/** texts runs in the page: every text and every name of a control, data left out. */
function texts() {
  const out = new Set();
  const add = (s, el) => { const v = s?.trim(); if (v && /[\u3400-\u9fff]/.test(v)) out.add(v.slice(0, 60) + "  ‹" + el.tagName.toLowerCase() + "." + String(el.className.baseVal ?? el.className).slice(0, 40) + "›"); };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement;
    if (el && !el.closest("script,style,[hidden],code") && el.getClientRects().length) add(walk.currentNode.data, el);
  }
  for (const el of document.querySelectorAll("[aria-label],[placeholder],[title],[alt]")) for (const a of ["aria-label", "placeholder", "title", "alt"]) add(el.getAttribute(a), el);
  return [...out];
}

const record = (v, into) => {
  if (typeof v === "string") into.add(v);
  else if (Array.isArray(v)) v.forEach((x) => record(x, into));
  else if (v && typeof v === "object") for (const [k, x] of Object.entries(v)) if (k !== "message") record(x, into); // what the API says is a text
};

/**
 * look walks the pages in a language and answers the texts that `bad` minds.
 * Data are all strings that the API answered while the pages were drawn,
 * except what the schema says: its labels are texts of the pack.
 */
async function look(t, size, lang, bad, only = /./) {
  const { page } = await visit(t, size, { lang });
  const data = new Set(["客档", "简体中文", "繁體中文", "简", "繁", "没有这样的客户"]); // names of languages; what places.mjs searches for
  await page.addInitScript(() => { // what the API tells the page from now on
    const ask = window.fetch;
    window.told = [];
    window.fetch = async (...args) => {
      const r = await ask(...args);
      if (!/sys\/schema/.test(r.url) && /json/.test(r.headers.get("content-type") ?? "")) window.told.push(r.clone().json().catch(() => null));
      return r;
    };
  });
  await page.goto("about:blank"); // what the first page was told before is asked for again
  const wrong = new Map();
  for (const place of (await places()).filter((p) => only.test(p.name))) {
    await arrive(page, place);
    const lines = await page.evaluate(texts); // before what was told: an answer that comes in between is not missed
    if (place.bare) record(await Promise.all([api("GET", "/session"), ...(place.told ?? []).map((path) => api("GET", path))]), data);
    else record(await page.evaluate(async () => [await (await fetch("/api/v1/session")).json(), ...(await Promise.all(window.told))]), data);
    const known = [...data].filter((d) => d.length > 1 && /[\u3400-\u9fff]/.test(d)).sort((a, b) => b.length - a.length);
    for (const line of lines) {
      const text = line.replace(/ {2}‹.*$/s, "");
      // What is left when data are taken out; a text may hold a part of them, or be one.
      let rest = text;
      for (const d of known) if (rest.includes(d)) rest = rest.replaceAll(d, " ");
      const left = rest.split(/[\s·,，、：:（）()“”"…¥|/&+]+/).filter((w) => bad(w) && !known.some((d) => d.includes(w)));
      if (left.length && !wrong.has(text)) wrong.set(text, `${place.name}: ${line}`);
    }
  }
  return [...wrong.values()];
}

const han = (w) => /[\u3400-\u9fff]/.test(w);

test("English: no Chinese outside of data", async (t) => assert.deepEqual(await look(t, desktop, "en", han), []));
test("English on a phone: no Chinese outside of data", async (t) => assert.deepEqual(await look(t, phone, "en", han, /^(today|list|record|peek|form|imports)$/), []));
test("繁體中文: no simplified character outside of data", async (t) => assert.deepEqual(await look(t, desktop, "zh-Hant", (w) => [...w].some((c) => simplified.has(c))), []));

test("the packs' labels are in the language asked for", async () => {
  const labels = (v, path, into) => {
    if (!v || typeof v !== "object") return;
    for (const [k, x] of Object.entries(v)) {
      if (typeof x === "string" && ["label", "plural", "help", "explain", "title", "why"].includes(k)) into.push([path, x]);
      else labels(x, `${path}.${v[k]?.name ?? k}`, into);
    }
  };
  for (const [lang, bad] of [["en", han], ["zh-Hant", (s) => [...s].some((c) => simplified.has(c))]]) {
    const all = [];
    labels(await api("GET", `/sys/schema?lang=${lang}`), "", all);
    assert.ok(all.length > 500, "the schema has labels");
    assert.deepEqual(all.filter(([, s]) => bad(s)).map((x) => x.join(": ")), [], lang);
  }
});
