/** Every key may come from the environment: `EVSE_BRIDGE_` + path in capitals, list items by index (`EVSE_BRIDGE_CHARGERS_0_PIN`). */
import { parse } from "yaml";
import { ChargerSchemas } from "./charger-schemas.ts";
import { ConfigSchema } from "./schema.ts";
import { formatPath } from "./errors.ts";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

const PREFIX = "EVSE_BRIDGE_";
/** One node that knows every key of every driver: names only, the check comes later. */
const anyCharger: SchemaNode = {
  properties: Object.fromEntries(
    Object.values(ChargerSchemas).flatMap((schema) => Object.entries((schema as SchemaNode).properties ?? {})),
  ),
};
const root: SchemaNode = {
  properties: { ...(ConfigSchema as unknown as SchemaNode).properties, chargers: { items: anyCharger } },
};

/** Writes into `value`; answers the paths it wrote. Names that match no key are left alone (an operator may keep others there). */
export function applyEnvironment(
  value: Record<string, unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): Set<string> {
  const written = new Set<string>();
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[0].startsWith(PREFIX) && entry[1] !== undefined && entry[1] !== "",
  );
  for (const [name, text] of entries) {
    const found = resolveName(name.slice(PREFIX.length).toLowerCase(), root);
    if (found === undefined) continue;
    write(value, found, scalar(text, found));
    written.add(formatPath(found));
  }
  const hass = (value["home_assistant"] ??= {}) as Record<string, unknown>;
  const shortcuts = [
    [
      "url",
      environment["HASS_URL"] ?? (environment["SUPERVISOR_TOKEN"] === undefined ? undefined : "http://supervisor/core"),
    ],
    ["token", environment["HASS_TOKEN"] ?? environment["SUPERVISOR_TOKEN"]],
  ] as const;
  for (const [key, text] of shortcuts) {
    if (text === undefined || text === "" || hass[key] !== undefined || hass[`${key}_file`] !== undefined) continue;
    hass[key] = text;
    written.add(`home_assistant.${key}`);
  }
  return written;
}

/** `chargers_0_min_current` → ["chargers", 0, "min_current"]; the longest key wins where names could be split in two ways. */
function resolveName(rest: string, node: SchemaNode): (string | number)[] | undefined {
  if (rest === "") return [];
  if (node.items !== undefined) {
    const index = /^(\d+)(?:_|$)/.exec(rest);
    if (index === null) return undefined;
    const tail = resolveName(rest.slice(index[0].length), node.items);
    return tail === undefined ? undefined : [Number(index[1]), ...tail];
  }
  const properties =
    node.properties ?? Object.fromEntries((node.anyOf ?? []).flatMap((one) => Object.entries(one.properties ?? {})));
  const keys = Object.keys(properties)
    .filter((key) => rest === key || rest.startsWith(`${key}_`))
    .toSorted((a, b) => b.length - a.length);
  for (const key of keys) {
    const inner = properties[key];
    if (inner === undefined) continue;
    const tail = resolveName(rest.slice(key.length + 1), inner);
    if (tail !== undefined) return [key, ...tail];
  }
  return undefined;
}

/** Numbers, booleans and lists as in YAML; secrets and names stay text even where they look like numbers. */
function scalar(text: string, path: readonly (string | number)[]): unknown {
  const key = String(path.at(-1));
  if (/(token|password|pin|secret|station|serial|id_tag|_file|name|version)$/.test(key)) return text;
  try {
    return parse(text, { logLevel: "silent" }) as unknown;
  } catch {
    return text; // not YAML: taken as it is, the schema judges it
  }
}

function write(target: Record<string, unknown>, path: readonly (string | number)[], value: unknown): void {
  let node: Record<string | number, unknown> = target;
  path.slice(0, -1).forEach((part, index) => {
    const next = node[part];
    if (typeof next !== "object" || next === null)
      node[part] = typeof path[index + 1] === "number" ? ([] as unknown[]) : {};
    node = node[part] as Record<string | number, unknown>;
  });
  const last = path.at(-1);
  if (last !== undefined) node[last] = value;
}
