import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// dist also holds placeholder.html, which is committed: scripts/clean.mjs
// removes what a build made, so Vite must not empty the folder itself.
const server = process.env.KEDANG_URL ?? "http://127.0.0.1:8080";
const proxy = { "/api": server, "/login": server, "/print": server };

export default defineConfig({
  plugins: [react()],
  build: { outDir: "dist", emptyOutDir: false, target: "es2022", chunkSizeWarningLimit: 1500 },
  server: { proxy },
  preview: { proxy },
});
