import { open, launch, session, base, desktop } from "./test/browser.mjs";
const browser = await launch();
const { page, context } = await open(browser, desktop, { cookie: await session() });
const cdp = await context.newCDPSession(page);
await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
const m = async (k) => (await cdp.send("Performance.getMetrics")).metrics.find((x) => x.name === k).value * 1000;
const out = [];
for (let i = 0; i < 14; i++) {
  await page.goto(base + (process.argv[2] ?? "/t/customer"), { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("kd-taken").length > 0);
  const work = await m("TaskDuration"), script = await m("ScriptDuration");
  const at = await page.evaluate(() => performance.getEntriesByName("kd-taken")[0].startTime);
  const bytes = await page.evaluate(() => performance.getEntriesByType("resource").filter((e) => /\.js|\.css/.test(e.name)).reduce((n, e) => n + e.encodedBodySize, 0));
  if (i > 3) out.push({ at: Math.round(at), work: Math.round(work), script: Math.round(script), bytes });
}
const med = (k) => out.map((x) => x[k]).sort((a, b) => a - b)[Math.floor(out.length / 2)];
const min = (k) => Math.min(...out.map((x) => x[k]));
console.log(`taken at median ${med("at")} best ${min("at")}; work median ${med("work")} best ${min("work")}; script ${med("script")}; bytes ${med("bytes")}`);
await context.close(); await browser.close();
