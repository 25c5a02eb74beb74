import { describe, expect, it } from "vitest";
import { Car } from "../../../bridge/simulate/car.ts";
import { ProfileStack, readProfile, type InstalledProfile } from "../../../bridge/simulate/ocpp/profiles.ts";
import { answer } from "../../../bridge/simulate/ocpp/answers.ts";
import { createSimulatedChargePoint, type SimulatedChargePoint } from "../../../bridge/simulate/ocpp/charge-point.ts";
import { silentLog } from "../../../bridge/log.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";
import type { JsonObject } from "../../../bridge/ocpp/station.ts";

const T0 = Date.UTC(2026, 0, 1, 12);
const profile = (more: Partial<InstalledProfile>): InstalledProfile => ({
  id: 1,
  outlet: 1,
  purpose: "TxDefaultProfile",
  stackLevel: 0,
  kind: "Absolute",
  transactionId: undefined,
  validFromMs: undefined,
  validToMs: undefined,
  startMs: T0 - 60_000,
  durationS: undefined,
  unit: "A",
  periods: [{ startS: 0, limit: 16 }],
  installedAtMs: T0,
  updateEveryS: undefined,
  ...more,
});
const moment = (atMs: number, transactionId?: string, startedAtMs?: number) => ({ atMs, transactionId, startedAtMs });
const toA = (limit: number, unit: "A" | "W"): number => (unit === "A" ? limit : limit / 690);

describe("a stack of profiles", () => {
  it("lets the highest valid level bind, and the next one when it runs out", () => {
    const stack = new ProfileStack();
    stack.install(profile({ id: 2, stackLevel: 1, periods: [{ startS: 0, limit: 6 }] }));
    stack.install(profile({ id: 102, stackLevel: 2, validToMs: T0 + 120_000, periods: [{ startS: 0, limit: 16 }] }));
    expect(stack.limitAt(1, moment(T0), toA)).toBe(16);
    expect(stack.limitAt(1, moment(T0 + 120_000), toA)).toBe(6);
    expect(stack.composite(1, moment(T0), 300, toA, 32)).toEqual([
      { startS: 0, limitA: 16 },
      { startS: 120, limitA: 6 },
    ]);
  });

  it("prefers the profile of the transaction, only while that runs", () => {
    const stack = new ProfileStack();
    stack.install(profile({ id: 2 }));
    stack.install(profile({ id: 3, purpose: "TxProfile", transactionId: "A", periods: [{ startS: 0, limit: 10 }] }));
    expect(stack.limitAt(1, moment(T0, "A", T0), toA)).toBe(10);
    expect(stack.limitAt(1, moment(T0, "B", T0), toA)).toBe(16);
    expect(stack.limitAt(1, moment(T0), toA)).toBe(16);
  });

  it("caps all by the station's maximum", () => {
    const stack = new ProfileStack();
    stack.install(profile({ id: 2 }));
    stack.install(profile({ id: 1, outlet: 0, purpose: "ChargePointMaxProfile", periods: [{ startS: 0, limit: 8 }] }));
    expect(stack.limitAt(1, moment(T0), toA)).toBe(8);
  });

  it("counts a relative schedule and its duration from the transaction's start", () => {
    const stack = new ProfileStack();
    stack.install(
      profile({
        kind: "Relative",
        startMs: undefined,
        durationS: 120,
        periods: [
          { startS: 0, limit: 16 },
          { startS: 60, limit: 8 },
        ],
      }),
    );
    expect(stack.limitAt(1, moment(T0 + 30_000, "A", T0), toA)).toBe(16);
    expect(stack.limitAt(1, moment(T0 + 90_000, "A", T0), toA)).toBe(8);
    expect(stack.limitAt(1, moment(T0 + 130_000, "A", T0), toA)).toBeUndefined();
  });

  it("replaces by id and by place, and reads both versions of the wire", () => {
    const stack = new ProfileStack();
    stack.install(profile({ id: 2, stackLevel: 0 }));
    stack.install(profile({ id: 2, stackLevel: 3 }));
    stack.install(profile({ id: 9, stackLevel: 3 }));
    expect(stack.all.map(({ id }) => id)).toEqual([9]);
    const schedule = { chargingRateUnit: "W", chargingSchedulePeriod: [{ startPeriod: 0, limit: 6900 }] };
    const common = { stackLevel: 0, chargingProfilePurpose: "TxDefaultProfile", chargingProfileKind: "Relative" };
    expect(readProfile({ chargingProfileId: 2, ...common, chargingSchedule: schedule }, 1, T0)?.unit).toBe("W");
    expect(readProfile({ id: 2, ...common, chargingSchedule: [{ id: 1, ...schedule }] }, 1, T0)?.periods).toEqual([
      { startS: 0, limit: 6900 },
    ]);
    expect(readProfile({ id: 2, ...common, chargingSchedule: [] }, 1, T0)).toBeUndefined();
  });
});

describe("a car", () => {
  it("takes nothing below 6 A, follows the offer within two seconds, and never more", () => {
    const car = new Car({ phases: 3, maxA: 16, capacityWh: 50_000, socPct: 50 });
    expect(car.step(5.9, 230, 3, 1)).toBe(0);
    car.step(10, 230, 3, 1);
    expect(car.step(10, 230, 3, 1)).toBe(10);
    car.step(32, 230, 3, 1);
    expect(car.step(32, 230, 3, 1)).toBe(16);
    expect(car.step(6, 230, 3, 1)).toBe(6);
    expect(car.step(0, 230, 3, 1)).toBe(0);
  });

  it("fills up and stops", () => {
    const car = new Car({ phases: 1, maxA: 32, capacityWh: 10_000, socPct: 90 });
    for (let n = 0; n < 3600; n++) car.step(32, 230, 1, 1);
    expect(car.full).toBe(true);
    expect(car.currentA).toBe(0);
    expect(car.socPct).toBeLessThanOrEqual(100);
  });
});

describe("the Delta preset", () => {
  const box = (): SimulatedChargePoint =>
    createSimulatedChargePoint({
      url: "ws://127.0.0.1:1",
      identity: "D",
      version: "2.0.1",
      phases: 1,
      preset: "delta",
      clock: fakeClock(),
      log: silentLog(),
    });
  const set = (device: SimulatedChargePoint, more: JsonObject): unknown => {
    const result = answer(device, "SetChargingProfile", {
      evseId: 1,
      chargingProfile: {
        id: 2,
        stackLevel: 0,
        chargingProfilePurpose: "TxDefaultProfile",
        chargingProfileKind: "Relative",
        chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }],
        ...more,
      },
    });
    return typeof result === "object" ? result["status"] : result;
  };

  it("rejects levels above 0 although it claims 5", () => {
    const device = box();
    expect(device.config.get("SmartChargingCtrlr/ProfileStackLevel")).toBe("5");
    expect(set(device, { stackLevel: 1 })).toBe("Rejected");
    expect(set(device, {})).toBe("Accepted");
  });

  it("refuses all profiles of a transaction after one refusal", () => {
    const device = box();
    device.plugIn();
    expect(set(device, { stackLevel: 1 })).toBe("Rejected");
    expect(set(device, {})).toBe("Rejected");
  });

  it("keeps a profile of the transaction for good once it was suspended", () => {
    const device = box();
    device.plugIn();
    const outlet = device.outlet();
    const tx = { id: 3, chargingProfilePurpose: "TxProfile", transactionId: outlet.transaction?.id ?? "" };
    expect(set(device, tx)).toBe("Accepted");
    outlet.orphan = true;
    expect(answer(device, "ClearChargingProfile", { chargingProfileId: 3 })).toEqual({ status: "Unknown" });
    expect(set(device, tx)).toBe("Rejected");
  });

  it("wants a replug after a remote stop, and refuses two triggers and a read-only variable", () => {
    const device = box();
    device.plugIn();
    device.sessions.finish(device.outlet(), "Remote", "RemoteStop");
    expect(
      answer(device, "RequestStartTransaction", {
        evseId: 1,
        remoteStartId: 1,
        idToken: { idToken: "", type: "NoAuthorization" },
      }),
    ).toEqual({ status: "Rejected" });
    device.unplug();
    expect(
      answer(device, "RequestStartTransaction", {
        evseId: 1,
        remoteStartId: 1,
        idToken: { idToken: "", type: "NoAuthorization" },
      }),
    ).toEqual({ status: "Accepted" });
    for (const requestedMessage of ["BootNotification", "StatusNotification"])
      expect(answer(device, "TriggerMessage", { requestedMessage })).toEqual({ status: "Rejected" });
    expect(device.config.set("TxCtrlr/StopTxOnEVSideDisconnect", "false")).toBe("Rejected");
  });
});
