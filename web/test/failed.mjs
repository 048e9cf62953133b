// A reporter for run.mjs: which tests failed, a line of JSON each, appended to
// the file FAILURES; nothing is printed. A file that failed as a whole has no test.
import { appendFileSync } from "node:fs";

export default async function* failed(source) {
  for await (const e of source) {
    if (e.type !== "test:fail" || e.data.nesting !== 0) continue;
    const whole = e.data.name.endsWith(".mjs");
    if (process.env.FAILURES) appendFileSync(process.env.FAILURES, JSON.stringify({ file: e.data.file ?? e.data.name, test: whole ? "" : e.data.name }) + "\n");
  }
  yield "";
}
