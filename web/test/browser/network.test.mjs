// A bad line and a session that ends: nothing that was typed is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, base, desktop, newSession, password, phone, session, visit } from "../browser.mjs";
import { customer, editFact, eventually, facts, find, note, stamp } from "../acts.mjs";
import { newCustomer } from "../places.mjs";

/** throttle makes the line slow: Chromium's own brake. */
async function throttle(context, page, latency, kilobits) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: (kilobits * 1024) / 8, uploadThroughput: (kilobits * 1024) / 8 });
}

test("slow line: the main job still goes, a note is stored once", async (t) => {
  const c = await customer();
  const { context, page } = await visit(t, phone, { path: "/t/customer" });
  await throttle(context, page, 400, 1600);
  await find(page, c.name, c.name);
  const box = page.getByLabel("内容", { exact: true });
  await box.fill("慢线路上记的");
  await box.press("Enter");
  await box.press("Enter"); // impatience
  await page.locator(".stream li", { hasText: "慢线路上记的" }).waitFor();
  const list = await api("GET", `/interaction?fields=summary&filter=${encodeURIComponent(`customer == "${c.id}"`)}`);
  assert.equal(list.items.length, 1, "one note, however often Enter was pressed");
});

test("slow line: a fact shows at once, before the server has answered", async (t) => {
  const c = await customer({ short_name: "原来" });
  const { page } = await visit(t, desktop, { path: `/r/customer/${c.id}` });
  let release;
  const held = new Promise((done) => (release = done));
  await page.route("**/api/v1/customer/*", async (route) => {
    if (route.request().method() === "PATCH") await held;
    await route.continue();
  });
  await editFact(page, "简称", "马上看见", { open: true });
  await page.getByLabel("简称", { exact: true }).press("Enter");
  await facts(page).getByRole("button", { name: "修改简称" }).filter({ hasText: "马上看见" }).waitFor();
  assert.equal((await api("GET", `/customer/${c.id}`)).short_name, "原来", "the server has not answered yet");
  release();
  await eventually(async () => (await api("GET", `/customer/${c.id}`)).short_name === "马上看见");
});

test("lost line: a note is shown as waiting, and goes out once when the line is back", async (t) => {
  const c = await customer();
  const { context, page } = await visit(t, phone, { path: `/r/customer/${c.id}`, quiet: true });
  await note(page, "电梯里记的一笔", { open: true });
  await context.setOffline(true);
  await page.getByLabel("内容", { exact: true }).press("Enter");
  await page.getByRole("status").filter({ hasText: "没有网络" }).waitFor();
  await page.getByRole("status").filter({ hasText: "留在这台设备上" }).waitFor();
  assert.equal((await notes(c)).length, 0);
  await context.setOffline(false);
  await eventually(async () => (await notes(c)).length === 1);
  await page.locator(".stream li", { hasText: "电梯里记的一笔" }).first().waitFor();
  assert.equal((await notes(c)).length, 1);
});

test("lost line: what waits is sent from any page, and by nobody else", async (t) => {
  const c = await customer();
  const other = (await api("GET", "/sys/users?page_size=50")).items.find((u) => u.active && u.username !== "admin" && (u.roles ?? []).length);
  const { context, page } = await visit(t, desktop, { path: `/r/customer/${c.id}`, quiet: true });
  await note(page, "地下车库里记的", { open: true });
  await context.setOffline(true);
  await page.getByLabel("内容", { exact: true }).press("Enter");
  await page.getByRole("list", { name: "等待发送的" }).getByText("地下车库里记的").waitFor();
  await page.route("**/api/v1/interaction", (route) => route.abort()); // it cannot go yet
  await context.setOffline(false);
  const theirs = await newSession(other.username).catch(() => undefined);
  if (theirs) { // somebody else signs in on the same browser
    await context.addCookies([theirs]);
    await page.goto(base + "/t/customer");
    await page.unroute("**/api/v1/interaction");
    await page.getByRole("main").waitFor();
    await new Promise((done) => setTimeout(done, 5000));
    assert.equal(await page.getByText("留在这台设备上").count(), 0, "another neither sees it");
    assert.equal((await notes(c)).length, 0, "nor sends it");
    await context.addCookies([await session()]);
  }
  await page.unroute("**/api/v1/interaction").catch(() => undefined);
  await page.goto(base + "/settings/devices"); // not the record's page
  await eventually(async () => (await notes(c)).length === 1);
  assert.equal((await notes(c))[0].summary, "地下车库里记的");
});

test("lost line: a fact edited in place stays on the screen, outlives the window, and is stored later", async (t) => {
  const c = await customer({ short_name: "原来" });
  const { context, page } = await visit(t, desktop, { path: `/r/customer/${c.id}`, quiet: true });
  await context.setOffline(true);
  await editFact(page, "简称", "断线时写的", { open: true });
  await page.getByLabel("简称", { exact: true }).press("Enter");
  await facts(page).getByText("断线时写的").waitFor();
  await page.getByRole("status").filter({ hasText: "没有网络" }).waitFor();
  assert.equal((await api("GET", `/customer/${c.id}`)).short_name, "原来");
  await context.setOffline(false);
  await page.reload();
  await eventually(async () => (await api("GET", `/customer/${c.id}`)).short_name === "断线时写的");
  await facts(page).getByText("断线时写的").waitFor();
});

const notes = (c) => api("GET", `/interaction?fields=summary&filter=${encodeURIComponent(`customer == "${c.id}"`)}`).then((r) => r.items);

test("lost line: a form keeps its text, and its draft outlives the window", async (t) => {
  const name = "断线饭店" + stamp();
  const { context, page } = await visit(t, desktop, { path: "/t/customer", quiet: true });
  await newCustomer(page);
  await page.getByRole("dialog").getByLabel(/^客户名称/).fill(name);
  await context.setOffline(true);
  await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
  await page.getByRole("status").filter({ hasText: "没有网络" }).waitFor();
  assert.equal(await page.getByRole("dialog").getByLabel(/^客户名称/).inputValue(), name);
  await page.waitForFunction((n) => Object.values(localStorage).some((v) => v.includes(n)), name);
  await context.setOffline(false);
  await page.reload();
  await newCustomer(page);
  assert.equal(await page.getByRole("dialog").getByLabel(/^客户名称/).inputValue(), name);
  await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
});

test("the session ends while a note is typed: the password is asked for above the page, then it is stored", async (t) => {
  const c = await customer();
  const cookie = await newSession();
  const { page } = await visit(t, desktop, { path: `/r/customer/${c.id}`, cookie, quiet: true });
  await note(page, "写到一半被登出", { open: true });
  await end(cookie);
  await page.getByLabel("内容", { exact: true }).press("Enter");
  await signInAgain(page);
  await page.locator(".stream li", { hasText: "写到一半被登出" }).waitFor();
  assert.match(page.url(), new RegExp(c.id), "on the page where one was");
  const list = await api("GET", `/interaction?fields=summary&filter=${encodeURIComponent(`customer == "${c.id}"`)}`);
  assert.equal(list.items.length, 1);
});

test("the session ends while a form is filled: it is stored after signing in", async (t) => {
  const name = "登出饭店" + stamp();
  const cookie = await newSession();
  const { page } = await visit(t, desktop, { path: "/t/customer", cookie, quiet: true });
  await newCustomer(page);
  await page.getByRole("dialog").getByLabel(/^客户名称/).fill(name);
  await end(cookie);
  await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
  await signInAgain(page);
  await page.getByRole("heading", { level: 1, name }).waitFor();
});

test("the session ends before a file is sent or fetched: the password is asked for, then it goes on", async (t) => {
  const cookie = await newSession();
  const { page } = await visit(t, desktop, { path: "/imports?type=customer", cookie, quiet: true });
  await page.locator('input[type="file"]').waitFor({ state: "attached" });
  await end(cookie);
  await page.locator('input[type="file"]').setInputFiles({ name: "登出时.csv", mimeType: "text/csv", buffer: Buffer.from("客户名称,手机\n,13800000000\n") });
  await signInAgain(page);
  await page.getByRole("button", { name: "导入", exact: true }).click();
  const get = page.getByRole("button", { name: /下载这 1 行/ });
  await get.waitFor();
  await end((await page.context().cookies()).find((k) => k.name === cookie.name));
  const [file] = await Promise.all([page.waitForEvent("download"), get.click().then(() => signInAgain(page))]);
  assert.match(file.suggestedFilename(), /refused/);
});

/** end ends a session from elsewhere. */
async function end(cookie) {
  const r = await fetch(base + "/api/v1/session", { method: "DELETE", headers: { Cookie: `${cookie.name}=${cookie.value}` } });
  assert.ok(r.ok, "the session is ended");
}

/** signInAgain answers what is asked above the page. */
async function signInAgain(page) {
  const box = page.locator("#again-password");
  await box.waitFor();
  await box.fill(password);
  await box.press("Enter");
  await box.waitFor({ state: "detached" });
}
