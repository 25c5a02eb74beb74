/**
 * Preset for chargers that the custom integration lbbrhzn/ocpp owns: its entities by name, and a leased charging profile through its
 * service `ocpp.set_charge_rate`. The profile expires after 120 s unless renewed; a standing one beneath it holds the fail-safe current.
 */
import type { Clock, Unsubscribe } from "../../clock.ts";
import { floorTenth, MIN_CURRENT_A } from "../../../shared/units.ts";
import { ChargerError } from "../charger.ts";
import type { Calling } from "./caller.ts";
import type { LimitWriter } from "./limit-writer.ts";
import { enable } from "./limit-writer.ts";
import type { EntityRoles } from "./options.ts";
import type { EntityPort } from "./port.ts";

const PRESET_NAMES = new Set(["lbbrhzn_ocpp", "lbbrhzn/ocpp", "ocpp"]);
export function isOcppPreset(name: string | undefined): boolean {
  return name !== undefined && PRESET_NAMES.has(name.toLowerCase());
}

/** `<cpid>` or, on units with several outlets, `<cpid>_connector_<n>`. */
export function ocppRoles(device: string): EntityRoles {
  return {
    status: `sensor.${device}_status_connector`,
    current: `sensor.${device}_current_import`,
    power: `sensor.${device}_power_active_import`,
    current_offered: `sensor.${device}_current_offered`,
    power_offered: `sensor.${device}_power_offered`,
    energy_total: `sensor.${device}_energy_active_import_register`,
    soc: `sensor.${device}_soc`,
    enable: `switch.${device}_charge_control`,
  };
}

export interface OcppPresetParts {
  readonly port: EntityPort;
  readonly call: Calling;
  readonly clock: Clock;
  readonly device: string;
  readonly roles: EntityRoles;
  readonly voltageV: number;
  readonly phases: () => number;
  readonly minA: number;
  readonly failSafeA: number;
  /** A renewal failed: told once per change by the caller. */
  readonly onError: (error: unknown) => void;
  /** Whether a car is plugged: the switch is turned on only then. */
  readonly carConnected: () => boolean | undefined;
}

export interface OcppPreset extends LimitWriter {
  /** Clears all profiles and installs the standing one; takes 10 s. */
  resetProfiles(signal: AbortSignal): Promise<void>;
  reset(signal: AbortSignal): Promise<void>;
  close(): void;
}

const DYNAMIC_ID = 11;
const STANDING_ID = 10;
const STACK_LEVEL = 2;
const LEASE_S = 120;
/** A third of the lease, so that two lost renewals do no harm. */
const RENEW_MS = 40_000;
const CLEAR_MS = 10_000;

export function createOcppPreset(parts: OcppPresetParts): OcppPreset {
  const { port, call, clock, device, roles, voltageV, phases } = parts;
  const connector = /^(.+)_connector_(\d+)$/.exec(device);
  const target = connector === null ? { devid: device } : { devid: connector[1], conn_id: Number(connector[2]) };
  let unit: "A" | "W" | undefined;
  let renewal: Unsubscribe | undefined;

  /** An unknown device id would reach that integration's first charger instead: only one that is there is spoken to. */
  function ensureKnown(): void {
    if (roles.status === undefined || port.read(roles.status) === undefined)
      throw new ChargerError(
        "offline",
        `Home Assistant has no ${roles.status ?? "status entity"}: is "${device}" the right device id?`,
      );
  }

  async function unitOf(signal: AbortSignal): Promise<"A" | "W"> {
    if (unit !== undefined) return unit;
    try {
      const answer = await call(
        "ocpp",
        "get_configuration",
        { devid: target.devid, ocpp_key: "ChargingScheduleAllowedChargingRateUnit" },
        signal,
      );
      const text = JSON.stringify(answer ?? "").toLowerCase();
      unit = text.includes("power") && !text.includes("current") ? "W" : "A";
    } catch (error) {
      // Many boxes do not have the key; amperes are the rule.
      if (error instanceof ChargerError && error.code !== "rejected") throw error;
      unit = "A";
    }
    return unit;
  }

  async function profile(
    fields: Readonly<Record<string, unknown>>,
    limitA: number,
    signal: AbortSignal,
  ): Promise<void> {
    const rate = await unitOf(signal);
    const limit = rate === "A" ? floorTenth(limitA) : Math.floor(limitA * voltageV * phases());
    const { schedule, ...rest } = fields;
    await call(
      "ocpp",
      "set_charge_rate",
      {
        ...target,
        custom_profile: {
          chargingProfilePurpose: "TxDefaultProfile",
          ...rest,
          chargingSchedule: {
            chargingRateUnit: rate,
            ...(typeof schedule === "object" ? schedule : {}),
            chargingSchedulePeriod: [{ startPeriod: 0, limit }],
          },
        },
      },
      signal,
    );
  }

  async function lease(limitA: number, signal: AbortSignal): Promise<void> {
    const now = clock.nowMs();
    await profile(
      {
        chargingProfileId: DYNAMIC_ID,
        stackLevel: STACK_LEVEL,
        chargingProfileKind: "Absolute",
        validFrom: utc(now),
        validTo: utc(now + LEASE_S * 1000),
        schedule: { startSchedule: utc(now) },
      },
      limitA,
      signal,
    );
  }

  const failSafe = parts.failSafeA === 0 ? 0 : Math.max(parts.failSafeA, parts.minA);
  /** What the standing profile says as far as we have set it, A. */
  let standing: number | undefined;

  async function stand(limitA: number, signal: AbortSignal): Promise<void> {
    await profile(
      { chargingProfileId: STANDING_ID, stackLevel: Math.max(1, STACK_LEVEL - 1), chargingProfileKind: "Relative" },
      limitA,
      signal,
    );
    standing = limitA;
  }

  function renew(limitA: number): void {
    renewal?.();
    renewal = clock.every(
      RENEW_MS,
      async () => {
        if (port.up) await lease(limitA, clock.deadline(RENEW_MS / 2));
      },
      parts.onError,
    );
  }

  return {
    pace: { minIntervalS: 15, minChangeA: 0.5, stepA: 0.1, zeroAmps: "hold", applies: "now" },
    watches: roles.enable === undefined ? [] : [roles.enable],
    async write(limitA, signal, hold) {
      ensureKnown();
      const sent = floorTenth(limitA);
      // The user's pause outlives the lease: it goes into the standing profile too.
      if (hold === "user" && standing !== 0) await stand(0, signal);
      else if (hold === undefined && standing === 0) await stand(failSafe, signal);
      await lease(sent, signal);
      renew(sent);
      // Never turned off: 0 A does the pausing.
      if (sent >= MIN_CURRENT_A && parts.carConnected() === true) await enable(port, call, roles, signal);
      return sent;
    },
    async resetProfiles(signal) {
      ensureKnown();
      await call("ocpp", "clear_profile", { devid: target.devid }, signal);
      await clock.sleep(CLEAR_MS, signal);
      await stand(failSafe, signal);
    },
    async reset(signal) {
      ensureKnown();
      await call("button", "press", { entity_id: `button.${device}_reset` }, signal);
    },
    close() {
      renewal?.();
      renewal = undefined;
    },
  };
}

/** UTC without fractions, as the integration passes it to the box. */
function utc(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
