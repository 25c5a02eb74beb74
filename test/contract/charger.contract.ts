/**
 * One suite for every driver: what the rest of the house relies on, whatever the wire. A driver brings a fake device (or a real
 * server and a simulated box) behind `ChargerHarness` and calls `chargerContract(name, makeHarness)` in a test file of its own.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChargerError, type Charger, type LimitOrder } from "../../bridge/chargers/charger.ts";
import type { ChargerSnapshot } from "../../shared/charger.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";

export interface ReportedValues {
  /** W, total. */
  readonly powerW?: number;
  /** A on each active leg. */
  readonly currentA?: number;
  /** Lifetime register, Wh. */
  readonly energyWh?: number;
}

/** A driver together with the device it drives. `makeHarness` returns it connected and idle, with no car. */
export interface ChargerHarness {
  readonly charger: Charger;
  /** The charger's picture before `start()`: nothing has been heard yet. */
  readonly firstSnapshot: ChargerSnapshot;
  /** Drives the driver and the fake device alike. */
  readonly clock: FakeClock;
  /** A car arrives and a session begins (authorised, current offered). */
  plugIn(): Promise<void>;
  /** From now on the device refuses every limit. */
  refuse(): Promise<void> | void;
  /** From now on the device answers nothing, with the link left open as far as it can be. */
  fallSilent(): Promise<void> | void;
  /** The device tells these readings (those it has; the rest is left out). */
  report(values: ReportedValues): Promise<void>;
  /** Readings that this device can tell; default power and energy. */
  readonly tells?: readonly ("powerW" | "energyWh")[];
  /** Every current limit that reached the device, A per phase, oldest first; on/off boxes: 0 for off, their rating for on. */
  receivedLimits(): readonly number[];
  /** Two limits of the device's grid, both at least its minimum; default 10 and 13 A. On/off boxes: the same twice. */
  readonly limits?: readonly [number, number];
  /** Closes the source and the fake device. */
  close(): Promise<void>;
}

/** Walks time in small steps until `condition` holds; real sockets get real turns of the event loop in between. */
export async function eventually(clock: FakeClock, condition: () => boolean, withinMs = 60_000): Promise<void> {
  for (let walked = 0; walked <= withinMs; walked += 250) {
    for (let turn = 0; turn < 20; turn++) {
      if (condition()) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await clock.advance(250);
  }
  if (!condition()) throw new Error(`Not so within ${withinMs} ms: ${condition.toString()}`);
}

/** Carries out a promise under fake time; the outcome as data. */
export async function settleWithin<T>(
  clock: FakeClock,
  promise: Promise<T>,
  withinMs: number,
): Promise<{ readonly value: T } | { readonly error: unknown } | "open"> {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  promise.then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { error }),
  );
  for (let walked = 0; walked <= withinMs && outcome === undefined; walked += 250) {
    for (let turn = 0; turn < 20 && outcome === undefined; turn++)
      await new Promise<void>((resolve) => setImmediate(resolve));
    if (outcome === undefined) await clock.advance(250);
  }
  return outcome ?? "open";
}

export function chargerContract(name: string, makeHarness: () => Promise<ChargerHarness>): void {
  describe(`charger contract: ${name}`, () => {
    let harness: ChargerHarness;
    let closed: boolean;
    const never = (): AbortSignal => new AbortController().signal;
    const order = (limitA: number, hold?: "user"): LimitOrder => ({ limitA, hold });
    const patienceMs = (): number => (harness.charger.snapshot.facts.commandTimeoutS + 60) * 1000;
    const limit = async (limitA: number, hold?: "user"): Promise<void> => {
      const outcome = await settleWithin(
        harness.clock,
        harness.charger.limit(order(limitA, hold), never()),
        patienceMs(),
      );
      if (outcome === "open") throw new Error(`limit(${limitA}) was never answered`);
      if ("error" in outcome) throw outcome.error;
    };
    const lastReceived = (): number | undefined => harness.receivedLimits().at(-1);
    const [low, high] = [(): number => harness.limits?.[0] ?? 10, (): number => harness.limits?.[1] ?? 13];

    beforeEach(async () => {
      closed = false;
      harness = await makeHarness();
    });
    afterEach(async () => {
      if (!closed) await harness.close();
    });

    it("knows nothing before the box has spoken", () => {
      const { firstSnapshot: first } = harness;
      expect(first.link).toBe("down");
      expect(first.status).toBeUndefined();
      expect(first.carConnected).toBeUndefined();
      expect(first.powerW).toBeUndefined();
      expect(first.headlineA).toBeUndefined();
      expect(first.offeredA).toBeUndefined();
      expect(first.currentA).toEqual({ l1: undefined, l2: undefined, l3: undefined });
      expect(first.socPct).toBeUndefined();
    });

    it("says that the link is up and keeps its id", () => {
      expect(harness.charger.snapshot.link).toBe("up");
      expect(harness.charger.id).not.toBe("");
    });

    it("brings a limit to the box and tells what was sent", async () => {
      await harness.plugIn();
      await limit(low());
      await eventually(harness.clock, () => lastReceived() === low());
      expect(harness.charger.snapshot.wantedA).toBe(low());
    });

    it("takes the same limit twice without harm", async () => {
      await harness.plugIn();
      await limit(low());
      await limit(low());
      await eventually(harness.clock, () => lastReceived() === low());
    });

    it("keeps the session when the limit drops to 0 A", async () => {
      await harness.plugIn();
      await limit(high());
      await eventually(harness.clock, () => harness.charger.snapshot.session !== undefined);
      const before = harness.charger.snapshot.session?.id;
      await limit(0);
      await eventually(harness.clock, () => lastReceived() === 0);
      await harness.clock.advance(5000);
      expect(harness.charger.snapshot.session?.id).toBe(before);
      expect(harness.charger.snapshot.session?.endedAtMs).toBeUndefined();
    });

    it("holds a pause that the user wished at 0 A", async () => {
      await harness.plugIn();
      await limit(0, "user");
      await eventually(harness.clock, () => lastReceived() === 0);
      await harness.clock.advance(180_000);
      expect(lastReceived()).toBe(0);
    });

    it("lets the newest of several limits win", async () => {
      await harness.plugIn();
      const all = Promise.allSettled(
        [high(), low(), high(), low()].map((a) => harness.charger.limit(order(a), never())),
      );
      await settleWithin(harness.clock, all, patienceMs());
      await eventually(harness.clock, () => lastReceived() === low());
      expect(harness.charger.snapshot.wantedA).toBe(low());
    });

    it("never lets 0 < x < 6 A reach the wire", async () => {
      await harness.plugIn();
      for (const a of [0.1, 1, 3, 5.9])
        await settleWithin(harness.clock, harness.charger.limit(order(a), never()), patienceMs());
      expect(harness.receivedLimits().filter((a) => a > 0 && a < 6)).toEqual([]);
    });

    it("says `rejected` when the box refuses, and does not pretend", async () => {
      await harness.plugIn();
      await limit(low());
      const confirmed = harness.charger.snapshot.offeredA;
      await harness.refuse();
      const outcome = await settleWithin(harness.clock, harness.charger.limit(order(0), never()), patienceMs());
      expect(outcome).toHaveProperty("error");
      const error = outcome !== "open" && "error" in outcome ? outcome.error : undefined;
      expect(error).toBeInstanceOf(ChargerError);
      expect((error as ChargerError).code).toBe("rejected");
      expect((error as ChargerError).message.length).toBeGreaterThan(5);
      if (confirmed !== undefined) expect(harness.charger.snapshot.offeredA).not.toBe(0);
    });

    it("answers `timeout` or `offline` in bounded time when the box falls silent", async () => {
      await harness.plugIn();
      await harness.fallSilent();
      const outcome = await settleWithin(harness.clock, harness.charger.limit(order(low()), never()), patienceMs());
      const error = outcome !== "open" && "error" in outcome ? outcome.error : undefined;
      expect(error).toBeInstanceOf(ChargerError);
      expect(["timeout", "offline"]).toContain((error as ChargerError).code);
    });

    it("gives up at once when the caller aborts", async () => {
      await harness.plugIn();
      await harness.fallSilent();
      const controller = new AbortController();
      const running = harness.charger.limit(order(low()), controller.signal);
      controller.abort();
      const outcome = await settleWithin(harness.clock, running, 1000);
      expect(outcome).toHaveProperty("error");
    });

    it("shows the readings that the box tells", async () => {
      await harness.plugIn();
      await limit(high());
      await harness.report({ powerW: 2300, currentA: 10, energyWh: 123_000 });
      const tells = harness.tells ?? ["powerW", "energyWh"];
      if (tells.includes("powerW")) await eventually(harness.clock, () => harness.charger.snapshot.powerW === 2300);
      if (tells.includes("energyWh"))
        await eventually(harness.clock, () => harness.charger.snapshot.energyWh === 123_000);
      expect(harness.charger.snapshot.socPct).toBeUndefined();
    });

    it("never lets energy go backwards", async () => {
      await harness.plugIn();
      if (!(harness.tells ?? ["energyWh"]).includes("energyWh")) {
        expect(harness.charger.snapshot.energyWh).toBeUndefined();
        return;
      }
      await harness.report({ energyWh: 50_000 });
      await eventually(harness.clock, () => (harness.charger.snapshot.energyWh ?? 0) >= 50_000);
      await harness.report({ energyWh: 10 });
      await harness.clock.advance(2000);
      expect(harness.charger.snapshot.energyWh).toBeGreaterThanOrEqual(50_000);
    });

    it("replaces its snapshot and never changes one", async () => {
      const first = harness.charger.snapshot;
      const copy = structuredClone(first);
      await harness.plugIn();
      await limit(low());
      expect(harness.charger.snapshot).not.toBe(first);
      expect(first).toEqual(copy);
    });

    it("is still after close: no timer, no listener call, and a limit is `offline`", async () => {
      await harness.plugIn();
      await limit(low());
      const { charger, clock } = harness;
      closed = true;
      const closing = await settleWithin(clock, harness.close(), patienceMs());
      expect(closing).toHaveProperty("value");
      let calls = 0;
      charger.onSnapshot(() => calls++);
      await clock.advance(600_000);
      expect(calls).toBe(0);
      expect(clock.pending).toBe(0);
      await expect(charger.limit(order(low()), never())).rejects.toMatchObject({ code: "offline" });
    });
  });
}
