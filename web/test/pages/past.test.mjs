// A record as it stood: from its history, by version and by day.
import assert from "node:assert/strict";
import { test } from "node:test";
import { customer } from "../acts.mjs";
import { api, desktop, phone, visit } from "../browser.mjs";

async function changed() {
  const c = await customer({ level: "A", remark: "要靠窗的桌子" });
  await api("PATCH", `/customer/${c.id}`, { level: "B" });
  await api("PATCH", `/customer/${c.id}`, { remark: "换成包厢" });
  return c;
}

test("a version of the past stands beside the present, what differs first", async (t) => {
  const c = await changed();
  const { page } = await visit(t, desktop, { path: `/r/customer/${c.id}?tab=history` });
  await page.getByText("第 1 版").waitFor();
  await page.locator(".history li", { hasText: "第 1 版" }).getByRole("button", { name: "看当时" }).click();
  const past = page.getByRole("dialog");
  await past.getByRole("row", { name: /备注/ }).waitFor();
  assert.match(await past.getByRole("row", { name: /级别/ }).innerText(), /A[\s\S]*B/);
  assert.match(await past.getByRole("row", { name: /备注/ }).innerText(), /要靠窗的桌子[\s\S]*换成包厢/);
  assert.equal(await past.locator("tbody tr").count(), 2, "only what differs");
  await past.getByRole("switch").click();
  await past.getByRole("row", { name: /客户名称/ }).getByText("和现在一样").waitFor();
  await page.keyboard.press("Escape");
  await past.waitFor({ state: "detached" });
  assert.equal(await page.locator(".history li", { hasText: "第 3 版" }).getByRole("button", { name: "看当时" }).count(), 0, "the present is no past");
});

test("a day of the past, on a phone", async (t) => {
  const c = await changed();
  const { page } = await visit(t, phone, { path: `/r/customer/${c.id}?tab=history` });
  await page.getByPlaceholder("看某一天的样子").click();
  await page.locator(".ant-picker-cell-today").click();
  const past = page.getByRole("dialog");
  await past.getByText("和现在一样，没有不同。").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the phone");
});
