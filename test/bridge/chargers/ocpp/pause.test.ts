/** A pause that a person wished holds, whatever fails: every way a box or the bridge can stumble after it, on every version. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Charger } from "../../../../bridge/chargers/charger.ts";
import { OcppError } from "../../../../bridge/ocpp/errors.ts";
import type { JsonObject, OcppVersion } from "../../../../bridge/ocpp/station.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { desk, type Desk } from "./desk.ts";
import { rig, wishes, type Rig } from "./rig.ts";

const VERSIONS = ["1.6", "2.0.1", "2.1"] as const;
const never = (): AbortSignal => new AbortController().signal;

let bench: Rig | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});
async function run(at: Rig, work: Promise<unknown>, withinMs = 120_000): Promise<void> {
  const outcome = await settleWithin(at.clock, work, withinMs);
  if (outcome === "open") throw new Error("never answered");
  if ("error" in outcome) throw outcome.error;
}
const limit = (at: Rig, charger: Charger, limitA: number, hold?: "user"): Promise<void> =>
  run(at, charger.limit({ limitA, hold }, never()));
const up = (at: Rig, charger: Charger): Promise<void> =>
  at.until(() => charger.snapshot.link === "up" && charger.snapshot.status !== undefined);

describe.each([
  ["1.6", "forgetful"],
  ["2.0.1", "forgetful"],
  ["2.1", "forgetful"],
  ["1.6", "one_level"],
  ["2.0.1", "delta"],
] as const)("a pause on OCPP %s, box %s", (version, preset) => {
  it("survives a reboot of the box", async () => {
    const at = (bench = await rig(version));
    const { charger } = await at.driver();
    const box = at.box({ preset });
    await up(at, charger);
    box.plugIn();
    await limit(at, charger, 16);
    await at.until(() => box.state().powerW > 1000);
    await limit(at, charger, 0, "user");
    await at.until(() => box.state().powerW === 0);
    box.reboot();
    let most = 0;
    for (let n = 0; n < 120; n++) {
      await at.clock.advance(1000);
      if (box.connectedForS > 3 && box.state().connected) most = Math.max(most, box.state().offeredA);
    }
    expect(box.state().transactionId).toBeDefined();
    expect(most).toBe(0);
    expect(charger.snapshot.status).toBe("suspended_evse");
  });

  it("survives a restart of the bridge, and the time without it", async () => {
    const at = (bench = await rig(version));
    const first = await at.driver();
    const box = at.box({ preset });
    await up(at, first.charger);
    box.plugIn();
    await limit(at, first.charger, 16);
    await at.until(() => box.state().powerW > 1000);
    await limit(at, first.charger, 0, "user");
    await at.until(() => box.state().powerW === 0);
    const before = box.received.length;
    await first.close();
    for (let n = 0; n < 20; n++) {
      await at.clock.advance(30_000);
      expect(box.state().offeredA).toBe(0);
    }
    const second = await at.driver();
    await up(at, second.charger);
    await at.clock.advance(300_000);
    expect(box.state().offeredA).toBe(0);
    const after = box.received.slice(before);
    expect(after.length).toBeGreaterThan(0);
    expect(after.every(({ limitA }) => limitA === 0)).toBe(true);
    expect(wishes(box).at(-1)).toBe(0);
  });
});

describe.each(VERSIONS)("a pause that fails on OCPP %s", (version) => {
  it("is tried until it holds, and nothing else is", async () => {
    const at = (bench = await rig(version));
    const { charger } = await at.driver({ allowReset: "never" });
    const box = at.box();
    await up(at, charger);
    box.plugIn();
    await limit(at, charger, 16);
    await at.until(() => box.state().powerW > 1000);
    box.behaviour.refuseProfiles = true;
    const before = box.received.length;
    await expect(limit(at, charger, 0, "user")).rejects.toMatchObject({ code: "rejected" });
    await at.clock.advance(400_000);
    box.goOffline();
    await at.clock.advance(20_000);
    box.goOnline();
    await at.clock.advance(60_000);
    const tried = box.received.slice(before);
    expect(tried.length).toBeGreaterThan(3);
    expect(tried.every(({ limitA }) => limitA === 0)).toBe(true);
    expect(charger.snapshot.problem?.code).toBe("limit_refused");
    box.behaviour.refuseProfiles = false;
    await at.clock.advance(70_000);
    expect(box.state().offeredA).toBe(0);
    await at.until(() => charger.snapshot.problem === undefined);
  });

  it("ends in a reboot within its guards, and the pause is the first thing that the box hears", async () => {
    const at = (bench = await rig(version));
    const { charger } = await at.driver();
    const box = at.box({ preset: "one_level" });
    await up(at, charger);
    box.plugIn();
    await limit(at, charger, 16);
    await at.until(() => box.state().powerW > 1000);
    box.behaviour.refuseProfiles = true;
    const before = box.received.length;
    await expect(limit(at, charger, 0, "user")).rejects.toMatchObject({ code: "rejected" });
    const resets = (): number => box.calls.filter((action) => action === "Reset").length;
    await at.until(() => resets() === 1, 120_000);
    const called = box.calls.length;
    await at.clock.advance(10 * 60_000);
    expect(box.calls.slice(called)[0]).toBe("SetChargingProfile");
    expect(resets()).toBe(1);
    await at.clock.advance(35 * 60_000);
    expect(resets()).toBe(3);
    await at.clock.advance(20 * 60_000);
    expect(resets()).toBe(3);
    expect(box.received.slice(before).every(({ limitA }) => limitA === 0)).toBe(true);
  }, 60_000);

  it("reboots nothing without permission", async () => {
    const at = (bench = await rig(version));
    const { charger } = await at.driver({ allowReset: "never" });
    const box = at.box({ preset: "one_level" });
    await up(at, charger);
    box.plugIn();
    await limit(at, charger, 16);
    await at.until(() => box.state().powerW > 1000);
    box.behaviour.refuseProfiles = true;
    await expect(limit(at, charger, 0, "user")).rejects.toMatchObject({ code: "rejected" });
    await at.clock.advance(5 * 60_000);
    expect(box.calls).not.toContain("Reset");
  });

  it("never lets the current rise, whatever box and bridge do next", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...MOODS),
        fc.array(fc.oneof(fc.constantFrom(...EVENTS), fc.constantFrom(...MOODS)), { minLength: 3, maxLength: 14 }),
        async (mood, steps) => {
          const table = await desk(version);
          try {
            table.boot();
            await table.clock.advance(15_000);
            car(table, version, 16);
            await ended(table, table.charger.limit({ limitA: 16, hold: undefined }, never()));
            inMood(table, mood);
            table.calls.length = 0;
            await ended(table, table.charger.limit({ limitA: 0, hold: "user" }, never()));
            for (const step of steps) {
              if (isMood(step)) inMood(table, step);
              else await happen(table, version, step);
            }
            await table.clock.advance(130_000);
            const sent = table.calls.filter(({ action }) => action === "SetChargingProfile");
            for (const { payload } of sent) expect(amountOf(payload)).toBe(0);
          } finally {
            await table.close();
          }
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  }, 60_000);
});

/** How the box answers limits. */
const MOODS = ["takes", "refuses", "hangs", "garbles", "breaks"] as const;
type Mood = (typeof MOODS)[number];
const EVENTS = [
  "boot",
  "reconnect",
  "restart",
  "charging",
  "suspended",
  "newSession",
  "draws",
  "resetProfiles",
  "refresh",
  "start",
  "stop",
  "phases",
  "minutes",
] as const;
type Event = (typeof EVENTS)[number];

function isMood(step: Mood | Event): step is Mood {
  return MOODS.some((mood) => mood === step);
}

function inMood(table: Desk, mood: Mood): void {
  const answers: Readonly<Record<Mood, JsonObject | OcppError>> = {
    takes: { status: "Accepted" },
    refuses: { status: "Rejected" },
    hangs: new OcppError("Timeout", "no answer"),
    garbles: new OcppError("InvalidResult", "no status"),
    breaks: new OcppError("Disconnected", "gone"),
  };
  table.answers.set("SetChargingProfile", answers[mood]);
}

async function happen(table: Desk, version: OcppVersion, event: Event): Promise<void> {
  const { charger } = table;
  switch (event) {
    case "boot":
      table.boot();
      break;
    case "reconnect":
      table.unlink();
      await table.clock.advance(5_000);
      table.link();
      break;
    case "restart":
      await table.restart();
      break;
    case "charging":
      car(table, version, 16);
      break;
    case "suspended":
      car(table, version, 0);
      break;
    case "newSession":
      session += 1;
      car(table, version, 16);
      break;
    case "draws":
      for (let n = 0; n < 8; n++) {
        car(table, version, 16);
        await table.clock.advance(10_000);
      }
      break;
    case "resetProfiles":
      await ended(table, charger.can.resetProfiles!(never()));
      break;
    case "refresh":
      await ended(table, charger.can.refresh!(never()));
      break;
    case "start":
      await ended(table, charger.can.session!.start(never(), 16));
      break;
    case "stop":
      await ended(table, charger.can.session!.stop(never()));
      break;
    case "phases":
      await ended(table, charger.can.phases?.use(1, never()) ?? Promise.resolve());
      break;
    case "minutes":
      await table.clock.advance(150_000);
      break;
  }
  await table.clock.advance(3_000);
}

async function ended(table: Desk, work: Promise<unknown>): Promise<void> {
  await settleWithin(table.clock, work, 200_000);
}

let session = 1;
/** A session with this current, as the version tells it. */
function car(table: Desk, version: OcppVersion, currentA: number): void {
  const charging = currentA > 0;
  const values = (unit: (name: string) => object, value: (amount: number) => string | number): JsonObject[] => [
    { value: value(currentA * 230), measurand: "Power.Active.Import", ...unit("W") },
    { value: value(currentA), measurand: "Current.Import", phase: "L1", ...unit("A") },
  ];
  if (version === "1.6") {
    table.say("StartTransaction", {
      connectorId: 1,
      idTag: "TAG",
      meterStart: session,
      timestamp: "2026-01-01T00:00:00Z",
    });
    table.say("StatusNotification", {
      connectorId: 1,
      errorCode: "NoError",
      status: charging ? "Charging" : "SuspendedEVSE",
    });
    table.say("MeterValues", {
      connectorId: 1,
      meterValue: [
        {
          timestamp: table.at(),
          sampledValue: values(
            (unit) => ({ unit }),
            (amount) => String(amount),
          ),
        },
      ],
    });
    return;
  }
  table.say("TransactionEvent", {
    eventType: "Updated",
    timestamp: table.at(),
    triggerReason: "ChargingStateChanged",
    seqNo: Math.floor(table.clock.nowMs() / 1000),
    transactionInfo: { transactionId: `T-${session}`, chargingState: charging ? "Charging" : "SuspendedEVSE" },
    evse: { id: 1, connectorId: 1 },
    meterValue: [
      {
        timestamp: table.at(),
        sampledValue: values(
          (unit) => ({ unitOfMeasure: { unit } }),
          (amount) => amount,
        ),
      },
    ],
  });
}

function amountOf(payload: JsonObject): number {
  const text = JSON.stringify(payload);
  const limits = [...text.matchAll(/"limit":([\d.]+)/g)].map((match) => Number(match[1]));
  return Math.max(...limits);
}
