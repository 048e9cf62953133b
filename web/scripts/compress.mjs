// Writes .br and .gz beside each built text file, and fails when the first
// load (the scripts and styles index.html names, and all that the list's page
// needs) or a part that loads later is over its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const budget = 450 * 1024; // bytes of brotli to the first list
const part = 200 * 1024; // bytes of gzip of a part that loads later
const dist = new URL("../dist/", import.meta.url).pathname;

function files(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(dir + e.name + "/") : [dir + e.name]));
}

const sizes = {}, zipped = {};
for (const path of files(dist)) {
  if (!/\.(js|css|svg|html)$/.test(path) || path.endsWith("placeholder.html") || statSync(path).size < 1024) continue;
  const raw = readFileSync(path);
  const br = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gz = gzipSync(raw, { level: 9 });
  sizes[path.slice(dist.length)] = br.length;
  zipped[path.slice(dist.length)] = gz.length;
  writeFileSync(path + ".br", br);
  writeFileSync(path + ".gz", gz);
}

// What index.html names, and what the list's page imports at once: it loads
// lazily, yet belongs to the first list. So do the texts of one language.
const page = readFileSync(dist + "index.html", "utf8");
const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]);
const all = Object.keys(sizes);
const needed = new Set(named);
function need(file) {
  if (needed.has(file)) return;
  needed.add(file);
  if (!file.endsWith(".js")) return;
  const code = readFileSync(dist + file, "utf8");
  for (const m of code.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) need("assets/" + m[1]);
}
for (const kind of [/assets\/list-.*\.(js|css)$/, /assets\/(zh-Hans|zh_CN|zh-cn)-.*\.js$/]) all.filter((n) => kind.test(n)).forEach(need);
const total = [...needed].reduce((n, f) => n + (sizes[f] ?? 0), 0);
console.log(`first list: ${(total / 1024).toFixed(0)} KB brotli of ${budget / 1024}`);
let over = total > budget;
if (over) for (const f of [...needed].sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0)).slice(0, 8)) console.error(`  ${f} ${((sizes[f] ?? 0) / 1024).toFixed(0)} KB`);
for (const f of all.filter((n) => !needed.has(n) && zipped[n] > part)) {
  console.error(`${f}: ${(zipped[f] / 1024).toFixed(0)} KB gzip, a later part may have ${part / 1024}`);
  over = true;
}
if (over) {
  console.error("over the byte budget");
  process.exit(1);
}
