/**
 * What HACS will say, said here first: its eight checks for dashboard plugins and the structure, from the tree and `.github/repository.json`,
 * and the size of the card. `--tag vX.Y.Z --notes FILE` (release): tag, package.json and the built card agree, and the changelog's entry is written to FILE.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

/**
 * Limits of the card's file, bytes after gzip: what is aimed at, and what fails. Where the bytes are: ten languages with two-line reasons 14 kB, styles 5,
 * Lit's templates 3, icons 1.5, the card itself 21.5.
 */
const AIM = 40_000;
const MOST = 45_000;

const FILE = "evse-bridge.js";
const BUILT = `dist/${FILE}`;
/** Keys that HACS knows; any other is refused by it. */
const KEYS: Readonly<Record<string, "string" | "boolean" | "strings">> = {
  name: "string",
  filename: "string",
  homeassistant: "string",
  hacs: "string",
  hide_default_branch: "boolean",
  render_readme: "boolean",
  content_in_root: "boolean",
  country: "strings",
  persistent_directory: "string",
  zip_release: "boolean",
};
/** Dropped from HACS's list: a repository with only these has none. */
const GENERIC = ["home-assistant", "homeassistant", "hacs", "lovelace", "custom-card", "hass"];
const LICENCES: readonly (readonly [string, RegExp])[] = [
  ["MIT", /^MIT License[\s\S]*Permission is hereby granted, free of charge/],
  ["Apache-2.0", /Apache License\s+Version 2\.0/],
  ["GPL-3.0", /GNU GENERAL PUBLIC LICENSE\s+Version 3/],
];
const BADGE = /badge|shields\.io|buymeacoffee|paypal|ko-fi|my\.home-assistant\.io/i;

type Json = Readonly<Record<string, unknown>>;

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function json(path: string): Json {
  const value: unknown = JSON.parse(read(path) || "{}");
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

/** Each check returns what is wrong, or undefined. */
const repository = json(".github/repository.json");
const hacs = json("hacs.json");
const readme = read("README.md");
const CHECKS: Readonly<Record<string, () => string | undefined>> = {
  archived: () => (repository["archived"] === false ? undefined : "the repository is archived"),
  description: () =>
    typeof repository["description"] === "string" && repository["description"].length > 10
      ? undefined
      : "the repository has no description",
  hacsjson: () => {
    if (typeof hacs["name"] !== "string") return "hacs.json needs a name";
    for (const [key, value] of Object.entries(hacs)) {
      const kind = KEYS[key];
      if (kind === undefined) return `hacs.json: HACS knows no key "${key}"`;
      const fits = kind === "strings" ? Array.isArray(value) || typeof value === "string" : typeof value === kind;
      if (!fits) return `hacs.json: ${key} must be a ${kind}`;
    }
    return String(hacs["filename"]).includes("/") ? "hacs.json: filename must not hold a path" : undefined;
  },
  images: () =>
    readme.split("\n").some((line) => (/<img\s/.test(line) || line.includes("![")) && !BADGE.test(line))
      ? undefined
      : "README.md shows no picture",
  information: () => (readme.trim() === "" ? "README.md is missing" : undefined),
  issues: () => (repository["has_issues"] === true ? undefined : "issues are switched off"),
  license: () =>
    LICENCES.some(([, text]) => text.test(read("LICENSE"))) ? undefined : "LICENSE is not a licence that is recognised",
  topics: () => {
    const { topics } = repository;
    if (!Array.isArray(topics)) return "the repository has no topics";
    return topics.some((topic) => typeof topic === "string" && !GENERIC.includes(topic))
      ? undefined
      : "only generic topics: HACS drops them";
  },
  structure: () => {
    if (!existsSync(BUILT)) return `${BUILT} is not built: npm run build:card`;
    if (hacs["filename"] !== FILE) return `hacs.json: filename must be ${FILE}`;
    const workflow = read(".github/workflows/release.yml");
    const created = /gh release create "\$GITHUB_REF_NAME" (.*?) --/.exec(workflow)?.[1];
    return created === BUILT ? undefined : "a release must have exactly one asset, the card";
  },
  pictures: () => {
    const missing = [
      ...`${readme}\n${read("docs/card.md").replaceAll("](images/", "](docs/images/")}`.matchAll(
        /!\[[^\]]*\]\((?!https?:)([^)]+)\)/g,
      ),
    ]
      .map((match) => match[1] ?? "")
      .filter((path) => !existsSync(path));
    return missing.length === 0 ? undefined : `pictures that are not there: ${missing.join(", ")}`;
  },
  version: () => {
    const version = String(json("package.json")["version"]);
    return read(BUILT).includes(`"${version}"`) || read(BUILT).includes(`evse-card ${version}`)
      ? undefined
      : `${BUILT} was not built from version ${version}`;
  },
  size: () => {
    const size = gzipSync(read(BUILT), { level: 9 }).length;
    const told = `${BUILT}: ${(size / 1000).toFixed(1)} kB after gzip (aim ${AIM / 1000}, most ${MOST / 1000})`;
    if (size > MOST) return told;
    console.log(`       ${told}`);
    return undefined;
  },
};

const { values } = parseArgs({ options: { tag: { type: "string" }, notes: { type: "string" } } });
let failed = 0;
if (values.tag === undefined) {
  for (const [name, check] of Object.entries(CHECKS)) {
    const problem = check();
    console.log(`${problem === undefined ? "  ok  " : "FAILED"} ${name}${problem === undefined ? "" : `: ${problem}`}`);
    if (problem !== undefined) failed += 1;
  }
  console.log(`${Object.keys(CHECKS).length - failed} passed, ${failed} failed`);
} else {
  const version = String(json("package.json")["version"]);
  if (values.tag !== `v${version}`) {
    console.error(`tag ${values.tag} does not fit version ${version} of package.json`);
    failed += 1;
  }
  const entry = read("CHANGELOG.md")
    .split(/^## /m)
    .find((part) => part.startsWith(version) || part.startsWith(`[${version}]`));
  if (entry === undefined) {
    console.error(`CHANGELOG.md has no entry for ${version}`);
    failed += 1;
  } else if (values.notes !== undefined)
    writeFileSync(values.notes, entry.split("\n").slice(1).join("\n").trim() + "\n");
}
process.exitCode = failed > 0 ? 1 : 0;
