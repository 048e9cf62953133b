// What the browser tests share: Chromium, the two widths, signing in, and a
// picture of the page when a test fails.
//
//   test("a page", async (t) => {
//     const { page } = await visit(t, desktop, { path: "/t/customer" });   // signed in
//     …
//   });
//
// Run by test/run.mjs, which starts the demo and the browser; or by hand:
//   BASE_URL=http://127.0.0.1:8080 node --test test/pages/list.test.mjs
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, afterEach } from "node:test";
import { chromium } from "playwright-core";

export const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";
export const user = process.env.KEDANG_USER ?? "admin";
export const password = process.env.KEDANG_PASSWORD ?? "kedang-demo";
export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };
export const zoomed = { width: 720, height: 450 }; // 1440 × 900 at 200 %

/** patience is how long a state may take to come, in milliseconds: a busy CI machine is slow. */
export const patience = 30_000;

const where = () => process.env.CHROMIUM ?? execFileSync(new URL("../../scripts/chromium.sh", import.meta.url).pathname, ["find"], { encoding: "utf8" }).trim();

/** launch joins the run's Chromium, or starts one; CHROMIUM says where it is. */
export const launch = () => (process.env.BROWSER_WS ? chromium.connect(process.env.BROWSER_WS) : chromium.launch({ executablePath: where(), args: ["--no-sandbox"] }));

const contextOf = (browser, viewport, { dark = false, scale = 1 }) => browser.newContext({ viewport, deviceScaleFactor: scale, hasTouch: viewport.width < 700, locale: "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce", colorScheme: dark ? "dark" : "light", acceptDownloads: true });

/** open makes a window of a size in a language, with what went wrong in it. */
export async function open(browser, viewport, { lang = "zh-Hans", cookie, context, ...options } = {}) {
  context ??= await contextOf(browser, viewport, options);
  await context.addCookies([{ name: "kd_lang", value: lang, url: base }]);
  if (cookie) await context.addCookies([cookie]);
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const wrong = [];
  page.on("pageerror", (e) => wrong.push(String(e)));
  page.on("console", (m) => { if (m.type() === "error" && !/status of (401|422|412|404)/.test(m.text())) wrong.push(m.text()); });
  last.set(page, null);
  return { context, page, wrong };
}

/** signIn goes through the log-in page, as a person does. */
export async function signIn(page, path = "/", name = user) {
  await page.goto(base + path);
  await page.getByLabel(/用户名|帳號|User name/).fill(name);
  await page.locator("#password").fill(password);
  await page.getByRole("button", { name: /^(登录|登入|Sign in)$/ }).click();
  await page.getByRole("main").waitFor();
  await page.getByRole("button", { name: /搜索|搜尋|Search/ }).first().waitFor();
}

const sessions = new Map();

/** session is the cookie of somebody signed in through the API, once per file. */
export function session(name = user) {
  if (!sessions.has(name)) sessions.set(name, newSession(name));
  return sessions.get(name);
}

/** newSession signs somebody in through the API: a session of his own, to be ended. */
export async function newSession(name = user) {
  const r = await fetch(base + "/api/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ username: name, password }) });
  if (!r.ok) throw new Error(`${name} cannot sign in: ${r.status} ${await r.text()}`);
  const [, key, value] = /^([^=]+)=([^;]*)/.exec(r.headers.get("set-cookie"));
  return { name: key, value, url: base };
}

/** api asks the API as somebody: api("GET", "/customer?page_size=1"). */
export async function api(method, path, body, name = user) {
  const cookie = await session(name);
  const r = await fetch(base + "/api/v1" + path, { method, headers: { Cookie: `${cookie.name}=${cookie.value}`, "Accept-Language": "zh-Hans", ...(body === undefined ? {} : { "Content-Type": "application/json" }) }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await r.text();
  if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

let shared;

// Windows that a test has left, by their kind: what they have loaded and
// compiled serves the next, which is a window without cookies and memory.
const left = new Map();

/**
 * visit opens a window for one test: signed in as `as` (false: nobody) and at
 * `path`, both unless told otherwise. The window closes with the test, which
 * fails on errors in the browser's console unless `quiet`.
 */
export async function visit(t, viewport, { as = user, path, quiet = false, cookie, ...options } = {}) {
  shared ??= launch();
  const kind = JSON.stringify([viewport, options.dark, options.scale]);
  const opened = await open(await shared, viewport, { ...options, context: left.get(kind)?.pop(), cookie: cookie ?? (as ? await session(as) : undefined) });
  visits.push({ ...opened, kind, quiet });
  if (path !== undefined) {
    await opened.page.goto(base + path);
    if (as || cookie) await opened.page.getByRole("main").waitFor();
    await opened.page.locator("#root:not(.first)").or(opened.page.locator("form")).first().waitFor({ state: "attached" }); // the first drawing of a list gives way to React
  }
  return opened;
}

/** leave empties a window: pages, cookies, what the pages kept. */
async function leave({ context, kind }) {
  try {
    await context.setOffline(false);
    for (const page of context.pages()) await page.close();
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Storage.clearDataForOrigin", { origin: new URL(base).origin, storageTypes: "local_storage,indexeddb,service_workers,cache_storage" });
    await page.close();
    await context.clearCookies();
    left.set(kind, [...(left.get(kind) ?? []), context]);
  } catch {
    await context.close().catch(() => undefined);
  }
}

const visits = [];
const last = new Map(); // page → its picture when the test failed

const picture = async (page) => (page.isClosed() ? null : page.screenshot({ timeout: 5000 }).catch(() => null));

afterEach(async (t) => {
  const wrong = [];
  let failed = t.passed === false || !!t.error;
  for (const v of visits) if (!v.quiet) wrong.push(...v.wrong);
  failed ||= wrong.length > 0;
  if (failed) {
    for (const page of [...last.keys()]) last.set(page, await picture(page));
    show(t.name);
  }
  last.clear();
  for (const v of visits.splice(0)) await leave(v);
  if (!t.error && wrong.length) throw new Error("errors in the browser:\n" + wrong.join("\n"));
});

function show(name) {
  const dir = process.env.SHOTS ?? "/tmp/kedang-shots";
  mkdirSync(dir, { recursive: true });
  let n = 0;
  for (const [page, image] of last) {
    if (!image) continue;
    const path = `${dir}/${name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80)}-${++n}.png`;
    writeFileSync(path, image);
    console.error(`picture: ${path}  (${page.url()})`);
  }
}

// The last test of a file lets its browser go, or node would wait for it.
after(async () => { await (await shared)?.close(); });
