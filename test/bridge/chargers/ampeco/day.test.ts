/** A day and a night with a cloud that fails in every way it can. */
import { expect, it } from "vitest";
import type { Fault } from "../../../../bridge/simulate/ampeco/faults.ts";
import type { FakeClock } from "../../../fakes/fake-clock.ts";
import { drawers, scene } from "./tenant-harness.ts";

/** Mulberry32: the same weather every time. */
function weather(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const OUTAGES: readonly Fault[] = [
  { status: 500 },
  { status: 502 },
  { status: 503, headers: { "retry-after": "100" } },
  { how: "silent" },
  { how: "reset" },
  { how: "truncated" },
  { body: "<html>maintenance</html>" },
  { status: 403 },
];
const HOUR_S = 3600;

/** Steps of 3 s with enough turns of the event loop for a request on this machine. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let walked = 0; walked < seconds; walked += 3) {
    await clock.advance(3000);
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

it.each([1])(
  "survives 24 hours of random outages with few requests and no lost session (weather %i)",
  async (seed) => {
    const random = weather(seed);
    const kept = drawers();
    const at = await scene("app", {}, {}, kept);
    const { tenant, charger } = at;
    const [chargePoint] = tenant.world.chargePoints;
    const [evse] = chargePoint!.evses;
    const token = tenant.token;
    const begin = at.clock.nowMs();
    tenant.requests.length = 0;

    const seen = new Map<string, number>();
    let lastWh = 0;
    charger.onSnapshot(({ session, energyWh }) => {
      if (session !== undefined) seen.set(session.id, session.energyWh ?? 0);
      // The register only grows.
      expect(energyWh ?? 0).toBeGreaterThanOrEqual(lastWh);
      lastWh = energyWh ?? 0;
    });

    let lift: (() => void) | undefined;
    let liftAt = 0;
    /** Newest first, as the faults strike. */
    const asked: number[] = [];
    const pauses: { readonly fromMs: number; readonly untilMs: number }[] = [];
    for (let minute = 0; minute < 24 * 60; minute++) {
      const hour = minute / 60;
      if (minute % 180 === 20) {
        tenant.world.plugIn(evse!, { maxA: 16 });
        tenant.world.start(chargePoint!, evse!, undefined);
      }
      if (minute % 180 === 140) tenant.world.unplug(chargePoint!, evse!);
      // The token is away from 12:30 to 14:00, a session runs on through it.
      if (hour === 12.5) tenant.token = "expired";
      if (hour === 14) tenant.token = token;
      if (lift !== undefined && minute >= liftAt) {
        lift();
        lift = undefined;
      }
      // Outages are short beside a session, so that it may not hide in one; the token's time is its own.
      const calm = (hour >= 12.25 && hour < 15.2) || lift !== undefined;
      if (!calm && random() < 0.02) {
        if (random() < 0.3) {
          const seconds = 60 + Math.floor(random() * 600);
          asked.push(seconds);
          tenant.fault({ status: 429, headers: { "retry-after": String(seconds) }, times: 1 });
        } else {
          lift = tenant.fault(OUTAGES[Math.floor(random() * OUTAGES.length)]!);
          liftAt = minute + 1 + Math.floor(random() * 15);
        }
      }
      const before = tenant.requests.length;
      await pass(at.clock, 60);
      for (const request of tenant.requests.slice(before))
        if (request.status === 429) pauses.push({ fromMs: request.atMs, untilMs: request.atMs + asked.pop()! * 1000 });
    }
    lift?.();
    await pass(at.clock, HOUR_S);

    const times = tenant.requests.map(({ atMs }) => (atMs - begin) / 1000);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    const quiet = times.filter((time) => time > 12.5 * HOUR_S + 600 && time < 14 * HOUR_S);
    // One request a poll: never two closer than a poll's interval, retries included (the hourly list is followed by one poll).
    const close = gaps.filter((gap) => gap < 26);
    expect(close.length).toBeLessThanOrEqual(3);
    // Two thirds of the day a session runs: 16 h at 30 s and 8 h at 300 s would be 2016 polls; outages only lower it.
    expect(tenant.requests.length).toBeLessThan(2100);
    expect(tenant.requests.length).toBeGreaterThan(900);
    // After the 401: nothing but the hourly try.
    expect(quiet.length).toBeLessThanOrEqual(2);
    for (const { fromMs, untilMs } of pauses)
      expect(tenant.requests.filter(({ atMs }) => atMs > fromMs && atMs < untilMs)).toEqual([]);
    expect(pauses.length).toBeGreaterThan(0);

    expect(tenant.world.history).toHaveLength(8);
    for (const session of tenant.world.history) {
      const wh = seen.get(session.id);
      expect(wh, `session ${session.id}`).toBeDefined();
      expect(session.energyWh - wh!).toBeGreaterThanOrEqual(-1);
    }
    expect(seen.size).toBe(8);
    expect(charger.snapshot).toMatchObject({ link: "up", status: "available" });
    expect(charger.snapshot.session?.endedAtMs).toBeDefined();
    const told = [...seen.values()].reduce((sum, wh) => sum + wh, 0);
    expect(charger.snapshot.energyWh).toBeCloseTo(told, 0);
    console.log(
      `weather ${seed}: ${tenant.requests.length} requests in 25 h, ${pauses.length} pauses obeyed, ` +
        `${quiet.length} requests in 80 min without a token, 8 of 8 sessions, ${Math.round(told)} Wh told`,
    );
    await at.close();
  },
  60_000,
);
