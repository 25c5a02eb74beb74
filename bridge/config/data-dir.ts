/** Where the database and the changed secrets live. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The configured folder, else systemd's, else the system's for root, else the user's. */
export function dataDirOf(
  config: { readonly dataDir: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (config.dataDir !== undefined) return config.dataDir;
  const fromSystemd = environment["STATE_DIRECTORY"]?.split(":")[0];
  if (fromSystemd !== undefined && fromSystemd !== "") return fromSystemd;
  return process.getuid?.() === 0 ? "/var/lib/evse-bridge" : join(homedir(), ".local", "state", "evse-bridge");
}
