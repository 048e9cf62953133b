// The pages of the app by name, for what looks at each of them: the rules of
// accessibility, texts in each language, pictures.
import { api, base, session } from "./browser.mjs";

let found;

/** busiest is the organisation with the fullest file. */
export async function busiest() {
  const list = await api("GET", "/customer?order_by=-interaction_count&fields=id,name&page_size=1&filter=" + encodeURIComponent('kind == "organisation" and receivable > 0 and level == "A"'));
  return list.items[0];
}

/**
 * places answers [{name, path, act}]: act does what has to be done before one
 * looks. bare: the server drew it, it is no page of the app, and what it shows
 * of the data is what the API tells of told. PLACES=list,record leaves all
 * others out, where time is short.
 */
export async function places() {
  found ??= collect();
  const some = (process.env.PLACES ?? "").split(",").filter(Boolean);
  return (await found).filter((p) => !some.length || some.includes(p.name));
}

async function collect() {
  const [schema, customer] = await Promise.all([api("GET", "/sys/schema?lang=zh-Hans"), busiest()]);
  const type = schema.types.find((x) => x.name === "customer");
  const tabs = type.page?.tabs ?? [];
  const board = type.views?.find((v) => v.kanban);
  const person = (await api("GET", "/contact?page_size=1&fields=id&filter=" + encodeURIComponent(`customer == "${customer.id}"`))).items[0] ?? (await api("GET", "/contact?page_size=1&fields=id")).items[0];
  const order = (await api("GET", "/order?page_size=1&fields=id&order_by=-created_at")).items[0];
  const guest = (await api("GET", "/customer?page_size=1&fields=id&order_by=-taste_count")).items[0];
  const [run, checked] = await Promise.all([imported(false), imported(true)]);
  const nobody = customer.id.slice(0, 1) + "Z".repeat(customer.id.length - 1); // an id nobody has
  return [
    { name: "today", path: "/today" },
    { name: "notices", path: "/today", act: (page) => page.getByRole("banner").or(page.locator("header.top")).getByRole("button", { name: /通知|公告|Notices/ }).first().click() },
    { name: "list", path: "/t/customer" },
    { name: "list-filtered", path: "/t/customer?f=" + encodeURIComponent('level == "A"') },
    ...(board ? [{ name: "board", path: `/t/customer?view=${board.name}` }] : []),
    { name: "list-none", path: "/t/customer?q=" + encodeURIComponent("没有这样的客户") },
    { name: "list-interactions", path: "/t/interaction" },
    { name: "list-unknown", path: "/t/nosuchtype" },
    { name: "peek", path: `/t/customer?peek=${customer.id}` },
    { name: "record", path: `/r/customer/${customer.id}` },
    ...tabs.slice(1).map((x) => ({ name: "record-" + x.name, path: `/r/customer/${customer.id}?tab=${x.name}` })),
    { name: "record-past", path: `/r/customer/${customer.id}?tab=history`, act: past },
    { name: "record-unknown", path: `/r/customer/${nobody}` },
    { name: "guest", path: `/r/customer/${guest.id}` },
    { name: "stays", path: "/t/stay" },
    { name: "contact", path: `/r/contact/${person.id}` },
    { name: "order", path: `/r/order/${order.id}` },
    { name: "search", path: "/t/customer", act: search },
    { name: "imports", path: "/imports?type=customer" },
    { name: "import-map", path: "/imports?type=customer", act: uploadList },
    { name: "import-checked", path: `/imports/${checked}` },
    { name: "import-result", path: `/imports/${run}` },
    ...["users", "departments", "roles", "types", "company", "devices", "jobs", "audit"].map((p) => ({ name: "settings-" + p, path: "/settings/" + p })),
    { name: "form", path: "/t/customer", act: newCustomer },
    { name: "print-card", path: `/print/customer/${customer.id}`, bare: true, told: [`/customer/${customer.id}`, ...type.backlinks.filter((b) => schema.types.find((x) => x.name === b.type)?.fields.find((f) => f.name === b.field)?.kind === "link").map((b) => `/${b.type}?page_size=50&filter=` + encodeURIComponent(`${b.field} == "${customer.id}"`))] },
    { name: "print-list", path: "/print/customer?view=register", bare: true, told: ["/customer?view=register&page_size=1000"] },
    { name: "print-order", path: `/print/order/${order.id}`, bare: true, told: [`/order/${order.id}`] },
    { name: "print-unknown", path: `/print/customer/${nobody}`, bare: true },
  ];
}

/** imported brings a small list in (dry: only checks it), some of whose rows are refused, and answers the import's id. */
async function imported(dry) {
  const cookie = await session();
  const form = new FormData();
  form.append("file", new Blob([sheet(String(Date.now()).slice(-8), "火星", "13800")], { type: "text/csv" }), "秋季展会名单.csv");
  const sent = await fetch(base + "/api/v1/sys/imports?type=customer", { method: "POST", body: form, headers: { Cookie: `${cookie.name}=${cookie.value}` } });
  if (!sent.ok) throw new Error("the list was not taken: " + (await sent.text()));
  const { id } = await sent.json();
  await api("POST", `/sys/imports/${id}/start`, { dry_run: dry });
  for (let n = 0; n < 600; n++) {
    if (["done", "checked", "failed"].includes((await api("GET", `/sys/imports/${id}`)).state)) return id;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the import does not end");
}

/** arrive opens a place and waits until nothing more is asked for or loading. */
export async function arrive(page, place) {
  await page.goto(base + place.path);
  if (place.bare) return void (await page.evaluate(() => document.fonts.ready.then(() => undefined)));
  await still(page);
  if (place.act) {
    await place.act(page);
    await still(page);
  }
}

/** still waits until the page has drawn what it asked for. */
export async function still(page) {
  await page.getByRole("main").waitFor();
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => !document.querySelector(".waiting, .part-waits, #root.first, .ant-spin-spinning, .ant-skeleton-active"));
  await page.evaluate(() => document.fonts.ready.then(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined)))));
}

/** newCustomer opens the form for a new record, by its key. */
export async function newCustomer(page) {
  await page.getByRole("main").locator(":is(tr[aria-rowindex], .cards li)").first().waitFor();
  await page.evaluate(() => document.activeElement?.blur?.());
  await page.keyboard.press("n");
  await page.getByRole("dialog").waitFor();
}

async function search(page) {
  await page.keyboard.press("Control+k");
  await page.locator("[role=combobox][aria-controls=hits]").fill("wf");
  await page.getByRole("option").first().waitFor();
}

/** sheet is a small list as people keep them, with a row that is refused; more with a level and a phone that are none. */
export const sheet = (stamp, level, phone) => Buffer.from(`客户名称,联系人,手机,地址,级别\n云杉宾馆${stamp},李萍,13${String(stamp).slice(-9).padStart(9, "8")},上海市浦东新区张江路1号,A\n松林酒店${stamp},赵强,021-58881299,上海市静安区南京西路1号,B\n,无名,021-58881300,上海市,C\n${level ? `柏林宾馆${stamp},钱进,${phone},上海市黄浦区外滩1号,${level}\n云杉宾馆${stamp},李萍,021-58881301,上海市,A\n` : ""}`);

// The record as it stood today, all of it beside what it is now.
async function past(page) {
  await page.getByPlaceholder(/看某一天的[样樣]子|As of a day/).click();
  await page.locator(".ant-picker-cell-today").click();
  await page.getByRole("dialog").getByRole("switch").click();
}

async function uploadList(page) {
  await page.locator("input[type=file]").setInputFiles({ name: "名单.csv", mimeType: "text/csv", buffer: sheet("00000001") });
  await page.waitForURL(/\/imports\/\w+/);
  await page.locator("main table").first().waitFor();
}
