/** What the table says of a wallbox is what is sent to it: a simulated box under its name, and the frames on the wire. */
import { afterEach, describe, expect, it } from "vitest";
import type { Charger } from "../../../../bridge/chargers/charger.ts";
import type { OcppChargerOptions } from "../../../../bridge/chargers/ocpp/options.ts";
import type { JsonObject, OcppVersion } from "../../../../bridge/ocpp/station.ts";
import type { SimulatedChargePoint } from "../../../../bridge/simulate/ocpp/charge-point.ts";
import { STANDARD, type Preset } from "../../../../bridge/simulate/ocpp/presets.ts";
import { settleWithin } from "../../../contract/charger.contract.ts";
import { desk } from "./desk.ts";
import { rig, wishes, type Rig } from "./rig.ts";

const never = (): AbortSignal => new AbortController().signal;
let bench: Rig | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

interface Met {
  readonly at: Rig;
  readonly charger: Charger;
  readonly box: SimulatedChargePoint;
  /** Payloads of this action that went to the box. */
  sent(action: string): readonly JsonObject[];
  limit(limitA: number): Promise<void>;
}

async function meet(
  manners: Partial<Preset>,
  options: Partial<OcppChargerOptions> = {},
  version: OcppVersion = "1.6",
): Promise<Met> {
  const at = (bench = await rig(version));
  const { charger } = await at.driver(options);
  const box = at.box({ preset: { ...STANDARD, ...manners } });
  await at.until(() => charger.snapshot.link === "up" && charger.snapshot.facts.vendor !== undefined, 60_000);
  // Set-up is over.
  await at.clock.advance(20_000);
  return {
    at,
    charger,
    box,
    sent: (action) =>
      at.server
        .wireLog("CP-1")
        .filter(({ direction }) => direction === "out")
        .map(({ text }) => JSON.parse(text) as [number, string, string, JsonObject])
        .filter(([type, , name]) => type === 2 && name === action)
        .map(([, , , payload]) => payload),
    async limit(limitA) {
      const outcome = await settleWithin(at.clock, charger.limit({ limitA, hold: undefined }, never()), 120_000);
      if (typeof outcome === "object" && "error" in outcome) throw outcome.error;
    },
  };
}
const quirks = ({ charger }: Met): unknown => charger.snapshot.extra["quirks"];
const purposes = ({ box }: Met): readonly string[] => box.received.map(({ profile }) => profile.purpose);
const triggered = (met: Met): readonly unknown[] => met.sent("TriggerMessage").map((one) => one["requestedMessage"]);
const written = (met: Met, key: string): unknown =>
  met.sent("ChangeConfiguration").findLast((one) => one["key"] === key)?.["value"];

describe("limits of named wallboxes", () => {
  it("ABB Terra AC: level 0, a fixed list of measurands, and that list is never read back", async () => {
    const met = await meet({ vendor: "ABB", model: "TAC-W11", highestLevel: 0 });
    await met.limit(10);
    expect(quirks(met)).toBe("abb_terra_ac");
    expect(met.box.received.every(({ accepted, profile }) => accepted && profile.stackLevel === 0)).toBe(true);
    expect(JSON.stringify(met.sent("GetConfiguration"))).not.toContain("MeterValuesSampledData");
    expect(met.sent("GetConfiguration").every((one) => Array.isArray(one["key"]))).toBe(true);
  });

  it("Wallbox firmware 5: level 0, no offered measurands, started from here", async () => {
    const met = await meet({ vendor: "Wall Box Chargers", model: "Copper", firmware: "5.17.2", freeVend: false });
    await met.limit(10);
    expect(met.box.received.every(({ profile }) => profile.stackLevel === 0)).toBe(true);
    expect(String(written(met, "MeterValuesSampledData"))).not.toContain("Offered");
    met.box.plugIn();
    await met.at.until(() => met.charger.snapshot.session !== undefined, 30_000);
    expect(met.sent("RemoteStartTransaction").length).toBe(1);
  });

  it("Wallbox Pulsar Pro: whole amperes", async () => {
    const met = await meet({ vendor: "Wallbox", model: "Pulsar Pro", firmware: "6.13.1" });
    await met.limit(12.7);
    expect(wishes(met.box).at(-1)).toBe(12);
  });

  it("HomeCharge: watts although it claims amperes", async () => {
    const met = await meet({ vendor: "EFR", model: "SECC", unitsTold: "Current" });
    await met.limit(10);
    expect(met.box.received.at(-1)?.profile.unit).toBe("W");
  });

  it("Grizzl-E firmware 3, EN+ and EVBox: never a station maximum", async () => {
    for (const [vendor, firmware] of [
      ["United Chargers", "3.09"],
      ["EN+", "1.0"],
    ] as const) {
      const met = await meet({ vendor, firmware, refusedPurposes: ["TxDefaultProfile", "TxProfile"] });
      await expect(met.limit(10)).rejects.toMatchObject({ code: "rejected" });
      expect(purposes(met)).not.toContain("ChargePointMaxProfile");
      await met.at.close();
    }
    bench = undefined;
  });

  it("Fronius Wattpilot: never a profile of the transaction", async () => {
    const met = await meet({ vendor: "Fronius", model: "Wattpilot", ignoredPurposes: ["TxDefaultProfile"] });
    met.box.plugIn();
    await met.limit(10);
    await met.at.clock.advance(300_000);
    expect(purposes(met)).not.toContain("TxProfile");
  });

  it("a box that wears its flash: leases of a quarter of an hour, raises half a minute apart", async () => {
    const met = await meet({}, { quirks: ["flash_wear"] });
    await met.limit(8);
    const since = met.at.clock.nowMs();
    await met.limit(8.6);
    expect(wishes(met.box).at(-1)).toBe(8);
    await met.limit(14);
    expect(met.at.clock.nowMs() - since).toBeGreaterThanOrEqual(25_000);
    const lease = met.box.received.findLast(({ profile }) => profile.id === 102);
    expect((lease?.profile.validToMs ?? 0) - (lease?.atMs ?? 0)).toBe(900_000);
  });

  it("a box without a clock: a lease by duration", async () => {
    const met = await meet({}, { quirks: ["unset_clock"] });
    await met.limit(14);
    expect(met.box.received.findLast(({ profile }) => profile.id === 102)?.profile).toMatchObject({
      durationS: 120,
      validToMs: undefined,
    });
  });
});

describe("sessions of named wallboxes", () => {
  it.each([
    ["Autel", "MaxiCharger AC"],
    ["Easee AS", "Charge"],
  ])("%s: started from here when a car comes", async (vendor, model) => {
    const met = await meet({ vendor, model, freeVend: false });
    met.box.plugIn();
    await met.at.until(() => met.charger.snapshot.session !== undefined, 30_000);
    expect(met.sent("RemoteStartTransaction").length).toBe(1);
  });

  it("Ocular: Stop pauses, and it is pinged often enough", async () => {
    const met = await meet({ vendor: "Ocular", model: "LTE+" });
    expect(met.charger.can.session?.stopEnds).toBe(false);
    expect(written(met, "WebSocketPingInterval")).toBe("20");
  });

  it("Alfen: the tag of a start is read from the box", async () => {
    const table = await desk("1.6");
    try {
      table.answers.set("GetConfiguration", {
        configurationKey: [{ key: "PlugAndChargeIdentifier", readonly: false, value: "PLUGCHARGE" }],
      });
      table.say("BootNotification", { chargePointVendor: "Alfen BV", chargePointModel: "NG910" });
      await table.clock.advance(12_000);
      table.say("StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Preparing" });
      table.answers.set("RemoteStartTransaction", { status: "Rejected" });
      await settleWithin(table.clock, table.charger.can.session!.start(never()), 60_000);
      expect(table.calls.find(({ action }) => action === "RemoteStartTransaction")?.payload["idTag"]).toBe(
        "PLUGCHARGE",
      );
    } finally {
      await table.close();
    }
  });
});

describe("set-up of named wallboxes", () => {
  it("StarCharge: never asked to boot-notify", async () => {
    const at = (bench = await rig("1.6"));
    const manners = { ...STANDARD, vendor: "StarCharge", model: "Artemis" };
    const { charger } = await at.driver();
    const box = at.box({ preset: manners });
    await at.until(() => charger.snapshot.facts.vendor === "StarCharge");
    const asked = box.calls.length;
    box.goOffline();
    await at.clock.advance(20_000);
    box.goOnline();
    await at.clock.advance(30_000);
    expect(box.calls.length).toBeGreaterThan(asked);
    const frames = at.server.wireLog("CP-1").map(({ text }) => text);
    expect(frames.join("\n")).not.toContain('"requestedMessage":"BootNotification"');
  });

  it("Project EV: not asked for readings while idle", async () => {
    const met = await meet({ vendor: "Project EV", model: "EVA" });
    await met.at.clock.advance(20 * 60_000);
    expect(triggered(met)).not.toContain("MeterValues");
  });

  it("Easee and Mennekes: their own intervals; Easee: three measurands", async () => {
    const easee = await meet({ vendor: "Easee AS", model: "Charge" });
    expect(written(easee, "MeterValueSampleInterval")).toBe("30");
    expect(written(easee, "MeterValuesSampledData")).toBe(
      "Power.Active.Import,Energy.Active.Import.Register,Current.Import",
    );
    await easee.at.close();
    const mennekes = await meet({ vendor: "Mennekes", model: "ACU" });
    expect(mennekes.box.config.get("MeterValueSampleInterval")).toBe("60");
  });

  it("Morek: the clock-aligned interval is left alone", async () => {
    const met = await meet({ vendor: "Morek", model: "One" });
    expect(written(met, "ClockAlignedDataInterval")).toBeUndefined();
  });

  it("EN+: its availability is never changed", async () => {
    const met = await meet({ vendor: "EN+", model: "Caro" });
    await expect(met.charger.can.settings!.set("availability", false, never())).rejects.toMatchObject({
      code: "unsupported",
    });
    expect(met.box.calls).not.toContain("ChangeAvailability");
  });

  it("FoxESS: once known, spoken to in 1.6 only", async () => {
    const at = (bench = await rig("1.6"));
    const first = await at.driver();
    const box = at.box({ preset: { ...STANDARD, vendor: "FoxESS", model: "A011KP1" } });
    await at.until(() => first.charger.snapshot.facts.vendor === "FoxESS");
    await box.close();
    await first.close();
    const second = await at.driver();
    const modern = at.box({ version: "2.0.1" });
    await at.clock.advance(10_000);
    expect(modern.state().connected).toBe(false);
    await modern.close();
    at.box({ version: "1.6" });
    await at.until(() => second.charger.snapshot.link === "up", 30_000);
  });

  it("Heidelberg: connector 0 is its outlet", async () => {
    const table = await desk("1.6");
    try {
      table.say("BootNotification", { chargePointVendor: "Heidelberg", chargePointModel: "connect.home" });
      await table.clock.advance(3_000);
      table.say("StatusNotification", { connectorId: 0, errorCode: "NoError", status: "Charging" });
      expect(table.charger.snapshot.status).toBe("charging");
    } finally {
      await table.close();
    }
  });

  it.each([
    ["Schneider Electric", /external energy management/],
    ["Rolec", /maker's app/],
    ["ZJBENY", /load balancing/],
    ["Sigenergy", undefined],
  ])("%s: its owner is told what helps when limits are refused", async (vendor, words) => {
    const met = await meet({ vendor, model: "X" });
    met.box.behaviour.refuseProfiles = true;
    await expect(met.limit(10)).rejects.toMatchObject({ code: "rejected" });
    expect(met.charger.snapshot.problem?.code).toBe("limit_refused");
    if (words !== undefined) expect(met.charger.snapshot.problem?.remedy).toMatch(words);
  });
});
