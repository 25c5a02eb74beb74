/** Writes docs/configuration.md from the schema, so that page and program cannot differ: `node scripts/config-docs.ts`; a test compares. */
import { writeFileSync } from "node:fs";
import { ChargerSchemas } from "../bridge/config/charger-schemas.ts";
import { ConfigSchema } from "../bridge/config/schema.ts";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** The page's whole text. */
export function configurationPage(): string {
  const plain = JSON.parse(JSON.stringify({ root: ConfigSchema, chargers: ChargerSchemas })) as {
    root: Node;
    chargers: Record<string, Node>;
  };
  const groups = Object.entries(plain.root.properties ?? {}).filter(([key]) => key !== "chargers");
  const common = Object.keys(plain.chargers["ocpp"]?.properties ?? {}).filter((key) =>
    Object.values(plain.chargers).every((schema) => schema.properties?.[key] !== undefined && key !== "driver"),
  );
  const sections = [
    ...groups.map(([key, node]) => (node.properties === undefined ? undefined : section(key, rows(node, "")))),
    section(
      "Other keys",
      groups.filter(([, node]) => node.properties === undefined).map(([key, node]) => row(key, node, false)),
    ),
    section("chargers[] of every driver", rows(pick(plain.chargers["ocpp"], common), "")),
    ...Object.entries(plain.chargers).map(([driver, node]) =>
      section(
        `chargers[] with driver: ${driver}`,
        rows(
          pick(
            node,
            Object.keys(node.properties ?? {}).filter((key) => !common.includes(key) && key !== "driver"),
          ),
          "",
        ),
      ),
    ),
  ].filter((text) => text !== undefined);
  return `# Configuration

\`evse-bridge.yaml\`, found as [install.md](install.md) says. Unknown keys are errors that name the nearest known one. Every key may come from the environment, every secret from a file. \`evse-bridge config check\` validates, \`evse-bridge config schema\` prints the JSON Schema this page is made from. Currents are amperes per phase.

${sections.join("\n\n")}
`;
}

function pick(node: Node | undefined, keys: readonly string[]): Node {
  return {
    ...node,
    properties: Object.fromEntries(
      keys.flatMap((key) => (node?.properties?.[key] === undefined ? [] : [[key, node.properties[key]]])),
    ),
  };
}

function section(title: string, lines: readonly string[]): string {
  return `## ${title}\n\n| key | type, range | default | what |\n| --- | --- | --- | --- |\n${lines.join("\n")}`;
}

function rows(node: Node, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, inner]) => {
    const path = `${prefix}${key}`;
    const required = node.required?.includes(key) === true;
    if (inner.properties !== undefined) return rows(inner, `${path}.`);
    if (inner.items?.properties !== undefined) return rows(inner.items, `${path}[].`);
    return [row(path, inner, required)];
  });
}

function row(path: string, node: Node, required: boolean): string {
  const byDefault = required
    ? "**required**"
    : node.default === undefined
      ? ""
      : `\`${JSON.stringify(node.default)?.replaceAll('"', "")}\``;
  return `| \`${path}\` | ${typeOf(node)} | ${byDefault} | ${(node.description ?? node.anyOf?.find((one) => one.description !== undefined)?.description ?? "").replaceAll("|", "\\|")} |`;
}

function typeOf(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((word) => `\`${String(word)}\``).join(" ");
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)?.replaceAll('"', "") ?? ""}\``;
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(" or ");
  if (node.type === "array") return `list of ${node.items === undefined ? "values" : typeOf(node.items)}`;
  if (node.type === "object")
    return node.properties === undefined ? "map" : `{${Object.keys(node.properties).join(", ")}}`;
  const range =
    node.minimum !== undefined && node.maximum !== undefined
      ? ` ${node.minimum}-${node.maximum}`
      : node.minimum !== undefined
        ? ` from ${node.minimum}`
        : "";
  return `${node.type === "boolean" ? "true/false" : (node.type ?? "any")}${range}`;
}

if (process.argv[1] === import.meta.filename) writeFileSync("docs/configuration.md", configurationPage());
