import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Charger } from "../../../../bridge/chargers/charger.ts";
import type { OcppVersion } from "../../../../bridge/ocpp/station.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { rig, wishes, type Rig } from "./rig.ts";

const never = (): AbortSignal => new AbortController().signal;

let bench: Rig;
const open = async (version: OcppVersion = "1.6"): Promise<Rig> => (bench = await rig(version));
afterEach(() => bench.close());

/** Carries out a command under fake time; throws what it throws. */
async function run(work: Promise<unknown>, withinMs = 120_000): Promise<void> {
  const outcome = await settleWithin(bench.clock, work, withinMs);
  if (outcome === "open") throw new Error("never answered");
  if ("error" in outcome) throw outcome.error;
}
const limit = (charger: Charger, limitA: number, hold?: "user"): Promise<void> =>
  run(charger.limit({ limitA, hold }, never()));
const up = (charger: Charger): Promise<void> =>
  bench.until(() => charger.snapshot.link === "up" && charger.snapshot.status !== undefined);

describe.each(["1.6", "2.0.1", "2.1"] as const)("one evening with a wallbox on OCPP %s", (version) => {
  it("boots, limits before the first power, pauses, resumes and stops", async () => {
    await open(version);
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    expect(charger.snapshot.facts).toMatchObject({ protocol: version, vendor: "EVSE Bridge", firmware: "1.0.0" });
    await bench.until(() => box.received.some(({ accepted, limitA }) => accepted && limitA === 6));
    await limit(charger, 10);
    box.plugIn();
    expect(box.state().powerW).toBe(0);
    await bench.until(() => charger.snapshot.status === "charging");
    await bench.until(() => (charger.snapshot.powerW ?? 0) > 1000);
    expect(Math.max(...box.state().drawnA)).toBeLessThanOrEqual(10);
    expect(charger.snapshot.headlineA).toBeCloseTo(10, 0);
    expect(charger.snapshot.headlineV).toBeCloseTo(230, 0);
    expect(charger.snapshot.phasesUsed).toBe(3);
    const session = charger.snapshot.session?.id;

    await limit(charger, 0, "user");
    await bench.until(() => charger.snapshot.status === "suspended_evse");
    await bench.until(() => charger.snapshot.powerW === 0);
    expect(box.state().transactionId).toBe(session);
    expect(charger.snapshot.session?.id).toBe(session);

    await limit(charger, 13);
    await bench.until(() => charger.snapshot.status === "charging" && box.state().drawnA[0] > 12);
    expect(charger.snapshot.session?.id).toBe(session);

    await run(charger.can.session?.stop(never()) ?? Promise.reject(new Error("no session")));
    await bench.until(() => charger.snapshot.session?.endedAtMs !== undefined);
    expect(charger.snapshot.powerW).toBe(0);
    expect(charger.snapshot.session?.energyWh).toBeGreaterThan(0);
    expect(charger.snapshot.extra["stopped_reason"]).toBe("Remote");
  });

  it("keeps the session's energy continuous when the bridge restarts in the middle", async () => {
    await open(version);
    const first = await bench.driver();
    const box = bench.box({ registerWh: 40_000 });
    await up(first.charger);
    await limit(first.charger, 16);
    box.plugIn();
    await bench.until(() => first.charger.snapshot.status === "charging");
    await bench.clock.advance(600_000);
    await bench.until(() => (first.charger.snapshot.session?.energyWh ?? 0) > 500);
    const before = first.charger.snapshot.session;
    await first.close();
    const second = await bench.driver();
    await bench.until(() => second.charger.snapshot.session?.id === before?.id, 60_000);
    await bench.clock.advance(30_000);
    const told = second.charger.snapshot.session?.energyWh ?? 0;
    expect(told).toBeGreaterThanOrEqual(before?.energyWh ?? 0);
    const age = (11_000 * 12) / 3600;
    expect(Math.abs(told - box.state().sessionWh)).toBeLessThan(age + 10);
    expect(second.charger.snapshot.session?.startedAtMs).toBe(before?.startedAtMs);
  });

  it("replays three sessions of an offline time without touching the live picture", async () => {
    await open(version);
    const { charger } = await bench.driver();
    const seen = new Map<string, number>();
    charger.onSnapshot(({ session }) => {
      if (session?.endedAtMs !== undefined) seen.set(session.id, session.energyWh ?? -1);
    });
    const box = bench.box();
    await up(charger);
    await bench.clock.advance(20_000);
    box.goOffline();
    for (let n = 0; n < 3; n++) {
      box.plugIn();
      await bench.clock.advance(600_000);
      box.unplug();
      await bench.clock.advance(600_000);
    }
    const energy = box.state().registerWh;
    box.goOnline();
    await up(charger);
    await bench.until(() => seen.size === 3);
    expect(charger.snapshot.status).toBe("available");
    expect(charger.snapshot.powerW ?? 0).toBe(0);
    expect(charger.snapshot.extra["transaction_id"]).toBeUndefined();
    expect([...seen.values()].every((wh) => wh > 0)).toBe(true);
    expect(Math.abs((charger.snapshot.energyWh ?? 0) - energy)).toBeLessThan(10);
  });
});

describe("what happens when a link dies", () => {
  beforeEach(() => open());

  it("falls back to the fail-safe by itself, proven beforehand", async () => {
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    await limit(charger, 16);
    await bench.until(() => charger.snapshot.failSafe === "proven");
    box.plugIn();
    await bench.until(() => box.state().offeredA === 16);
    box.goOffline();
    await bench.clock.advance(125_000);
    expect(box.state().offeredA).toBe(6);
  });

  it("keeps a user's pause at 0 A without the bridge, not the planner's", async () => {
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    box.plugIn();
    await limit(charger, 0, "user");
    box.goOffline();
    await bench.clock.advance(600_000);
    expect(box.state().offeredA).toBe(0);
    box.goOnline();
    await up(charger);
    await limit(charger, 0);
    await bench.until(() => box.profiles.all.some((profile) => profile.id === 2 && profile.periods[0]?.limit === 6));
    box.goOffline();
    await bench.clock.advance(600_000);
    expect(box.state().offeredA).toBe(6);
  });

  it("renews the lease at no more than a third of its life", async () => {
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    await limit(charger, 16);
    box.plugIn();
    for (let n = 0; n < 20; n++) {
      await bench.clock.advance(30_000);
      expect(box.state().offeredA).toBe(16);
    }
    const leases = box.received.filter(({ profile }) => profile.id === 102).map(({ atMs }) => atMs);
    const gaps = leases.slice(1).map((at, index) => at - (leases[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(43_000);
    expect(charger.snapshot.limitWrites).toBeLessThan(5);
  });

  it("brings a box of one level down to its fail-safe on a clean stop, never up", async () => {
    const driven = await bench.driver();
    const box = bench.box({ preset: "one_level" });
    await up(driven.charger);
    box.plugIn();
    await limit(driven.charger, 20);
    expect(driven.charger.snapshot.failSafe).toBe("single_level");
    await bench.until(() => box.state().offeredA === 20);
    await driven.close();
    await bench.until(() => box.state().offeredA === 6);

    const again = await bench.driver();
    await up(again.charger);
    await limit(again.charger, 0);
    await again.close();
    await bench.clock.advance(5_000);
    expect(box.state().offeredA).toBe(0);
  });

  it("keeps its limit when the machine's clock is set", async () => {
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    box.plugIn();
    await limit(charger, 16);
    bench.clock.jump(86_400_000);
    for (let n = 0; n < 10; n++) {
      await bench.clock.advance(30_000);
      expect(charger.snapshot.wantedA).toBe(16);
    }
    expect(box.state().offeredA).toBe(16);
  });

  it("trusts an old limit up to the fail-safe only, after a long time apart", async () => {
    const { charger } = await bench.driver();
    const box = bench.box({ preset: "one_level" });
    await up(charger);
    await limit(charger, 20);
    box.goOffline();
    await bench.clock.advance(600_000);
    box.goOnline();
    await bench.until(() => box.state().connected);
    await bench.clock.advance(10_000);
    expect(wishes(box).at(-1)).toBe(6);
  });

  it("is shown offline after a grace of 15 s, not before", async () => {
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    box.goOffline();
    await bench.until(() => bench.server.wireLog("CP-1").length > 0);
    await bench.clock.advance(10_000);
    expect(charger.snapshot.link).toBe("up");
    await bench.clock.advance(10_000);
    expect(charger.snapshot.link).toBe("down");
    await expect(charger.limit({ limitA: 10, hold: undefined }, never())).rejects.toMatchObject({ code: "offline" });
  });
});

describe("limits", () => {
  it("has one call in flight and the last wins at five changes a second", async () => {
    await open("2.0.1");
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    box.plugIn();
    await bench.until(() => charger.snapshot.status === "charging");
    const all: Promise<unknown>[] = [];
    for (let n = 0; n < 25; n++) {
      all.push(charger.limit({ limitA: 6 + (n % 10), hold: undefined }, never()).catch(() => undefined));
      await bench.clock.advance(200);
    }
    await run(Promise.all(all));
    await bench.until(() => box.state().offeredA === 10);
    expect(charger.snapshot.wantedA).toBe(10);
  });

  it("is sent again within a second of the start and of each return to charging", async () => {
    await open();
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    await limit(charger, 12);
    const count = (): number => box.received.filter(({ limitA }) => limitA === 12).length;
    const before = count();
    box.plugIn();
    await bench.until(() => count() > before, 1_000);
  });

  it("rises no sooner after a pause than otherwise, and never waits to fall", async () => {
    await open();
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    box.plugIn();
    await limit(charger, 16);
    const at = (amps: number): number => box.received.findLast(({ limitA }) => limitA === amps)?.atMs ?? Number.NaN;
    const risen = at(16);
    const before = bench.clock.nowMs();
    await limit(charger, 0);
    expect(at(0) - before).toBeLessThan(1_000);
    await limit(charger, 13);
    expect(at(13) - risen).toBeGreaterThanOrEqual(10_000);
  });

  it("sets what stands at once when a session begins while a raise waits", async () => {
    await open("2.0.1");
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    await limit(charger, 8);
    await limit(charger, 12);
    const raise = charger.limit({ limitA: 16, hold: undefined }, never());
    const before = box.received.length;
    box.plugIn();
    const since = bench.clock.nowMs();
    await bench.until(() => box.received.slice(before).some(({ limitA }) => limitA === 12), 1_500);
    await run(raise);
    expect(box.received.findLast(({ limitA }) => limitA === 16)!.atMs - since).toBeGreaterThan(5_000);
  });

  it("stays below the ceiling of the configuration", async () => {
    await open();
    const { charger } = await bench.driver({ maxA: 10 });
    const box = bench.box();
    await up(charger);
    await limit(charger, 32);
    expect(Math.max(...wishes(box))).toBe(10);
  });

  it("tells a box that ignores limits as a problem", async () => {
    await open();
    const { charger } = await bench.driver();
    const box = bench.box({ preset: "deaf" });
    await up(charger);
    box.plugIn();
    await limit(charger, 8);
    await bench.clock.advance(300_000);
    expect(charger.snapshot.problem?.code).toBe("limit_ignored");
    expect(charger.snapshot.extra["limit_verified"]).toBe(false);
  });

  it("clears and sets anew on request", async () => {
    await open("2.0.1");
    const { charger } = await bench.driver();
    const box = bench.box();
    await up(charger);
    await limit(charger, 16);
    await run(charger.can.resetProfiles?.(never()) ?? Promise.reject(new Error("cannot")));
    expect(box.calls).toContain("ClearChargingProfile");
    expect(box.profiles.all.map(({ id }) => id).sort()).toEqual([102, 2]);
  });

  it("remembers the way that worked for this model", async () => {
    await open();
    const first = await bench.driver();
    const box = bench.box({ preset: "one_level" });
    await up(first.charger);
    await limit(first.charger, 10);
    await first.close();
    const before = box.received.length;
    const second = await bench.driver();
    await up(second.charger);
    await limit(second.charger, 11);
    expect(box.received.slice(before).every(({ accepted }) => accepted)).toBe(true);
  });
});

describe("more than one outlet", () => {
  it("grows a charger for each and keeps them apart", async () => {
    await open();
    const driven = await bench.driver();
    const box = bench.box({ outlets: 2 });
    await bench.until(() => driven.chargers.length === 2);
    const [one, two] = driven.chargers;
    expect([one?.id, two?.id]).toEqual(["garage", "garage_2"]);
    await up(two!);
    await limit(one!, 10);
    await limit(two!, 14);
    box.plugIn(2);
    await bench.until(() => two?.snapshot.status === "charging");
    expect(one?.snapshot.status).toBe("available");
    expect(box.state(2).offeredA).toBe(14);
    expect(new Set(box.profiles.all.map(({ id }) => id)).size).toBe(box.profiles.all.length);
  });

  it("finds both at once after a restart", async () => {
    await open("2.0.1");
    const first = await bench.driver();
    bench.box({ outlets: 2 });
    await bench.until(() => first.chargers.length === 2);
    await first.close();
    const second = await bench.driver();
    expect(second.chargers.map(({ id }) => id)).toEqual(["garage", "garage_2"]);
  });
});

describe("a station that changes", () => {
  it("may come back with another protocol version", async () => {
    await open();
    const { charger } = await bench.driver();
    const old = bench.box();
    await up(charger);
    await old.close();
    const fresh = bench.box({ version: "2.0.1" });
    await bench.until(() => charger.snapshot.facts.protocol === "2.0.1");
    await up(charger);
    await limit(charger, 9);
    expect(wishes(fresh).at(-1)).toBe(9);
  });

  it("goes on counting when its register starts anew", async () => {
    await open();
    const { charger } = await bench.driver();
    const box = bench.box({ registerWh: 90_000 });
    await up(charger);
    box.plugIn();
    await bench.until(() => (charger.snapshot.energyWh ?? 0) >= 90_000);
    const before = charger.snapshot.energyWh ?? 0;
    box.outlet().registerWh = 0;
    await bench.clock.advance(120_000);
    expect(charger.snapshot.energyWh).toBeGreaterThan(before);
    expect(charger.snapshot.energyWh).toBeLessThan(before + 2_000);
  });
});
