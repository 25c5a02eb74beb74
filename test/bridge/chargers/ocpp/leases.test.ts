/** Two levels in a box: how the upper one ends, and how it is known that it does. */
import { afterEach, describe, expect, it } from "vitest";
import type { Charger } from "../../../../bridge/chargers/charger.ts";
import type { OcppChargerOptions } from "../../../../bridge/chargers/ocpp/options.ts";
import { Skew } from "../../../../bridge/chargers/ocpp/facts/skew.ts";
import type { OcppVersion } from "../../../../bridge/ocpp/station.ts";
import type { SimulatedChargePoint } from "../../../../bridge/simulate/ocpp/charge-point.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { rig, type Rig } from "./rig.ts";

const never = (): AbortSignal => new AbortController().signal;
let bench: Rig | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function begun(
  version: OcppVersion,
  preset: string,
  options: Partial<OcppChargerOptions> = {},
): Promise<{
  at: Rig;
  charger: Charger;
  box: SimulatedChargePoint;
  limit: (limitA: number, hold?: "user") => Promise<void>;
}> {
  const at = (bench = await rig(version));
  const { charger } = await at.driver(options);
  const box = at.box({ preset });
  await at.until(() => charger.snapshot.link === "up" && charger.snapshot.status !== undefined);
  return {
    at,
    charger,
    box,
    async limit(limitA, hold) {
      const outcome = await settleWithin(at.clock, charger.limit({ limitA, hold }, never()), 120_000);
      if (outcome === "open") throw new Error("never answered");
      if ("error" in outcome) throw outcome.error;
    },
  };
}
const leaseOf = (box: SimulatedChargePoint) => box.received.findLast(({ profile }) => profile.id === 102)?.profile;

describe("a lease by duration", () => {
  it.each(["1.6", "2.0.1"] as const)(
    "is what `relative` asks for, and falls to the fail-safe (%s)",
    async (version) => {
      const { at, charger, box, limit } = await begun(version, "no_clock", { profileValidityMode: "relative" });
      await limit(16);
      expect(leaseOf(box)).toMatchObject({ kind: "Relative", durationS: 120, validToMs: undefined });
      await at.until(() => charger.snapshot.failSafe === "proven");
      box.plugIn();
      await at.until(() => box.state().drawnA[0] > 15);
      await at.clock.advance(600_000);
      expect(box.state().offeredA).toBe(16);
      expect(charger.snapshot.extra["limit_way"]).toBe("two_layers_duration");
      box.goOffline();
      await at.clock.advance(125_000);
      expect(box.state().offeredA).toBe(6);
    },
  );

  it("is tried where times of the clock do not work, and remembered", async () => {
    const { at, charger, box, limit } = await begun("2.0.1", "no_clock");
    box.plugIn();
    await limit(16);
    await at.until(() => box.state().offeredA === 16, 120_000);
    expect(charger.snapshot.extra["limit_way"]).toBe("two_layers_duration");
    await at.until(() => charger.snapshot.failSafe === "proven", 120_000);
  });

  it("is left where the box counts it from the session's begin", async () => {
    const { at, charger, box, limit } = await begun("2.0.1", "standard", { profileValidityMode: "relative" });
    box.plugIn();
    await limit(16);
    await at.until(() => box.state().drawnA[0] > 15);
    // Older than the lease: each renewal is over before it begins.
    await at.until(() => box.state().offeredA === 6, 200_000);
    await at.until(() => box.state().offeredA === 16, 120_000);
    expect(charger.snapshot.extra["limit_way"]).toBe("two_layers");
    await at.clock.advance(600_000);
    expect(box.state().offeredA).toBe(16);
    expect(charger.snapshot.failSafe).toBe("proven");
  });

  it("is not kept in a session where the box shows nothing of it", async () => {
    const { at, charger, box, limit } = await begun("2.0.1", "no_composite", {
      profileValidityMode: "relative",
      quirks: ["evbox_elvi"],
    });
    await limit(16);
    expect(charger.snapshot.extra["limit_way"]).toBe("two_layers_duration");
    box.plugIn();
    await at.until(() => charger.snapshot.extra["limit_way"] === "two_layers", 300_000);
  });

  it("is preferred when the box's clock wanders", () => {
    const skew = new Skew();
    for (const off of [0, 40_000, 90_000]) skew.take(1_000_000, 1_000_000 - off);
    expect(skew.steady).toBe(false);
    const far = new Skew();
    for (const off of [7_200_000, 7_200_500, 7_201_000]) far.take(10_000_000, 10_000_000 - off);
    expect(far.steady).toBe(true);
  });
});

describe("a fail-safe that no schedule shows", () => {
  it("is proven by an expiry while nobody is there, and then remembered", async () => {
    const { at, charger, box, limit } = await begun("1.6", "offers_idle");
    await limit(16);
    expect(charger.snapshot.failSafe).toBe("unproven");
    await at.until(() => charger.snapshot.failSafe === "proven", 600_000);
    const probe = box.received.filter(({ profile }) => profile.id === 102 && profile.periods[0]?.limit === 0);
    expect(probe.length).toBe(1);
    await at.until(() => box.state().offeredA === 16, 30_000);
    await at.clock.advance(900_000);
    expect(box.received.filter(({ limitA }) => limitA === 0).length).toBe(1);
    expect(charger.snapshot.extra["limit_way"]).toBe("two_layers");
    expect(charger.snapshot.failSafe).toBe("proven");
  });

  it("is not tried with a car there, and given up when one comes", async () => {
    const { at, charger, box, limit } = await begun("2.0.1", "offers_idle");
    await limit(16);
    await at.until(() => box.received.some(({ limitA }) => limitA === 0), 120_000);
    box.plugIn();
    await at.until(() => box.state().drawnA[0] > 15, 15_000);
    await at.clock.advance(300_000);
    expect(box.received.filter(({ limitA }) => limitA === 0).length).toBe(1);
    expect(charger.snapshot.failSafe).toBe("unproven");
  });

  it("stays unproven where the box tells nothing while idle", async () => {
    const { at, charger, box, limit } = await begun("2.0.1", "no_composite");
    await limit(16);
    await at.clock.advance(600_000);
    expect(charger.snapshot.failSafe).toBe("unproven");
    expect(leaseOf(box)?.periods[0]?.limit).toBe(16);
  });
});

describe("dynamic profiles of 2.1", () => {
  it("are moved in place, renewed as a whole, and fall to the fail-safe", async () => {
    const { at, charger, box, limit } = await begun("2.1", "dynamic");
    await at.until(() => charger.snapshot.extra["limit_way"] === "dynamic", 30_000);
    await limit(16);
    expect(leaseOf(box)).toMatchObject({ kind: "Dynamic", updateEveryS: 30 });
    await at.until(() => charger.snapshot.failSafe === "proven");
    box.plugIn();
    await at.until(() => box.state().drawnA[0] > 15);
    await at.clock.advance(45_000);
    const sets = box.received.length;
    const calls = box.calls.length;
    await limit(10);
    expect(box.calls.slice(calls)).toContain("UpdateDynamicSchedule");
    expect(box.received.length).toBe(sets);
    await at.until(() => box.state().offeredA === 10);
    await limit(0, "user");
    await at.until(() => box.state().offeredA === 0);
    // A person's pause stands beneath as well.
    expect(box.profiles.all.find(({ id }) => id === 2)?.periods[0]?.limit).toBe(0);
    await at.clock.advance(200_000);
    expect(box.state().offeredA).toBe(0);
    expect(box.received.slice(sets).filter(({ profile }) => profile.id === 102).length).toBeGreaterThan(2);
    await limit(12);
    await at.until(() => box.state().offeredA === 12);
    box.goOffline();
    await at.clock.advance(125_000);
    expect(box.state().offeredA).toBe(6);
  });

  it("are told when the box asks, ours only", async () => {
    const { at, box, limit } = await begun("2.1", "dynamic");
    await at.until(() => leaseOf(box)?.kind === "Dynamic", 30_000);
    await limit(14);
    const told: string[] = [];
    box.onEvent((event) => told.push(event));
    await at.clock.advance(65_000);
    expect(told).toContain("asked for its limit: 14");
    // It lost the number and learns it again.
    box.profiles.move(102, 32);
    box.plugIn();
    await at.until(() => box.state().offeredA === 14, 60_000);
  });

  it("are not used on a box that does not offer them", async () => {
    const { charger, box, limit } = await begun("2.1", "standard");
    await limit(16);
    expect(charger.snapshot.extra["limit_way"]).toBe("two_layers");
    expect(box.calls).not.toContain("UpdateDynamicSchedule");
  });
});
