// Bringing a sheet in: understood, tried, checked, run, told, undone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stamp } from "../acts.mjs";
import { api, base, desktop, phone, visit } from "../browser.mjs";

const utf8 = (name, lines) => ({ name, mimeType: "text/csv", buffer: Buffer.from("\ufeff" + lines.join("\r\n")) });
const drop = (page, file) => page.locator('input[type="file"]').setInputFiles(file);
const number = (i) => `136${String(Date.now() + i).slice(-8)}`;

test("a messy sheet comes in, its refused rows are told, and it is undone", async (t) => {
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  const mark = stamp();
  const rows = Array.from({ length: 40 }, (_, i) => (i === 7 ? `,13800${String(i).padStart(6, "0")},无名` : `导入测试${mark}-${i},${number(i)},普通`));
  await drop(page, utf8("展会.csv", ["秋季展会名单", "", "客户名称,手机,备注", ...rows, "合计,40,"]));
  await page.getByText("第 3 行").first().waitFor();
  await page.getByRole("button", { name: /^(开始导入|导入)/ }).last().click();
  await page.getByRole("status").filter({ hasText: "39 行进了客档" }).waitFor();
  await page.getByRole("row").filter({ hasText: "这是一行合计" }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /下载这 2 行/ }).click()]);
  assert.match(file.suggestedFilename(), /refused\.xlsx$/);
  const there = page.url();
  await page.goto(base + "/imports");
  await page.getByRole("link", { name: "展会.csv" }).first().click(); // one comes back to it
  await page.waitForURL(there);
  await page.getByRole("button", { name: /撤销/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "已撤销" }).waitFor();
});

test("the first rows are shown as they will be, and doubles beside what they look like", async (t) => {
  const mark = stamp();
  const who = (await api("GET", "/sys/users?page_size=50")).items.find((u) => u.active && u.roles?.includes("rep"));
  const known = await api("POST", "/customer", { name: `老客户${mark}`, kind: "organisation", source: "visit", owner: who.id });
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  await drop(page, utf8("替人导入.csv", ["客户名称,主体类型,成立日期", `新客户${mark},外星人,2025.12.3`, `${known.name},单位,2025年12月4日`]));
  const first = page.getByRole("table").filter({ hasText: "会怎样" });
  const bad = first.getByRole("row").filter({ hasText: `新客户${mark}` });
  await bad.filter({ hasText: "外星人" }).filter({ hasText: "不导入" }).waitFor();
  await first.getByRole("row").filter({ hasText: known.name }).filter({ hasText: "2025-12-04" }).waitFor(); // read as a date
  await page.getByRole("region", { name: "请看一眼" }).filter({ hasText: "主体类型" }).waitFor(); // and counted by kind
  await page.getByLabel("记在谁名下").fill(who.name);
  await page.getByTitle(who.name).first().click();
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "1 行进了客档" }).waitFor();
  const doubles = page.getByRole("region", { name: "可能重复" });
  await doubles.getByRole("link", { name: known.name }).nth(1).waitFor();
  assert.equal(await doubles.getByRole("link", { name: known.name }).count(), 2, "both records are a click away");
  await page.getByText(`admin 替 ${who.name} 导入`).waitFor();
  await doubles.getByRole("link", { name: known.name }).first().click();
  await page.getByRole("heading", { level: 1, name: known.name }).waitFor();
  const made = await api("GET", "/customer/" + page.url().split("/").pop());
  assert.equal(made.owner.id, who.id, "it is in the other's name");
});

test("a sheet is looked at on a phone", async (t) => {
  const { page } = await visit(t, phone, { path: "/imports?type=customer" });
  await drop(page, utf8("手机上.csv", ["客户名称,手机,成立日期", `手机导入${stamp()},${number(1)},去年秋天`]));
  const first = page.getByRole("table").filter({ hasText: "会怎样" });
  await first.getByRole("row").filter({ hasText: "不导入" }).waitFor();
  await page.getByRole("checkbox", { name: /^读不懂的格子留空/ }).check();
  await first.getByRole("row").filter({ hasText: "新建" }).filter({ hasText: "去年秋天" }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), "nothing stands out on the side");
});

test("refused rows are mended where they stand, one by one, many at once, and undone with the rest", async (t) => {
  const mark = stamp();
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  await drop(page, utf8("改行.csv", ["客户名称,主体类型,成立日期", `甲${mark},外星人,2020-01-02`, `乙${mark},外星人,2020-01-03`, `,单位,2020-01-04`, `丁${mark},单位,二〇二〇年春`]));
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "一行也没有进来" }).waitFor();
  const rows = page.getByRole("region", { name: "没有进来的行" }).first();
  await rows.getByLabel("第 4 行的客户名称").fill(`丙${mark}`);
  await page.getByText("改了 1 行").waitFor();
  await rows.getByText("可选：个人").first().waitFor(); // choices as people write them
  const there = page.url();
  await page.goto(base + "/imports"); // what was changed stays
  await page.goto(there);
  assert.equal(await rows.getByLabel("第 4 行的客户名称").inputValue(), `丙${mark}`);
  await rows.getByLabel("第 4 行的客户名称").press("Enter");
  await rows.getByRole("link", { name: `丙${mark}` }).waitFor();
  await page.getByRole("status").filter({ hasText: "1 行进了客档" }).first().waitFor();
  const reasons = page.getByRole("region", { name: "按原因看" });
  await reasons.getByRole("listitem").filter({ hasText: "成立日期" }).getByRole("button", { name: /^成立日期留空/ }).click();
  await rows.getByRole("link", { name: `丁${mark}` }).waitFor();
  const unknown = reasons.getByRole("listitem").filter({ hasText: "外星人" });
  await unknown.getByRole("combobox").click();
  await page.getByTitle("单位", { exact: true }).last().click();
  await unknown.getByRole("button", { name: "再试这 2 行" }).click();
  await page.getByRole("status").filter({ hasText: "4 行进了客档" }).waitFor();
  const made = await api("GET", `/customer?fields=name,kind&filter=${encodeURIComponent(`name contains "${mark}"`)}`);
  assert.deepEqual(made.items.map((r) => r.kind), Array(4).fill("organisation"));
  await page.getByRole("button", { name: /撤销这次/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "已撤销，4 行" }).waitFor();
});

test("what was said of a sheet's columns is remembered for the next with the same header", async (t) => {
  const mark = stamp();
  const head = `客户名称,备忘${mark}`;
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  await drop(page, utf8("一月.csv", [head, `戊${mark},常来`]));
  await page.getByLabel(`“备忘${mark}”对上的字段`).click();
  await page.keyboard.type("备注");
  await page.getByTitle("备注", { exact: true }).last().click();
  await page.getByRole("row").filter({ hasText: `备忘${mark}` }).filter({ hasText: "你定的" }).waitFor();
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "1 行进了客档" }).waitFor();
  await page.goto(base + "/imports?type=customer");
  await drop(page, utf8("二月.csv", [head, `己${mark},新来`]));
  await page.getByRole("row").filter({ hasText: `备忘${mark}` }).filter({ hasText: "和上次一样" }).waitFor();
});

test("refused rows are noted as a task that leads back", async (t) => {
  const mark = stamp();
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  await drop(page, utf8(`待办${mark}.csv`, ["客户名称,手机", `庚${mark},${number(3)}`, ",13800000000"]));
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.getByRole("region", { name: "没有进来的行" }).first().getByRole("button", { name: "记到待办" }).click();
  await page.getByRole("link", { name: "看待办" }).first().click();
  await page.getByRole("heading", { level: 1, name: new RegExp(mark) }).waitFor();
  await page.getByText(/\/imports\/\w+/).first().waitFor();
});

test("what is to be done with each kind of trouble is said before the import, and done with it", async (t) => {
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  const mark = stamp();
  await drop(page, utf8("先说好.csv", ["客户名称,级别,成立日期", `甲${mark},重点,`, `乙${mark},重点,`, `丙${mark},散客,`, `丁${mark},A,去年秋天`, `戊${mark},B,2020-01-02`]));
  const look = page.getByRole("region", { name: "请看一眼" });
  await look.getByRole("listitem").filter({ hasText: "级别" }).waitFor();
  const pick = async (box, option) => {
    await box.click();
    await page.locator(".ant-select-dropdown").locator("visible=true").getByTitle(option, { exact: true }).click();
  };
  await pick(look.locator("label", { hasText: "重点" }).getByRole("combobox"), "A 级");
  await pick(look.getByRole("combobox", { name: /^怎么处理：级别/ }), "留空，照样导入");
  await pick(look.getByRole("combobox", { name: /^怎么处理：成立日期/ }), "留空，照样导入");
  await page.getByText("有问题的 4 行照上面处理").waitFor();
  const first = page.getByRole("table").filter({ hasText: "会怎样" });
  await first.getByRole("row").filter({ hasText: `丙${mark}` }).filter({ hasText: "新建" }).waitFor(); // as it was said
  await page.getByRole("button", { name: "先检查一遍" }).click();
  await page.getByText("级别：已经说定").waitFor();
  await page.reload();
  await page.getByText("级别：已经说定").waitFor();
  await page.getByRole("listitem").filter({ hasText: /重点 → A\s*；其余：留空，照样导入/ }).waitFor();
  await page.getByRole("button", { name: "导入 5 行" }).click();
  await page.getByRole("status").filter({ hasText: "5 行进了客档" }).waitFor();
  const list = (await api("GET", `/customer?fields=name,level,founded_on&filter=${encodeURIComponent(`name endsWith "${mark}"`)}`)).items;
  assert.deepEqual(Object.fromEntries(list.map((c) => [c.name[0], c.level ?? ""])), { 甲: "A", 乙: "A", 丙: list.find((c) => c.name[0] === "丙").level ?? "", 丁: "A", 戊: "B" });
  assert.ok(!list.find((c) => c.name[0] === "丁").founded_on);
  await page.reload(); // and once is enough
  await page.getByRole("status").filter({ hasText: "5 行进了客档" }).waitFor();
  await page.getByRole("button", { name: /撤销这次导入/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "已撤销" }).waitFor();
});

test("orders with a row for each line come in whole, mended at one of their rows", async (t) => {
  const mark = stamp();
  const customer = await api("POST", "/customer", { name: `订货方${mark}`, kind: "organisation", source: "visit" });
  for (const name of ["浴巾", "床单"]) await api("POST", "/product", { name: name + mark, list_price: "30" });
  const { page } = await visit(t, desktop, { path: "/imports?type=order" });
  await drop(page, utf8("订单明细.csv", ["订单号,客户名称,下单日期,品名,数量,单价", `甲${mark},${customer.name},2026-01-05,浴巾${mark},10,30`, `甲${mark},${customer.name},2026-01-05,床单${mark},2,100`, `乙${mark},${customer.name},2026-01-06,没有${mark},1,1`, `乙${mark},${customer.name},2026-01-06,床单${mark},1,90`]));
  const first = page.getByRole("table").filter({ hasText: "会怎样" });
  await first.getByRole("row").filter({ hasText: `床单${mark}` }).filter({ hasText: "并入上一条" }).waitFor();
  await page.getByRole("button", { name: "导入", exact: true }).click();
  const rows = page.getByRole("region", { name: "没有进来的行" }).first();
  await rows.getByText("和第 4 行是同一条记录").waitFor();
  await rows.getByRole("row").filter({ hasText: `没有${mark}` }).getByRole("combobox").fill(`浴巾${mark}`);
  await page.getByTitle(`浴巾${mark}`).last().click();
  await page.getByRole("button", { name: "再试这 1 行" }).click();
  await page.getByRole("status").filter({ hasText: "2 行进了客档" }).first().waitFor();
  const orders = await api("GET", `/order?fields=number,amount&order_by=day&filter=${encodeURIComponent(`customer == "${customer.id}"`)}`);
  assert.deepEqual(orders.items.map((o) => [o.number, String(o.amount.amount ?? o.amount)]), [[`甲${mark}`, "500.00"], [`乙${mark}`, "91.00"]]);
});

test("a list without a header is understood, and where the header is may be said", async (t) => {
  const mark = stamp();
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  await drop(page, utf8("没有表头.csv", ["一", "二", "三"].map((n, i) => `头${n}${mark},${number(50 + i)}`)));
  const map = page.getByRole("table").filter({ hasText: "文件里的列" });
  await map.getByRole("row").filter({ hasText: "第 2 列" }).filter({ hasText: "电话" }).waitFor();
  const say = async (option) => {
    await page.getByRole("combobox", { name: "表头" }).click();
    await page.locator(".ant-select-dropdown").locator("visible=true").getByTitle(option, { exact: true }).click();
  };
  await say("第 1 行");
  await map.getByRole("row").filter({ hasText: `头一${mark}` }).waitFor();
  await say("没有表头");
  await map.getByRole("row").filter({ hasText: "第 1 列" }).filter({ hasText: "客户名称" }).waitFor();
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "3 行进了客档" }).waitFor();
});

test("a firm's people come in beside it, are told before and after, and go back with it", async (t) => {
  const { page } = await visit(t, desktop, { path: "/imports?type=customer" });
  const mark = stamp();
  await drop(page, utf8("名单.csv", ["客户名称,地址,联系人,职务,手机", `甲店${mark},南京东路1号,张三,老板,${number(21)}`, `乙店${mark},漕溪路3号,孙八,店长,${number(22)}`, `甲店${mark},南京东路1号,王五,财务,${number(23)}`, `,,赵六,厨师长,${number(24)}`]));
  const beside = page.getByRole("region", { name: "一张表，两种记录" });
  await beside.getByText("表里有 2 个客户、4 个联系人").waitFor();
  await page.getByRole("row").filter({ hasText: "头几行" }).waitFor();
  const first = page.getByRole("table").filter({ hasText: "会怎样" });
  await first.getByRole("row").filter({ hasText: "赵六" }).filter({ hasText: `甲店${mark}` }).filter({ hasText: "归到上面的客户" }).waitFor();
  await beside.getByRole("button", { name: /^不另建/ }).click(); // in the firm's own fields, as ever
  await first.getByRole("row").filter({ hasText: "王五" }).filter({ hasText: "新建" }).waitFor();
  await beside.getByRole("button", { name: /^另建联系人档案/ }).click();
  await first.getByRole("row").filter({ hasText: "王五" }).filter({ hasText: "归到上面的客户" }).waitFor();
  await page.getByRole("combobox", { name: "“职务”对上的字段" }).click(); // the columns of people stand in groups of their own
  await page.getByText("联系人（另建档案）", { exact: true }).first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "导入完成，2 个客户、4 个联系人进了客档" }).waitFor();
  const people = async () => (await api("GET", `/contact?fields=name,customer,position&order_by=id&filter=${encodeURIComponent(`customer.name endsWith "${mark}"`)}`)).items.map((c) => `${c.name} ${c.position} ${c.customer.title[0]}`);
  assert.deepEqual(await people(), ["张三 老板 甲", "孙八 店长 乙", "王五 财务 甲", "赵六 厨师长 甲"]);
  await page.getByRole("button", { name: /撤销这次/ }).click();
  await page.getByRole("dialog").getByText("4 个联系人").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "已撤销" }).waitFor();
  assert.deepEqual(await people(), []);
});

test("who refused a row of people is mended where it stands", async (t) => {
  const { page } = await visit(t, phone, { path: "/imports?type=customer" });
  const mark = stamp();
  await drop(page, utf8("两位.csv", ["客户名称,联系人1,性别1,联系人2,性别2", `丙店${mark},张三,男,李四,外星人`]));
  await page.getByText("表里有 1 个客户、2 个联系人").waitFor();
  await page.getByRole("button", { name: "导入", exact: true }).click();
  const rows = page.getByRole("region", { name: "没有进来的行" }).first();
  await rows.getByText("联系人 2 · 性别").first().waitFor();
  await page.getByRole("region", { name: "按原因看" }).getByRole("button", { name: /^联系人 2 · 性别留空/ }).click();
  await rows.getByRole("link", { name: `丙店${mark}` }).waitFor();
  assert.equal((await api("GET", `/contact?fields=name&filter=${encodeURIComponent(`customer.name endsWith "${mark}"`)}`)).items.length, 2);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), "nothing stands out on the side");
});
