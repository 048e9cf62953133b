// The frame: menu, favourites, search, notices, offline line, places of a phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, desktop, phone, visit } from "../browser.mjs";

test("the menu folds its sections and itself, and keeps favourites over a reload", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  const menu = page.getByRole("navigation", { name: "菜单" });
  await menu.getByRole("button", { name: "交易" }).click();
  assert.equal(await menu.getByRole("link", { name: "订单", exact: true }).count(), 0);
  await page.getByRole("button", { name: "收藏这一页" }).click();
  await menu.getByRole("group", { name: "收藏" }).getByRole("link").first().waitFor();
  await page.reload();
  await menu.getByRole("group", { name: "收藏" }).getByRole("link").first().waitFor();
  assert.equal(await menu.getByRole("button", { name: "交易" }).getAttribute("aria-expanded"), "false");
  await page.getByRole("button", { name: "收起菜单" }).click();
  assert.equal(Math.round((await page.locator(".side").boundingBox()).width), 56);
});

test("search waits for the input method, marks what it found, and ends in a new record", async (t) => {
  const name = "搜索测试饭店" + Date.now();
  const made = await api("POST", "/customer", { name });
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  await page.keyboard.press("Control+k");
  const box = page.getByRole("combobox", { name: "搜索" });
  await box.dispatchEvent("compositionstart");
  await box.fill("sous");
  await page.waitForTimeout(400);
  assert.equal(await page.getByRole("option", { name: /新建客户/ }).count(), 0);
  await box.fill(name);
  await box.dispatchEvent("compositionend");
  const hit = page.getByRole("option", { name }).first();
  await hit.locator("mark").waitFor();
  await page.getByRole("option", { name: `新建客户“${name}”` }).waitFor();
  await box.press("Enter");
  await page.waitForURL(new RegExp(made.id ?? made.body?.id ?? "/r/customer/"));
});

test("a line says when the server is out of reach, and goes away by itself", async (t) => {
  const { page, context } = await visit(t, desktop, { path: "/t/customer", quiet: true });
  await context.setOffline(true);
  await page.getByText("没有网络，写好的都还在").waitFor();
  await context.setOffline(false);
  await page.getByText("没有网络，写好的都还在").waitFor({ state: "detached" });
});

test("on a phone the places stand at the bottom and search fills the screen", async (t) => {
  const { page } = await visit(t, phone, { path: "/t/customer" });
  const bar = page.getByRole("navigation", { name: "常用" });
  assert.ok((await bar.getByRole("link").count()) + (await bar.getByRole("button").count()) >= 4);
  for (const x of await bar.locator("> *").all()) assert.ok((await x.boundingBox()).height >= 44);
  await page.getByRole("button", { name: "搜索" }).first().click();
  await page.getByRole("combobox", { name: "搜索" }).waitFor();
  assert.ok((await page.locator(".finder").boundingBox()).width >= 380);
});
