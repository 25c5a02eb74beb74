/** Builds the card: one ES2022 file, no side files. `npm run build:card`. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import json from "@rollup/plugin-json";
import resolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { transform } from "esbuild";
import esbuild from "rollup-plugin-esbuild";
import { ICONS } from "./card/icons.ts";
import { pack, unpack } from "./card/i18n/pack.ts";

const { version, homepage } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
const english = JSON.parse(readFileSync(new URL("./card/i18n/en.json", import.meta.url), "utf8"));
const keys = Object.keys(english);

/** Long texts by name: `shipped-<name>` in the code stands for them until `textsAround`. */
const texts = new Map();

/** A table of texts as one text, `key=text` on each line, and the code that makes a table of it again. */
function shipTable(name, table) {
  const lines = Object.entries(table).map((entry) => entry.join("="));
  if (lines.some((line) => !/^[^=\n]+=[^=\n]*$/.test(line)))
    throw new Error(`${name}: "=" and new lines part the texts`);
  texts.set(name, lines.join("\n"));
  return `Object.fromEntries("shipped-${name}".split("\\n").map((line) => line.split("=")))`;
}

/** English keeps its keys. Every other language becomes one text with a line per key of English: the keys are shipped once. */
const packLanguages = {
  name: "pack-languages",
  transform(code, id) {
    const language = /card[\\/]i18n[\\/](\w+)\.json$/.exec(id)?.[1];
    if (language === undefined) return null;
    if (language === "en") return { code: `export default ${shipTable("en", english)};`, map: { mappings: "" } };
    const words = JSON.parse(code);
    for (const key of keys) if (typeof words[key] !== "string") this.error(`${language}.json lacks "${key}"`);
    const lines = keys.map((key) => words[key]);
    const text = pack(lines, Object.values(english));
    for (const [index, line] of unpack(text, Object.values(english)).entries())
      if (line !== lines[index]) this.error(`${language}.json, "${keys[index]}": packed, it would read "${line}"`);
    texts.set(language, text);
    return { code: JSON.stringify(`shipped-${language}`), map: { mappings: "" } };
  },
};

/** All style sheets, minified as one: `const CSS = [a, b].join("")` of sheet.ts names them and their order. */
const minifyCss = {
  name: "minify-css",
  async transform(code, id) {
    if (!/card[\\/]styles[\\/]sheet\.ts$/.test(id)) return null;
    const [whole, list] = /const CSS = \[([\w, ]+)\]\.join\(""\)/.exec(code) ?? this.error("sheet.ts names no sheets");
    const sheets = list.split(", ").map((name) => {
      const css = /css`([^`]*)`/.exec(readFileSync(new URL(`./${name}.ts`, pathToFileURL(id)), "utf8"))?.[1];
      return css === undefined || css.includes("${") ? this.error(`${name}.ts is no plain style sheet`) : css;
    });
    const css = await transform(sheets.join(""), {
      loader: "css",
      minify: true,
      target: ["chrome120", "safari17", "firefox128"],
    });
    // esbuild leaves blanks where none is needed: behind a colon and a comma, around a comparison.
    texts.set("css", css.code.trim().replace(/([:,<>]) | (?=[<>])/g, "$1"));
    return { code: code.replace(whole, 'const CSS = "shipped-css"'), map: { mappings: "" } };
  },
};

/** The icons become one text: a line for each. */
const packIcons = {
  name: "pack-icons",
  transform(code, id) {
    if (!/card[\\/]icons\.ts$/.test(id)) return null;
    return { code: `export const ICONS = ${shipTable("icons", ICONS)};`, map: { mappings: "" } };
  },
};

/**
 * Where the long texts stand, because gzip looks back 32 kB only: languages that are alike beside each other, the English one with its keys
 * next to the code that names them, styles and icons behind it.
 */
const BEFORE = ["de", "nl", "da", "pt", "es", "it", "fr", "bg", "sl", "en"];
const BEHIND = ["css", "icons"];
const textsAround = {
  name: "texts-around",
  renderChunk(code) {
    const placed = code.replace(/(["'`])shipped-(\w+)\1/g, (_, quote, name) => {
      if (BEFORE.includes(name)) return `evseWords[${BEFORE.indexOf(name)}]`;
      return BEHIND.includes(name)
        ? `evseLooks()[${BEHIND.indexOf(name)}]`
        : this.error(`no place for the text "${name}"`);
    });
    const list = (names) => `[${names.map((name) => `\`${texts.get(name).replace(/[\\`]|\$\{/g, "\\$&")}\``)}]`;
    return {
      code: `const evseWords=${list(BEFORE)};${placed}function evseLooks(){return${list(BEHIND)}}`,
      map: null,
    };
  },
};

/** Templates keep one blank where they had many, and none where a tag or a value begins or ends a line. Lit would ship them as written. */
const minifyHtml = {
  name: "minify-html",
  transform(code, id) {
    if (!/card[\\/].*\.ts$/.test(id) || /styles/.test(id)) return null;
    return {
      code: code
        .replace(/[ \t]*\n\s*/g, "\n")
        .replace(/(?<=[>}`])\n(?=[<$])|\n(?=>|\/>)/g, "")
        .replace(/\n(?=[.?@]?[\w-]+=["$])/g, " "),
      map: { mappings: "" },
    };
  },
};

/** The package's enums are calls, which a bundler keeps unless told that nothing but their value matters. */
const pureEnums = {
  name: "pure-enums",
  transform(code, id) {
    if (!/custom-card-helpers[\\/]dist/.test(id)) return null;
    return { code: code.replace(/^\(function \(\w+\) \{$/gm, "/*#__PURE__*/ $&"), map: { mappings: "" } };
  },
};

/**
 * Names of the card's own that the file shortens: all that end in their unit (A, W, ms), and the longest words of its view. Home Assistant,
 * Lit and the browser know none of them; what comes over the wire is written with underscores.
 */
const OWN =
  /^([a-z]\w*[a-z](A|W|Ms)|silence|wishes|wordKey|waitsForSun|pendingCommand|commandBefore|setEntity|setValue|moreInfo|isSite|phasesUsed|plugged)$/;

export default {
  input: "card/index.ts",
  output: { file: "dist/evse-bridge.js", format: "es", inlineDynamicImports: true },
  plugins: [
    pureEnums,
    packLanguages,
    minifyCss,
    packIcons,
    minifyHtml,
    resolve({ browser: true, exportConditions: ["production", "default"] }),
    json({ exclude: "card/i18n/en.json", compact: true, preferConst: true, namedExports: false }),
    esbuild({
      target: "es2022",
      tsconfig: "card/tsconfig.json",
      define: { __EVSE_VERSION__: JSON.stringify(version), __EVSE_HOME__: JSON.stringify(homepage ?? "") },
    }),
    terser({
      module: true,
      ecma: 2022,
      compress: { passes: 3, pure_getters: true, unsafe_arrows: true, lhs_constants: false },
      mangle: { properties: { regex: OWN, keep_quoted: "strict" } },
      format: { comments: false, ascii_only: false },
    }),
    textsAround,
  ],
};
