// The main job in a browser, at both widths, against a started demo server:
//   bin/kedang serve --demo --data data/demo &  BASE_URL=http://127.0.0.1:8080 npm run smoke
import assert from "node:assert/strict";
import { desktop, launch, open, phone, signIn } from "./browser.mjs";

const browser = await launch();
let shown; // the page under test, for the picture of a failure
const stamp = Date.now().toString(36);

async function step(name, f) {
  const begin = performance.now();
  await f();
  console.log(`  ok  ${name} (${Math.round(performance.now() - begin)} ms)`);
}

async function mainJob(viewport) {
  const small = viewport.width < 700;
  console.log(`${viewport.width} px`);
  const { context, page, wrong } = await open(browser, viewport);
  shown = page;
  const name = `测试饭店${stamp}${viewport.width}`;
  await step("sign in", () => signIn(page, "/t/customer"));
  await step("the list is there, with the rows and columns promised", async () => {
    if (small) return page.locator(".cards li").nth(5).waitFor();
    await page.locator("tbody tr[aria-rowindex]").nth(17).waitFor();
    const seen = await page.evaluate(() => {
      const box = document.querySelector(".grid").getBoundingClientRect();
      const foot = document.querySelector(".grid tfoot")?.getBoundingClientRect().top ?? box.bottom;
      return { rows: [...document.querySelectorAll("tbody tr[aria-rowindex]")].filter((r) => r.getBoundingClientRect().bottom <= foot + 2).length, columns: document.querySelectorAll(".grid thead th[scope=col]").length, across: document.querySelector(".grid").scrollWidth - document.querySelector(".grid").clientWidth };
    });
    assert.ok(seen.rows >= 18 && seen.columns >= 8 && seen.across <= 0, JSON.stringify(seen));
  });
  await step("nothing sticks out sideways", async () => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)));
  await step("a new customer: a problem stands at its field, then it is stored", async () => {
    await page.getByRole("button", { name: small ? "plus" : "新建客户", exact: false }).last().click();
    const form = page.getByRole("dialog");
    await form.getByRole("button", { name: "保存" }).click();
    await form.getByRole("alert").first().waitFor();
    await form.getByLabel("客户名称").fill(name);
    await form.getByRole("button", { name: "保存" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  });
  await step("search finds it by name, after composing", async () => {
    await page.getByRole("button", { name: "搜索" }).first().click();
    const box = page.getByRole("combobox", { name: "搜索" });
    await box.fill(name);
    await page.getByRole("option", { name }).first().waitFor();
    await box.press("Enter");
    await box.waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1, name }).waitFor();
  });
  await step("a contact is noted from the composer", async () => {
    await page.getByLabel("内容").fill("说周三要样品");
    await page.getByLabel("内容").press("Enter");
    await page.locator(".stream li", { hasText: "说周三要样品" }).waitFor();
  });
  await step("a fact is filled in place, and undone from the toast", async () => {
    const basics = page.getByRole("region", { name: "基本" });
    await basics.getByRole("button", { name: /补充/ }).click();
    await page.getByRole("menuitem", { name: "简称" }).click();
    await basics.getByLabel("简称").fill("测试");
    await basics.getByLabel("简称").press("Enter");
    await basics.getByRole("button", { name: "修改简称" }).waitFor();
    await page.getByRole("status").getByRole("button", { name: "撤销" }).last().click();
    await basics.getByRole("button", { name: "修改简称" }).waitFor({ state: "detached" });
  });
  if (!small) await step("the same field changed by another: mine, stored and original are shown", () => conflict(page));
  await step("the address opens the same page again", async () => {
    await page.reload();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  });
  await step("archived, and gone from the list", async () => {
    await page.locator(".record-name").getByRole("button", { name: "更多" }).click();
    await page.getByRole("menuitem", { name: "归档" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "归档" }).click();
    await page.getByText("已归档").first().waitFor();
  });
  if (!small) await step("ticked rows are changed together, and undone", () => together(page));
  assert.deepEqual(wrong, [], "errors in the browser");
  await context.close();
}

async function conflict(page) {
  const path = "/api/v1/customer/" + page.url().split("/").pop();
  const basics = page.getByRole("region", { name: "基本" });
  await basics.getByRole("button", { name: /补充/ }).click();
  await page.getByRole("menuitem", { name: "别名" }).click();
  await page.evaluate((p) => fetch(p, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ alias: "别人写的" }) }), path);
  await basics.getByLabel("别名").fill("我写的");
  await basics.getByLabel("别名").press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("别人写的").waitFor();
  await dialog.getByRole("button", { name: "用我的" }).click();
  await basics.getByText("我写的").waitFor();
}

async function together(page) {
  await page.getByRole("navigation", { name: "菜单" }).getByRole("link", { name: "客户", exact: true }).click();
  const rows = page.locator("tbody tr[aria-rowindex]");
  await rows.nth(3).waitFor();
  for (const i of [0, 1, 2]) await rows.nth(i).getByRole("checkbox").check();
  const bar = page.getByRole("toolbar");
  await bar.getByRole("button", { name: "改字段" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").first().fill("地区");
  await page.getByTitle("地区", { exact: true }).last().click();
  await dialog.getByLabel("地区").fill("测试片区");
  await dialog.getByRole("button", { name: "改 3 条" }).click();
  await page.getByRole("status").filter({ hasText: "改了 3 条" }).getByRole("button", { name: "撤销" }).click();
  await page.getByRole("status").filter({ hasText: "已撤销" }).waitFor();
}

try {
  await mainJob(desktop);
  await mainJob(phone);
} catch (e) {
  const shot = process.env.SMOKE_SHOT;
  if (shot) await shown.screenshot({ path: shot });
  throw e;
} finally {
  await browser.close();
}
