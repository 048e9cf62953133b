import react from "@vitejs/plugin-react";
import { defineConfig, type HtmlTagDescriptor, type Plugin } from "vite";
import { buildFirst } from "./vite.first.ts";

// dist also holds placeholder.html, which is committed: scripts/clean.mjs
// removes what a build made, so Vite must not empty the folder itself.
const server = process.env.KEDANG_URL ?? "http://127.0.0.1:8080";
const proxy = { "/api": server, "/login": server, "/print": server };

// The first drawing is built before the app, which asks for its address. The
// page names what a list needs of both, so that nothing waits for what names it.
function firstDrawing(): Plugin {
  let first = { code: "", css: [] as string[] };
  let dev = false;
  const preload = (file: string, more = {}): HtmlTagDescriptor => ({ tag: "link", attrs: { rel: "preload", as: "script", crossorigin: true, href: "/" + file, ...more }, injectTo: "head" });
  return {
    name: "first-drawing",
    configResolved(c) { dev = c.command === "serve"; },
    async buildStart() { if (!dev) first = await buildFirst("dist"); },
    resolveId: (id) => (id === "virtual:first" ? "\0virtual:first" : undefined),
    load: (id) => (id === "\0virtual:first" ? `export default ${JSON.stringify(first.code && "/" + first.code)}` : undefined),
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        if (!bundle) return [];
        const chunks = Object.values(bundle).filter((c) => c.type === "chunk");
        const needed = new Set<string>();
        const need = (file: string) => {
          if (needed.has(file)) return;
          needed.add(file);
          const c = bundle[file];
          if (c?.type === "chunk") c.imports.forEach(need);
        };
        for (const c of chunks) if (/\/src\/(main\.tsx|pages\/list\.tsx)$/.test(c.facadeModuleId ?? "")) need(c.fileName);
        return [
          preload(first.code),
          ...first.css.map((href): HtmlTagDescriptor => ({ tag: "link", attrs: { rel: "stylesheet", href: "/" + href }, injectTo: "head" })),
          ...[...needed].map((f) => preload(f, { fetchpriority: "low" })),
        ];
      },
    },
  };
}

// An icon beside words is a picture for the eye: antd gives each its English
// name ("plus", "rollback"), which then stands in the name of every button.
// Here icons without a label of their own are hidden from who listens.
function quietIcons(): Plugin {
  const named = /role: "img",\s*"aria-label": icon\.name/;
  let changed = 0;
  return {
    name: "quiet-icons",
    apply: "build",
    transform(code, id) {
      if (!/@ant-design\/icons\/es\/components\/AntdIcon\w*\.js$/.test(id)) return;
      if (!named.test(code)) this.error("antd's icons are drawn otherwise than they were: their names would be read out");
      changed++;
      return { code: code.replace(named, `...(restProps["aria-label"] ? { role: "img" } : { "aria-hidden": true })`), map: null };
    },
    buildEnd(error) { if (!error && !changed) this.error("antd's icons are not where they were"); },
  };
}

export default defineConfig({
  plugins: [react(), firstDrawing(), quietIcons()],
  build: { outDir: "dist", emptyOutDir: false, target: "es2022", chunkSizeWarningLimit: 1500 },
  server: { proxy },
  preview: { proxy },
});
