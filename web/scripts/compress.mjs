// Writes .br and .gz beside each built text file, and fails when the first
// load (the scripts and styles index.html names) is over its budget.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const budget = 450 * 1024; // bytes of brotli to the first list
const dist = new URL("../dist/", import.meta.url).pathname;

function files(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(dir + e.name + "/") : [dir + e.name]));
}

const sizes = {};
for (const path of files(dist)) {
  if (!/\.(js|css|svg|html)$/.test(path) || path.endsWith("placeholder.html") || statSync(path).size < 1024) continue;
  const raw = readFileSync(path);
  const br = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  sizes[path.slice(dist.length)] = br.length;
  writeFileSync(path + ".br", br);
  writeFileSync(path + ".gz", gzipSync(raw, { level: 9 }));
}
const page = readFileSync(dist + "index.html", "utf8");
const list = Object.keys(sizes).filter((n) => /assets\/list-/.test(n)); // the list page loads lazily, yet belongs to the first list
const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]).concat(list);
const total = [...new Set(first)].reduce((n, f) => n + (sizes[f] ?? 0), 0);
console.log(`first list: ${(total / 1024).toFixed(0)} KB brotli of ${budget / 1024}`);
if (total > budget) {
  console.error("over the byte budget");
  process.exit(1);
}
