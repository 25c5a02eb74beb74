import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Charger } from "../../../../bridge/chargers/charger.ts";
import { deviationsOf, matchingQuirks } from "../../../../bridge/chargers/ocpp/boxes/quirks.ts";
import { QUIRKS } from "../../../../bridge/chargers/ocpp/boxes/quirk-table.ts";
import type { OcppVersion } from "../../../../bridge/ocpp/station.ts";
import { PRESETS } from "../../../../bridge/simulate/ocpp/presets.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { rig, wishes, type Rig } from "./rig.ts";

const never = (): AbortSignal => new AbortController().signal;
let bench: Rig;
afterEach(async () => {
  await bench?.close();
});

async function run(work: Promise<unknown>, withinMs = 120_000): Promise<void> {
  const outcome = await settleWithin(bench.clock, work, withinMs);
  if (outcome === "open") throw new Error("never answered");
  if ("error" in outcome) throw outcome.error;
}
const limit = (charger: Charger, limitA: number, hold?: "user"): Promise<void> =>
  run(charger.limit({ limitA, hold }, never()));
const up = (charger: Charger): Promise<void> =>
  bench.until(() => charger.snapshot.link === "up" && charger.snapshot.status !== undefined);

async function withPreset(preset: string, options = {}, version?: OcppVersion) {
  bench = await rig(version ?? PRESETS[preset]?.version ?? "1.6");
  const driven = await bench.driver(options);
  const box = bench.box({ preset, phases: PRESETS[preset]?.phases ?? 3 });
  await up(driven.charger);
  return { ...driven, box };
}

describe("Delta Gen 4 (BMW, Mini)", () => {
  it("goes through the whole story with one level, one purpose, and no profile of the transaction", async () => {
    const { charger, box } = await withPreset("delta");
    expect(charger.snapshot.extra["quirks"]).toBe("delta");
    await limit(charger, 10);
    box.plugIn();
    await bench.until(() => charger.snapshot.status === "charging");
    await bench.until(() => (charger.snapshot.powerW ?? 0) > 2000);
    expect(Math.max(...box.state().drawnA)).toBeLessThanOrEqual(10);
    await limit(charger, 0, "user");
    await bench.until(() => charger.snapshot.status === "suspended_evse");
    const id = charger.snapshot.session?.id;
    await limit(charger, 16);
    await bench.until(() => box.state().drawnA[0] > 15);
    await limit(charger, 8);
    await bench.until(() => box.state().drawnA[0] <= 8);
    expect(charger.snapshot.session?.id).toBe(id);
    expect(charger.snapshot.failSafe).toBe("single_level");
    expect(box.received.every(({ accepted }) => accepted)).toBe(true);
    expect(
      box.received.every(({ profile }) => profile.stackLevel === 0 && profile.purpose === "TxDefaultProfile"),
    ).toBe(true);
    expect(box.calls).not.toContain("ClearChargingProfile");
  });

  it("pauses on stop, because an ended session would want a replug", async () => {
    const { charger, box } = await withPreset("delta");
    await limit(charger, 10);
    box.plugIn();
    await bench.until(() => charger.snapshot.status === "charging");
    expect(charger.can.session?.stopEnds).toBe(false);
    await run(charger.can.session!.stop(never()));
    await bench.until(() => box.state().powerW === 0);
    expect(box.calls).not.toContain("RequestStopTransaction");
    await limit(charger, 10);
    await bench.until(() => box.state().powerW > 1000);
  });

  it("shows the current from the power where the box's own figure is frozen", async () => {
    const { charger, box } = await withPreset("delta");
    await limit(charger, 16);
    box.plugIn();
    await bench.until(() => (charger.snapshot.powerW ?? 0) > 3500);
    await limit(charger, 8);
    await bench.until(() => (charger.snapshot.powerW ?? 9999) < 1900);
    expect(charger.snapshot.headlineA).toBeCloseTo(8, 0);
  });

  it("holds its limit after a profile of the transaction was orphaned by someone else", async () => {
    const { charger, box } = await withPreset("delta");
    await limit(charger, 16);
    box.plugIn();
    await bench.until(() => charger.snapshot.status === "charging");
    // What an older controller left behind: a profile of the transaction that sticks after a suspension.
    await run(
      charger.can.services!["ocpp_call"]!(
        {
          action: "SetChargingProfile",
          payload: {
            evseId: 1,
            chargingProfile: {
              id: 999,
              stackLevel: 0,
              chargingProfilePurpose: "TxProfile",
              chargingProfileKind: "Absolute",
              transactionId: box.state().transactionId ?? "",
              chargingSchedule: [
                {
                  id: 1,
                  startSchedule: new Date(bench.clock.nowMs() - 60_000).toISOString(),
                  chargingRateUnit: "A",
                  chargingSchedulePeriod: [{ startPeriod: 0, limit: 12 }],
                },
              ],
            },
          },
        },
        never(),
      ),
    );
    box.outlet().car!.asleep = true;
    await bench.until(() => charger.snapshot.status === "suspended_ev");
    expect(box.outlet().orphan).toBe(true);
    box.outlet().car!.asleep = false;
    await bench.until(() => charger.snapshot.status === "charging");
    await limit(charger, 0, "user").catch(() => undefined);
    await bench.clock.advance(300_000);
    // The stuck profile wins in the box: what is left is the reboot, and the pause must be in force after it.
    expect(box.calls).toContain("Reset");
    await bench.until(() => box.state().connected && box.state().transactionId !== undefined, 300_000);
    await bench.clock.advance(60_000);
    expect(box.state().offeredA).toBe(0);
    expect(box.received.every(({ profile }) => profile.purpose === "TxDefaultProfile" || profile.id === 999)).toBe(
      true,
    );
  });

  it("tries again after ten seconds where limits are refused just after connecting", async () => {
    const { charger, box } = await withPreset("delta_slow");
    await bench.until(() => box.received.some(({ accepted }) => accepted), 60_000);
    await limit(charger, 10);
    expect(box.received.at(-1)).toMatchObject({ accepted: true, limitA: 10 });
    expect(box.received.every(({ profile }) => profile.purpose === "TxDefaultProfile")).toBe(true);
  });
});

describe("other boxes", () => {
  it("Huawei gets watts, cut down, and its lone meterValue is read", async () => {
    const { charger, box } = await withPreset("huawei", { phases: 3 });
    await limit(charger, 10);
    expect(box.received.at(-1)?.profile.unit).toBe("W");
    expect(wishes(box).at(-1)).toBeCloseTo(10, 1);
    box.plugIn();
    await bench.until(() => (charger.snapshot.powerW ?? 0) > 6000);
    expect(Math.max(...box.state().drawnA)).toBeLessThanOrEqual(10);
  }, 30_000);

  it("Wallbox firmware 6 takes relative profiles and is asked for its boot", async () => {
    const { charger, box } = await withPreset("wallbox_fw6");
    await bench.until(() => charger.snapshot.facts.vendor === "Wall Box Chargers", 30_000);
    await limit(charger, 11);
    await bench.until(() => box.received.at(-1)?.accepted === true);
    box.plugIn();
    await bench.until(() => box.state().offeredA === 11);
    expect(charger.snapshot.extra["quirks"]).toBe("wallbox_fw6");
  });

  it("a box that knows the station's maximum only is reached at the end of the ladder", async () => {
    const { charger, box } = await withPreset("station_max_only");
    box.plugIn();
    await limit(charger, 10);
    await bench.until(() => box.state().offeredA === 10);
    expect(charger.snapshot.extra["limit_way"]).toBe("station_max");
    expect(charger.snapshot.failSafe).toBe("single_level");
  });

  it("a box on which the lowest of all profiles wins falls to one level, and charges with the limit", async () => {
    const { charger, box } = await withPreset("lowest_wins");
    box.plugIn();
    await limit(charger, 16);
    await bench.until(() => box.state().offeredA === 16, 120_000);
    expect(charger.snapshot.failSafe).toBe("single_level");
    await limit(charger, 8);
    await bench.until(() => box.state().offeredA === 8);
  });

  it("a box that obeys only the transaction's own profile gets one", async () => {
    const { charger, box } = await withPreset("tx_only", {}, "2.0.1");
    box.plugIn();
    await limit(charger, 10);
    await bench.until(() => box.state().offeredA === 10, 600_000);
    expect(charger.snapshot.extra["limit_way"]).toBe("tx_too");
    await limit(charger, 0, "user");
    await bench.until(() => box.state().powerW === 0);
    box.unplug();
    await bench.clock.advance(30_000);
    box.plugIn();
    await bench.until(() => charger.snapshot.session?.endedAtMs === undefined);
    await bench.clock.advance(10_000);
    expect(box.state().offeredA).toBe(0);
    expect(charger.snapshot.extra["limit_way"]).toBe("tx_too");
  });

  it("NEcharge gets the next lower step of its list", async () => {
    const { charger, box } = await withPreset("necharge");
    await limit(charger, 12.7);
    expect(wishes(box).at(-1)).toBe(10);
    expect(charger.can.pace.stepListA).toEqual([6, 8, 10, 13, 16]);
  });

  it("Sungrow's own profile is cleared before each set", async () => {
    const { charger, box } = await withPreset("sungrow");
    box.plugIn();
    await limit(charger, 8);
    await bench.clock.advance(15_000);
    await limit(charger, 14);
    await bench.until(() => box.state().offeredA === 14);
  });

  it("Grizzl-E is not asked for its configuration", async () => {
    const { charger, box } = await withPreset("grizzl_e");
    await bench.clock.advance(60_000);
    expect(box.calls).not.toContain("GetConfiguration");
    await limit(charger, 10);
  });

  it("SyncEV, which tells nothing by itself, is asked for values", async () => {
    const { charger, box } = await withPreset("syncev");
    await limit(charger, 10);
    box.plugIn();
    await bench.until(() => (charger.snapshot.powerW ?? 0) > 1000, 60_000);
    await bench.clock.advance(120_000);
    expect(box.calls.filter((action) => action === "TriggerMessage").length).toBeGreaterThan(8);
  });

  it("a box without composite schedule is checked by what it offers", async () => {
    const { charger, box } = await withPreset("no_composite");
    await limit(charger, 10);
    box.plugIn();
    await bench.until(() => charger.snapshot.extra["limit_verified"] === true, 60_000);
    expect(charger.snapshot.offeredA).toBe(10);
  });

  it("EVBox Elvi's offered measurands are left out", async () => {
    const { charger, box } = await withPreset("evbox_elvi");
    await bench.until(() => (box.config.get("MeterValuesSampledData") ?? "").includes("Voltage"), 60_000);
    expect(box.config.get("MeterValuesSampledData")).not.toMatch(/Offered|SoC/);
    expect(charger.snapshot.extra["quirks"]).toBe("evbox_elvi");
  });

  it("a quirk can be set by hand, and the model's own be left out", async () => {
    const { charger, box } = await withPreset("necharge", { quirks: ["whole_amps"] });
    await limit(charger, 12.7);
    expect(wishes(box).at(-1)).toBe(12);
    expect(charger.snapshot.extra["quirks"]).toBe("whole_amps");
  });
});

describe("the quirk table", () => {
  it("names each oddity once, with symptom and source", () => {
    expect(new Set(QUIRKS.map(({ name }) => name)).size).toBe(QUIRKS.length);
    for (const quirk of QUIRKS) {
      expect(quirk.name).toMatch(/^[a-z0-9_]+$/);
      expect(quirk.symptom.length).toBeGreaterThan(10);
      expect(quirk.source.length).toBeGreaterThan(5);
      expect(quirk.manualOnly === true || (quirk.vendor ?? quirk.model) !== undefined).toBe(true);
    }
  });

  it("is told to people as it is", () => {
    const page = readFileSync(new URL("../../../../docs/wallboxes.md", import.meta.url), "utf8");
    for (const quirk of QUIRKS) {
      expect(page).toContain(`\`${quirk.name}\``);
      expect(page).toContain(quirk.source);
    }
    for (const preset of Object.keys(PRESETS)) expect(page).toContain(`\`${preset}\``);
  });

  it("matches Delta under its sellers' names and leaves a plain box alone", () => {
    const named = (vendor: string, model: string): string[] =>
      matchingQuirks({ vendor, model, serial: undefined, firmware: "01.20.06.71" }, undefined).map(({ name }) => name);
    expect(named("Delta Electronics", "EIAW-E22KTSE6B04")).toEqual(["delta"]);
    expect(named("BMW", "EIAW-E22KTSE6B15")).toEqual(["delta"]);
    expect(named("EVSE Bridge", "Simulated wallbox")).toEqual([]);
    const all = deviationsOf(QUIRKS.filter(({ name }) => name === "evbox_elvi" || name === "wallbox_fw5"));
    expect(all.excludeMeasurands).toEqual(expect.arrayContaining(["SoC", "Power.Offered"]));
  });
});
