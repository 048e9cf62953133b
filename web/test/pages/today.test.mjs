// The first page of a day: what the role's home declares, acts in place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, desktop, phone, visit } from "../browser.mjs";

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
