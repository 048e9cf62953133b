// Addresses: what one sees can be shared, and Back does what one expects.
import assert from "node:assert/strict";
import { test } from "node:test";
import { base, desktop, phone, signIn, visit } from "../browser.mjs";
import { busiest } from "../places.mjs";

const row = (page) => page.locator("tbody tr[aria-rowindex]");

test("Back goes from a record to the list as it stood: view, filter, order", async (t) => {
  const path = "/t/customer?view=all&sort=-ordered_total&f=" + encodeURIComponent('level == "A"');
  const { page } = await visit(t, desktop, { path });
  await row(page).nth(2).waitFor();
  const name = await row(page).nth(2).getByRole("link").first().innerText();
  await row(page).nth(2).getByRole("link").first().click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.goBack();
  await row(page).nth(2).waitFor();
  assert.equal(new URL(page.url()).search, path.slice(path.indexOf("?")));
  assert.equal(await row(page).nth(2).getByRole("link").first().innerText(), name);
  await page.goForward();
  await page.getByRole("heading", { level: 1, name }).waitFor();
});

test("Back steps through views one by one", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  const tabs = page.getByRole("tablist").first().getByRole("tab");
  await tabs.nth(2).waitFor();
  const first = await page.getByRole("tablist").first().getByRole("tab", { selected: true }).evaluate((x) => x.firstChild.textContent); // without its count
  await tabs.nth(1).click();
  await page.waitForURL(/view=/);
  await tabs.nth(2).click();
  await page.goBack();
  assert.equal(await tabs.nth(1).getAttribute("aria-selected"), "true");
  await page.goBack();
  await page.getByRole("tablist").first().getByRole("tab", { name: first, selected: true }).waitFor();
});

for (const [width, size] of [["1440", desktop], ["390", phone]]) {
  test(`a shared address opens the same for somebody who signs in first (${width})`, async (t) => {
    const c = await busiest();
    const { page } = await visit(t, size, { as: false });
    await signIn(page, `/r/customer/${c.id}?tab=history`);
    await page.getByRole("heading", { level: 1, name: c.name }).waitFor();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, `/r/customer/${c.id}?tab=history`);
    await page.getByRole("tab", { selected: true }).filter({ hasText: "历史" }).waitFor();
  });
}

test("a shared list has the words that were searched, the filter and the order", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer?view=all&q=jiudian&sort=name" });
  await row(page).first().waitFor();
  assert.equal(await page.getByRole("textbox", { name: /里找/ }).or(page.getByRole("searchbox")).first().inputValue(), "jiudian");
  assert.match(await row(page).first().innerText(), /酒店/);
});

test("a colleague who may not see a record is told so, without its name", async (t) => {
  const c = await busiest();
  const { page } = await visit(t, desktop, { as: "luoyf" });
  await page.goto(`${base}/r/customer/${c.id}`);
  await page.getByRole("heading", { level: 1, name: "没有这份档案" }).waitFor();
  assert.ok(!(await page.locator("body").innerText()).includes(c.name));
});

test("an address that leads nowhere says so and offers a way on", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/nosuchtype" });
  for (const [address, near] of [["/t/custmer", "客户"], ["/ordr", "订单"], ["/settings/nothing", ""], ["/r/nosuch/0000000000000", ""]]) {
    await page.goto(base + address);
    await page.getByRole("heading", { level: 1, name: "没有这一页" }).waitFor();
    const main = page.getByRole("main");
    await main.getByText(address).waitFor();
    if (near) assert.ok(await main.getByRole("link", { name: near, exact: true }).count(), address);
  }
  await page.goto(base + "/r/customer/0000000000000");
  await page.getByRole("heading", { level: 1, name: "没有这份档案" }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "回到首页" }).click();
  await page.waitForURL(/\/today$/);
});

test("a type's other name leads to its page, a list's and a record's", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/guest?view=guests" });
  await row(page).first().waitFor();
  await page.getByRole("tab", { name: /^客人/, selected: true }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/t/customer");
  const id = /[^/]+$/.exec(await row(page).first().getByRole("link").first().getAttribute("href"))[0];
  await page.goto(`${base}/r/guest/${id}?tab=history`);
  await page.waitForURL(`${base}/r/customer/${id}?tab=history`);
  await page.getByRole("heading", { level: 1 }).waitFor();
});
