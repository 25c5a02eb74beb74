/** Builds the card: one ES2022 file, no side files. `npm run build:card`. */
import { readFileSync } from "node:fs";
import json from "@rollup/plugin-json";
import resolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { transform } from "esbuild";
import esbuild from "rollup-plugin-esbuild";
import { pack } from "./card/i18n/pack.ts";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
const keys = Object.keys(JSON.parse(readFileSync(new URL("./card/i18n/en.json", import.meta.url), "utf8")));

/** Every language but English becomes one text with a line per key, in the order of English's keys: the keys are shipped once. */
const packLanguages = {
  name: "pack-languages",
  transform(code, id) {
    const language = /card[\\/]i18n[\\/](\w+)\.json$/.exec(id)?.[1];
    if (language === undefined || language === "en") return null;
    const words = JSON.parse(code);
    for (const key of keys) if (typeof words[key] !== "string") this.error(`${language}.json lacks "${key}"`);
    return { code: JSON.stringify(pack(keys.map((key) => words[key]))), map: { mappings: "" } };
  },
};

/** White space and comments of css`` templates are not shipped. */
const minifyCss = {
  name: "minify-css",
  async transform(code, id) {
    if (!/card[\\/]styles[\\/]\w+\.ts$/.test(id)) return null;
    const found = /css`([^`]*)`/.exec(code);
    if (found === null) this.error("a styles file holds one css template");
    const css = await transform(found[1].replaceAll("\\\\", "\\"), {
      loader: "css",
      minify: true,
      target: ["chrome120", "safari17", "firefox128"],
    });
    const literal = css.code.trim().replaceAll("\\", "\\\\");
    return { code: code.replace(found[0], () => "css`" + literal + "`"), map: { mappings: "" } };
  },
};

/** Templates keep one blank where they had many: Lit's markup is shipped as written otherwise. */
const minifyHtml = {
  name: "minify-html",
  transform(code, id) {
    if (!/card[\\/].*\.ts$/.test(id) || /styles/.test(id)) return null;
    return {
      code: code.replace(/[ \t]*\n\s*/g, (space) => (space.includes("\n") ? "\n" : space)),
      map: { mappings: "" },
    };
  },
};

export default {
  input: "card/index.ts",
  output: { file: "dist/evse-bridge.js", format: "es", inlineDynamicImports: true },
  plugins: [
    packLanguages,
    minifyCss,
    minifyHtml,
    resolve({ browser: true, exportConditions: ["production", "default"] }),
    json({ compact: true, preferConst: true, namedExports: false }),
    esbuild({
      target: "es2022",
      tsconfig: "card/tsconfig.json",
      define: { __EVSE_VERSION__: JSON.stringify(version) },
    }),
    terser({
      module: true,
      ecma: 2022,
      compress: { passes: 3, pure_getters: true, unsafe_arrows: true },
      format: { comments: false, ascii_only: false },
    }),
  ],
};
