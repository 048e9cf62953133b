// An empty server: the console's code makes the first administrator, who signs
// in, imports a list and finds somebody in it.
import { after, test } from "node:test";
import { desktop, phone, visit } from "../browser.mjs";
import { sheet } from "../places.mjs";
import { serve } from "../server.mjs";

let server;
after(() => server?.stop());

test("the first run, from the console's code to the first customer", async (t) => {
  server = await serve();
  const { page } = await visit(t, phone, { as: false, quiet: true });
  await page.goto(server.url);
  await page.getByLabel(/代码/).fill("wrong-code");
  await page.getByLabel("你的姓名").fill("林晓");
  await page.getByLabel(/用户名/).fill("linxiao");
  await page.locator("#password").fill("a long password 客档");
  await page.getByRole("button", { name: "建立管理员" }).click();
  await page.getByRole("alert").first().waitFor();
  await page.getByLabel(/代码/).fill(server.code);
  await page.locator("#password").fill("a long password 客档"); // a refused form gives no password back
  await page.getByRole("button", { name: "建立管理员" }).click();
  await page.getByRole("button", { name: "搜索" }).first().waitFor();
  await page.getByRole("region", { name: "从这里开始" }).getByRole("button", { name: "导入表格" }).click(); // an empty archive says what to do first
  await page.waitForURL(/\/imports\?type=customer/);
});

test("the code is used up, and the empty archive takes its first list", async (t) => {
  const { page } = await visit(t, desktop, { as: false, quiet: true });
  await page.goto(server.url + "/imports?type=customer");
  await page.getByLabel(/用户名/).fill("linxiao");
  await page.locator("#password").fill("a long password 客档");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.locator("input[type=file]").setInputFiles({ name: "名单.csv", mimeType: "text/csv", buffer: sheet("11223344") });
  await page.waitForURL(/\/imports\/\w+/);
  await page.getByRole("button", { name: /^导入/ }).click();
  await page.getByRole("button", { name: /撤销这次导入/ }).waitFor();
  await page.goto(server.url + "/t/customer");
  await page.getByText("云杉宾馆11223344").first().waitFor();
  await page.goto(server.url + "/today");
  await page.getByRole("region", { name: "最近变了" }).waitFor(); // the day's page, now that there is something
});
