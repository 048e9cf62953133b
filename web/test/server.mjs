// Servers for the browser tests: bin/kedang in a temporary folder, on a port
// the system gives. Two are enough for a run: a demo, and an empty company.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

export const binary = process.env.KEDANG_BIN ?? new URL("../../bin/kedang", import.meta.url).pathname;

/**
 * serve starts a server and waits until it says where it listens. options:
 * demo (with made-up customers), share (percent of them), packs, data (a
 * folder that stays). The answer has url, code (of the first run), output and stop.
 */
export async function serve({ demo = false, share = 100, packs, data, timeout = 180_000 } = {}) {
  const dir = data ?? mkdtempSync(`${tmpdir()}/kedang-test-`);
  const args = ["serve", "--data", dir, "--addr", "127.0.0.1:0", ...(demo ? ["--demo", `--demo-share=${share}`] : []), ...(packs ? ["--packs", packs] : [])];
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, KEDANG_DATA: "", KEDANG_DATABASE: "" } });
  let output = "";
  const exited = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    child.kill("SIGTERM");
    const slow = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await exited;
    clearTimeout(slow);
    if (!data) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the server did not start in time:\n" + output)), timeout);
      const read = (chunk) => {
        output += chunk;
        if (/listens on http\S+/.test(output) && (demo ? /sign in as/ : /one-time code \S+/).test(output)) {
          clearTimeout(late);
          resolve();
        }
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("error", reject);
      void exited.then((code) => {
        clearTimeout(late);
        reject(new Error(`the server ended with ${code}:\n${output}`));
      });
    });
  } catch (e) {
    await stop();
    throw e;
  }
  return { url: /listens on (http\S+)/.exec(output)[1], code: /one-time code (\S+)/.exec(output)?.[1], output: () => output, dir, stop };
}
