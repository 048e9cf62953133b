import { open, launch, session, base, desktop, phone, api } from "./test/browser.mjs";
const cs = (await api("GET", "/customer?page_size=4&fields=name")).items;
await api("PATCH", "/sys/company", { currency: process.argv[2] ?? "TWD" });
if (!(await api("GET", "/offer?page_size=1")).items.length) {
  await api("POST", "/offer", { customer: cs[0].id, price: { amount: "12500.50", currency: "USD" }, freight: { amount: "320", currency: "EUR" }, local: "400000" });
  await api("POST", "/offer", { customer: cs[1].id, price: "88000", local: "88000" });
  await api("POST", "/offer", { customer: cs[2].id, price: { amount: "950000", currency: "JPY" }, freight: { amount: "1200", currency: "USD" }, state: "won" });
  await api("POST", "/offer", { customer: cs[3].id, price: { amount: "15", currency: "USD" }, state: "lost" });
}
const one = (await api("GET", "/offer?page_size=1&order_by=created_at")).items[0];
const browser = await launch();
const shot = async (name, path, view, f, opt = {}) => {
  const { page, context, wrong } = await open(browser, view, { cookie: await session(), ...opt });
  await page.goto(base + path); await page.locator("#root:not(.first)").waitFor({ state: "attached" }); await page.waitForTimeout(1500);
  if (f) await f(page);
  await page.screenshot({ path: `/tmp/k/w1-${name}.png` }); if (wrong.length) console.log(name, wrong);
  await context.close();
};
await shot("c1", "/t/offer", desktop);
await shot("c2", "/t/offer?board=state", desktop);
await shot("c3", "/r/offer/" + one.id, desktop, async (p) => { await p.locator(".fact[data-field=price] .value").click(); await p.waitForTimeout(600); });
await shot("c4", "/t/offer", desktop, async (p) => { await p.getByRole("button", { name: "新建报价单" }).click(); await p.waitForTimeout(800); });
await shot("c5", "/t/offer", desktop, async (p) => { await p.getByRole("button", { name: "加条件" }).click(); await p.waitForTimeout(500); await p.keyboard.type("报价"); await p.waitForTimeout(500); });
await shot("c6", "/t/offer", phone);
await shot("c7", "/t/customer?view=all", desktop);
await browser.close();
