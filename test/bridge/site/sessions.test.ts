import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../bridge/log.ts";
import { createSessionRecorder, solarShare, type SessionEvent } from "../../../bridge/site/sessions.ts";
import { initialState, reduce } from "../../../bridge/site/state.ts";
import { sessionsCsv, sessionsJson, sessionsTable } from "../../../bridge/store/session-text.ts";
import { openStore, type Store } from "../../../bridge/store/store.ts";
import { fallbackPlan } from "../../../bridge/site/fallback.ts";
import type { SessionSnapshot } from "../../../shared/charger.ts";
import type { SitePicture } from "../../../shared/plan.ts";
import type { ChargeMode } from "../../../shared/modes.ts";
import { fakeClock, type FakeClock } from "../../fakes/fake-clock.ts";
import { chargerSettings, chargerState, siteConfig, siteSettings, snapshot } from "../../fakes/site.ts";

const session = (over: Partial<SessionSnapshot> = {}): SessionSnapshot => ({
  id: "17",
  startedAtMs: undefined,
  endedAtMs: undefined,
  energyWh: 0,
  idTag: "TAG1",
  stopReason: undefined,
  ...over,
});

describe("the charging history", () => {
  let dir: string;
  let store: Store;
  let clock: FakeClock;
  let price: number | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "evse-"));
    clock = fakeClock();
    store = openStore(dir, clock, silentLog());
    price = undefined;
  });
  afterEach(() => {
    store.close();
    rmSync(dir, { recursive: true });
  });

  const empty = reduce(initialState(siteConfig(), siteSettings()), { kind: "charger", state: chargerState() });
  const picture = (over: Partial<SitePicture> = {}): SitePicture => ({ ...fallbackPlan(empty, 0).site, ...over });
  function recorder() {
    const events: SessionEvent[] = [];
    const made = createSessionRecorder({ clock, store: store.sessions, price: () => price, currency: () => "EUR" });
    made.onEvent((event) => events.push(event));
    const show = (
      one: SessionSnapshot | undefined,
      powerW = 0,
      mode: ChargeMode = "standard",
      site?: SitePicture,
    ): void =>
      made.follow(
        reduce(empty, {
          kind: "charger",
          state: chargerState({
            snapshot: snapshot({ session: one, powerW, status: one === undefined ? "available" : "charging" }),
            settings: chargerSettings({ mode }),
          }),
        }),
        site,
      );
    return { made, events, show };
  }

  it("keeps start, end, energy by mode, power, cost, tag and reason", async () => {
    const { events, show } = recorder();
    price = 0.3;
    const startedAtMs = clock.nowMs();
    show(session({ startedAtMs }));
    await clock.advance(3_600_000);
    show(session({ startedAtMs, energyWh: 7000 }), 7000);
    show(
      session({ startedAtMs, energyWh: 10000 }),
      3000,
      "solar",
      picture({ solarW: 3000, gridW: 0, houseW: 0, chargersW: 3000 }),
    );
    show(session({ startedAtMs, energyWh: 10000, endedAtMs: clock.nowMs(), stopReason: "Local" }));
    expect(events.map((event) => event.kind)).toEqual(["started", "ended"]);
    const [row] = sessionsJson(store.sessions.list({}));
    expect(row).toMatchObject({
      energy_kwh: 10,
      duration_min: 60,
      max_w: 7000,
      avg_w: 10000,
      solar_pct: 30,
      cost: 2.1,
      currency: "EUR",
      tag: "TAG1",
      stop_reason: "Local",
      per_mode_kwh: { standard: 7, solar: 3 },
    });
  });

  it("goes on with the same row after the bridge was killed", () => {
    const startedAtMs = clock.nowMs();
    const first = recorder();
    first.show(session({ startedAtMs, energyWh: 0 }));
    first.show(session({ startedAtMs, energyWh: 4000 }));
    const second = recorder();
    second.show(session({ startedAtMs, energyWh: 4500 }));
    second.show(session({ startedAtMs, energyWh: 5000, endedAtMs: clock.nowMs() }));
    expect(second.events.map((event) => event.kind)).toEqual(["ended"]);
    expect(store.sessions.list({})).toHaveLength(1);
    expect(store.sessions.last("garage")?.energyWh).toBe(5000);
  });

  it("does not book an ended session twice, though drivers go on showing it", () => {
    const ended = session({ startedAtMs: clock.nowMs(), energyWh: 5000, endedAtMs: clock.nowMs() + 1000 });
    const first = recorder();
    first.show(ended);
    first.show(ended);
    const second = recorder();
    second.show(ended);
    expect(store.sessions.list({})).toHaveLength(1);
    expect([...first.events, ...second.events].filter((event) => event.kind === "ended")).toHaveLength(1);
  });

  it("books sessions of an offline time once each, though older ones come after newer ones and are shown again and again", () => {
    const { events, show } = recorder();
    const hour = 3_600_000;
    const past = (n: number) =>
      session({
        id: `offline-${n}`,
        startedAtMs: clock.nowMs() - (5 - n) * hour,
        endedAtMs: clock.nowMs() - (4.5 - n) * hour,
        energyWh: 1000,
      });
    for (const n of [2, 0, 1]) for (let round = 0; round < 4; round++) show(past(n));
    expect(store.sessions.list({}).map((record) => record.energyWh)).toEqual([1000, 1000, 1000]);
    expect(events.filter((event) => event.kind === "ended")).toHaveLength(3);
  });

  it("keeps two sessions apart although the box used one id twice", async () => {
    const { show } = recorder();
    show(session({ startedAtMs: clock.nowMs(), energyWh: 100, endedAtMs: clock.nowMs() }));
    await clock.advance(60_000);
    show(session({ startedAtMs: clock.nowMs(), energyWh: 200, endedAtMs: clock.nowMs() }));
    expect(store.sessions.list({}).map((record) => record.energyWh)).toEqual([200, 100]);
  });

  it("closes a session whose box came back without it", () => {
    const { show, events } = recorder();
    show(session({ energyWh: 900 }));
    show(undefined);
    expect(events.at(-1)).toMatchObject({ kind: "ended", record: { energyWh: 900 } });
  });

  it("never lets a session's energy or cost fall", () => {
    const { made, show } = recorder();
    price = 0.25;
    show(session({ energyWh: 4000 }));
    show(session({ energyWh: 10 }));
    show(session({ energyWh: undefined }));
    expect(made.current("garage")).toMatchObject({ energyWh: 4000, cost: 1 });
  });

  it("writes CSV that a spreadsheet cannot take for a formula", () => {
    const { show } = recorder();
    show(session({ idTag: '=HYPERLINK("x"),1', energyWh: 1000, endedAtMs: clock.nowMs() }));
    const csv = sessionsCsv(store.sessions.list({}));
    expect(csv).toContain(`"'=HYPERLINK(""x""),1"`);
    expect(sessionsTable(store.sessions.list({}))).toContain("garage");
  });

  it("counts as solar only what did not go to the grid or into the battery", () => {
    expect(
      solarShare(picture({ solarW: 5000, gridW: -1000, batteryW: -1000, houseW: 1000, chargersW: 2000 })),
    ).toBeCloseTo(1);
    expect(solarShare(picture({ solarW: 1000, gridW: 3000, houseW: 1000, chargersW: 3000 }))).toBeCloseTo(0.25);
    expect(solarShare(picture({ gridW: 3000, houseW: 1000, chargersW: 2000 }))).toBeUndefined();
  });
});
