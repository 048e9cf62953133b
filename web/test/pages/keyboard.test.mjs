// The keyboard alone, from the log-in to a setting: everything is reached,
// shows that it has the focus, and gives it back when it closes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { customer, eventually, stamp, step } from "../acts.mjs";
import { api, base, desktop, password, user, visit } from "../browser.mjs";
import { sheet } from "../places.mjs";

/** focus is what has the focus: its name, and whether one sees that it has it. */
const focus = (page) => page.evaluate(() => {
  const e = document.activeElement;
  const name = (x) => x.getAttribute("aria-label") ?? (x.labels?.[0]?.textContent || x.placeholder || x.textContent || "").trim();
  const rings = [e, e.closest(".within, .composer, .ant-select, .ant-picker, .today-quick, .finder-top")].filter((x) => x).map((x) => getComputedStyle(x));
  return { tag: e.tagName, id: e.id, name: e === document.body ? "" : name(e).slice(0, 60), ring: rings.some((s) => s.outlineStyle !== "none" || s.boxShadow !== "none") || e.matches(".grid, .finder input, #main") };
});

/** tabTo goes on with Tab until a control of that name has the focus. */
async function tabTo(page, name, most = 60, key = "Tab") {
  const there = (f) => (typeof name === "string" ? f.name === name : name.test(f.name));
  const past = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press(key);
    let f = await focus(page);
    if (f.tag === "BODY") {
      await step("the focus is somewhere", () => page.waitForFunction(() => document.activeElement !== document.body));
      f = await focus(page);
    }
    past.push(f.name);
    assert.ok(f.ring, `“${f.name}” shows that it has the focus`);
    if (there(f)) return;
  }
  throw new Error(`“${name}” is not reached with Tab; passed: ${past.join(" · ")}`);
}

/** has waits until a control of that name has the focus. */
const has = (page, name) => step(`the focus is on ${name}`, () => page.waitForFunction(([text, source]) => {
  const e = document.activeElement;
  const own = e.getAttribute("aria-label") ?? (e.labels?.[0]?.textContent || e.placeholder || e.textContent || "").trim();
  return source ? new RegExp(source).test(own) : own === text;
}, typeof name === "string" ? [name] : [null, name.source]));

const rows = (page) => page.locator("tbody tr[aria-rowindex]");

test("from the log-in to a note, an edit and its undo", async (t) => {
  const c = await customer({ short_name: "旧名" });
  const { page } = await visit(t, desktop, { as: false });
  const keys = page.keyboard;
  await page.goto(base + "/t/customer");
  await page.locator("#password").waitFor();
  if ((await focus(page)).id !== "password") {
    await page.waitForFunction(() => document.activeElement?.id === "username");
    await keys.type(user);
    await keys.press("Tab");
  }
  await keys.type(password);
  await keys.press("Enter");
  await rows(page).first().waitFor();
  await page.locator("#root:not(.first)").waitFor({ state: "attached" });
  await has(page, /./);
  await page.waitForFunction(() => document.activeElement.id === "main");
  await keys.press("ArrowDown"); // from the page straight to its rows
  await page.locator("tr.at").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className.split(" ")[0]), "grid");
  await keys.press("Control+k");
  await has(page, "搜索");
  await keys.type(c.name);
  await page.getByRole("option", { name: c.name }).first().waitFor();
  await keys.press("Escape");
  await page.getByRole("combobox", { name: "搜索" }).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.matches(".grid")); // back where one was
  await keys.press("Control+k");
  await has(page, "搜索");
  await keys.type(c.name);
  await page.getByRole("option", { name: c.name }).first().waitFor();
  await keys.press("Enter");
  await page.getByRole("heading", { level: 1, name: c.name }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "main");
  await tabTo(page, "记一次联系", 8);
  await keys.press("Enter");
  await has(page, "内容");
  await keys.type("键盘记的一句");
  await keys.press("Enter");
  await page.locator(".stream li", { hasText: "键盘记的一句" }).waitFor();
  await has(page, "内容"); // for the next sentence
  await keys.press("Control+z");
  await page.locator(".stream li", { hasText: "键盘记的一句" }).waitFor({ state: "detached" });
  await keys.type("这一句留下");
  await keys.press("Enter");
  await page.locator(".stream li", { hasText: "这一句留下" }).waitFor();
  await tabTo(page, /旧名/, 60, "Shift+Tab");
  await keys.press("Enter");
  await has(page, "简称");
  await keys.press("Control+a");
  await keys.type("新名");
  await keys.press("Enter");
  await has(page, /新名/); // the value that was typed has it again
  await page.getByRole("status").filter({ hasText: "简称" }).waitFor();
  await keys.press("Control+z");
  await has(page, /旧名/);
  assert.equal((await api("GET", `/customer/${c.id}`)).short_name, "旧名");
});

test("a filter and a saved view; what opens has the focus, what closes gives it back", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  const keys = page.keyboard;
  await rows(page).first().waitFor();
  await keys.press("n");
  await has(page, /^客户名称/);
  await keys.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement !== document.body);
  await keys.press("/");
  await has(page, "在客户里找");
  await keys.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches(".grid"));
  await keys.press("/");
  await tabTo(page, "加条件", 3);
  await keys.press("Enter");
  await has(page, "哪个字段");
  const choices = page.locator(".ant-select-dropdown").locator("visible=true");
  await choices.waitFor();
  await keys.press("Escape"); // the list of fields
  await choices.waitFor({ state: "hidden" });
  await keys.press("Escape"); // the form
  await has(page, "加条件");
  await keys.press("Enter");
  await has(page, "哪个字段");
  await keys.type("级别");
  await page.locator(".ant-select-item-option-active", { hasText: "级别" }).waitFor();
  await keys.press("Enter");
  await has(page, "级别"); // one goes on with the value
  await keys.type("A");
  await page.locator(".ant-select-item-option-active", { hasText: "A" }).waitFor();
  await keys.press("Enter");
  await page.locator(".condition .ant-select-selection-item", { hasText: "A" }).waitFor();
  await tabTo(page, "确定", 2); // and Tab does not take the value away
  await keys.press("Enter");
  await page.waitForURL(/f=level/);
  await has(page, "加条件");
  await page.getByRole("button", { name: "存为视图" }).waitFor();
  await tabTo(page, "存为视图", 6);
  await keys.press("Enter");
  await has(page, "视图名称");
  const name = "键盘" + stamp().slice(-5);
  await keys.type(name);
  await keys.press("Enter");
  await page.getByRole("tab", { name: new RegExp(name), selected: true }).waitFor();
  await page.waitForFunction(() => document.activeElement !== document.body);
  await tabTo(page, /^\d+ 列$/, 12);
  await keys.press("Enter");
  await has(page, "加一列");
  await keys.press("Escape");
  await has(page, /^\d+ 列$/);
  await tabTo(page, "排序", 2, "Shift+Tab");
  await keys.press("Enter");
  await page.waitForFunction(() => document.activeElement?.closest(".sort-panel"));
  await keys.press("Escape");
  await has(page, "排序");
  const views = (await api("GET", "/saved_view?page_size=100&fields=name")).items.filter((v) => v.name === name);
  assert.equal(views.length, 1);
  await api("POST", `/saved_view/${views[0].id}:archive`, {});
});

test("an import and a setting", async (t) => {
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  const keys = page.keyboard;
  await page.getByRole("button", { name: "选一个文件" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "main");
  await tabTo(page, "选一个文件", 4);
  const file = page.locator("input[type=file]");
  await file.evaluate((x) => x.addEventListener("click", (e) => { e.preventDefault(); x.dataset.asked = "yes"; }));
  await keys.press("Enter");
  await page.locator("input[data-asked]").waitFor({ state: "attached" });
  await file.setInputFiles({ name: "键盘.csv", mimeType: "text/csv", buffer: sheet(String(Date.now()).slice(-8)) });
  await page.waitForURL(/\/imports\/\w+/);
  await page.getByRole("button", { name: "导入", exact: true }).waitFor();
  await page.waitForFunction(() => document.activeElement !== document.body);
  await tabTo(page, "导入", 60);
  await keys.press("Enter");
  await page.getByRole("status").filter({ hasText: "导入完成" }).waitFor();
  await page.waitForFunction(() => document.activeElement !== document.body);
  await tabTo(page, /^撤销这次导入/, 10);
  await keys.press("Enter");
  const ask = page.getByRole("dialog");
  await ask.waitFor();
  await page.waitForFunction(() => document.activeElement?.closest("[role=dialog]"));
  await keys.press("Escape");
  await ask.waitFor({ state: "detached" });
  await has(page, /^撤销这次导入/);
  const before = (await api("GET", "/sys/company")).name ?? "";
  await page.goto(base + "/settings/company");
  await page.locator("#c-name").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "main");
  for (let i = 0; (await focus(page)).id !== "c-name"; i++) {
    assert.ok(i < 24, "the name is reached with Tab");
    await keys.press("Tab");
  }
  await keys.press("Control+a");
  const name = "键盘商行" + stamp().slice(-4);
  await keys.type(name);
  await keys.press("Enter");
  await eventually(async () => (await api("GET", "/sys/company")).name === name);
  await page.waitForFunction(() => document.activeElement !== document.body);
  await api("PATCH", "/sys/company", { name: before });
});

test("what opens for the first time does not wait for a toast to go", async (t) => {
  const c = await customer({ short_name: "旧名" });
  const { page } = await visit(t, desktop, { path: `/r/customer/${c.id}` });
  await page.getByLabel("内容", { exact: true }).fill("说了一句");
  await page.keyboard.press("Enter");
  const toast = page.getByRole("status").getByRole("button", { name: "撤销" });
  await toast.waitFor();
  await page.getByRole("button", { name: "新建", exact: true }).first().click(); // the form is loaded now
  await page.getByRole("menuitem", { name: "客户", exact: true }).click();
  await page.getByRole("dialog").getByLabel("客户名称").waitFor();
  assert.equal(await toast.count(), 1, "the toast still stands");
});

test("Escape closes what lies on top, and that alone", async (t) => {
  const c = await customer({ level: "A", level_reason: "按时付款" });
  await api("POST", "/interaction", { customer: c.id, way: "call", summary: "问货期" });
  const { page } = await visit(t, desktop, { path: `/t/customer?q=${encodeURIComponent(c.name)}&peek=${c.id}` });
  const peek = page.getByRole("dialog", { name: "侧看" });
  await peek.getByRole("button", { name: /为什么/ }).or(peek.locator(".asks-why")).first().click();
  const why = page.locator(".why");
  await why.waitFor();
  await page.keyboard.press("Escape");
  await why.waitFor({ state: "detached" });
  assert.ok(await peek.isVisible(), "the drawer stays");
  await page.keyboard.press("Escape");
  await peek.waitFor({ state: "detached" });
  assert.ok(!new URL(page.url()).searchParams.has("peek"));
});
