// Settings: every part opens; types are read, a user is made.
import assert from "node:assert/strict";
import { test } from "node:test";
import { customer } from "../acts.mjs";
import { api, base, desktop, phone, visit } from "../browser.mjs";

const parts = ["users", "departments", "roles", "types", "company", "devices", "jobs", "audit"];

test("every part opens at both widths, without a problem and without sticking out", async (t) => {
  for (const size of [desktop, phone]) {
    const { page } = await visit(t, size, { path: "/settings/users" });
    for (const part of parts) {
      await page.goto(new URL("/settings/" + part, page.url()).href);
      await page.getByRole("heading", { level: 1, name: "设置" }).waitFor();
      await page.waitForLoadState("networkidle");
      assert.equal(await page.getByRole("main").getByRole("alert").count(), 0, part);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), part + " " + size.width);
    }
  }
});

test("a type is read field by field", async (t) => {
  const { page } = await visit(t, desktop, { path: "/settings/types" });
  await page.getByLabel("找字段").fill("信用额度");
  await page.getByRole("row").filter({ hasText: "credit_limit" }).waitFor();
});

test("a new person gets a code to set a password with", async (t) => {
  const { page } = await visit(t, desktop, { path: "/settings/users" });
  await page.getByRole("button", { name: "新建用户" }).click();
  const panel = page.getByRole("dialog");
  const name = "u" + Date.now().toString(36);
  await panel.getByLabel("姓名").fill("测试员");
  await panel.getByLabel("用户名").fill(name);
  await panel.getByRole("button", { name: "保存" }).click();
  assert.ok((await page.locator("output").first().textContent()).length >= 6);
});

test("the log is read for one record, from its history; a field tells which pack added it", async (t) => {
  const c = await customer();
  const { page } = await visit(t, desktop, { path: `/r/customer/${c.id}?tab=history` });
  await page.getByRole("link", { name: "在审计日志里看全部" }).click();
  await page.getByRole("cell", { name: "新建" }).first().waitFor();
  assert.equal(await page.getByRole("table").getByRole("row").count(), 2, "its making alone");
  await page.getByRole("button", { name: /^不再只看/ }).click();
  await page.waitForURL(/audit\?type=customer$/);
  await page.goto(base + "/settings/types");
  await page.getByLabel("找字段").fill("vip_level");
  await page.getByRole("row").filter({ hasText: "vip_level" }).filter({ hasText: "hotel" }).waitFor();
});

test("stopped work is tried again, from the list and from the tray", async (t) => {
  const { page } = await visit(t, desktop, { path: "/settings/jobs" });
  const job = { id: "00000000000J1", kind: "bulk", state: "failed", title: "批量修改客户 3 条", done: 1, total: 3, attempt: 5, message: "没有权限。", created_at: new Date().toISOString(), started_at: new Date().toISOString(), ended_at: new Date().toISOString() };
  let asked = 0;
  await page.route("**/api/v1/sys/jobs?*", (route) => route.fulfill({ json: { items: [asked ? { ...job, state: "done", message: undefined } : job], next_page_token: "" } }));
  await page.route("**/api/v1/sys/jobs/*/again", (route) => { asked++; return route.fulfill({ status: 202, json: job }); });
  await page.reload();
  await page.getByRole("row").filter({ hasText: "批量修改客户" }).getByRole("button", { name: "再试一次" }).waitFor();
  await page.getByRole("button", { name: "正在做的事" }).click();
  await page.getByRole("region", { name: "正在做的事" }).getByRole("button", { name: "再试一次" }).click();
  await page.getByRole("row").filter({ hasText: "批量修改客户" }).filter({ hasText: "完成" }).waitFor();
  assert.equal(asked, 1);
});

test("the log says what was changed in words, not in what a program writes", async (t) => {
  const old = await api("GET", "/sys/company");
  const name = "改名商行" + Date.now().toString(36);
  await api("PATCH", "/sys/company", { name });
  await api("PATCH", "/sys/company", { name: old.name });
  const { page } = await visit(t, desktop, { path: "/settings/audit" });
  const row = page.getByRole("row", { name: new RegExp(`名称 ${old.name} → ${name}`) });
  await row.getByText("改公司设置").waitFor();
  for (const of of await page.getByRole("row", { name: /改公司设置|新建用户|登录/ }).allInnerTexts()) assert.doesNotMatch(of, /[{}[\]"]|address|name:/);
});
