/** Expert services (`script.evse_ocpp_*`): fields in, the box's answer out. What touches limits, starts and resets passes the same guards. */
import type { Json, JsonObject } from "../../../ocpp/station.ts";
import { ChargerError, type Capabilities, type JsonValue } from "../../charger.ts";
import type { Commands, TriggerTopic } from "../wire/dialect.ts";
import { isoTime, isObject } from "../wire/json.ts";
import { setAvailability } from "./settings.ts";
import type { OutletParts } from "./outlet-parts.ts";
import type { StationDriver } from "./station-driver.ts";
import { profilesClear } from "../limits/reset-profiles.ts";

type Service = NonNullable<Capabilities["services"]>[string];

export function servicesOf(driver: StationDriver, parts: OutletParts): Readonly<Record<string, Service>> {
  const { outlet, limits } = parts;
  const need = (): Commands => {
    if (driver.commands === undefined || !driver.ready)
      throw new ChargerError("offline", "The wallbox is not connected.");
    return driver.commands;
  };
  const call = async (action: string, payload: JsonObject, signal: AbortSignal): Promise<JsonObject> =>
    driver.ask({ action, payload }, { signal });
  return {
    async ocpp_get_configuration(fields, signal) {
      const commands = need();
      const key = word(fields, "key");
      const keys =
        key === undefined
          ? commands.version === "1.6"
            ? []
            : [...driver.model.config.values()].map((entry) => entry.key).filter((name) => !name.endsWith("#list"))
          : [key];
      const found: Record<string, JsonValue> = {};
      const step = commands.version === "1.6" ? Math.max(1, keys.length) : 4;
      for (let start = 0; start === 0 || start < keys.length; start += step) {
        const result = await driver.ask(commands.readConfig(keys.slice(start, start + step)), {
          signal,
          timeoutMs: 60_000,
        });
        for (const entry of commands.parseConfig(result))
          found[entry.key] = secretKey(entry.key) ? "***" : (entry.value ?? null);
      }
      if (key !== undefined && Object.keys(found).length === 0)
        throw new ChargerError("rejected", `The wallbox does not know ${key}.`);
      return key === undefined ? { configuration: found } : { key, value: Object.values(found)[0] ?? null };
    },
    async ocpp_configure(fields, signal) {
      const key = required(fields, "key");
      if (secretKey(key))
        throw new ChargerError(
          "rejected",
          "Passwords are changed with `evse-bridge charger ID rotate-password`, not through Home Assistant.",
        );
      const status = await demandWrite(driver, key, required(fields, "value"), signal);
      return { reboot_required: status === "RebootRequired" };
    },
    async ocpp_set_profile(fields, signal) {
      const profile = json(fields, "profile");
      if (!isObject(profile)) throw new ChargerError("protocol", "profile must be a charging profile as JSON.");
      return { status: await setForeignProfile(driver, parts, profile, signal) };
    },
    async ocpp_clear_profile(_fields, signal) {
      await limits.reset(() => profilesClear(driver, parts, signal), signal);
      return { status: "Accepted" };
    },
    async ocpp_trigger(fields, signal) {
      const topic = required(fields, "message");
      const known = need().trigger(topic as TriggerTopic, outlet.ref);
      if (known === undefined) throw new ChargerError("unsupported", `${topic} cannot be asked for.`);
      return { status: status(await driver.ask(known, { signal })) };
    },
    async ocpp_availability(fields, signal) {
      need();
      await setAvailability(driver, outlet.ref, fields["operative"] === true || fields["operative"] === "true", signal);
      return { status: "Accepted" };
    },
    async ocpp_unlock(_fields, signal) {
      const { action, payload } = need().unlock(outlet.ref);
      return { status: status(await call(action, payload, signal)) };
    },
    async ocpp_diagnostics(fields, signal) {
      const location = required(fields, "url");
      const old = need().version === "1.6";
      const result = old
        ? await call("GetDiagnostics", { location }, signal)
        : await call(
            "GetLog",
            { logType: "DiagnosticsLog", requestId: driver.nextRemoteStartId(), log: { remoteLocation: location } },
            signal,
          );
      return { result: result as JsonValue };
    },
    async ocpp_update_firmware(fields, signal) {
      const location = required(fields, "url");
      const at = word(fields, "at") ?? isoTime(driver.context.clock.nowMs());
      const old = need().version === "1.6";
      const result = old
        ? await call("UpdateFirmware", { location, retrieveDate: at }, signal)
        : await call(
            "UpdateFirmware",
            { requestId: driver.nextRemoteStartId(), firmware: { location, retrieveDateTime: at } },
            signal,
          );
      return { result: result as JsonValue };
    },
    async ocpp_data_transfer(fields, signal) {
      need();
      const message = word(fields, "message");
      const data = word(fields, "data");
      const result = await call(
        "DataTransfer",
        {
          vendorId: required(fields, "vendor"),
          ...(message === undefined ? {} : { messageId: message }),
          ...(data === undefined ? {} : { data }),
        },
        signal,
      );
      return { result: result as JsonValue };
    },
    async ocpp_reserve(fields, signal) {
      const old = need().version === "1.6";
      const minutes = Number(fields["minutes"] ?? 60);
      const expires = isoTime(driver.context.clock.nowMs() + (Number.isFinite(minutes) ? minutes : 60) * 60_000);
      const tag = word(fields, "tag") ?? driver.tag;
      const id = driver.nextRemoteStartId();
      const result = old
        ? await call(
            "ReserveNow",
            { connectorId: outlet.ref.connectorId, expiryDate: expires, idTag: tag, reservationId: id },
            signal,
          )
        : await call(
            "ReserveNow",
            { id, expiryDateTime: expires, evseId: outlet.ref.evseId, idToken: { idToken: tag, type: "Central" } },
            signal,
          );
      return { status: status(result), reservation: id };
    },
    async ocpp_call(fields, signal) {
      need();
      const action = required(fields, "action");
      const payload = json(fields, "payload") ?? {};
      if (!isObject(payload)) throw new ChargerError("protocol", "payload must be a JSON object.");
      return guardedCall(driver, parts, action, payload, signal);
    },
  };
}

/** Limits, starts, resets and passwords do not slip past their guards. */
async function guardedCall(
  driver: StationDriver,
  parts: OutletParts,
  action: string,
  payload: JsonObject,
  signal: AbortSignal,
): Promise<JsonValue> {
  if (/AuthorizationKey|BasicAuthPassword/i.test(JSON.stringify(payload)))
    throw new ChargerError("rejected", "Passwords are changed with `evse-bridge charger ID rotate-password`.");
  if (action === "SetChargingProfile") {
    const profile = payload["csChargingProfiles"] ?? payload["chargingProfile"];
    if (!isObject(profile)) throw new ChargerError("protocol", "There is no charging profile in the payload.");
    return { status: await setForeignProfile(driver, parts, profile, signal) };
  }
  if (action === "ClearChargingProfile") {
    const result = await driver.ask({ action, payload }, { signal });
    parts.limits.setAnew("profiles were cleared");
    return result;
  }
  // 2.1: both put a limit of their own above what stands.
  if (action === "UpdateDynamicSchedule") {
    guardAmounts(parts, payload);
    if (ownProfile(parts, payload["chargingProfileId"]))
      throw new ChargerError("rejected", "This profile is the bridge's own.");
  }
  if (action === "UsePriorityCharging" && parts.limits.held)
    throw new ChargerError("rejected", "Charging is paused by the user.");
  if (action === "Reset") {
    await driver.reboot(payload["type"] === "Hard" || payload["type"] === "Immediate" ? "hard" : "soft", signal);
    return { status: "Accepted" };
  }
  if (/^(RemoteStartTransaction|RequestStartTransaction)$/.test(action) && parts.limits.held)
    throw new ChargerError("rejected", "Charging is paused by the user.");
  // A start may bring a profile with it.
  guardAmounts(parts, payload);
  return driver.ask({ action, payload }, { signal });
}

/** A profile made by hand may hold less than the ceiling, never more, and never replaces one of ours. */
async function setForeignProfile(
  driver: StationDriver,
  parts: OutletParts,
  profile: JsonObject,
  signal: AbortSignal,
): Promise<string> {
  const { commands } = driver;
  if (commands === undefined || !driver.ready) throw new ChargerError("offline", "The wallbox is not connected.");
  guardAmounts(parts, profile);
  const id = profile["chargingProfileId"] ?? profile["id"];
  if (ownProfile(parts, id))
    throw new ChargerError("rejected", "This profile id is used by the bridge itself; take another.");
  const { evseId, connectorId } = parts.outlet.ref;
  const payload: JsonObject =
    commands.version === "1.6" ? { connectorId, csChargingProfiles: profile } : { evseId, chargingProfile: profile };
  const result = await driver.ask({ action: "SetChargingProfile", payload }, { signal });
  return status(result);
}

function ownProfile(parts: OutletParts, id: Json | undefined): boolean {
  return typeof id === "number" && parts.limits.ownIds().includes(id);
}

/** Nothing above the ceiling, and nothing but 0 A against a pause. @throws ChargerError */
function guardAmounts({ limits }: OutletParts, value: Json): void {
  const ceiling = limits.ceiling();
  const unit = JSON.stringify(value).includes('"chargingRateUnit":"W"') ? "W" : "A";
  const inA = amounts(value).map((limit) => limits.toAmps(limit, unit));
  if (inA.some((a) => a > ceiling + 0.05))
    throw new ChargerError("rejected", `The profile goes above the ceiling of ${ceiling} A.`);
  if (limits.held && inA.some((a) => a > 0)) throw new ChargerError("rejected", "Charging is paused by the user.");
}

/** Every `limit` anywhere in a profile. */
function amounts(value: Json): readonly number[] {
  if (Array.isArray(value)) return value.flatMap((item) => amounts(item));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    /^(limit|limit_L\d|setpoint.*)$/.test(key) && typeof item === "number" ? [item] : amounts(item),
  );
}

/** Status of a configuration write that stands. @throws ChargerError */
export async function demandWrite(
  driver: StationDriver,
  key: string,
  value: string,
  signal: AbortSignal,
): Promise<string> {
  const { commands } = driver;
  if (commands === undefined || !driver.ready) throw new ChargerError("offline", "The wallbox is not connected.");
  const answer = commands.writeStatus(await driver.ask(commands.writeConfig(key, value), { signal }));
  if (answer === "Accepted" || answer === "RebootRequired") return answer;
  throw new ChargerError("rejected", `The wallbox answered ${key} with ${answer}.`);
}

function secretKey(key: string): boolean {
  return /AuthorizationKey|Password|Secret/i.test(key);
}

function status(result: JsonObject): string {
  const found = result["status"];
  return typeof found === "string" ? found : "no status";
}

function word(fields: Readonly<Record<string, JsonValue>>, key: string): string | undefined {
  const value = fields[key];
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;
}

function required(fields: Readonly<Record<string, JsonValue>>, key: string): string {
  const value = word(fields, key);
  if (value === undefined || value === "") throw new ChargerError("protocol", `The field ${key} is missing.`);
  return value;
}

/** A field that is an object or the text of one. */
function json(fields: Readonly<Record<string, JsonValue>>, key: string): Json | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  const source = typeof value === "string" ? value : JSON.stringify(value);
  try {
    return JSON.parse(source) as Json;
  } catch (error) {
    throw new ChargerError("protocol", `${key} is not valid JSON.`, { cause: error });
  }
}
