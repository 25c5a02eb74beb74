/** The porter: reads the YAML file, lays the environment over it, checks the whole and reads secrets from their files. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { LineCounter, parseDocument, isNode, type Document } from "yaml";
import { ConfigError, formatPath, type ConfigProblem } from "./errors.ts";
import { explain } from "./explain.ts";
import { applyEnvironment } from "./environment.ts";
import { ChargerSchemas, DRIVER_NAMES, type DriverName } from "./charger-schemas.ts";
import { ConfigSchema, type RawConfig } from "./schema.ts";

export interface LoadedConfig {
  readonly raw: RawConfig;
  /** Absolute path; undefined when there is no file (everything from the environment). */
  readonly file: string | undefined;
  /** `file:line` of a path, for checks that come later. */
  readonly where: (path: readonly (string | number)[]) => string;
  /** Files that the configuration names, to be watched and checked. */
  readonly secretFiles: readonly string[];
}

const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, allowUnionTypes: true });
const validateConfig = ajv.compile(ConfigSchema);
const validateCharger = Object.fromEntries(
  DRIVER_NAMES.map((name) => [name, ajv.compile(ChargerSchemas[name])]),
) as Record<DriverName, ValidateFunction>;

/** Where a configuration is looked for when none is named. */
export function defaultConfigFile(exists: (file: string) => boolean): string | undefined {
  return ["evse-bridge.yaml", "/etc/evse-bridge/evse-bridge.yaml"].find((file) => exists(file));
}

/** @throws ConfigError with every problem found, each with file, line, path and remedy. */
export function loadConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig {
  let text = "";
  if (file !== undefined) {
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new ConfigError(
        [
          {
            where: file,
            path: "",
            message:
              (error as NodeJS.ErrnoException).code === "ENOENT"
                ? "no such file; write one with `evse-bridge setup` or name it with --config"
                : `cannot be read: ${unreadable(error)}`,
          },
        ],
        { cause: error },
      );
    }
  }
  return parseConfig(text, file, environment);
}

/** The same from text: for tests and the set-up page. */
export function parseConfig(
  text: string,
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "silent" });
  const name = file ?? "environment";
  if (document.errors.length + document.warnings.length > 0) {
    throw new ConfigError(
      [...document.errors, ...document.warnings].map((error) => ({
        where: `${name}:${lines.linePos(error.pos[0]).line}`,
        path: "",
        message: `not valid YAML: ${(error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "")}`,
      })),
    );
  }
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor, or one that would unfold without end.
    throw new ConfigError([{ where: name, path: "", message: `not valid YAML: ${(error as Error).message}` }], {
      cause: error,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError([
      { where: name, path: "", message: "should be a group of keys such as home_assistant, ocpp, site, chargers" },
    ]);
  }
  const fromEnvironment = applyEnvironment(value as Record<string, unknown>, environment);
  const where = (path: readonly (string | number)[]): string => {
    if (fromEnvironment.has(formatPath(path))) return "environment";
    const line = lineOf(document, lines, path);
    return line === undefined ? name : `${name}:${line}`;
  };
  const problems = check(value, where);
  if (problems.length > 0) throw new ConfigError(problems);
  const secretFiles: string[] = [];
  const secretProblems: ConfigProblem[] = [];
  readSecrets(
    value as Record<string, unknown>,
    [],
    file === undefined ? process.cwd() : dirname(resolve(file)),
    (path, target, error) => {
      secretFiles.push(target);
      if (error !== undefined) secretProblems.push({ where: where(path), path: formatPath(path), message: error });
    },
  );
  if (secretProblems.length > 0) throw new ConfigError(secretProblems);
  return { raw: value, file: file === undefined ? undefined : resolve(file), where, secretFiles };
}

function check(value: object, where: (path: readonly (string | number)[]) => string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const seen = new Set<string>();
  const add = (
    errors: readonly ErrorObject[] | null | undefined,
    base: readonly (string | number)[],
    root: unknown,
  ): void => {
    // The branches of a union each complain. One of them says best what is wrong, unless they are single values: then the union does.
    const listed = new Set((errors ?? []).filter(({ keyword }) => keyword === "const").map((one) => one.instancePath));
    for (const error of errors ?? []) {
      if ((error.keyword === "anyOf") !== listed.has(error.instancePath) || error.keyword === "oneOf") continue;
      const told = explain(error, at(root, error.instancePath));
      const path = [...base, ...told.path];
      const key = formatPath(path);
      if (seen.has(key)) continue;
      seen.add(key);
      problems.push({ where: where(path), path: key, message: told.message });
    }
  };
  if (!validateConfig(value)) add(validateConfig.errors, [], value);
  const chargers: unknown = (value as { chargers?: unknown }).chargers;
  if (Array.isArray(chargers)) {
    chargers.forEach((charger: unknown, index) => {
      const driver = (charger as { driver?: unknown } | null)?.driver;
      const validate = DRIVER_NAMES.includes(driver as DriverName) ? validateCharger[driver as DriverName] : undefined;
      if (validate !== undefined && !validate(charger)) add(validate.errors, ["chargers", index], charger);
    });
  }
  return problems;
}

function at(root: unknown, pointer: string): unknown {
  let value = root;
  for (const part of pointer.split("/").slice(1))
    value = (value as Record<string, unknown> | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  return value;
}

/** The common reasons in words, with what to do. */
function unreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return `no permission; make it readable for the user that runs the bridge (${code})`;
    case "EISDIR":
      return "it is a folder";
    default:
      return code ?? String(error);
  }
}

/** Line of a path, or of its nearest ancestor that exists. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

/** Replaces every `<key>_file` by `<key>` with the file's first line; a value given directly wins nothing: both is an error. */
function readSecrets(
  value: Record<string, unknown>,
  path: readonly (string | number)[],
  base: string,
  told: (path: readonly (string | number)[], file: string, error: string | undefined) => void,
): void {
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, key];
    if (typeof inner === "object" && inner !== null) {
      readSecrets(inner as Record<string, unknown>, here, base, told);
    } else if (key.endsWith("_file") && typeof inner === "string") {
      const target = isAbsolute(inner) ? inner : join(base, inner);
      const plain = key.slice(0, -"_file".length);
      if (value[plain] !== undefined) {
        told(here, target, `give either ${plain} or ${key}, not both`);
        continue;
      }
      try {
        value[plain] = readFileSync(target, "utf8").replace(/\r?\n[\s\S]*$/, "");
        told(here, target, value[plain] === "" ? `${target} is empty` : undefined);
      } catch (error) {
        told(here, target, `${target} cannot be read: ${unreadable(error)}`);
      }
    }
  }
}
