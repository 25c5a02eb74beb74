/** How the simulated box takes, moves, clears and tells charging profiles. */
import type { Json, JsonObject } from "../../ocpp/station.ts";
import type { SimulatedChargePoint } from "./charge-point.ts";
import { readProfile, type InstalledProfile } from "./profiles.ts";
import { WireError } from "./wire.ts";

export function setProfile(box: SimulatedChargePoint, payload: JsonObject): string {
  const raw = payload["csChargingProfiles"] ?? payload["chargingProfile"];
  const n = Number(payload["connectorId"] ?? payload["evseId"] ?? 0);
  const profile = isObject(raw) ? readProfile(raw, n, box.nowMs()) : undefined;
  if (profile === undefined)
    throw new WireError(box.v16 ? "FormationViolation" : "FormatViolation", "profile incomplete");
  const limitA = box.toA(profile.periods[0]?.limit ?? 0, profile.unit);
  const status = judge(box, profile);
  const outlet = box.outlets.find((item) => item.n === n) ?? box.outlets[0];
  box.received.push({ atMs: box.nowMs(), outlet: n, profile, limitA, accepted: status === "Accepted" });
  box.tell(
    `limit ${limitA.toFixed(1)} A (${profile.purpose}, level ${profile.stackLevel}, id ${profile.id}): ${status}`,
  );
  if (status === "Rejected" && box.preset.sulks === true && outlet?.transaction !== undefined)
    outlet.transaction.sulking = true;
  if (status !== "Accepted") return status;
  // Some boxes say yes to what arrives while the car has suspended, and forget it.
  const suspended =
    outlet?.transaction?.state === "SuspendedEV" ||
    (profile.purpose === "TxProfile" && outlet?.transaction?.state === "SuspendedEVSE");
  if (box.preset.forgetsWhileSuspended === true && suspended) return status;
  if (box.behaviour.forgetProfiles || box.preset.ignoredPurposes?.includes(profile.purpose) === true) return status;
  box.profiles.install(asUnderstood(box, profile));
  return status;
}

/** What the box makes of a profile that it has accepted. */
function asUnderstood(box: SimulatedChargePoint, profile: InstalledProfile): InstalledProfile {
  if (box.preset.ignoresValidity === true && profile.validToMs !== undefined)
    return { ...profile, validToMs: box.nowMs() };
  if (box.preset.durationFromSet === true && profile.kind === "Relative" && profile.durationS !== undefined)
    return { ...profile, kind: "Absolute", startMs: box.nowMs() };
  return profile;
}

/** 2.1: a dynamic profile's limit moves in place. */
export function moveLimit(box: SimulatedChargePoint, payload: JsonObject): string {
  if (box.preset.variables["SmartChargingCtrlr/SupportsDynamicProfiles"] !== "true")
    throw new WireError("NotImplemented", "no dynamic profiles here");
  const id = payload["chargingProfileId"];
  const update = payload["scheduleUpdate"];
  const limit = isObject(update) ? update["limit"] : undefined;
  const moved =
    !box.behaviour.refuseProfiles &&
    typeof id === "number" &&
    typeof limit === "number" &&
    box.profiles.move(id, limit);
  box.tell(`limit moved to ${typeof limit === "number" ? limit : "nothing"}: ${moved ? "Accepted" : "Rejected"}`);
  return moved ? "Accepted" : "Rejected";
}

function judge(box: SimulatedChargePoint, profile: InstalledProfile): string {
  const { preset } = box;
  const outlet = box.outlets.find((item) => item.n === profile.outlet);
  const refused =
    box.behaviour.refuseProfiles ||
    profile.stackLevel > preset.highestLevel ||
    preset.refusedPurposes.includes(profile.purpose) ||
    preset.refusedKinds.includes(profile.kind) ||
    (profile.kind === "Dynamic" && preset.variables["SmartChargingCtrlr/SupportsDynamicProfiles"] !== "true") ||
    (preset.unit === "W" && profile.unit !== "W") ||
    (preset.refusesAfterConnectS !== undefined && box.connectedForS < preset.refusesAfterConnectS) ||
    outlet?.transaction?.sulking === true ||
    (profile.purpose === "TxProfile" && outlet?.orphan === true) ||
    (profile.purpose === "TxProfile" &&
      (outlet?.transaction === undefined || profile.transactionId !== outlet.transaction.id)) ||
    (preset.orphansTxProfile === true &&
      profile.purpose === "TxProfile" &&
      box.profiles.all.some((other) => other.purpose === "TxProfile" && other.id === profile.id)) ||
    (preset.onlyLowers === true &&
      outlet !== undefined &&
      box.profiles.all.some(
        (other) => other.id === profile.id && (other.periods[0]?.limit ?? 0) < (profile.periods[0]?.limit ?? 0),
      ));
  return refused ? "Rejected" : "Accepted";
}

export function clearProfiles(box: SimulatedChargePoint, payload: JsonObject): string {
  const criteria = isObject(payload["chargingProfileCriteria"]) ? payload["chargingProfileCriteria"] : payload;
  const id = payload["id"] ?? payload["chargingProfileId"];
  const n = criteria["connectorId"] ?? criteria["evseId"];
  const purpose = criteria["chargingProfilePurpose"];
  const level = criteria["stackLevel"];
  const gone = box.profiles.clear((profile) => {
    const stuck =
      profile.purpose === "TxProfile" && box.outlets.some((outlet) => outlet.n === profile.outlet && outlet.orphan);
    if (stuck) return false;
    if (id !== undefined) return profile.id === id;
    return (
      (n === undefined || profile.outlet === n) &&
      (purpose === undefined || profile.purpose === purpose) &&
      (level === undefined || profile.stackLevel === level)
    );
  });
  box.tell(`${gone} profiles cleared`);
  return gone > 0 ? "Accepted" : "Unknown";
}

export function composite(box: SimulatedChargePoint, payload: JsonObject): JsonObject {
  const n = Number(payload["connectorId"] ?? payload["evseId"] ?? 1);
  const outlet = box.outlets.find((item) => item.n === n) ?? box.outlet(1);
  if (!box.preset.compositeSupported) return { status: "Rejected" };
  const duration = Math.min(3600, Number(payload["duration"] ?? 60));
  const unit = box.preset.unit;
  const steps = box.profiles.composite(
    outlet.n,
    box.moment(outlet),
    duration,
    (limit, of) => box.toA(limit, of),
    box.preset.maxA,
  );
  const periods = steps.map((step) => ({
    startPeriod: step.startS,
    limit: Math.round(box.fromA(step.limitA) * 10) / 10,
  }));
  return box.v16
    ? {
        status: "Accepted",
        connectorId: n,
        scheduleStart: box.isoNow(),
        chargingSchedule: { duration, chargingRateUnit: unit, chargingSchedulePeriod: periods },
      }
    : {
        status: "Accepted",
        schedule: {
          evseId: n,
          duration,
          scheduleStart: box.isoNow(),
          chargingRateUnit: unit,
          chargingSchedulePeriod: periods,
        },
      };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
