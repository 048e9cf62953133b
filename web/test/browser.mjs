// What the browser tests share: Chromium, signing in, the two widths.
import { chromium } from "playwright-core";

export const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";
export const user = process.env.KEDANG_USER ?? "admin";
export const password = process.env.KEDANG_PASSWORD ?? "kedang-demo";
export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** launch starts Chromium; CHROMIUM says where it is. */
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** open makes a window of a size in a language, with what went wrong in it. */
export async function open(browser, viewport, { lang = "zh-Hans", dark = false, scale = 1 } = {}) {
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale, hasTouch: viewport.width < 700, locale: "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce", colorScheme: dark ? "dark" : "light" });
  await context.addCookies([{ name: "kd_lang", value: lang, url: base }]);
  await context.addInitScript((m) => localStorage.setItem("kd.mode", m), dark ? "dark" : "light");
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const wrong = [];
  page.on("pageerror", (e) => wrong.push(String(e)));
  page.on("console", (m) => { if (m.type() === "error" && !/status of (401|422|412|404)/.test(m.text())) wrong.push(m.text()); });
  return { context, page, wrong };
}

/** signIn goes through the log-in page, as a person does. */
export async function signIn(page, path = "/") {
  await page.goto(base + path);
  await page.getByLabel(/用户名|帳號|User name/).fill(user);
  await page.locator("#password").fill(password);
  await page.getByRole("button", { name: /^(登录|登入|Sign in)$/ }).click();
  await page.getByRole("main").waitFor();
  await page.getByRole("button", { name: /搜索|搜尋|Search/ }).first().waitFor();
}
