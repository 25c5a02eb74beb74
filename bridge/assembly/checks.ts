/** The doctor: what works, what does not, and what to do about it. `check` runs it from outside, the status page from inside. */
import { X509Certificate } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fetch } from "undici";
import type { Clock } from "../clock.ts";
import type { BridgeConfig, Listen } from "../config/resolve.ts";
import type { EnergyOffer } from "../hass/energy.ts";

export interface Check {
  /** Stable id: `hass`, `clock`, `port:ocpp`, `charger:garage`. */
  readonly id: string;
  readonly level: "good" | "warn" | "bad";
  /** What was looked at, short. */
  readonly title: string;
  /** What was seen, and what to do where it is not good. */
  readonly detail: string;
}

const good = (id: string, title: string, detail: string): Check => ({ id, level: "good", title, detail });
const warn = (id: string, title: string, detail: string): Check => ({ id, level: "warn", title, detail });
const bad = (id: string, title: string, detail: string): Check => ({ id, level: "bad", title, detail });

const ANSWER_MS = 8_000;
/** Beyond this the box's leased limits and HA's history disagree noticeably. */
const SKEW_S = 5;
const CERTIFICATE_WARN_DAYS = 14;

/** Home Assistant: reachable, token taken, clocks together. Never rejects. */
export async function checkHass(config: Pick<BridgeConfig, "hass">, clock: Clock): Promise<readonly Check[]> {
  const { hass } = config;
  if (hass === undefined)
    return [
      bad(
        "hass",
        "Home Assistant",
        "No address and token yet: run `evse-bridge setup`, or set home_assistant.url and token_file.",
      ),
    ];
  try {
    const sentMs = clock.nowMs();
    const reply = await fetch(`${hass.url}/api/config`, {
      headers: { authorization: `Bearer ${hass.token}` },
      signal: clock.deadline(ANSWER_MS),
    });
    if (reply.status === 401)
      return [
        bad(
          "hass",
          "Home Assistant reachable",
          "The token was refused. Make a new long-lived token: your profile, Security, Long-lived access tokens.",
        ),
      ];
    if (!reply.ok)
      return [
        bad("hass", "Home Assistant reachable", `It answered ${reply.status}. Is ${hass.url} really Home Assistant?`),
      ];
    const told = (await reply.json()) as { version?: string; state?: string };
    const checks = [
      good(
        "hass",
        "Home Assistant reachable",
        `${told.version ?? "unknown version"}, ${told.state ?? "state unknown"}, token taken`,
      ),
    ];
    const theirs = Date.parse(reply.headers.get("date") ?? "");
    if (!Number.isNaN(theirs)) {
      const skewS = Math.abs(theirs - (sentMs + clock.nowMs()) / 2) / 1000;
      // The Date header counts whole seconds.
      const shown = Math.max(0, skewS - 0.5).toFixed(1);
      checks.push(
        skewS <= SKEW_S
          ? good("clock", "Clocks agree", `${shown} s apart`)
          : warn(
              "clock",
              "Clocks agree",
              `Bridge and Home Assistant are ${shown} s apart: let both follow a time server.`,
            ),
      );
    }
    return checks;
  } catch (error) {
    const why =
      error instanceof Error
        ? ((error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.message)
        : String(error);
    return [
      bad(
        "hass",
        "Home Assistant reachable",
        `${hass.url} does not answer (${why}). The bridge goes on trying; check address and network.`,
      ),
    ];
  }
}

/** A port that the bridge wants to open itself; while it runs, it holds them and this is not asked. */
export async function checkPort(id: string, title: string, { host, port }: Listen): Promise<Check> {
  const why = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (why === undefined) return good(id, title, `${host}:${port} is free`);
  if (why === "EADDRINUSE")
    return bad(id, title, `${host}:${port} is taken by another program. Stop it, or choose another port.`);
  if (why === "EACCES") return bad(id, title, `${host}:${port} needs more rights: choose a port above 1023.`);
  return bad(id, title, `${host}:${port} cannot be opened (${why}).`);
}

/** Server certificates: readable, matching names, not about to expire. */
export function checkCertificates(config: BridgeConfig, nowMs: number): readonly Check[] {
  const { tls } = config.ocpp;
  if (tls === undefined) return [];
  return [...new Set([...tls.cert, ...tls.key])].flatMap((file) => {
    try {
      accessSync(file, constants.R_OK);
      if (!tls.cert.includes(file)) return [];
      const certificate = new X509Certificate(readFileSync(file));
      const daysLeft = Math.floor((Date.parse(certificate.validTo) - nowMs) / 86_400_000);
      const names = certificate.subjectAltName?.replaceAll("DNS:", "") ?? certificate.subject;
      if (daysLeft < 0)
        return [
          bad(
            `certificate:${file}`,
            "Certificate valid",
            `${file} has expired on ${certificate.validTo}. Renew it; it is read again without a restart.`,
          ),
        ];
      if (daysLeft < CERTIFICATE_WARN_DAYS)
        return [warn(`certificate:${file}`, "Certificate valid", `${file} expires in ${daysLeft} days.`)];
      return [good(`certificate:${file}`, "Certificate valid", `${names}, ${daysLeft} more days`)];
    } catch (error) {
      return [bad(`certificate:${file}`, "Certificate valid", unreadable(file, error))];
    }
  });
}

function unreadable(file: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return `${file} is not there.`;
  if (code === "EACCES") return `${file} may not be read by this user: give it the right, or run as another user.`;
  if (code?.startsWith("ERR_OSSL") === true) return `${file} is no certificate in PEM form.`;
  return `${file}: ${error instanceof Error ? error.message : String(error)}`;
}

/** The configuration's own warnings. */
export function checkSettings(config: BridgeConfig): readonly Check[] {
  if (config.warnings.length > 0)
    return config.warnings.map((warning, index) => warn(`config:${index}`, "Configuration", warning));
  return [
    good("config", "Configuration", `${config.chargers.length} charger(s), main breaker ${config.site.breakerA} A`),
  ];
}

/** Which lifetime energies the Energy dashboard lists: added only when asked. */
export function checkEnergy(offer: EnergyOffer | undefined): readonly Check[] {
  if (offer === undefined || offer.missing.length + offer.present.length === 0) return [];
  const all = offer.missing.length + offer.present.length;
  return [
    good(
      "energy",
      `Energy dashboard: ${offer.present.length} of ${all}`,
      offer.missing.length === 0
        ? "Every wallbox is among its individual devices."
        : `\`evse-bridge setup --energy\` adds ${offer.missing.join(", ")} to its individual devices.`,
    ),
  ];
}

/** How the fail-safes stand, from each charger's own word. */
export function checkFailSafes(
  chargers: readonly { readonly name: string; readonly failSafe: string }[],
): readonly Check[] {
  if (chargers.length === 0) return [];
  const proven = chargers.filter((charger) => charger.failSafe === "proven");
  const open = chargers.filter((charger) => charger.failSafe === "unproven");
  const title = `Fail-safe proven: ${proven.length} of ${chargers.length}`;
  if (open.length > 0)
    return [
      warn(
        "fail_safe",
        title,
        `${open.map((charger) => charger.name).join(", ")}: not seen falling back yet. It is proven while the box is connected.`,
      ),
    ];
  const rest = chargers.length - proven.length;
  return [
    good(
      "fail_safe",
      title,
      rest === 0
        ? "Each falls back by itself when the bridge is gone."
        : `${rest} can hold one limit only: it keeps the last one when the bridge is gone.`,
    ),
  ];
}
