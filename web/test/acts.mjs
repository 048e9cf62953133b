// What people do, in steps that several tests share.
import { api } from "./browser.mjs";

let count = 0;

/** stamp tells the names of one test from those of all others. */
export const stamp = () => Date.now().toString(36) + process.pid.toString(36) + (count++).toString(36);

/** customer makes one through the API, with a name nobody else has. */
export const customer = (values = {}) => api("POST", "/customer", { name: "测试饭店" + stamp(), kind: "organisation", source: "visit", ...values });

/** facts is the left column of a record: what is known, edited in place. */
export const facts = (page) => page.locator("section.facts");

/** editFact changes a fact in place; open: types without storing. */
export async function editFact(page, label, text, { open = false } = {}) {
  const there = facts(page).getByRole("button", { name: "修改" + label }).first();
  await there.or(facts(page).first()).first().waitFor();
  await there.click();
  const box = facts(page).getByLabel(label, { exact: true });
  await box.fill(text);
  if (!open) {
    await box.press("Enter");
    await box.waitFor({ state: "detached" });
  }
}

/** addFact fills a field that was empty, from what its section offers to fill. */
export async function addFact(page, section, label, text, { open = false } = {}) {
  const part = page.getByRole("region", { name: section, exact: true });
  await part.getByRole("button", { name: /补充/ }).click();
  const box = part.getByLabel(label, { exact: true });
  const there = part.getByRole("button", { name: "填写" + label });
  await box.or(there).first().waitFor();
  if (!(await box.count())) await there.click();
  await box.fill(text);
  if (!open) await box.press("Enter");
}

/** eventually waits until something holds that no page shows. */
export async function eventually(holds, ms = 20_000) {
  for (const end = Date.now() + ms; ; ) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error("it did not come true: " + holds);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** note writes into the composer; open: does not send it. */
export async function note(page, text, { open = false } = {}) {
  const box = page.getByLabel("内容", { exact: true });
  await box.fill(text);
  if (open) return;
  await box.press("Enter");
  await page.locator(".stream li", { hasText: text }).waitFor();
}

/** find opens a record by typing what one remembers. */
export async function find(page, words, title) {
  await page.getByRole("button", { name: "搜索" }).first().click();
  const box = page.getByRole("combobox", { name: "搜索" });
  await box.fill(words);
  await page.getByRole("option", { name: title }).first().waitFor();
  await box.press("Enter");
  await box.waitFor({ state: "detached" }); // the page may be there already, behind the search
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

/** step names what failed in a long test. */
export async function step(name, f) {
  try {
    return await f();
  } catch (e) {
    e.message = `${name}: ${e.message}`;
    throw e;
  }
}
