// Pictures of the main pages for docs/screens, from a started demo server:
//   BASE_URL=http://127.0.0.1:8080 npm run screens
import { mkdirSync, writeFileSync } from "node:fs";
import { base, desktop, launch, open, phone, signIn } from "./browser.mjs";
import { small } from "./png.mjs";

const out = new URL("../../docs/screens/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });
const most = 250 * 1024; // bytes of one picture
const browser = await launch();

async function shoot(name, viewport, path, options = {}) {
  const { context, page } = await open(browser, viewport, options);
  await signIn(page, "/t/customer");
  const to = typeof path === "function" ? await path(page) : path;
  if (to) await page.goto(base + to);
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
  if (options.act) await options.act(page);
  const picture = await small(browser, await page.screenshot());
  writeFileSync(`${out}${name}.png`, picture);
  const size = picture.length;
  console.log(`${name}.png ${Math.round(size / 1024)} KB`);
  if (size > most) throw new Error(`${name}.png is over ${most / 1024} KB`);
  await context.close();
}

// The busiest customer makes the fullest page.
const busiest = async (page) => {
  const r = await page.evaluate(() => fetch("/api/v1/customer?order_by=-interaction_count&filter=" + encodeURIComponent('kind == "organisation" and receivable > 0 and level == "A"') + "&fields=id&page_size=1").then((x) => x.json()));
  return "/r/customer/" + r.items[0].id;
};

const tick = async (page) => { for (const i of [0, 2, 4]) await page.locator("tbody tr[aria-rowindex]").nth(i).getByRole("checkbox").check(); };

try {
  await shoot("list", desktop, "/t/customer?view=all&sort=-ordered_total", { act: tick });
  await shoot("record", desktop, busiest);
  await shoot("record-dark", desktop, busiest, { dark: true });
  await shoot("form", desktop, "", { act: async (page) => { await page.getByRole("button", { name: "新建客户" }).click(); await page.getByRole("dialog").waitFor(); await page.waitForTimeout(300); } });
  await shoot("today", desktop, "/today");
  await shoot("list-en", desktop, "/t/customer?view=owing", { lang: "en" });
  await shoot("list-phone", phone, "/t/customer?view=all&sort=-ordered_total");
  await shoot("record-phone", phone, busiest);
} finally {
  await browser.close();
}
