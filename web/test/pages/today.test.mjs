// The first page of a day: what the role's home declares, acts in place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { api, base, desktop, phone, visit } from "../browser.mjs";

test("a task is added at the foot of its card, ticked off, and taken back", async (t) => {
  const { page } = await visit(t, desktop, { path: "/today" });
  const subject = "今天测试任务" + Date.now();
  const card = page.getByRole("region", { name: "待办" });
  const list = await api("GET", "/task?view=mine&page_size=1&total=exact");
  await card.getByLabel(/记一件/).fill(subject);
  await card.getByLabel(/记一件/).press("Enter");
  await page.getByRole("status").filter({ hasText: subject }).waitFor();
  assert.ok(list);
  const box = card.getByRole("checkbox").first();
  await box.check();
  await page.getByRole("status").getByRole("button", { name: "撤销" }).last().click();
  await page.getByRole("status").filter({ hasText: "已撤销" }).waitFor();
});

test("no card fails, and nothing sticks out sideways", async (t) => {
  for (const size of [desktop, phone]) {
    const { page } = await visit(t, size, { path: "/today" });
    await page.getByRole("heading", { level: 1, name: "今天" }).waitFor();
    await page.waitForLoadState("networkidle");
    assert.equal(await page.getByRole("main").getByRole("alert").count(), 0);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  }
});

test("one question that is not answered does not hide what else needs attention", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer", quiet: true });
  let failed = 0;
  await page.route(/\/api\/v1\/complaint\?.*page_size=3/, (route) => (failed++ ? route.continue() : route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:kedang:problem:filter_too_slow", title: "这个筛选太慢。", status: 503, code: "filter_too_slow" }) })));
  await page.getByRole("navigation", { name: "菜单" }).getByRole("link", { name: "今天" }).click();
  const card = page.getByRole("region", { name: "要留意" });
  await card.getByRole("listitem").first().waitFor();
  await page.waitForLoadState("networkidle");
  assert.ok(failed >= 1, "complaints were asked for");
  assert.ok((await card.getByRole("listitem").count()) >= 2);
});

test("somebody with few rights sees a day without what is none of his, and without a failure", async (t) => {
  const name = "shop" + Date.now().toString(36);
  const rep = (await api("GET", "/sys/users?page_size=50")).items.find((u) => u.roles?.includes("rep") && u.department);
  const user = await api("POST", "/sys/users", { username: name, name: "店员小周", department: rep.department, roles: ["shop_assistant"] });
  const { code } = await api("POST", `/sys/users/${user.id}/password-reset`);
  const { page } = await visit(t, desktop, { as: false });
  await page.goto(base + "/login?by=code");
  await page.getByLabel(/用户名/).fill(name);
  await page.getByLabel(/代码/).fill(code);
  await page.locator("#password").fill("a long password 店员");
  await page.getByRole("button", { name: "设好并登录" }).click();
  await page.getByRole("heading", { level: 1, name: "今天" }).waitFor();
  await page.waitForLoadState("networkidle");
  const main = page.getByRole("main");
  assert.equal(await main.getByRole("alert").count(), 0);
  assert.doesNotMatch(await main.innerText(), /¥|没有“/); // no amounts, no name of a field he does not have
});

test("an appointment leads to its address and into the calendar", async (t) => {
  const mark = Date.now().toString(36), name = "约访" + mark + "酒店", address = "上海市浦东新区张江路1号";
  const customer = await api("POST", "/customer", { name, kind: "organisation", address, phones: [{ number: "13800138000" }] });
  const at = new Date(Date.now() + 600_000).toISOString().slice(0, 19) + "Z";
  await api("POST", "/interaction", { customer: customer.id, way: "visit", at: new Date(Date.now() - 3600_000).toISOString(), summary: "谈妥; 带样品, 再约", next_at: at, next_purpose: "送样品" });
  for (const size of [desktop, phone]) {
    const { page } = await visit(t, size, { path: "/today" });
    // The card lists the first of many: what is asked for is only the one made here.
    await page.route(/\/api\/v1\/interaction\?.*next_open/, (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set("filter", `customer.name == "${name}"`);
      return route.continue({ url: String(url) });
    });
    await page.reload();
    const row = page.getByRole("region", { name: "约好的联系" }).getByRole("listitem").filter({ hasText: name });
    await row.waitFor();
    const way = row.getByRole("link", { name: new RegExp("^导航") });
    if (size === desktop) await row.hover();
    assert.match(decodeURIComponent((await way.getAttribute("href")) ?? ""), /^https:\/\/uri\.amap\.com\/.*张江路1号/);
    if (size === phone) await row.getByRole("button", { name: /^对“/ }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), size === phone ? page.getByRole("menuitem", { name: "加到日历" }).click() : row.getByRole("button", { name: /^加到日历/ }).click()]);
    assert.match(file.suggestedFilename(), /\.ics$/);
    const kept = join(tmpdir(), `kedang-${mark}-${size.width}.ics`);
    await file.saveAs(kept);
    const text = (await readFile(kept, "utf8")).replace(/\r\n /g, "");
    assert.match(text, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
    assert.ok(text.includes("DTSTART:" + at.replace(/[-:]/g, "") + "\r\n"), text);
    assert.ok(text.includes("LOCATION:" + address + "\r\n") && text.includes("送样品") && text.includes("谈妥\\; 带样品\\, 再约"), text);
  }
});
