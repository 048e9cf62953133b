// Bringing a sheet in: understood, checked, run, told, undone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { desktop, visit } from "../browser.mjs";

test("a messy sheet comes in, its refused rows are told, and it is undone", async (t) => {
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  const stamp = Date.now();
  const rows = Array.from({ length: 40 }, (_, i) => (i === 7 ? `,13800${String(i).padStart(6, "0")},无名` : `导入测试${stamp}-${i},136${String(stamp + i).slice(-8)},普通`));
  const sheet = ["秋季展会名单", "", "客户名称,手机,备注", ...rows].join("\r\n");
  await page.locator('input[type="file"]').setInputFiles({ name: "展会.csv", mimeType: "text/csv", buffer: Buffer.from("\ufeff" + sheet) });
  await page.getByRole("group", { name: "看懂了什么" }).or(page.locator(".figures")).first().waitFor();
  await page.getByText("第 3 行").first().waitFor();
  await page.getByRole("button", { name: /^(开始导入|导入)/ }).last().click();
  await page.getByRole("status").filter({ hasText: "进了客档" }).waitFor();
  await page.getByRole("button", { name: /下载/ }).first().waitFor();
  await page.getByRole("button", { name: /撤销/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "已撤销" }).waitFor();
  assert.ok(page.url().includes("/imports/"));
});
