// The main job, as people do it, on a desk and on a phone: sign in, bring a
// list in, find somebody, read his file, note a contact, change a fact and take
// it back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, desktop, phone, signIn, visit } from "../browser.mjs";
import { addFact, facts, find, note, stamp, step } from "../acts.mjs";
import { newCustomer, sheet } from "../places.mjs";

for (const [width, size] of [["1440", desktop], ["390", phone]]) {
  test(`the main job (${width})`, async (t) => {
    const digits = String(Date.now()).slice(-7) + (size === phone ? "1" : "2");
    const name = "云杉宾馆" + digits;
    const { page } = await visit(t, size, { as: false });
    await step("sign in", () => signIn(page, "/imports?type=customer"));
    await step("import a list, with one row refused", async () => {
      await page.locator("input[type=file]").setInputFiles({ name: "名单.csv", mimeType: "text/csv", buffer: sheet(digits) });
      await page.waitForURL(/\/imports\/\w+/);
      await page.getByRole("button", { name: /^导入/ }).click();
      await page.getByRole("button", { name: /撤销这次导入/ }).waitFor();
      await page.getByText("无名").or(page.getByText("必填")).or(page.getByRole("table")).first().waitFor();
    });
    await step("find by pinyin", () => find(page, "yunshanbinguan" + digits, name));
    await step("find by name, read the file", async () => {
      await find(page, name, name);
      await page.getByRole("main").getByText("李萍").first().waitFor();
      await page.getByText(/张江路/).first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out sideways");
    });
    await step("note a contact", () => note(page, "说周三要样品"));
    await step("fill a fact in place, and undo it from the toast", async () => {
      await addFact(page, "基本", "简称", "云杉");
      const there = facts(page).getByRole("button", { name: "修改简称" });
      await there.waitFor();
      await page.getByRole("status").filter({ hasText: "简称" }).getByRole("button", { name: "撤销" }).last().click();
      await there.waitFor({ state: "detached" });
      const id = page.url().match(/\/r\/customer\/(\w+)/)[1];
      assert.equal((await api("GET", `/customer/${id}`)).short_name ?? null, null);
    });
    await step("the address opens the same file again", async () => {
      await page.reload();
      await page.getByRole("heading", { level: 1, name }).waitFor();
    });
  });

  test(`a new customer: a problem stands at its field, then it is stored and archived (${width})`, async (t) => {
    const name = "测试饭店" + stamp();
    const { page } = await visit(t, size, { path: "/t/customer" });
    await newCustomer(page);
    const form = page.getByRole("dialog");
    await form.getByRole("button", { name: "保存" }).click();
    await form.getByRole("alert").first().waitFor();
    await form.getByLabel(/^客户名称/).fill(name);
    await form.getByRole("button", { name: "保存" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.locator(".record-head, nav[aria-label='常用操作']").getByRole("button", { name: "更多" }).last().click();
    await page.getByRole("menuitem", { name: "归档" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "归档" }).click();
    await page.getByText("已归档").first().waitFor();
  });
}
