/** What `npm pack` would ship: the program, the card, the docs; no tests, no secrets, nothing heavy; and the built program answers. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

interface Packed {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly size: number;
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string; bin: Record<string, string> };
const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }),
) as [Packed];
const problems: string[] = [];
const paths = packed.files.map((file) => file.path);
for (const needed of [
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "dist/evse-bridge.js",
  "deploy/evse-bridge.service",
  ...Object.values(manifest.bin).map((path) => path.replace(/^\.\//, "")),
]) {
  if (!paths.includes(needed)) problems.push(`${needed} is not in the package`);
}
for (const path of paths) {
  if (/^(test|scripts|\.tmp|\.ci|node_modules)\//.test(path) || /\.(pem|key|sqlite)$/.test(path))
    problems.push(`${path} does not belong in the package`);
}
if (packed.size > 3_000_000) problems.push(`the package is ${packed.size} bytes`);
const program = Object.values(manifest.bin)[0] ?? "";
if (!existsSync(program)) problems.push(`${program} is not built`);
else {
  const told = execFileSync("node", [program, "--version"], { encoding: "utf8" }).trim();
  if (told !== manifest.version)
    problems.push(`the built program says version ${told}, package.json ${manifest.version}`);
}
if (!readFileSync("CHANGELOG.md", "utf8").includes("## ")) problems.push("CHANGELOG.md is empty");
for (const problem of problems) console.error(problem);
console.log(`${paths.length} files, ${packed.size} bytes`);
process.exitCode = problems.length > 0 ? 1 : 0;
