/** How limits are told to this box: options first, then its quirks, then what it says of itself. */
import { fromWire, readRateUnit, type Electric } from "../limits/profile.ts";
import type { LeaseForm, LimitTraits } from "../limits/ladder.ts";
import type { StationModel } from "../facts/model.ts";
import type { OcppChargerOptions } from "../options.ts";
import type { Outlet } from "../facts/outlet.ts";

/** Validity of leases where each write wears the box, s. */
const WEAR_LEASE_S = 900;
const DEFAULT_MAX_A = 32;

export function limitTraits(options: OcppChargerOptions, model: StationModel): LimitTraits {
  const { deviations, config } = model;
  const told = (key16: string, key20: string): number | undefined => {
    const value = Number(config.get(key16.toLowerCase())?.value ?? config.get(key20.toLowerCase())?.value ?? "");
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const highest = told("ChargeProfileMaxStackLevel", "SmartChargingCtrlr/ProfileStackLevel") ?? 10;
  const stackLevel = Math.min(options.stackLevel ?? deviations.stackLevel ?? 2, highest);
  const room = (told("MaxChargingProfilesInstalled", "SmartChargingCtrlr/MaxChargingProfilesInstalled") ?? 2) >= 2;
  const single =
    options.layers === "single" || (options.layers === "auto" && (deviations.singleLayer === true || !room));
  const units = config.get("chargingscheduleallowedchargingrateunit") ?? config.get("smartchargingctrlr/rateunit");
  const kind = options.profileValidityMode === "auto" ? deviations.kind : options.profileValidityMode;
  return {
    stackLevel,
    layers: single || stackLevel < 1 ? 1 : 2,
    levelFixed: options.stackLevel !== undefined,
    kind: kind ?? "absolute",
    kindFixed: options.profileValidityMode !== "auto",
    dynamic:
      model.version === "2.1" &&
      options.profileValidityMode === "auto" &&
      config.get("smartchargingctrlr/supportsdynamicprofiles")?.value?.toLowerCase() === "true",
    leases: leasesOf(options, model),
    unit:
      options.chargeRateUnit !== "auto"
        ? options.chargeRateUnit
        : (deviations.unit ?? readRateUnit(units?.value) ?? "A"),
    stepA: deviations.stepA ?? 0.1,
    stepListA: deviations.stepListA,
    noTxProfile: deviations.noTxProfile === true,
    // It limits all outlets at once: only where there is one.
    noStationMax: deviations.noStationMax === true || model.outlets.length > 1,
    clearBeforeSet: deviations.clearBeforeSet === true,
    vendorKey: deviations.vendorKey,
    leaseS: deviations.flashWear === true ? Math.max(WEAR_LEASE_S, options.profileTimeoutS) : options.profileTimeoutS,
    patient: deviations.singleLayer === true,
    raiseEveryS: deviations.flashWear === true ? 30 : 10,
    raiseByA: deviations.flashWear === true ? 1 : 0.5,
  };
}

/** A time of the clock is the surer end, unless the box's clock wanders; a duration may be counted from the session's start. */
function leasesOf(
  { profileValidityMode }: OcppChargerOptions,
  { skew, deviations }: StationModel,
): readonly LeaseForm[] {
  if (profileValidityMode === "absolute") return ["until"];
  const wanders = !skew.steady || deviations.noClock === true;
  return profileValidityMode === "relative" || wanders ? ["duration", "until"] : ["until", "duration"];
}

/** Phases of the box: configured, else as it says. */
export function hardwarePhases(options: OcppChargerOptions, model: StationModel): 1 | 2 | 3 | undefined {
  if (options.phases !== undefined) return options.phases;
  const supply = Number(model.config.get("evse/supplyphases")?.value ?? "");
  return supply === 1 || supply === 2 || supply === 3 ? supply : undefined;
}

/** For W limits. Too few phases only charge slower, too many overload: unknown counts as one. */
export function electricOf(
  options: OcppChargerOptions,
  model: StationModel,
  outlet: Outlet,
  nominalV: number,
): Electric {
  const carrying = outlet.meter.phasesCarrying();
  return {
    measuredV: outlet.meter.headlineV(),
    nominalV,
    phases:
      options.phases ??
      (carrying !== undefined && carrying > 0 ? carrying : undefined) ??
      hardwarePhases(options, model) ??
      1,
  };
}

/** Ceiling, A per phase: configuration, box and cable, whichever is lowest. */
export function ceilingA(options: OcppChargerOptions, outlet: Outlet): number {
  const cableA = outlet.tx?.cableMaxA;
  // A cable below 6 A does not exist: such a figure is a fault of the box.
  return Math.min(
    options.maxA ?? DEFAULT_MAX_A,
    cableA !== undefined && cableA >= 6 ? cableA : Number.POSITIVE_INFINITY,
  );
}

/** What the box says that it offers, A per phase, if it has said so since. */
export function offeredSince(outlet: Outlet, electric: Electric, sinceMs: number): number | undefined {
  const { meter } = outlet;
  const fresh = (measurand: string): boolean => (meter.atMs(measurand) ?? 0) > sinceMs;
  if (fresh("Current.Offered")) return meter.mean("Current.Offered");
  const powerW = fresh("Power.Offered") ? meter.total("Power.Offered") : undefined;
  return powerW === undefined ? undefined : fromWire(powerW, "W", electric);
}
