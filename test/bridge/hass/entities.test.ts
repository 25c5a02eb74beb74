import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capsOf, chargerDevice, keysWithValue, type ChargerMore } from "../../../bridge/hass/entities.ts";
import { payloadOf } from "../../../bridge/hass/payload.ts";
import { reasonText } from "../../../bridge/hass/reason-text.ts";
import { siteDevice, type SiteMore } from "../../../bridge/hass/site-entities.ts";
import { initialState } from "../../../bridge/site/state.ts";
import { NO_PHASES } from "../../../shared/charger.ts";
import { CHARGER_ENTITIES, type DeviceState, type EntityState } from "../../../shared/entities.ts";
import type { Allocation, Plan } from "../../../shared/plan.ts";
import { LIMIT_SOURCES, type Reason } from "../../../shared/reasons.ts";
import { DEFAULT_PACE } from "../../../shared/site.ts";
import { chargerConfig, chargerState, FACTS, siteConfig, siteSettings, snapshot } from "../../fakes/site.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const more = (over: Partial<ChargerMore> = {}): ChargerMore => ({
  nowMs: NOW,
  caps: ["start_stop", "limit"],
  entities: [],
  known: new Set(),
  ids: { power: "sensor.garage_wallbox_power" },
  currency: "EUR",
  timeZone: "Europe/Berlin",
  priced: false,
  solar: false,
  ...over,
});
const allocation = (over: Partial<Allocation> = {}): Allocation => ({
  charger: "garage",
  limitA: 10,
  allocatedA: 10,
  availableA: 12,
  phases: undefined,
  hold: undefined,
  urgent: false,
  keep: false,
  reason: { code: "limited_by", source: "breaker", limitA: 10, phase: "L2" },
  runnerUp: { code: "limited_by", source: "user", limitA: 16 },
  remedy: undefined,
  ...over,
});
const pick = (device: DeviceState, key: string): EntityState => {
  const found = device.entities.find((entity) => entity.spec.key === key);
  if (found === undefined) throw new Error(`${key} is not published`);
  return found;
};
const keys = (device: DeviceState): string[] => device.entities.map((entity) => entity.spec.key);

describe("a charger's device", () => {
  it("shows readings, the plan and why, in the units of the interface", () => {
    const device = chargerDevice(
      chargerState({
        snapshot: snapshot({
          powerW: 7345.6,
          energyWh: 12_345_678,
          currentA: { l1: 10.04, l2: 9.96, l3: 10 },
          wantedA: 10,
          offeredA: 10,
          session: {
            id: "s1",
            startedAtMs: NOW - 61 * 60_000,
            endedAtMs: undefined,
            energyWh: 1234,
            idTag: undefined,
            stopReason: undefined,
          },
        }),
      }),
      allocation(),
      more(),
    );
    expect(pick(device, "status")).toMatchObject({
      value: "charging",
      attributes: {
        evse: {
          schema: 1,
          id: "garage",
          driver: "ocpp",
          protocol: "1.6",
          phases: 3,
          min_a: 6,
          max_a: 16,
          caps: ["start_stop", "limit"],
          command_timeout_s: 35,
        },
        evse_entities: { power: "sensor.garage_wallbox_power" },
      },
    });
    expect(payloadOf(device, pick(device, "power")).state).toBe(7346);
    expect(payloadOf(device, pick(device, "energy_total")).state).toBe(12345.678);
    expect(payloadOf(device, pick(device, "energy_session")).state).toBe(1.234);
    expect(payloadOf(device, pick(device, "observed_a")).state).toBe(10);
    expect(pick(device, "session_duration").value).toBe(61);
    expect(pick(device, "session_start").value).toBe("2026-06-01T10:59:00.000Z");
    expect(pick(device, "reason")).toMatchObject({
      value: "limited_by",
      attributes: {
        params: { source: "breaker", limit_a: 10, phase: "L2" },
        text: "Limited to 10 A by the main breaker, phase L2. The house needs the rest.",
        runner_up: { code: "limited_by", params: { source: "user", limit_a: 16 } },
      },
    });
    expect(pick(device, "allocated_a").value).toBe(10);
    expect(pick(device, "available_a").value).toBe(12);
    expect(pick(device, "charging").value).toBe(true);
  });

  it("says offline and takes the readings away when the link is down, but keeps who it is and the past", () => {
    const device = chargerDevice(
      chargerState({ snapshot: snapshot({ link: "down", powerW: 6999.6, failSafe: "proven" }) }),
      allocation(),
      more({ figures: { lastSession: { energyWh: 5000, cost: undefined, startedMs: NOW - 3_600_000, endedMs: NOW } } }),
    );
    expect(pick(device, "status")).toMatchObject({ value: "offline" });
    expect(pick(device, "status").unavailable).toBeUndefined();
    expect(pick(device, "status").attributes?.["last"]).toEqual({ power: 7000 });
    expect(pick(device, "power").unavailable).toBe(true);
    expect(pick(device, "allocated_a").unavailable).toBe(true);
    expect(pick(device, "online")).toMatchObject({ value: false });
    expect(pick(device, "online").unavailable).toBeUndefined();
    expect(pick(device, "last_session_energy")).toMatchObject({ value: 5 });
    expect(pick(device, "reason")).toMatchObject({
      value: "offline",
      attributes: { text: "Wallbox not connected. It now charges at its own safe 6 A at most.", runner_up: null },
    });
  });

  it("never makes up a value: what nobody has reported is unknown", () => {
    const device = chargerDevice(
      chargerState({ snapshot: snapshot({ status: undefined, carConnected: undefined }) }),
      undefined,
      more(),
    );
    for (const key of ["status", "power", "energy_total", "session_start", "car_connected", "charging", "observed_a"])
      expect(payloadOf(device, pick(device, key)).state, key).toBeNull();
    expect(pick(device, "reason").value).toBe("bridge_starting");
  });

  it("publishes a reading only for a driver that has it, and keeps it once seen", () => {
    const plug = (known: readonly string[], energyWh?: number): DeviceState =>
      chargerDevice(
        chargerState({
          config: chargerConfig({ kind: "plug" }),
          snapshot: snapshot({ facts: { ...FACTS, driver: "plug" }, energyWh, currentA: NO_PHASES }),
        }),
        undefined,
        more({ known: new Set(known) }),
      );
    expect(keys(plug([]))).not.toContain("energy_total");
    const seen = plug([], 1000);
    expect(keys(seen)).toContain("energy_total");
    expect(keys(plug(keysWithValue(seen)))).toContain("energy_total");
    expect(keys(plug([]))).not.toContain("session_cost");
    expect(keys(chargerDevice(chargerState(), undefined, more({ priced: true, solar: true })))).toEqual(
      expect.arrayContaining(["session_cost", "month_cost", "session_solar"]),
    );
  });

  it("turns phase currents on once they were seen", () => {
    const enabled = (known: readonly string[]): boolean | undefined =>
      pick(chargerDevice(chargerState(), undefined, more({ known: new Set(known) })), "current_l1").spec.enabled;
    expect(enabled([])).toBe(false);
    expect(enabled(["current_l1"])).toBe(true);
  });

  it("adds the driver's own entities, with money in the house's currency", () => {
    const device = chargerDevice(
      chargerState({ snapshot: snapshot({ extra: { frequency: 49.98 } }) }),
      undefined,
      more({
        priced: true,
        entities: [{ key: "frequency", platform: "sensor", name: "Frequency", unit: "Hz", precision: 2 }],
      }),
    );
    expect(pick(device, "frequency").value).toBe(49.98);
    expect(pick(device, "month_cost").spec.unit).toBe("EUR");
    expect(pick(device, "status").spec.options).toContain("suspended_evse");
  });

  it("writes a running session at most once a minute, and last_update twice", () => {
    const at = (nowMs: number): DeviceState =>
      chargerDevice(
        chargerState({
          snapshot: snapshot({
            atMs: nowMs,
            session: {
              id: "s",
              startedAtMs: NOW,
              endedAtMs: undefined,
              energyWh: 1,
              idTag: undefined,
              stopReason: undefined,
            },
          }),
        }),
        undefined,
        more({ nowMs }),
      );
    const values = (key: string): number =>
      new Set(Array.from({ length: 60 }, (_, second) => pick(at(NOW + second * 1000), key).value)).size;
    expect(values("session_duration")).toBe(1);
    expect(values("last_update")).toBe(2);
  });

  it("carries a problem with its remedy", () => {
    const problem = { code: "ground_failure", text: "Current is leaking to earth.", remedy: "Unplug the car." };
    expect(
      pick(chargerDevice(chargerState({ snapshot: snapshot({ problem }) }), undefined, more()), "problem"),
    ).toMatchObject({
      value: true,
      attributes: problem,
    });
    expect(pick(chargerDevice(chargerState(), undefined, more()), "problem").value).toBe(false);
  });

  it("never publishes NaN, never a negative zero and never more than Home Assistant takes", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double(), fc.string({ maxLength: 600 }), fc.boolean(), fc.constant(undefined)),
        (value) => {
          const device = chargerDevice(chargerState(), undefined, more());
          const { state } = payloadOf(device, { spec: CHARGER_ENTITIES.current, value });
          if (typeof state === "number") expect(Number.isFinite(state) && !Object.is(state, -0)).toBe(true);
          if (typeof state === "string") expect(state.length).toBeLessThanOrEqual(255);
        },
      ),
    );
  });

  it("names capabilities as the card knows them", () => {
    expect(
      capsOf({ pace: DEFAULT_PACE, session: { stopEnds: true }, perPhase: true, unlock: () => undefined }),
    ).toEqual(["start_stop", "stop_ends", "pause", "limit", "mode", "unlock", "per_phase"]);
    expect(capsOf({ pace: { onOff: true } })).toEqual(["pause", "on_off", "mode"]);
  });
});

describe("reasons in words", () => {
  const options = { timeZone: "Europe/Berlin", failSafeA: undefined };
  const at = NOW;
  const reasons: readonly Reason[] = [
    ...(["unplugged", "offline", "bridge_starting", "rebooting", "firmware", "disabled"] as const).map((code) => ({
      code,
    })),
    ...(
      [
        "authorization",
        "ev_not_ready",
        "ev_full",
        "replug_required",
        "mode_off",
        "grid_charging_off",
        "dynamic_control_off",
      ] as const
    ).map((code) => ({ code })),
    ...(["start_delay", "grace", "pause_timer", "cooldown"] as const).map((code) => ({ code, untilMs: at })),
    ...LIMIT_SOURCES.map((source) => ({ code: "limited_by" as const, source, limitA: 10.04, phase: "L1" as const })),
    { code: "fault", fault: "GroundFailure" },
    { code: "paused_by_user", sinceMs: at },
    { code: "paused_by_user" },
    { code: "target_reached", soc: 80 },
    { code: "target_reached", energy: 10 },
    { code: "following_solar", surplusW: 7300 },
    { code: "insufficient_solar", shortW: 800, needW: 4140 },
    { code: "no_excess", exportW: 900, thresholdW: 13000 },
    { code: "battery_priority", soc: 64, target: 80 },
    { code: "insufficient_power", phase: "L3", shortA: 2 },
    { code: "phase_switch", to: 1 },
    { code: "meter_stale", sinceMs: at },
    { code: "limit_ignored", wantedA: 10, observedA: 16 },
    { code: "external_limit", limitA: undefined },
    { code: "planned", fromMs: at, target: 80, byMs: at },
  ];

  it.each(reasons.map((reason) => [reason.code, reason] as const))("says %s in two sentences", (_code, reason) => {
    const text = reasonText(reason, options);
    expect(text).toMatch(/^[A-Z][^!]+\. [A-Z][^!]+\.$/);
    expect(text).not.toMatch(/undefined|NaN|_|\.\./);
  });

  it("shows clock times of the house and figures with units", () => {
    expect(reasonText({ code: "paused_by_user", sinceMs: NOW }, options)).toBe(
      "You paused this at 14:00. Stays paused until you resume.",
    );
    expect(reasonText({ code: "insufficient_solar", shortW: 800, needW: 4140 }, options)).toBe(
      "Waiting for sun: 800 W short. Starts by itself at 4.1 kW.",
    );
    expect(reasonText({ code: "grace", untilMs: NOW }, { ...options, timeZone: "No/Where" })).toContain("12:00");
  });
});

describe("the site's device", () => {
  const siteMore = (over: Partial<SiteMore> = {}): SiteMore => ({
    heartbeatMs: NOW,
    version: "1.2.3",
    instance: undefined,
    ids: { root: "sensor.evse_bridge", grid_power: "sensor.home_grid_power" },
    chargers: [
      { id: "garage", name: "Garage wallbox", status: "sensor.garage_wallbox_status" },
      { id: "new", name: "New", status: undefined },
    ],
    ...over,
  });
  const plan = (site: Partial<Plan["site"]>): Plan => ({
    atMs: NOW,
    allocations: [],
    notices: [],
    site: {
      status: "ok",
      warnings: [],
      gridW: 1234.5,
      solarW: undefined,
      batteryW: undefined,
      batterySocPct: undefined,
      houseW: 500,
      chargersW: 734,
      currentA: { A: 5.36, B: undefined, C: undefined },
      siteLimitW: undefined,
      siteAvailableW: 10_000,
      availableA: { A: 19, B: undefined, C: undefined },
      gridAvailableW: undefined,
      solarAvailableW: undefined,
      batteryAvailableW: undefined,
      circuits: [],
      ...site,
    },
  });

  it("leads to everything through the root entity", () => {
    const device = siteDevice(initialState(siteConfig(), siteSettings()), undefined, siteMore());
    expect(pick(device, "root")).toMatchObject({
      spec: { objectId: "evse_bridge", deviceClass: "timestamp" },
      value: "2026-06-01T12:00:00.000Z",
      attributes: {
        evse_schema: 1,
        version: "1.2.3",
        heartbeat_s: 60,
        site: { grid_power: "sensor.home_grid_power" },
        chargers: [{ id: "garage", name: "Garage wallbox", status: "sensor.garage_wallbox_status" }],
      },
    });
    expect(
      pick(siteDevice(initialState(siteConfig(), siteSettings()), undefined, siteMore({ instance: "barn" })), "root")
        .spec.objectId,
    ).toBe("evse_bridge_barn");
    expect(pick(device, "status").value).toBe("initializing");
    expect(payloadOf(device, pick(device, "grid_power"))).toMatchObject({
      state: null,
      attributes: { evse_id: "site", evse_role: "grid_power" },
    });
  });

  it("has what the house has: phases, sun, battery, circuits", () => {
    const one = siteDevice(initialState(siteConfig({ meteredPhases: ["A"] }), siteSettings()), plan({}), siteMore());
    expect(keys(one)).toContain("current_l1");
    for (const absent of ["current_l2", "solar_power", "battery_soc"]) expect(keys(one)).not.toContain(absent);
    const circuit = {
      id: "barn",
      name: "Barn",
      limitA: 20,
      powerW: undefined,
      members: ["garage"],
      parent: undefined,
      metered: false,
    };
    const all = siteDevice(
      initialState(siteConfig({ hasSolar: true, hasBattery: true, circuits: [circuit] }), siteSettings()),
      plan({
        circuits: [
          {
            id: "barn",
            name: "Barn",
            usedA: 12.34,
            limitA: 20,
            headroomA: 7.66,
            perPhaseA: { A: 12.34, B: 0, C: 1 },
            members: ["garage"],
          },
        ],
      }),
      siteMore(),
    );
    expect(keys(all)).toEqual(
      expect.arrayContaining(["solar_power", "battery_power", "battery_soc", "battery_available_power"]),
    );
    expect(pick(all, "circuit_barn")).toMatchObject({
      value: 12.34,
      attributes: { limit: 20, headroom: 7.7, per_phase: { l1: 12.3, l2: 0, l3: 1 }, members: ["garage"] },
    });
  });
});
