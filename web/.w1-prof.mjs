import { open, launch, session, base, desktop } from "./test/browser.mjs";
import { writeFileSync } from "node:fs";
const browser = await launch();
const { page, context } = await open(browser, desktop, { cookie: await session() });
const cdp = await context.newCDPSession(page);
for (let i = 0; i < 4; i++) { await page.goto(base + "/t/customer"); await page.waitForTimeout(1500); }
await cdp.send("Profiler.enable"); await cdp.send("Profiler.setSamplingInterval", { interval: 200 });
const agg = {}, self = {}; const N = 6;
for (let i = 0; i < N; i++) {
  await cdp.send("Profiler.start");
  await page.goto(base + "/t/customer", { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("kd-taken").length > 0);
  const { profile } = await cdp.send("Profiler.stop");
  const nodes = new Map(profile.nodes.map((n) => [n.id, n]));
  const dt = profile.timeDeltas;
  profile.samples.forEach((id, k) => { const n = nodes.get(id); const f = n.callFrame; const key = `${f.functionName || "(anon)"} ${f.url.split("/").pop()}:${f.lineNumber}:${f.columnNumber}`; self[key] = (self[key] ?? 0) + dt[k] / 1000; const file = f.url.split("/").pop() || f.functionName; agg[file] = (agg[file] ?? 0) + dt[k] / 1000; });
}
const show = (o, n) => Object.entries(o).sort((a, b) => b[1] - a[1]).slice(0, n).map(([k, v]) => `${(v / N).toFixed(1)} ms ${k}`).join("\n");
console.log(show(agg, 25)); console.log("---"); console.log(show(self, 45));
await context.close(); await browser.close();
