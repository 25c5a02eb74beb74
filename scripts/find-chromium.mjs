/**
 * Where Chromium is. `node scripts/find-chromium.mjs` prints the path, installing it first where that is possible without asking:
 * on Debian and its kin, as root, from the distribution. Exit 1 with what to do elsewhere.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];
const PLACES = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** What a headless Chromium needs in a container, and what keeps it from calling home. */
export const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of an installed Chromium (or a kin of it); undefined when there is none. `CHROME_PATH` wins. */
export function findChromium() {
  const asked = process.env.CHROME_PATH;
  if (asked !== undefined && asked !== "") return existsSync(asked) ? asked : undefined;
  for (const folder of (process.env.PATH ?? "").split(delimiter))
    for (const name of NAMES) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  return PLACES.find(isExecutable);
}

/** The same, after an installation where needed. @throws Error that says what to do */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  const asked = process.env.CHROME_PATH;
  if (asked !== undefined && asked !== "") throw new Error(`CHROME_PATH is ${asked}, and there is nothing`);
  if (existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.error("Chromium is missing and is installed from the distribution now.");
    const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "Chromium is needed for the tests of the card: install it (Debian: sudo apt-get install chromium) or set CHROME_PATH to a Chrome, Chromium or Edge.",
  );
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    console.log(ensureChromium());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
