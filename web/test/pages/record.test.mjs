// The page of a record, in the browser. Each test makes its own customer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { customer, facts, note, stamp } from "../acts.mjs";
import { api, desktop, patience, phone, visit, zoomed } from "../browser.mjs";

const day = (far) => new Date(Date.now() + far * 86_400_000).toISOString().slice(0, 10);

/** full makes a customer with people, orders, a task and a talk. */
async function full(values = {}) {
  const c = await customer({ level: "A", level_reason: "两年都按时付款", taboo: "不发短信", credit_limit: "1000", phones: [{ number: "13800138000" }], ...values });
  const product = await api("POST", "/product", { name: "浴巾" + stamp(), list_price: "100" });
  const boss = await api("POST", "/contact", { customer: c.id, name: "陈国栋", position: "总经理", roles: ["decision"], attitude: "supports", phones: [{ number: "13900139000" }] });
  await api("POST", "/contact", { customer: c.id, name: "王丽", position: "采购经理", roles: ["purchaser"], reports_to: boss.id });
  const lines = [{ product: product.id, quantity: "4", price: "100" }];
  const order = await api("POST", "/order", { customer: c.id, subject: "浴巾四条", day: day(-40), due_on: day(-5), lines });
  await api("POST", "/order", { customer: c.id, subject: "浴巾又四条", day: day(-20), due_on: day(60), lines });
  await api("POST", "/shipment", { customer: c.id, order: order.id, day: day(-30), amount: "400", kind: "delivery", state: "shipped" }).catch(() => undefined);
  await api("POST", "/interaction", { customer: c.id, way: "visit", summary: "圣诞前补六十套", result: "答应送样", contact: boss.id });
  await api("POST", "/task", { subject: "催尾款", customer: c.id, due_at: new Date(Date.now() - 3 * 86_400_000).toISOString() });
  return c;
}

const open = async (t, c, size = desktop, options = {}) => {
  const opened = await visit(t, size, { path: `/r/customer/${c.id}${options.tab ? "?tab=" + options.tab : ""}`, ...options });
  await opened.page.getByRole("heading", { level: 1, name: c.name }).waitFor();
  return opened;
};

test("what matters stands in the head and in the stream", async (t) => {
  const c = await full();
  const { page } = await open(t, c);
  await page.locator(".mark.taboo", { hasText: "不发短信" }).waitFor();
  const talk = page.locator(".stream li.interaction");
  await talk.getByText("圣诞前补六十套").waitFor();
  await talk.getByText("答应送样").waitFor();
  await talk.getByText("陈国栋").waitFor();
  await page.locator(".stream li.order .money", { hasText: "¥400.00" }).first().waitFor();
  await page.locator(".stream li.history-entry").first().waitFor();
  const kinds = page.getByRole("group", { name: "只看一种" });
  await kinds.getByRole("button", { name: "订单 2" }).click();
  await page.locator(".stream li.interaction").waitFor({ state: "detached" });
  await page.locator(".stream ol li.order").nth(1).waitFor();
  assert.equal(await page.locator(".stream ol li.order").count(), 2);
  await page.getByRole("tab", { name: /^关系 2/ }).waitFor();
  const side = page.getByRole("region", { name: "联系人" });
  await side.getByText("决策").waitFor();
  await side.getByRole("link", { name: /打给陈国栋/ }).waitFor();
});

test("25 facts and more above the fold of a full file", async (t) => {
  const list = await api("GET", `/customer?filter=${encodeURIComponent('kind == "organisation" and level == "A" and order_count > 0')}&order_by=-order_count&fields=name&page_size=1`);
  const c = list.items[0] ?? (await full());
  const { page } = await open(t, { ...c, name: c.title ?? c.name });
  await page.locator(".stream li .first").first().waitFor();
  const n = await page.evaluate(() => [...document.querySelectorAll(".strip > div, .facts .fact, .record-name .mark, .side-list li, .stream li")].filter((x) => { const r = x.getBoundingClientRect(); return r.height > 0 && r.bottom <= innerHeight; }).length);
  assert.ok(n >= 25, `${n} facts`);
});

test("a level says why, and is judged otherwise with a reason", async (t) => {
  const c = await full();
  const { page } = await open(t, c);
  await page.getByRole("button", { name: /A 级/ }).click();
  const why = page.getByRole("dialog", { name: /级别/ });
  await why.getByText("两年都按时付款").waitFor();
  await why.getByRole("button", { name: "改判…" }).click();
  await why.getByLabel("级别理由").last().fill("今年涨得快");
  await why.getByRole("button", { name: "保存" }).click();
  await page.getByRole("status").filter({ hasText: "已改" }).first().waitFor();
  assert.equal((await api("GET", `/customer/${c.id}`)).level_reason, "今年涨得快");
});

test("facts by keyboard: Enter stores, Tab goes on, Esc takes back, what is refused comes back to its field", async (t) => {
  const c = await customer({ short_name: "甲", alias: "乙" });
  const { page } = await open(t, c);
  const basics = page.getByRole("region", { name: "基本", exact: true });
  await basics.getByRole("button", { name: "修改简称" }).click();
  await basics.getByLabel("简称", { exact: true }).fill("改过的");
  await page.keyboard.press("Tab");
  await basics.getByLabel("别名", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await basics.getByRole("button", { name: "修改别名" }).waitFor();
  await basics.getByText("改过的").waitFor();
  await page.getByRole("status").getByRole("button", { name: "撤销" }).last().click();
  await basics.getByText("甲", { exact: true }).waitFor();
  await basics.getByRole("button", { name: "修改客户名称" }).click();
  await basics.getByLabel("客户名称", { exact: true }).fill("");
  await page.keyboard.press("Enter");
  await basics.getByRole("alert").waitFor();
  await page.keyboard.press("Escape");
  await basics.getByText(c.name).waitFor();
});

test("a note with whom and when is kept as a draft, sent by Enter and taken back", async (t) => {
  const c = await full();
  const { page } = await open(t, c);
  const box = page.getByLabel("内容", { exact: true });
  await box.fill("先写一半");
  await page.waitForFunction(() => Object.entries(localStorage).some(([k, v]) => k.startsWith("kd.note.") && v.includes("先写一半")));
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#composer textarea")?.value === "先写一半");
  await box.press("Shift+Enter");
  await box.pressSequentially("再写一半");
  await box.press("Enter");
  await page.locator(".stream li", { hasText: "再写一半" }).waitFor();
  await page.getByRole("status").filter({ hasText: "记下了" }).getByRole("button", { name: "撤销" }).click();
  await page.locator(".stream li", { hasText: "再写一半" }).waitFor({ state: "detached" });
});

test("a task is ticked where it stands", async (t) => {
  const c = await full();
  const { page } = await open(t, c);
  const tasks = page.getByRole("region", { name: "待办" });
  await tasks.getByText("过期 3 天").waitFor();
  await tasks.getByRole("checkbox", { name: /催尾款/ }).check();
  await page.getByRole("status").filter({ hasText: "已完成" }).waitFor();
  await tasks.getByText("催尾款").waitFor({ state: "detached" });
  const list = await api("GET", `/task?filter=${encodeURIComponent(`customer == "${c.id}"`)}&fields=state`);
  assert.equal(list.items[0].state, "done");
});

test("files are taken in, shown, removed and put back", async (t) => {
  const c = await customer();
  const { page } = await open(t, c, desktop, { tab: "files" });
  const files = page.getByRole("region", { name: "文件", exact: true });
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await files.locator('input[type="file"]').first().setInputFiles({ name: "门头.png", mimeType: "image/png", buffer: png });
  await files.getByRole("button", { name: "门头.png", exact: true }).click();
  const shown = page.getByRole("dialog", { name: "门头.png" });
  await page.waitForFunction(() => document.querySelector(".file-shown img")?.naturalWidth === 1);
  await shown.getByRole("button", { name: /Close|关闭/ }).click();
  await files.getByRole("button", { name: "移除“门头.png”" }).click();
  await files.getByText("门头.png", { exact: true }).waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: "已移除" }).getByRole("button", { name: "撤销" }).click();
  await files.getByRole("button", { name: "门头.png", exact: true }).waitFor();
});

test("relationships stand in a drawing and in a list, people in a tree", async (t) => {
  const other = await customer({ name: "关系饭店" + stamp() });
  const c = await full({ parent: other.id });
  await api("POST", "/relationship", { customer: c.id, kind: "classmate", other_name: "李大同" });
  const { page } = await open(t, c, desktop, { tab: "relations" });
  const graph = page.getByRole("region", { name: "关系图" });
  await graph.locator("li", { hasText: "李大同" }).waitFor();
  await page.getByRole("group", { name: "谁归谁管" }).getByText("王丽").waitFor();
  await graph.getByRole("link", { name: new RegExp("上级单位") }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: other.name }).waitFor();
});

test("history narrows to one field and takes one change back", async (t) => {
  const c = await customer({ short_name: "原来的" });
  await api("PATCH", `/customer/${c.id}`, { short_name: "后来的" });
  const { page } = await open(t, c, desktop, { tab: "history" });
  const history = page.getByRole("region", { name: "修改历史" });
  await history.getByText("后来的").first().waitFor();
  await history.getByRole("button", { name: /撤销这次/ }).first().click();
  await page.waitForFunction(async (id) => (await (await fetch("/api/v1/customer/" + id)).json()).short_name === "原来的", c.id, { timeout: patience });
});

test("the next of the list is one press away", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  await page.locator("tbody tr[aria-rowindex] td.name a").first().click();
  const walk = page.getByRole("group", { name: "列表里的前后" });
  await walk.getByText(/^1 \//).waitFor();
  const before = page.url();
  await walk.getByRole("button", { name: "下一个" }).click();
  await walk.getByText(/^2 \//).waitFor();
  assert.notEqual(page.url(), before);
});

test("on a phone: four acts at the foot, targets of 44 px, nothing sticks out", async (t) => {
  const c = await full();
  const { page } = await open(t, c, phone);
  const bar = page.getByRole("navigation", { name: "常用操作" });
  await bar.getByText("打电话").waitFor();
  const sizes = await bar.locator("> a, > button").evaluateAll((all) => all.map((x) => Math.min(x.getBoundingClientRect().width, x.getBoundingClientRect().height)));
  assert.equal(sizes.length, 4);
  assert.ok(sizes.every((n) => n >= 44), sizes.join());
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await bar.getByText("记一次").click();
  await page.waitForFunction(() => document.activeElement?.closest("#composer"));
  await facts(page).first().waitFor();
});

test("at 200 % nothing sticks out", async (t) => {
  const c = await full();
  const { page } = await open(t, c, zoomed);
  await page.locator(".stream li .first").first().waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("what is typed tells of the next appointment and of the way: one click takes it", async (t) => {
  const c = await customer();
  const { page } = await visit(t, desktop, { path: `/r/customer/${c.id}` });
  await note(page, "微信上聊过，约好后天下午三点上门", { open: true });
  const heard = page.getByRole("group", { name: "听出来" });
  await heard.getByRole("button", { name: /下次跟进时间 .*15:00/ }).click();
  await heard.getByRole("button", { name: "微信" }).click();
  await heard.waitFor({ state: "detached" }); // all of it is taken
  await page.getByLabel("内容", { exact: true }).press("Enter");
  await page.locator(".stream li", { hasText: "微信上聊过" }).waitFor();
  const [made] = (await api("GET", `/interaction?fields=way,next_at&filter=${encodeURIComponent(`customer == "${c.id}"`)}`)).items;
  assert.equal(made.way, "wechat");
  assert.match(made.next_at, /T07:00/); // three in the afternoon, in Shanghai
});

test("a rep's tab opens with what was said, and a note is written from any tab", async (t) => {
  const c = await full();
  for (const size of [phone, desktop]) {
    const { page } = await open(t, c, size, { tab: "contacts" });
    await page.locator(".stream li.interaction").first().waitFor();
    assert.equal(await page.locator(".stream li.order").count(), 0);
    await page.getByRole("group", { name: "只看一种" }).getByRole("button", { name: /^全部/ }).click();
    await page.locator(".stream li.order").first().waitFor();
    await page.getByRole("tab", { name: /^交易/ }).click();
    await page.locator("#composer").waitFor({ state: "detached" });
    await page.getByRole("button", { name: size === phone ? "记一次" : "记一次联系" }).click();
    await page.waitForFunction(() => document.activeElement?.matches("#composer textarea"));
    await note(page, "从别的页签记下的" + stamp());
  }
});

test("what is typed while a note is on its way stays", async (t) => {
  const c = await customer();
  const { page } = await open(t, c);
  let let_go;
  const held = new Promise((go) => { let_go = go; });
  await page.route("**/api/v1/interaction", async (route) => { await held; await route.continue(); });
  const box = page.getByLabel("内容", { exact: true });
  await box.fill("第一句");
  await box.press("Enter");
  await box.pressSequentially("第二句");
  let_go();
  await page.locator(".stream li", { hasText: "第一句" }).waitFor();
  await page.waitForFunction(() => document.querySelector("#composer textarea").value === "第二句");
});

test("a related list is lines on a phone, not a table that is cut off", async (t) => {
  const c = await full();
  const { page } = await open(t, c, phone, { tab: "deals" });
  const orders = page.getByRole("region", { name: "订单" });
  await orders.getByRole("link", { name: /¥400/ }).first().waitFor();
  assert.equal(await orders.getByRole("table").count(), 0);
  assert.ok(await page.evaluate(() => document.querySelector("main").scrollWidth <= document.querySelector("main").clientWidth));
});

test("a talk is noted where one looks at a person, and offered nowhere it could not be written", async (t) => {
  const c = await full();
  const person = (await api("GET", `/contact?page_size=1&fields=id&filter=${encodeURIComponent(`customer == "${c.id}" and name == "王丽"`)}`)).items[0];
  for (const size of [desktop, phone]) {
    const { page } = await visit(t, size, { path: `/r/contact/${person.id}` });
    await page.getByRole("button", { name: size === phone ? "记一次" : "记一次联系" }).click();
    await page.waitForFunction(() => document.activeElement?.matches("#composer textarea"));
    const words = "和王丽说的" + stamp();
    await page.keyboard.type(words);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "跟进记录" }).getByText(words).waitFor();
  }
  const said = await api("POST", "/complaint", { customer: c.id, subject: "毛巾掉色" + stamp(), reported_at: new Date().toISOString() });
  const { page } = await visit(t, desktop, { path: `/r/complaint/${said.id}` });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("button", { name: "打印" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "记一次联系" }).count(), 0);
});

test("on a phone the head is small: facts unfold, the name stays while one scrolls", async (t) => {
  const c = await full();
  const { page } = await open(t, c, phone);
  await page.locator(".stream li").first().waitFor();
  const tabs = page.getByRole("tablist");
  assert.ok((await tabs.boundingBox()).y <= 320, "the tabs begin in the upper part of the screen");
  const owner = page.locator(".strip dt", { hasText: "归属业务员" });
  assert.equal(await owner.count(), 0);
  const more = page.getByRole("button", { name: /还有 \d+ 项/ });
  await more.click();
  await owner.waitFor();
  await page.getByRole("button", { name: "收起" }).click();
  await owner.waitFor({ state: "detached" });
  await page.locator(".stream li").last().scrollIntoViewIfNeeded();
  const at = await page.evaluate(() => {
    const top = document.querySelector("main").getBoundingClientRect().top, of = (q) => document.querySelector(q).getBoundingClientRect();
    return { name: of("h1").top - top, tabs: of("[role=tablist]").top - of(".record-name").bottom };
  });
  assert.ok(at.name >= 0 && at.name < 30 && Math.abs(at.tabs) < 1, JSON.stringify(at));
});

test("an order's lines are a table, and it is measured by no empty fields", async (t) => {
  const c = await full();
  const order = (await api("GET", `/order?page_size=1&fields=id&filter=${encodeURIComponent(`customer == "${c.id}"`)}`)).items[0];
  const { page } = await visit(t, desktop, { path: `/r/order/${order.id}` });
  const lines = page.getByRole("region", { name: "明细" }).getByRole("table");
  await lines.getByRole("columnheader", { name: "单价" }).waitFor();
  assert.deepEqual(await lines.getByRole("row").nth(1).getByRole("cell").allInnerTexts().then((x) => x.slice(1)), ["4", "100", "400"]);
  assert.equal(await page.getByText("资料完整").count(), 0);
  await open(t, c).then(({ page: file }) => file.getByText("资料完整").waitFor());
});

test("tabs that cannot say anything are not there: a trade's of others, a reader's without the right", async (t) => {
  const c = await customer();
  const { page } = await open(t, c);
  await page.getByRole("tab", { name: "往来" }).waitFor();
  for (const name of ["喜好", "住店"]) assert.equal(await page.getByRole("tab", { name }).count(), 0, name);
  const guest = (await api("GET", "/customer?page_size=1&fields=id&order_by=-taste_count")).items[0];
  const { page: floor } = await visit(t, desktop, { path: `/r/customer/${guest.id}`, as: "limin" });
  await floor.getByRole("tab", { name: "喜好" }).waitFor();
  for (const name of ["往来", "历史"]) assert.equal(await floor.getByRole("tab", { name }).count(), 0, name);
  await floor.getByRole("button", { name: "记一笔", exact: true }).waitFor();
});

test("the name of a button is its words, without the name of its icon", async (t) => {
  const { page } = await visit(t, desktop, { path: "/t/customer" });
  await page.getByRole("button", { name: "新建客户", exact: true }).waitFor();
  const named = await page.evaluate(() => [...document.querySelectorAll("[role=img][aria-label]")].map((e) => e.getAttribute("aria-label")).filter((x) => /^[a-z-]+$/.test(x)));
  assert.deepEqual(named, []);
});
