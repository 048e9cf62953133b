// Making a record: doubles while typing, nothing lost, pasted blocks, Enter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, desktop, phone, visit } from "../browser.mjs";

const opened = async (page) => {
  await page.getByRole("button", { name: "新建", exact: true }).first().click();
  await page.getByRole("menuitem", { name: "客户", exact: true }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("客户名称").waitFor();
  return form;
};
const number = () => "139" + String(Date.now()).slice(-8);

test("a double shows while one types, and does not stand in the way", async (t) => {
  const phoneNumber = number();
  const name = "重名测试" + Date.now();
  await api("POST", "/customer", { name, phones: [phoneNumber] });
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  const form = await opened(page);
  await form.getByLabel("客户名称").fill("另一家" + Date.now());
  await form.getByLabel("电话 号码").fill(phoneNumber);
  const doubles = form.getByRole("list", { name: "可能是同一个" });
  await doubles.getByRole("link", { name }).waitFor();
  await doubles.getByRole("button", { name: "这是另一个" }).click();
  await doubles.waitFor({ state: "detached" });
});

test("what was typed outlives closing and a reload, and can be thrown away", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  let form = await opened(page);
  await form.getByLabel("客户名称").fill("没写完的客户");
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  form = await opened(page);
  assert.equal(await form.getByLabel("客户名称").inputValue(), "没写完的客户");
  await form.getByLabel("客户名称").fill("没写完的客户二");
  await page.waitForTimeout(400);
  await page.reload();
  form = page.getByRole("dialog"); // the form that was open is open again
  await form.getByLabel("客户名称").waitFor();
  assert.equal(await form.getByLabel("客户名称").inputValue(), "没写完的客户二");
  await form.getByRole("button", { name: "丢掉草稿" }).click();
  assert.equal(await form.getByLabel("客户名称").inputValue(), "");
});

test("a pasted block is spread over its fields, and taken back", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  const form = await opened(page);
  await form.getByLabel("客户名称").evaluate((el) => {
    const data = new DataTransfer();
    data.setData("text", "李小龙 13800138123 上海市浦东新区张江路1号");
    el.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await form.getByText("贴上的内容分到了").waitFor();
  assert.equal(await form.getByLabel("客户名称").inputValue(), "李小龙");
  assert.equal(await form.getByLabel("电话 号码").inputValue(), "13800138123");
  await form.getByRole("button", { name: "放回去" }).click();
  assert.equal(await form.getByLabel("客户名称").inputValue(), "");
});

test("a problem stands at its field with the cursor in it; Ctrl and Enter save", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  const form = await opened(page);
  await form.getByRole("button", { name: "保存" }).click();
  await form.getByRole("alert").first().waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "f-name");
  const name = "键盘测试" + Date.now();
  await form.getByLabel("客户名称").fill(name);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
});

test("on a phone the form is one column and fills the screen", async (t) => {
  const { page } = await visit(t, phone, { path: "/t/customer" });
  await page.getByRole("navigation", { name: "常用" }).getByRole("button", { name: "新建" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "客户", exact: true }).click();
  const name = page.getByLabel("客户名称");
  await name.waitFor();
  assert.ok((await name.boundingBox()).width > 320);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});
