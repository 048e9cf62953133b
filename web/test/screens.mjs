// Pictures of every page at both widths, light and dark, into docs/screens,
// from a fresh demo of its own (or the one at BASE_URL):
//   npm run screens [NAME …]      all unless told
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { serve } from "./server.mjs";

const most = 120 * 1024; // bytes of one picture
const mostOfAll = 7 * 1024 * 1024;
const out = new URL("../../docs/screens/", import.meta.url).pathname;
const wanted = process.argv.slice(2);
process.env.CHROMIUM ??= execFileSync(new URL("../../scripts/chromium.sh", import.meta.url).pathname, { encoding: "utf8" }).trim().split("\n").pop();
let demo;
if (!process.env.BASE_URL) {
  console.log("making a demo …");
  demo = await serve({ demo: true, timeout: 600_000 });
  process.env.BASE_URL = demo.url;
}
const { api, base, desktop, launch, open, phone, session } = await import("./browser.mjs");
const { arrive, places, still } = await import("./places.mjs");
const { small } = await import("./png.mjs");

mkdirSync(out, { recursive: true });
const browser = await launch();
const made = new Set();

async function keep(name, page) {
  await page.waitForFunction(() => !document.querySelector(".bones, .bone, .bone-lines"), undefined, { timeout: 10_000 }).catch(() => undefined); // parts that ask once the page stands
  const picture = await small(browser, await page.screenshot());
  writeFileSync(`${out}${name}.png`, picture);
  made.add(name + ".png");
  console.log(`${name}.png ${Math.round(picture.length / 1024)} KB${picture.length > most ? "  OVER " + most / 1024 + " KB" : ""}`);
}

const tick = async (page) => {
  for (const i of [0, 2, 4]) await page.locator("tbody tr[aria-rowindex]").nth(i).getByRole("checkbox").check();
};

try {
  // The file of the pictures, where the demo has it: years of orders, a firm with its people.
  const shown = (await api("GET", "/customer?page_size=1&filter=" + encodeURIComponent('name == "王府酒店管理有限公司"'))).items[0];
  const found = await places(), busiest = found.find((p) => p.name === "record").path.split("/").pop();
  const list = shown ? found.map((p) => (p.path?.includes(busiest) ? { ...p, path: p.path.replace(busiest, shown.id) } : p)) : found;
  const at = list.findIndex((p) => p.name === "list");
  list[at] = { ...list[at], path: "/t/customer?view=all&sort=-ordered_total" };
  const day = list.findIndex((p) => p.name === "today");
  list[day] = { ...list[day], as: "linx" }; // a rep's day, who has appointments
  // Left out: tabs of a trade that is not this customer's, which are empty for him.
  const all = [...list.filter((p) => !/^record-(tastes|stays|agreement|overview)$/.test(p.name)), { name: "list-ticked", path: list[at].path, act: tick, wide: true }, { name: "list-en", path: "/t/customer?view=owing", lang: "en", wide: true }, { name: "record-en", path: list.find((p) => p.name === "record").path, lang: "en", wide: true }, { name: "record-zh-Hant", path: list.find((p) => p.name === "record").path, lang: "zh-Hant", wide: true }];
  for (const place of all.filter((p) => !wanted.length || wanted.includes(p.name))) {
    for (const [suffix, size] of [["", desktop], ["-phone", phone]]) {
      if (place.wide && suffix) continue;
      const { context, page } = await open(browser, size, { cookie: await session(place.as), lang: place.lang });
      await arrive(page, place);
      await page.mouse.move(size.width - 1, size.height - 1);
      await keep(place.name + suffix, page);
      if (!place.wide) {
        await page.emulateMedia({ colorScheme: "dark" });
        await still(page);
        await keep(place.name + suffix + "-dark", page);
      }
      await context.close();
    }
  }
  for (const [suffix, size] of [["", desktop], ["-phone", phone]]) {
    if (wanted.length && !wanted.includes("login")) continue;
    const { context, page } = await open(browser, size);
    await page.goto(base);
    await page.locator("#password").waitFor();
    await keep("login" + suffix, page);
    await page.emulateMedia({ colorScheme: "dark" });
    await keep(`login${suffix}-dark`, page);
    await context.close();
  }
} finally {
  await browser.close();
  await demo?.stop();
}

if (!wanted.length) for (const f of readdirSync(out)) if (!made.has(f)) rmSync(out + f);
const sizes = readdirSync(out).map((f) => statSync(out + f).size);
const total = sizes.reduce((a, b) => a + b, 0);
console.log(`${sizes.length} pictures, ${(total / 1024 / 1024).toFixed(1)} MB`);
if (total > mostOfAll || sizes.some((s) => s > most)) {
  console.error("too large");
  process.exit(1);
}
