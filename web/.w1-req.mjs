import { open, launch, session, base, desktop } from "./test/browser.mjs";
const browser = await launch();
const { page, context } = await open(browser, desktop, { cookie: await session() });
await page.goto(base + "/t/customer"); await page.waitForTimeout(3000);
page.on("request", (r) => { if (r.url().includes("/api/")) console.log(r.method(), r.url().replace(base, "").slice(0, 150)); });
await page.goto(base + "/t/customer", { waitUntil: "commit" });
await page.waitForFunction(() => performance.getEntriesByName("kd-taken").length > 0); console.log("-- taken");
await page.waitForTimeout(2500);
await context.close(); await browser.close();
