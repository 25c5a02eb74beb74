/** `certificate [--host NAME]… [--dir DIR] [--client IDENTITY]`: a local authority and what it signs, and which file goes where. */
import { hostname, networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { systemClock } from "../clock.ts";
import { makeCertificates, makeClientCertificate } from "../ocpp/certificate.ts";
import { readArguments } from "./arguments.ts";

const DEFAULT_DIR = "certificates";

export async function certificateCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({
    args: argv,
    options: {
      host: { type: "string", multiple: true },
      dir: { type: "string", default: DEFAULT_DIR },
      client: { type: "string" },
    },
  });
  const dir = resolve(values.dir);
  const nowMs = systemClock.nowMs();
  if (values.client !== undefined) {
    const made = await makeClientCertificate({ commonName: values.client, dir, nowMs });
    console.log(
      [
        `Certificate of station ${values.client} (security profile 3):`,
        `  into the wallbox        ${made.cert}`,
        `  and its key (secret)    ${made.key}`,
        `  ocpp.tls.client_ca      ${made.ca}`,
      ].join("\n"),
    );
    return 0;
  }
  const hosts = values.host ?? ownNames();
  const made = await makeCertificates({ hosts, dir, nowMs });
  console.log(
    [
      `Certificates for ${hosts.join(", ")}${made.caIsNew ? "" : ", signed by the authority that was there"}:`,
      `  into the wallbox        ${made.ca}   (as root or CA certificate)`,
      `  ocpp.tls.cert           [${made.cert.join(", ")}]`,
      `  ocpp.tls.key            [${made.key.join(", ")}]`,
      `  keep it safe and off the wallbox: ${made.caKey}`,
      `The wallbox's URL must name one of these hosts: wss://${hosts[0] ?? "HOST"}:PORT/IDENTITY`,
      "BMW and Mini boxes take no local authority: they need a publicly trusted certificate for a host name.",
    ].join("\n"),
  );
  return 0;
}

/** What a box in the same network may call this machine. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => !entry.internal && entry.family === "IPv4")
    .map((entry) => entry.address);
  const name = hostname();
  const names = name.includes(".") ? [name] : [name, `${name}.local`];
  return [...new Set([...names, ...addresses])];
}
