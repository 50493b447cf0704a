/** How the pages' scripts and styles become files in service/static: one entry, hashed names, a manifest. */
import { cpSync, mkdirSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** Puts Leaflet's own files in static/leaflet: maps that leave the service carry them inside. */
function leafletBeside(): Plugin {
  return {
    name: "leaflet-beside",
    writeBundle(options) {
      const folder = `${options.dir ?? "../static"}/leaflet`;
      mkdirSync(folder, { recursive: true });
      for (const name of ["leaflet.js", "leaflet.css", "images"]) {
        cpSync(`node_modules/leaflet/dist/${name}`, `${folder}/${name}`, { recursive: true });
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [leafletBeside()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    manifest: "manifest.json",
    // The content security policy has no data: addresses, so nothing is folded into the styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "src/main.ts" },
  },
});
