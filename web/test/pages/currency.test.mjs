// Amounts that each have a currency of their own, in a company whose own is
// another than the usual: list, totals, filter, form, editing in place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, visit } from "../browser.mjs";
import { serve } from "../server.mjs";

let server, cookie, customer;

async function ask(method, path, body) {
  const r = await fetch(server.url + "/api/v1" + path, { method, headers: { "Content-Type": "application/json", ...(cookie ? { Cookie: `${cookie.name}=${cookie.value}` } : {}) }, body: body && JSON.stringify(body) });
  const text = await r.text();
  if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`);
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(r.headers.get("set-cookie") ?? "") ?? [];
  return { ...(text ? JSON.parse(text) : {}), ...(name ? { cookie: { name, value, url: server.url } } : {}) };
}

before(async () => {
  server = await serve({ packs: "core,general," + new URL("../packs/abroad", import.meta.url).pathname });
  await ask("POST", "/sys/first-run", { code: server.code, name: "林晓", username: "linxiao", password: "a long password 客档" });
  ({ cookie } = await ask("POST", "/session", { username: "linxiao", password: "a long password 客档" }));
  await ask("PATCH", "/sys/company", { currency: "TWD" });
  customer = await ask("POST", "/customer", { name: "远东商行", kind: "organisation", source: "visit" });
  for (const [price, freight] of [[{ amount: "12500.50", currency: "USD" }, { amount: "320", currency: "EUR" }], ["88000"], [{ amount: "15", currency: "USD" }]]) await ask("POST", "/offer", { customer: customer.id, price, freight, local: "100" });
});
after(() => server?.stop());

test("each currency has its total, and an amount is filtered by number and currency", async (t) => {
  const { page } = await visit(t, desktop, { as: false, cookie });
  await page.goto(server.url + "/t/offer");
  const foot = page.locator("tfoot");
  await foot.getByText("US$12,516").waitFor();
  await foot.getByText("NT$88,000").waitFor();
  await foot.getByText("€320").waitFor();
  assert.match(await page.locator("tbody").innerText(), /US\$12,501/);
  await page.goto(server.url + "/t/offer?f=" + encodeURIComponent('price.currency in ["USD"] and price.amount >= 100'));
  await page.getByRole("group", { name: "报价 › 币种" }).getByText("USD 美元").waitFor();
  await page.getByRole("group", { name: "报价 › 金额" }).getByText("至少 100").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr[aria-rowindex]").length === 1);
  await foot.getByText("US$12,501").waitFor();
  await page.getByRole("button", { name: "加条件" }).click();
  await page.getByRole("combobox", { name: "哪个字段" }).fill("报价 › 币");
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "报价 › 币种" }).waitFor();
});

test("a group has its totals too, one for each currency it has", async (t) => {
  const { page } = await visit(t, desktop, { as: false, cookie });
  await page.goto(server.url + "/t/offer?group=state");
  const group = page.locator("tr.group", { hasText: "待回复" });
  await group.getByText("US$12,516").waitFor();
  await group.getByText("NT$88,000").waitFor();
  await group.getByText("€320").waitFor();
  await ask("POST", "/offer", { customer: customer.id, price: { amount: "7", currency: "GBP" }, state: "won" });
  await page.reload();
  await page.locator("tr.group", { hasText: "成交" }).getByText("£7").waitFor();
  assert.equal(await page.locator("tr.group", { hasText: "成交" }).getByText("US$").count(), 0);
});

test("a column of the board has them as well", async (t) => {
  const { page } = await visit(t, desktop, { as: false, cookie });
  await page.goto(server.url + "/t/offer?board=state");
  const lane = page.getByRole("region", { name: /^待回复/ });
  await lane.locator(".lane-sums").getByText("US$12,516").waitFor();
  await lane.locator(".lane-sums").getByText("€320").waitFor();
});

test("currency and amount are typed in a form and in place", async (t) => {
  const { page } = await visit(t, desktop, { as: false, cookie });
  await page.goto(server.url + "/t/offer");
  await page.getByRole("button", { name: "新建报价单" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("combobox", { name: "客户" }).click();
  await page.locator(".ant-select-item-option", { hasText: "远东商行" }).click();
  const code = form.getByRole("combobox", { name: "报价 币种" });
  await code.fill("港");
  await page.locator(".ant-select-item-option", { hasText: "HKD" }).click();
  await form.getByLabel("报价", { exact: true }).fill("4200");
  await form.getByRole("button", { name: "保存" }).click();
  await form.waitFor({ state: "detached" });
  await page.getByRole("heading", { level: 1, name: /HKD 4,200/ }).waitFor();
  const price = page.locator(".fact[data-field=price]");
  await price.getByRole("button", { name: "修改报价" }).click();
  await price.getByRole("combobox", { name: "报价 币种" }).fill("MOP");
  await page.keyboard.press("Enter"); // takes the currency
  await price.getByLabel("报价", { exact: true }).press("Enter"); // stores
  await price.getByText("MOP$4,200").or(price.getByText(/MOP.?4,200/)).first().waitFor();
  const stored = (await ask("GET", "/offer?order_by=-created_at&page_size=1&fields=price")).items[0].price;
  assert.deepEqual(stored, { amount: "4200.00", currency: "MOP" });
});
