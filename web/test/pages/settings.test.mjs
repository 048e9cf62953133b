// Settings: every part opens; types are read, a user is made.
import assert from "node:assert/strict";
import { test } from "node:test";
import { desktop, phone, visit } from "../browser.mjs";

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
