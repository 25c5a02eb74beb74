/** Secrets and experts' actions, reachable over loopback only. Answers are lines for the terminal and hold no secret. */
import type { Clock } from "../../clock.ts";
import { ChargerError, type SecretStore } from "../charger.ts";
import type { BesenClient } from "./client.ts";
import { wifiLayout, writeWifi } from "./charge-codec.ts";
import { mayBeSentRaw, payloadIsSecret, responseOf } from "./commands.ts";
import { isPin } from "./frame.ts";
import type { Told } from "./picture.ts";
import { hearOnLan } from "./udp.ts";

export const PIN_SECRET = "pin";
const WIFI_ANSWER_MS = 10_000;
const LAN_MS = 30_000;

export interface AdminParts {
  readonly client: BesenClient;
  readonly told: Told;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly protocol: "ble" | "udp";
}

export type AdminCommand = (args: readonly string[], signal: AbortSignal) => Promise<string>;

export function adminCommands(parts: AdminParts): Readonly<Record<"pin" | "wifi" | "raw", AdminCommand>> {
  return {
    pin: (args) => changePin(parts, args),
    wifi: (args, signal) => setWifi(parts, args, signal),
    raw: (args, signal) => raw(parts, args, signal),
  };
}

/** `pin NEW NEW`: the repetition is the confirmation. The old PIN is kept until a login with the new one has worked. */
async function changePin({ client, secrets }: AdminParts, args: readonly string[]): Promise<string> {
  const [wanted, again] = args;
  if (wanted === undefined || !isPin(wanted)) throw new ChargerError("rejected", "A PIN has exactly six digits.");
  if (again !== wanted) throw new ChargerError("rejected", "Give the new PIN twice, to confirm it: pin NEW NEW");
  const former = client.pin;
  // Once the box has been told there is no way back half-way: the caller's patience does not end this.
  const signal = new AbortController().signal;
  try {
    await client.request({ kind: "set_password", newPassword: wanted }, { signal });
  } catch (error) {
    // The reply's layout and even its coming are undocumented: the login decides.
    if (!(error instanceof ChargerError) || error.code !== "timeout") throw error;
  }
  try {
    await loginWith(client, wanted);
  } catch (error) {
    await loginWith(client, former).catch(() => undefined);
    throw new ChargerError("rejected", "The box does not log in with the new PIN; the former one is kept.", {
      cause: error,
    });
  }
  await secrets.set(PIN_SECRET, wanted);
  return "The PIN is changed and stored. The phone app needs the new one too.";
}

async function loginWith(client: BesenClient, pin: string): Promise<void> {
  client.usePin(pin);
  await client.untilTold(() => client.authenticated || client.pinRefused, new AbortController().signal);
  if (client.pinRefused) throw new ChargerError("auth", "The box refuses the PIN");
}

/** `wifi SSID PASSPHRASE` */
async function setWifi(
  { client, told, clock, protocol }: AdminParts,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const [ssid, passphrase] = args;
  if (ssid === undefined || passphrase === undefined)
    throw new ChargerError("rejected", "Give network name and passphrase: wifi SSID PASSPHRASE (2.4 GHz only)");
  const layout = wifiLayout(told.version?.feature);
  if (layout === undefined)
    throw new ChargerError("unsupported", "This box does not tell which Wi-Fi layout it takes; nothing was sent.");
  try {
    writeWifi(layout, ssid, passphrase);
  } catch (error) {
    throw new ChargerError("rejected", error instanceof Error ? error.message : "Name or passphrase do not fit");
  }
  const answer = await client.request(
    { kind: "wifi", action: "set", layout, ssid, passphrase },
    { signal, timeoutMs: WIFI_ANSWER_MS },
  );
  const code = answer.kind === "wifi_reply" ? (answer.ack ?? "none") : "none";
  const sent = `The box has taken the network (answer ${code}, which does not prove that it could join).`;
  const { serial } = told;
  if (protocol === "udp" || serial === undefined) return sent;
  // Some units announce themselves on the LAN only while no radio client is connected.
  client.reconnect("The box joins the network");
  const found = await hearOnLan(serial, clock, LAN_MS, signal);
  return found === undefined
    ? `${sent} It was not heard on the LAN within ${LAN_MS / 1000} s: check name, passphrase and 2.4 GHz.`
    : `${sent} It is on the LAN at ${found}: set \`transport: udp\` and \`host: ${found}\` to do without the radio.`;
}

/** `raw COMMAND [HEX]`: for finding out what is undocumented. */
async function raw({ client }: AdminParts, args: readonly string[], signal: AbortSignal): Promise<string> {
  const [id, hex = ""] = args;
  const command = id === undefined ? Number.NaN : Number(id);
  if (!Number.isInteger(command) || !mayBeSentRaw(command))
    throw new ChargerError("rejected", "This command id is not on the list of those that may be sent.");
  if (!/^([0-9A-Fa-f]{2})*$/.test(hex))
    throw new ChargerError("rejected", "The payload is an even number of hex digits.");
  const answer = await client.raw(command, Buffer.from(hex, "hex"), signal);
  if (payloadIsSecret(responseOf(command))) return "answered";
  return JSON.stringify(answer);
}
