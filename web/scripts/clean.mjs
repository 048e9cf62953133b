// Removes what an earlier build left in dist; placeholder.html stays.
import { existsSync, readdirSync, rmSync } from "node:fs";

const dist = new URL("../dist/", import.meta.url);
if (existsSync(dist)) {
  for (const name of readdirSync(dist)) {
    if (name !== "placeholder.html") rmSync(new URL(name, dist), { recursive: true });
  }
}
