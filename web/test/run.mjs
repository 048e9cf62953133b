// The browser tests: starts one demo and one Chromium for all of them, runs
// the files two at a time, and stops both.
//   node test/run.mjs [FILE or part of a name …]     all files of test/browser and test/pages unless told
//   BASE_URL   a demo that runs already is used instead
//   SHOTS      folder for pictures of failures (a temporary one unless told)
// What failed is run once more, alone, when it is not much: a machine that
// stood still for a while is no fault of the page. What fails twice fails, and
// what needed its second try is named at the end.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const here = new URL(".", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;
const wanted = process.argv.slice(2);
const all = ["browser", "pages"].flatMap((d) => (existsSync(here + d) ? readdirSync(here + d).filter((f) => f.endsWith(".test.mjs")).map((f) => `${here}${d}/${f}`) : []));
// What is measured runs first and alone: nothing else is to slow it.
const files = wanted.length ? all.filter((f) => wanted.some((w) => f.includes(w.replace(/^.*test\//, "")))) : all;
const alone = files.filter((f) => f.endsWith("/figures.test.mjs"));
const rest = files.filter((f) => !alone.includes(f));
if (!files.length) {
  console.error("no such test");
  process.exit(1);
}

const shots = process.env.SHOTS ?? mkdtempSync(`${tmpdir()}/kedang-shots-`);
mkdirSync(shots, { recursive: true });
const executablePath = execFileSync(root + "scripts/chromium.sh", { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim().split("\n").pop();

let demo, browser, code = 1;
const stop = async () => {
  await browser?.close();
  await demo?.stop();
};
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop().then(() => process.exit(130)));

const failures = `${shots}/failed.jsonl`;

function run(list, many, ...more) {
  if (!list.length) return 0;
  const env = { ...process.env, BASE_URL: demo?.url ?? process.env.BASE_URL, BROWSER_WS: browser.wsEndpoint(), CHROMIUM: executablePath, SHOTS: shots, FAILURES: failures };
  const child = spawn(process.execPath, ["--test", `--test-concurrency=${many}`, "--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${here}failed.mjs`, "--test-reporter-destination=stderr", ...more, ...list], { stdio: "inherit", env });
  return new Promise((done) => child.once("exit", (c) => done(c ?? 1)));
}

/** again runs up to three failed tests once more, each alone, and tells whether all passed now. */
async function again() {
  const failed = existsSync(failures) ? readFileSync(failures, "utf8").trim().split("\n").map((l) => JSON.parse(l)) : [];
  if (!failed.length || failed.length > 3 || failed.some((f) => !f.test)) return false;
  for (const f of failed) {
    const name = f.test.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    if (await run([f.file], 1, `--test-name-pattern=/^${name}$/`)) return false;
  }
  for (const f of failed) console.error(`needed a second try: ${f.test}`);
  return true;
}

try {
  const begin = Date.now();
  if (!process.env.BASE_URL) {
    demo = await serve({ demo: true, share: Number(process.env.KEDANG_DEMO_SHARE ?? 20) });
    console.log(`demo made in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  }
  browser = await chromium.launchServer({ executablePath, args: ["--no-sandbox"] });
  const codes = [await run(alone, 1), await run(rest, 2)];
  code = Math.max(...codes);
  if (code && (await again())) code = 0;
  if (code) console.error(`pictures of what failed: ${shots}`);
} finally {
  await stop();
}
process.exit(code);
