/** One file for a person who helps: configuration without secrets, states, last errors, wire logs. */
import { json, type Reply } from "./server.ts";

const SECRET_KEY = /(token|password|pin|secret|authorization|idtag|id_tag|webhook)/i;
/** Where a secret may hide in text: `Bearer ...`, long hex, JSON web tokens. */
const SECRET_TEXT = /(Bearer\s+)\S+|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g;

/** A copy in which nothing under a secret's name is left, and no known secret anywhere. */
export function redact(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    const plain = value.replace(SECRET_TEXT, "$1***");
    return secrets.reduce((text, secret) => (secret.length >= 4 ? text.replaceAll(secret, "***") : text), plain);
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const hide =
        SECRET_KEY.test(key) &&
        !key.endsWith("_file") &&
        (typeof inner === "string" || typeof inner === "number") &&
        inner !== "";
      return [key, hide ? "***" : redact(inner, secrets)];
    }),
  );
}

/** Every secret that stands in a configuration, to be looked for in all the rest. */
export function secretsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): readonly string[] =>
    typeof inner === "string" && SECRET_KEY.test(key) && !key.endsWith("_file") ? [inner] : secretsIn(inner),
  );
}

export function diagnosticsReply(report: Readonly<Record<string, unknown>>, secrets: readonly string[]): Reply {
  return {
    ...json(200, redact(report, secrets)),
    headers: { "Content-Disposition": 'attachment; filename="evse-bridge-diagnostics.json"' },
  };
}
