// Accessibility: the rules of WCAG 2.2 AA that axe-core can judge, on every
// page, at both widths, light and dark; the keyboard alone; twice the size.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { api, base, desktop, password, phone, user, visit, zoomed } from "../browser.mjs";
import { customer } from "../acts.mjs";
import { arrive, places, still } from "../places.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** judge answers what axe finds wrong: each kind and place once, with how many there are. */
async function judge(page, rules) {
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axe); // not by a script tag: the page's policy refuses those
  return page.evaluate(async ([runOnly, rules]) => {
    const run = async (of, only) => (await window.axe.run(of, { runOnly: only, resultTypes: ["violations"] })).violations.flatMap((v) => v.nodes.map((n) => ({ rule: v.id, where: n.target.join(" "), html: n.html.slice(0, 120), says: n.any.concat(n.all, n.none).map((c) => c.message).join("; ") })));
    const found = [];
    for (const f of await run(document, rules ?? runOnly)) {
      // What lies under a bar at the foot is judged where it stands free after scrolling.
      const el = /obscured/.test(f.says) && document.querySelector(f.where);
      if (el) el.scrollIntoView({ block: "center" });
      if (!el || (await run(el, [f.rule])).some((x) => x.where === f.where)) found.push(f);
    }
    return found;
  }, [tags, rules]);
}

const lost = []; // what is not to be reached at 200 %, found on the same walk
let looked = 0;

for (const [width, size] of [["1440", desktop], ["390", phone]]) {
  test(`axe finds nothing on any page, light or dark (${width})`, async (t) => {
    const wrong = new Map();
    const note = (place, mode, list) => {
      for (const v of list) {
        const key = v.rule + v.html.replace(/(id|href|aria-\w+|style)="[^"]*"/g, "").replace(/>[^<]*/g, ">");
        const seen = wrong.get(key) ?? { ...v, places: new Set() };
        seen.places.add(place + mode);
        wrong.set(key, seen);
      }
    };
    const { page } = await visit(t, size);
    for (const place of await places()) {
      await page.emulateMedia({ colorScheme: "light" });
      await arrive(page, place);
      note(place.name, "", await judge(page));
      await page.emulateMedia({ colorScheme: "dark" });
      if (!place.bare) await page.waitForFunction(() => document.documentElement.dataset.mode === "dark");
      if (size === desktop) {
        await page.setViewportSize(zoomed);
        if (!place.bare) await still(page);
        for (const l of place.bare && !/unknown/.test(place.name) ? [] : await page.evaluate(lostAtZoom)) lost.push(`${place.name}: ${l}`);
        await page.setViewportSize(size);
        looked++;
      }
      note(place.name, " dark", await judge(page, ["color-contrast"])); // the mode changes colours, nothing else
    }
    const out = await visit(t, size, { as: false });
    for (const [name, path] of [["login", "/"], ["login-code", "/login?by=code"]]) {
      await out.page.goto(base + path);
      for (const colorScheme of ["light", "dark"]) {
        await out.page.emulateMedia({ colorScheme });
        await out.page.locator("#password").waitFor();
        note(name, " " + colorScheme, await judge(out.page));
      }
    }
    const lines = [...wrong.values()].map((v) => `${v.rule}: ${v.where} — ${v.says.slice(0, 150)} — ${v.html} — on ${[...v.places].join(", ")}`);
    if (process.env.AXE_REPORT) appendFileSync(process.env.AXE_REPORT, `== ${width}\n${lines.join("\n")}\n`);
    assert.deepEqual(lines, []);
  });
}

/** lostAtZoom runs in the page: what sticks out, and what is cut off with no way to scroll to it. */
function lostAtZoom() {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth) out.push(`the page is ${document.documentElement.scrollWidth - innerWidth} px too wide`);
  const reach = (el) => {
    for (let p = el.parentElement; p; p = p.parentElement) {
      const s = getComputedStyle(p);
      if (/auto|scroll/.test(s.overflowX + s.overflowY)) return true;
    }
    return document.documentElement.scrollHeight > innerHeight;
  };
  for (const el of document.querySelectorAll("button,a[href],input,h1,h2,[role=tab]")) {
    const b = el.getBoundingClientRect();
    if (!b.width || !b.height || el.closest("[aria-hidden=true],.sr-only,.skip") || getComputedStyle(el).opacity === "0") continue;
    if ((b.right > innerWidth + 1 || b.bottom > innerHeight + 1 || b.left < -1) && !reach(el)) out.push(`out of reach: ${el.tagName} ${(el.getAttribute("aria-label") ?? el.textContent).slice(0, 30)}`);
  }
  return out.slice(0, 5);
}

test("at 200 % nothing is lost and no page scrolls sideways", () => {
  assert.ok(looked, "the pages were walked");
  assert.deepEqual(lost, []);
});

test("the main job with the keyboard alone", async (t) => {
  const c = await customer({ short_name: "旧名" });
  const { page } = await visit(t, desktop, { as: false });
  await page.goto(base + "/t/customer");
  await page.locator("#username").waitFor();
  await page.locator("#username").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(user);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.locator("tbody tr[aria-rowindex]").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "搜索" }).waitFor();
  await page.keyboard.type(c.name);
  await page.getByRole("option", { name: c.name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: c.name }).waitFor();
  await tabTo(page, (el) => el.matches("textarea[aria-label='内容']"));
  await page.keyboard.type("键盘记的");
  await page.keyboard.press("Enter");
  await page.locator(".stream li", { hasText: "键盘记的" }).waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await tabTo(page, (el) => (el.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => document.getElementById(id)?.textContent === "修改简称"));
  await page.keyboard.press("Enter");
  await page.getByLabel("简称", { exact: true }).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("新名");
  await page.keyboard.press("Enter");
  const undo = page.getByRole("status").filter({ hasText: "简称" }).getByRole("button", { name: "撤销" });
  await undo.waitFor();
  await tabTo(page, (el) => el.closest("[role=status]")?.textContent.includes("简称") && el.textContent === "撤销", 400);
  await page.keyboard.press("Enter");
  await page.locator("section.facts").getByText("旧名").waitFor();
  assert.equal((await api("GET", `/customer/${c.id}`)).short_name, "旧名");
});

/** tabTo presses Tab until the focus is where it should be; what has the focus must show it. */
async function tabTo(page, there, most = 200) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(`(() => { const el = document.activeElement; if (!el || !(${there})(el)) return null; const s = getComputedStyle(el), p = getComputedStyle(el.closest("[class*=composer],[class*=input]") ?? el); return { shown: s.outlineStyle !== "none" || s.boxShadow !== "none" || p.boxShadow !== "none" || p.outlineStyle !== "none" || el.matches("textarea,input") }; })()`);
    if (at) return assert.ok(at.shown, "the focus is visible");
  }
  throw new Error("not reached with Tab: " + there);
}

test("in a list ↑ ↓ Space and Enter go from row to row, tick and open", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  await page.locator("tbody tr[aria-rowindex]").nth(3).waitFor();
  await still(page);
  await page.locator(".grid").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.locator("tbody tr[aria-selected=true]").waitFor();
  const name = await page.locator("tbody tr.at").getByRole("link").first().innerText();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
});

test("no target on a phone is smaller than 24 px (WCAG 2.5.8)", async (t) => {
  const { page } = await visit(t, phone);
  const wrong = [];
  for (const place of (await places()).filter((p) => ["list", "record", "today", "form"].includes(p.name))) {
    await arrive(page, place);
    const small = await page.evaluate(() => {
      const seen = [...document.querySelectorAll("button,a[href],[role=button],[role=tab],[role=radio],input:not([type=hidden]):not([type=file])")].filter((e) => {
        const b = e.getBoundingClientRect();
        return b.width > 0 && b.top >= 0 && b.bottom <= innerHeight && b.left < innerWidth && getComputedStyle(e).visibility !== "hidden" && document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2)?.closest("button,a,[role]") === e;
      });
      // A select or a date answers on its whole box, not only on the input inside.
      return seen.map((e) => ({ e, b: (e.closest(".ant-select,.ant-picker") ?? e).getBoundingClientRect() })).filter(({ e, b }) => b.height < 24 && getComputedStyle(e).display !== "inline").map(({ e, b }) => `${e.className || e.tagName} “${(e.getAttribute("aria-label") ?? e.textContent).slice(0, 20)}” ${Math.round(b.width)}×${Math.round(b.height)}`);
    });
    for (const s of small.slice(0, 6)) wrong.push(`${place.name}: ${s}`);
  }
  assert.deepEqual(wrong, []);
});
