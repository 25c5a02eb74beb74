/** `service install`: the hardened systemd unit, with the paths of this machine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { realpathSync } from "node:fs";
import { readArguments, UsageError } from "./arguments.ts";

const DEFAULT_TARGET = "/etc/systemd/system/evse-bridge.service";

export async function serviceCommand(argv: string[]): Promise<number> {
  const { positionals, values } = readArguments({
    args: argv,
    allowPositionals: true,
    options: {
      target: { type: "string", default: DEFAULT_TARGET },
      force: { type: "boolean", default: false },
      print: { type: "boolean", default: false },
    },
  });
  if (positionals[0] !== "install") {
    return await Promise.reject(new UsageError("The only thing it does is `service install`"));
  }
  const unit = unitText(process.execPath, realpathSync(process.argv[1] ?? ""));
  if (values.print) {
    process.stdout.write(unit);
    return 0;
  }
  if (existsSync(values.target) && !values.force) {
    console.error(`${values.target} exists already; --force writes it anew.`);
    return 1;
  }
  try {
    writeFileSync(values.target, unit, { mode: 0o644 });
  } catch (error) {
    console.error(
      `${values.target} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}); run it as root, or use --print.`,
    );
    return 1;
  }
  console.log(`${values.target} is written. Now, as root:
  useradd --system --home-dir /var/lib/evse-bridge --shell /usr/sbin/nologin evse-bridge   # once
  install -d -m 0750 -o evse-bridge -g evse-bridge /etc/evse-bridge                        # put evse-bridge.yaml and its secret files there
  systemctl daemon-reload && systemctl enable --now evse-bridge
  journalctl -u evse-bridge -f                                                             # what it says`);
  return 0;
}

/** The shipped unit with the program's real place: a service has no PATH of a shell. */
export function unitText(node: string, program: string): string {
  const shipped = [
    new URL("../../deploy/evse-bridge.service", import.meta.url),
    new URL("../../../deploy/evse-bridge.service", import.meta.url),
  ].find((url) => existsSync(url));
  if (shipped === undefined) throw new Error("deploy/evse-bridge.service was not found beside the program");
  return readFileSync(shipped, "utf8").replace(
    "ExecStart=/usr/bin/env evse-bridge",
    `ExecStart=${quote(node)} ${quote(program)}`,
  );
}

function quote(path: string): string {
  return /[\s"]/.test(path) ? `"${path.replaceAll('"', '\\"')}"` : path;
}
