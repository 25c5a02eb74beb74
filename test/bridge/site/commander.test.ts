import { describe, expect, it } from "vitest";
import { ChargerError } from "../../../bridge/chargers/charger.ts";
import { silentLog } from "../../../bridge/log.ts";
import { createCommander } from "../../../bridge/site/commander.ts";
import { createDispatcher } from "../../../bridge/site/dispatcher.ts";
import { fallbackPlan } from "../../../bridge/site/fallback.ts";
import { createSiteLoop } from "../../../bridge/site/loop.ts";
import { createServices } from "../../../bridge/site/services.ts";
import { initialState, reduce } from "../../../bridge/site/state.ts";
import type { Plan } from "../../../shared/plan.ts";
import type { SiteState } from "../../../shared/site.ts";
import { fakeCharger } from "../../fakes/fake-charger.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";
import { chargerConfig, chargerState, siteConfig, siteSettings } from "../../fakes/site.ts";

/** The real loop, dispatcher and commander around a charger whose answers the test decides; planning = the user's limit. */
function setUp(over: Parameters<typeof chargerState>[0] = {}, can: Parameters<typeof fakeCharger>[1] = {}) {
  const clock = fakeClock();
  const log = silentLog();
  const charger = fakeCharger("garage", can);
  const reflected: string[] = [];
  const config = chargerConfig();
  const dispatcher = createDispatcher({
    clock,
    log,
    chargers: () => new Map([["garage", { charger, config }]]),
    onError: () => undefined,
  });
  const decide = (state: SiteState, memory: undefined, nowMs: number): { plan: Plan; memory: undefined } => {
    const plan = fallbackPlan(state, nowMs);
    const allocations = plan.allocations.map((one) => {
      const { settings } = state.chargers.find((entry) => entry.config.id === one.charger)!;
      const limitA = settings.enabled && settings.mode !== "off" ? settings.limitA : 0;
      return { ...one, limitA, urgent: false, hold: limitA === 0 ? ("user" as const) : undefined };
    });
    return { plan: { ...plan, allocations }, memory };
  };
  const initial = reduce(initialState(siteConfig(), siteSettings()), {
    kind: "charger",
    state: chargerState({ config, snapshot: charger.snapshot, ...over }),
  });
  const loop = createSiteLoop({
    clock,
    log,
    initial,
    decide,
    memory: undefined,
    fallback: fallbackPlan,
    act: (plan) => dispatcher.dispatch(plan.allocations),
    show: () => undefined,
  });
  const find = (id: string) => (id === "garage" ? charger : undefined);
  const commander = createCommander({
    clock,
    log,
    loop,
    dispatcher,
    charger: find,
    reflect: (id) => void reflected.push(id),
  });
  const services = createServices({
    clock,
    loop,
    commander,
    charger: find,
    locate: (word) => (word === "device-1" ? "garage" : undefined),
    sessions: () => [],
  });
  loop.start();
  const settle = async <T>(promise: Promise<T>, ms = 200): Promise<T> => {
    await clock.advance(ms);
    return await promise;
  };
  return { clock, charger, loop, commander, services, reflected, settle, of: () => loop.state.chargers[0]! };
}

async function accepting(over?: Parameters<typeof setUp>[0], can?: Parameters<typeof setUp>[1]) {
  const all = setUp(over, can);
  all.charger.answerAll("accept");
  await all.clock.advance(100);
  return all;
}

describe("a command", () => {
  it("is pending until the box has answered, then accepted", async () => {
    const { clock, charger, commander, of } = setUp();
    await clock.advance(100);
    charger.accept();
    await clock.advance(10);
    const result = commander.execute({ kind: "set_max_current", charger: "garage", limitA: 10 });
    await clock.advance(100);
    expect(of().command).toMatchObject({ state: "pending", name: "set_max_current", value: 10 });
    charger.accept();
    await clock.advance(10);
    expect(await result).toEqual({ ok: true });
    expect(of().command.state).toBe("accepted");
    expect(charger.orders.at(-1)).toEqual({ limitA: 10, hold: undefined });
  });

  it("puts the limit back to the truth when the box refuses more", async () => {
    const { charger, commander, settle, of, reflected } = await accepting();
    await settle(commander.execute({ kind: "set_max_current", charger: "garage", limitA: 8 }));
    charger.answerAll(new ChargerError("rejected", "Its cable takes 13 A at most."));
    const result = await settle(commander.execute({ kind: "set_max_current", charger: "garage", limitA: 16 }));
    expect(result).toEqual({ ok: false, error: "Its cable takes 13 A at most." });
    expect(of().settings.limitA).toBe(8);
    expect(of().command).toMatchObject({ state: "rejected", detail: "Its cable takes 13 A at most." });
    expect(reflected.length).toBeGreaterThan(0);
  });

  it("keeps the wish to pause even when the box refuses it: nothing raises the current afterwards", async () => {
    const { clock, charger, commander, settle, of } = await accepting();
    charger.answerAll(new ChargerError("rejected", "no"));
    const result = await settle(commander.execute({ kind: "pause", charger: "garage" }));
    expect(result.ok).toBe(false);
    expect(of().settings.enabled).toBe(false);
    const before = charger.orders.length;
    await clock.advance(120_000);
    expect(charger.orders.slice(before).every((order) => order.limitA === 0)).toBe(true);
    expect(charger.orders.length).toBeGreaterThan(before);
  });

  it("pauses a session that could not be ended, and the plan knows of it", async () => {
    const refuse = (): Promise<void> => Promise.reject(new ChargerError("rejected", "no"));
    const { charger, commander, settle, of } = await accepting(
      {},
      { session: { start: () => Promise.resolve(), stop: refuse, stopEnds: true } },
    );
    expect(await settle(commander.execute({ kind: "stop", charger: "garage" }))).toMatchObject({ ok: false });
    expect(of().settings.enabled).toBe(false);
    expect(charger.orders.at(-1)).toEqual({ limitA: 0, hold: "user" });
  });

  it("says so when the box never answers", async () => {
    const { clock, commander, of } = setUp();
    await clock.advance(40_000);
    const result = commander.execute({ kind: "pause", charger: "garage" });
    await clock.advance(40_000);
    expect((await result).ok).toBe(false);
    expect(of().command.state).toBe("timeout");
  });

  it("fails at once for a start while the wallbox is away, but keeps a limit for later", async () => {
    const { charger, loop, commander, settle, of } = await accepting();
    charger.report({ link: "down" });
    loop.apply({ kind: "snapshot", charger: "garage", snapshot: charger.snapshot });
    charger.answerAll(new ChargerError("offline", "away"));
    expect(await settle(commander.execute({ kind: "start", charger: "garage" }))).toEqual({
      ok: false,
      error: "The wallbox is not connected.",
    });
    const later = await settle(commander.execute({ kind: "set_max_current", charger: "garage", limitA: 8 }));
    expect(later.ok).toBe(true);
    expect(of().settings.limitA).toBe(8);
  });

  it("puts the limit in place before it starts a session", async () => {
    const { charger, commander, settle } = await accepting();
    await settle(commander.execute({ kind: "start", charger: "garage" }, { maxA: 9 }));
    expect(charger.orders.at(-1)?.limitA).toBe(9);
    expect(charger.calls).toEqual(["start"]);
  });

  it("does not start while the mode is Off", async () => {
    const { charger, commander, settle } = await accepting();
    await settle(commander.execute({ kind: "set_mode", charger: "garage", mode: "off" }));
    const result = await settle(commander.execute({ kind: "start", charger: "garage" }));
    expect(result.ok).toBe(false);
    expect(charger.calls).toEqual([]);
  });

  it("ignores a second press while the first is under way", async () => {
    const { clock, commander } = setUp();
    const first = commander.execute({ kind: "pause", charger: "garage" });
    expect(await commander.execute({ kind: "pause", charger: "garage" })).toEqual({
      ok: false,
      error: "pause is under way already.",
    });
    await clock.advance(40_000);
    await first;
  });
});

describe("a service", () => {
  it("answers as data, never as an exception", async () => {
    const { services, settle } = await accepting();
    const bad: [string, Record<string, unknown>][] = [
      ["evse_set_charging_mode", { charger: "nobody", mode: "Solar" }],
      ["evse_set_charging_mode", { charger: "garage", mode: "Turbo" }],
      ["evse_set_charging_mode", { charger: "garage", mode: "Continuous" }],
      ["evse_set_max_current", { charger: "garage", current: "many" }],
      ["evse_start_charging", { charger: "garage", max_current: 3 }],
      ["evse_set_distribution_mode", { distribution: "Fair" }],
      ["evse_no_such", { charger: "garage" }],
      ["evse_ocpp_call", { charger: "garage", action: "Reset" }],
      ["evse_set_charging_mode", { entry_id: "abc", mode: "Solar" }],
      ["evse_sessions", { from: "yesterday-ish" }],
    ];
    for (const [name, fields] of bad) {
      const answer = await settle(services(name, fields));
      expect(answer.ok, name).toBe(false);
      expect(answer["error"], name).toMatch(/\w{3,}/);
    }
  });

  it("finds the wallbox by id, by name, by device, or alone", async () => {
    const { services, settle, of } = await accepting();
    for (const [fields, mode] of [
      [{ charger: "garage" }, "Solar"],
      [{ charger: "garage wallbox" }, "Eco"],
      [{ device_id: ["device-1"] }, "Solar Only"],
      [{}, "solar priority"],
    ] as const) {
      expect(await settle(services("evse_set_charging_mode", { ...fields, mode }))).toMatchObject({ ok: true });
    }
    expect(of().settings.mode).toBe("eco");
  });
});
