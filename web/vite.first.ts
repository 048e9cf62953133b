// Builds the first drawing (src/first): the list's own parts, with React, antd,
// the router and the cache replaced by what draws once, as HTML. Its files go
// where the app's go, so that one page can name both.
import { readdirSync, readFileSync } from "node:fs";
import { build, type Plugin, type Rollup } from "vite";

const at = (path: string) => new URL(path, import.meta.url).pathname;
const from = at("./src/first/");

// The names that any part takes from a package.
function named(pkg: string): string[] {
  const all = new Set<string>();
  const walk = (dir: string) => {
    for (const e of readdirSync(dir, { withFileTypes: true })) {
      if (e.isDirectory()) walk(dir + e.name + "/");
      else if (/\.tsx?$/.test(e.name)) {
        const text = readFileSync(dir + e.name, "utf8");
        for (const m of text.matchAll(new RegExp(`import \\{([^}]*)\\} from "${pkg}"`, "g"))) {
          for (const part of m[1]!.split(",")) {
            const name = part.trim();
            if (name && !name.startsWith("type ")) all.add(name.split(" as ")[0]!);
          }
        }
      }
    }
  };
  walk(at("./src/"));
  return [...all];
}

const standIns: Record<string, () => string> = {
  antd: () => {
    const own = new Set([...readFileSync(from + "antd.tsx", "utf8").matchAll(/export (?:function|const) (\w+)|, (\w+) = only/g)].map((m) => m[1] ?? m[2]));
    return `export * from "${from}antd.tsx";\nimport { Nothing } from "${from}antd.tsx";\n` + named("antd").filter((n) => !own.has(n)).map((n) => `export const ${n} = Nothing;\n`).join("");
  },
  "@ant-design/icons": () => `import { icon } from "${from}icons.ts";\n` + named("@ant-design/icons").map((n) => `import ${n}_ from "@ant-design/icons-svg/es/asn/${n}";\nexport const ${n} = /*#__PURE__*/ icon(${n}_);\n`).join(""),
};

const aliases = { react: "react.ts", "react/jsx-runtime": "jsx-runtime.ts", "react-router": "router.ts", "@tanstack/react-query": "query.ts" } as Record<string, string>;

const replaced: Plugin = {
  name: "first-stand-ins",
  enforce: "pre",
  resolveId(id) {
    if (aliases[id]) return from + aliases[id];
    if (standIns[id]) return "\0" + id;
    if (/^(antd|dayjs|react-dom|@dnd-kit)(\/|$)/.test(id)) return from + "bare.ts";
  },
  load(id) {
    if (id.startsWith("\0") && standIns[id.slice(1)]) return standIns[id.slice(1)]!();
    // What opens later is not drawn: its code stays out.
    if (id.startsWith(at("./src/")) && !/i18n/.test(id) && /\.tsx?$/.test(id)) {
      const text = readFileSync(id, "utf8");
      if (text.includes("import(")) return text.replace(/\bimport\("[^"]+"\)/g, "Promise.reject()");
    }
  },
};

/** buildFirst builds it into out and answers the names of its code and its styles. */
export async function buildFirst(out: string): Promise<{ code: string; css: string[] }> {
  const done = (await build({
    configFile: false, logLevel: "warn", publicDir: false, root: at("."), plugins: [replaced],
    build: { outDir: out, emptyOutDir: false, target: "es2022", modulePreload: false, rollupOptions: { input: { first: from + "first.tsx" }, preserveEntrySignatures: "strict", output: { entryFileNames: "assets/[name]-[hash].js" } } },
  })) as Rollup.RollupOutput;
  const parts = done.output;
  return { code: parts.find((p) => p.type === "chunk" && p.isEntry)!.fileName, css: parts.filter((p) => p.fileName.endsWith(".css")).map((p) => p.fileName) };
}
