/** May this charger charge at all, and in what bounds: the stages before the engine sees it as a load. */
import { shownStatus } from "../../shared/charger.ts";
import type { ChargeMode } from "../../shared/modes.ts";
import type { Reason } from "../../shared/reasons.ts";
import type { ChargerState, Reading, SiteConfig } from "../../shared/site.ts";
import { MIN_CURRENT_A } from "../../shared/units.ts";
import type { ChargerMemory } from "./memory.ts";

export type Standing =
  /** Takes part. */
  | { readonly kind: "active" }
  /** Could take part if a car were there: told what it could have. */
  | { readonly kind: "idle"; readonly reason: Reason }
  /** Must not charge. */
  | { readonly kind: "stopped"; readonly reason: Reason; readonly hold: "user" | undefined }
  /** Out of our hands; may be drawing its fail-safe current. */
  | { readonly kind: "lost"; readonly reason: Reason; readonly mayDraw: boolean };

/** A car in SuspendedEV that has drawn nothing for this long is done, ms. */
export const SLEEP_AFTER_MS = 60_000;
const STILL_A = 1;
const CHARGE_EFFICIENCY = 0.9;

export function standingOf(
  charger: ChargerState,
  memory: ChargerMemory,
  drawA: number,
  socPct: number | undefined,
  nowMs: number,
): Standing {
  const { snapshot, config } = charger;
  const status = shownStatus(snapshot);
  const plug = config.kind === "plug";
  const hold = userHold(charger);
  if (snapshot.link === "down") {
    if (hold !== undefined) return { kind: "stopped", reason: { code: "offline" }, hold: "user" };
    return {
      kind: "lost",
      reason: { code: "offline" },
      mayDraw: !plug && snapshot.carConnected !== false && snapshot.status !== "available",
    };
  }
  if (status === "faulted")
    return {
      kind: "lost",
      reason:
        snapshot.statusReason?.code === "fault"
          ? snapshot.statusReason
          : { code: "fault", fault: snapshot.faults[0] ?? "unknown" },
      mayDraw: drawA > STILL_A,
    };
  if (status === "out_of_service") return { kind: "idle", reason: snapshot.statusReason ?? { code: "disabled" } };
  if (hold !== undefined) return { kind: "stopped", reason: hold, hold: "user" };
  const reached = targetReached(charger, socPct);
  if (reached !== undefined) return { kind: "stopped", reason: reached, hold: undefined };
  if (plug) return { kind: "active" };
  if (drawA <= STILL_A) {
    if (snapshot.carConnected === false || status === "available")
      return {
        kind: "idle",
        reason: named(snapshot.statusReason, ["rebooting", "firmware", "disabled"]) ?? { code: "unplugged" },
      };
    if (status === undefined && snapshot.carConnected !== true)
      return { kind: "idle", reason: snapshot.statusReason ?? { code: "unplugged" } };
    if (status === "finishing") return { kind: "idle", reason: snapshot.statusReason ?? { code: "ev_full" } };
    if (
      status === "suspended_ev" &&
      memory.sleepingSinceMs !== undefined &&
      nowMs - memory.sleepingSinceMs >= SLEEP_AFTER_MS
    )
      return {
        kind: "idle",
        reason: named(snapshot.statusReason, ["ev_full", "ev_not_ready"]) ?? { code: "ev_not_ready" },
      };
  }
  return { kind: "active" };
}

/** A pause that the user wished and that must outlive the bridge. */
function userHold(charger: ChargerState): Reason | undefined {
  const { settings } = charger;
  if (settings.mode === "off") return { code: "mode_off" };
  // A slider between 0 and the least possible current means 0: there is no 1-5 A.
  const paused =
    !settings.enabled || settings.limitA <= 0 || (charger.config.kind === "evse" && settings.limitA < MIN_CURRENT_A);
  if (!paused) return undefined;
  return settings.pausedSinceMs === undefined
    ? { code: "paused_by_user" }
    : { code: "paused_by_user", sinceMs: settings.pausedSinceMs };
}

function named(reason: Reason | undefined, codes: readonly Reason["code"][]): Reason | undefined {
  return reason !== undefined && codes.includes(reason.code) ? reason : undefined;
}

function targetReached(charger: ChargerState, socPct: number | undefined): Reason | undefined {
  const vehicle = charger.config.vehicle;
  if (vehicle === undefined) return undefined;
  if (vehicle.limitSocPct !== undefined && socPct !== undefined && socPct >= vehicle.limitSocPct)
    return { code: "target_reached", soc: vehicle.limitSocPct };
  const session = charger.snapshot.session;
  const energyWh = session?.endedAtMs === undefined ? session?.energyWh : undefined;
  if (vehicle.limitEnergyKwh !== undefined && energyWh !== undefined && energyWh >= vehicle.limitEnergyKwh * 1000)
    return { code: "target_reached", energy: vehicle.limitEnergyKwh };
  return undefined;
}

/** The car's state of charge, told or estimated from the energy since it was last told; never below that, never above 100. */
export function vehicleSoc(
  charger: ChargerState,
  reading: Reading | undefined,
  memory: ChargerMemory,
): { readonly socPct: number | undefined; readonly anchor: ChargerMemory["socAnchor"] } {
  const energyWh = charger.snapshot.session?.energyWh;
  const told = charger.snapshot.socPct ?? reading?.value;
  if (charger.snapshot.carConnected === false) return { socPct: told, anchor: undefined };
  const anchor = memory.socAnchor;
  if (told !== undefined && (anchor === undefined || told !== anchor.socPct))
    return { socPct: told, anchor: { socPct: told, energyWh: energyWh ?? 0 } };
  if (anchor === undefined) return { socPct: undefined, anchor: undefined };
  const capacity = charger.config.vehicle?.capacityKwh;
  if (capacity === undefined || energyWh === undefined) return { socPct: anchor.socPct, anchor };
  const gained = (Math.max(0, energyWh - anchor.energyWh) * CHARGE_EFFICIENCY) / (capacity * 1000);
  return { socPct: Math.min(100, anchor.socPct + gained * 100), anchor };
}

/** The mode in force: without dynamic control, or until the car has its least charge, as Standard. */
export function modeInForce(charger: ChargerState, socPct: number | undefined): ChargeMode {
  const { settings, config } = charger;
  if (settings.mode === "off") return "off";
  if (!settings.dynamicControl) return config.kind === "plug" ? "continuous" : "standard";
  const least = config.vehicle?.minSocPct;
  if (least !== undefined && socPct !== undefined && socPct < least) return "standard";
  return settings.mode;
}

export interface Bounds {
  /** A per phase, on the box's own grid of currents. */
  readonly minA: number;
  readonly maxA: number;
  /** Highest of the user, the charger and the car, for reasons. */
  readonly userA: number;
  readonly chargerA: number;
  readonly carA: number;
}

/** The least and most of user, charger and car together; a user's maximum under the minimum lowers the minimum. */
export function boundsOf(charger: ChargerState, site: SiteConfig, memory: ChargerMemory, lines: number): Bounds {
  const { config, settings, snapshot, pace } = charger;
  if (config.kind === "plug") {
    const rated = config.powerW === undefined ? config.maxA : config.powerW / (site.voltageV * lines);
    const measured = memory.plugW.length >= PLUG_SAMPLES ? mean(memory.plugW) / (site.voltageV * lines) : rated;
    return { minA: measured, maxA: measured, userA: measured, chargerA: measured, carA: Infinity };
  }
  const userA = settings.limitA;
  const chargerA = Math.min(config.maxA, snapshot.facts.maxA ?? Infinity);
  const carA = config.vehicle?.maxA ?? Infinity;
  const top = toStep(Math.min(userA, chargerA, carA), pace);
  const floor = Math.max(MIN_CURRENT_A, config.minA, snapshot.facts.minA ?? 0);
  const wished = Math.max(floor, settings.minA, config.vehicle?.minA ?? 0);
  const minA = pace.onOff === true ? top : Math.min(upToStep(wished, pace), Math.max(top, floor));
  return { minA, maxA: Math.max(top, 0), userA, chargerA, carA };
}

export const PLUG_SAMPLES = 5;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Rounds down to what the box can be told. */
export function toStep(current: number, pace: ChargerState["pace"]): number {
  if (pace.stepListA !== undefined) {
    const under = pace.stepListA.filter((step) => step <= current + 1e-9);
    return under.at(-1) ?? 0;
  }
  const step = pace.stepA > 0 ? pace.stepA : 0.1;
  return Math.round(Math.floor(current / step + 1e-6) * step * 1000) / 1000;
}

function upToStep(current: number, pace: ChargerState["pace"]): number {
  const down = toStep(current, pace);
  if (down >= current - 1e-9) return down;
  if (pace.stepListA !== undefined) return pace.stepListA.find((step) => step >= current) ?? current;
  return down + (pace.stepA > 0 ? pace.stepA : 0.1);
}
