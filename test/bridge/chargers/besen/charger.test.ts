import { afterEach, describe, expect, it } from "vitest";
import { ChargerError, type JsonValue } from "../../../../bridge/chargers/charger.ts";
import { eventually } from "../../../contract/charger.contract.ts";
import { never, rig, walk, type Rig, type RigOptions } from "./support.ts";

let open: Rig[] = [];
const start = async (options?: RigOptions): Promise<Rig> => {
  const made = await rig(options);
  open.push(made);
  return made;
};
afterEach(async () => {
  for (const made of open) await made.close();
  open = [];
});
const limit = (made: Rig, limitA: number, hold?: "user"): Promise<void> =>
  walk(made.clock, made.charger.limit({ limitA, hold }, never()));
const starts = (made: Rig): number => made.box.received.filter((m) => m.kind === "charge_start").length;
const stops = (made: Rig): number => made.box.received.filter((m) => m.kind === "charge_stop").length;

describe("what the box tells", () => {
  it("knows box, phases, limits and protocol", async () => {
    const made = await start({ way: "udp", box: { phases: 3, maxAmps: 16 } });
    await eventually(made.clock, () => made.charger.snapshot.facts.firmware === "C.3252.112A008");
    expect(made.charger.snapshot.facts).toMatchObject({
      driver: "besen",
      protocol: "udp",
      vendor: "BESEN",
      model: "BS20",
      phases: 3,
      minA: 6,
      maxA: 16,
      commandTimeoutS: 20,
    });
    expect(made.charger.can.phases).toBeDefined();
    expect(made.charger.can.perPhase).toBe(true);
    expect(made.charger.can.pace).toMatchObject({ zeroAmps: "stop", minIntervalS: 60, minChangeA: 2, stepA: 1 });
    expect(made.charger.snapshot.failSafe).toBe("single_level");
  });

  it("measures three phases, and power by their sum where the box tells one phase only", async () => {
    const made = await start({ box: { phases: 3, maxAmps: 16 } });
    made.box.plugIn({ maxA: 16, phases: 3 });
    await limit(made, 16);
    made.box.wallbox.forced.powerW = 3680;
    await eventually(made.clock, () => made.charger.snapshot.phasesUsed === 3);
    const { powerW, currentA, voltageV, headlineA } = made.charger.snapshot;
    expect(powerW).toBe(11_040);
    expect(currentA).toEqual({ l1: 16, l2: 16, l3: 16 });
    expect(voltageV).toEqual({ l1: 230, l2: 230, l3: 230 });
    expect(headlineA).toBe(16);
  });

  it("maps the box's states to the product's words", async () => {
    const made = await start();
    const { box, charger, clock } = made;
    const word = async (state: number): Promise<unknown> => {
      box.wallbox.state = state;
      box.pushStatus();
      await clock.advance(50);
      return [charger.snapshot.status, charger.snapshot.statusReason?.code];
    };
    expect(await word(12)).toEqual(["available", "unplugged"]);
    expect(await word(10)).toEqual(["preparing", "authorization"]);
    expect(await word(11)).toEqual(["preparing", "authorization"]);
    expect(await word(13)).toEqual(["preparing", undefined]);
    expect(await word(20)).toEqual(["suspended_evse", "planned"]);
    expect(await word(1)).toEqual(["faulted", "fault"]);
    expect(await word(14)).toEqual(["suspended_ev", "ev_not_ready"]);
    expect(await word(17)).toEqual(["finishing", "ev_full"]);
  });

  it.each(["mod_10000", "mod_ffff"] as const)("understands the checksum rule %s", async (checksum) => {
    const made = await start({ box: { faults: { checksum } } });
    expect(made.charger.snapshot.link).toBe("up");
  });

  it("understands split, joined and stray bytes, and counts what it discards", async () => {
    for (const faults of [{ splitBytes: 7 }, { joinFrames: true }, { strayBytes: true }, { corruptEvery: 5 }]) {
      const made = await start({ box: { faults } });
      made.box.plugIn();
      await limit(made, 10).catch((error: unknown) => expect(error).toBeInstanceOf(ChargerError));
      await made.clock.advance(120_000);
      expect(made.charger.snapshot.link).toBe("up");
      const discarded = Number(made.charger.snapshot.extra["discarded_frames"]);
      if ("strayBytes" in faults || "corruptEvery" in faults) expect(discarded).toBeGreaterThan(0);
      else expect(discarded).toBe(0);
    }
  });

  it("uses the hardware version where a revised board tells no other", async () => {
    const made = await start({ box: { faults: { noSoftwareVersion: true } } });
    await eventually(made.clock, () => made.charger.snapshot.facts.firmware === "C.3252.112A008");
  });

  it.each([
    ["new", { service: "0000ffe0-0000-1000-8000-00805f9b34fb", notify: "ffe4", write: "ffe9" }],
    [
      "revised",
      {
        service: "0003cdd0-0000-1000-8000-00805f9b0131",
        notify: "0003cdd1-0000-1000-8000-00805f9b0131",
        write: "0003CDD200001000800000805F9B0131",
      },
    ],
    ["old", { service: "fff0", notify: "0000fff100001000800000805f9b34fb", write: "fff2" }],
  ])("finds its way on a %s board", async (_name, layout) => {
    const made = await start({ face: { layout } });
    expect(made.charger.snapshot.link).toBe("up");
  });

  it("names what it found on a device that is no known board", async () => {
    const made = await start({ face: { layout: { service: "180f", notify: "2a19", write: "2a1a" } }, cold: true });
    await eventually(made.clock, () => made.charger.snapshot.problem?.code === "unknown_board");
    expect(made.charger.snapshot.problem?.text).toContain("180f: 2a19 (notify)");
  });

  it("writes in chunks that fit, acknowledged where the board offers nothing else", async () => {
    const small = await start({ face: { mtu: 23 } });
    expect(Math.max(...small.face!.writes.map((w) => w.length))).toBe(20);
    expect(small.face!.writes.every((w) => w.withoutResponse)).toBe(true);
    const strict = await start({ face: { writeProperties: ["write"], mtu: 517 } });
    expect(strict.face!.writes.every((w) => !w.withoutResponse)).toBe(true);
    expect(Math.max(...strict.face!.writes.map((w) => w.length))).toBeLessThanOrEqual(244);
  });
});

describe("limit and pause", () => {
  it("starts a car that is plugged in later, at the standing order", async () => {
    const made = await start();
    await limit(made, 13);
    expect(made.charger.snapshot.offeredA).toBe(13);
    made.box.plugIn();
    await eventually(made.clock, () => made.charger.snapshot.status === "charging");
    expect(made.charger.snapshot.headlineA).toBe(13);
    expect(starts(made)).toBe(1);
  });

  it("pauses by stopping, resumes by starting, and keeps one session over both", async () => {
    const made = await start();
    made.box.plugIn({ maxA: 16 });
    await limit(made, 16);
    await made.clock.advance(600_000);
    const id = made.charger.snapshot.session?.id;
    await limit(made, 0);
    await eventually(made.clock, () => made.charger.snapshot.status === "suspended_evse");
    expect(made.charger.snapshot.offeredA).toBe(0);
    await made.clock.advance(600_000);
    await limit(made, 8);
    await eventually(made.clock, () => made.charger.snapshot.status === "charging");
    await made.clock.advance(600_000);
    const { session } = made.charger.snapshot;
    expect(session?.id).toBe(id);
    expect(session?.endedAtMs).toBeUndefined();
    expect(session?.energyWh).toBeGreaterThan(880);
    expect(session?.energyWh).toBeLessThan(940);
    const ids = made.box.received.flatMap((m) => (m.kind === "charge_start" ? [m.chargeId] : []));
    expect(ids).toHaveLength(2);
    // The box's part has a charge id of its own: local minute and four digits.
    expect(ids[0]).toMatch(/^20260101\d{8}$/);
  });

  it("keeps pause and session over a restart of the bridge", async () => {
    const made = await start();
    made.box.plugIn();
    await limit(made, 10);
    await limit(made, 0, "user");
    const id = made.charger.snapshot.session?.id;
    const again = await made.restart();
    open.push(again);
    await eventually(again.clock, () => again.charger.snapshot.link === "up");
    expect(again.charger.snapshot.status).toBe("suspended_evse");
    expect(again.charger.snapshot.session).toMatchObject({ id, endedAtMs: undefined });
    await limit(again, 10);
    await eventually(again.clock, () => again.charger.snapshot.status === "charging");
    expect(again.charger.snapshot.session?.id).toBe(id);
  });

  it("stops a box that somebody starts by its button during a pause", async () => {
    const made = await start();
    made.box.plugIn();
    await limit(made, 0, "user");
    made.box.pressButton();
    await eventually(made.clock, () => made.box.wallbox.state !== 14, 40_000);
    expect(made.box.limits.at(-1)).toBe(0);
  });

  it("does not start again what somebody stopped at the box, nor a car that is full", async () => {
    for (const end of ["button", "full"] as const) {
      const made = await start();
      made.box.plugIn();
      await limit(made, 10);
      await eventually(made.clock, () => made.charger.snapshot.status === "charging");
      await made.clock.advance(120_000);
      if (end === "button") made.box.pressButton();
      else made.box.carIsFull();
      await made.clock.advance(600_000);
      await limit(made, 12);
      await made.clock.advance(120_000);
      expect(starts(made)).toBe(1);
      expect(made.charger.snapshot).toMatchObject({
        status: "finishing",
        statusReason: { code: end === "button" ? "authorization" : "ev_full" },
      });
      expect(made.charger.snapshot.session?.endedAtMs).toBeDefined();
      made.box.unplug();
      await made.clock.advance(20_000);
      made.box.plugIn();
      await eventually(made.clock, () => starts(made) === 2);
      expect(made.charger.snapshot.statusReason?.code).not.toBe("authorization");
    }
  });

  it("ends the session by a person's stop and begins another by a person's start", async () => {
    const made = await start();
    made.box.plugIn();
    await limit(made, 10);
    await made.clock.advance(60_000);
    const first = made.charger.snapshot.session;
    await walk(made.clock, made.charger.can.session!.stop(never()));
    await made.clock.advance(120_000);
    expect(made.charger.snapshot.session).toMatchObject({ id: first?.id, stopReason: "app" });
    // Nobody is told that the car has had enough: the box waits for a start.
    expect(made.charger.snapshot).toMatchObject({ status: "finishing", statusReason: { code: "authorization" } });
    expect(made.charger.snapshot.session?.endedAtMs).toBeDefined();
    expect(starts(made)).toBe(1);
    await walk(made.clock, made.charger.can.session!.start(never(), 8));
    await eventually(made.clock, () => made.charger.snapshot.status === "charging");
    expect(made.box.limits.at(-1)).toBe(8);
    expect(made.charger.snapshot.session?.id).not.toBe(first?.id);
  });

  it("stays below the box's own limit and in whole amperes", async () => {
    const made = await start({ box: { maxAmps: 16 }, options: { maxA: 25 } });
    made.box.plugIn();
    await limit(made, 20);
    expect(made.box.limits.at(-1)).toBe(16);
    await limit(made, 9.9);
    expect(made.box.limits.at(-1)).toBe(9);
  });

  it("rides out the interruption of a changed current without ending the session", async () => {
    const made = await start({ box: { faults: { interruptS: 20 } } });
    made.box.plugIn({ maxA: 32 });
    await limit(made, 16);
    await eventually(made.clock, () => made.charger.snapshot.status === "charging");
    const id = made.charger.snapshot.session?.id;
    await limit(made, 10);
    await made.clock.advance(5000);
    expect(made.charger.snapshot.status).toBe("suspended_ev");
    await made.clock.advance(90_000);
    expect(made.charger.snapshot).toMatchObject({ status: "charging", headlineA: 10, offeredA: 10 });
    expect(made.charger.snapshot.session).toMatchObject({ id, endedAtMs: undefined });
    expect(made.charger.can.pace.applies).toBe("now");
  });

  it("never sends a start twice when its answer is lost: the state tells", async () => {
    const made = await start({ box: { faults: { unansweredStart: true } } });
    made.box.plugIn();
    await limit(made, 10);
    expect(starts(made)).toBe(1);
    expect(made.charger.snapshot.session).toBeDefined();
  });

  it("brings a charging box down to the fail-safe current when it lets go, never up", async () => {
    const made = await start({ options: { failSafeA: 8 } });
    made.box.plugIn();
    await limit(made, 16);
    await eventually(made.clock, () => made.charger.snapshot.status === "charging");
    await made.close();
    expect(made.box.limits.at(-1)).toBe(8);
    const low = await start({ options: { failSafeA: 10 } });
    low.box.plugIn();
    await limit(low, 6);
    await low.close();
    expect(low.box.limits.at(-1)).toBe(6);
  });

  it("forces a three-phase box to one phase, by stop and start", async () => {
    const made = await start({ box: { phases: 3, maxAmps: 16 } });
    made.box.plugIn({ maxA: 16, phases: 3 });
    await limit(made, 16);
    await eventually(made.clock, () => made.charger.snapshot.phasesUsed === 3);
    await walk(made.clock, made.charger.can.phases!.use(1, never()));
    await eventually(made.clock, () => made.charger.snapshot.phasesUsed === 1);
    expect(made.charger.snapshot.session?.endedAtMs).toBeUndefined();
  });
});

describe("a box that applies a current at its next start only", () => {
  it("is found out by the first decrease, stopped at once, rested, and started lower; and remembered", async () => {
    const made = await start({
      box: { faults: { nextStartOnly: true } },
      options: { minOffS: 300, failSafeA: 10 },
    });
    made.box.plugIn({ maxA: 32 });
    await limit(made, 20);
    await eventually(made.clock, () => made.charger.snapshot.headlineA === 20);
    await limit(made, 8);
    expect(made.charger.snapshot.headlineA).toBe(20);
    await eventually(made.clock, () => stops(made) > 0);
    expect(made.charger.can.pace.applies).toBe("next_start");
    await eventually(made.clock, () => made.charger.snapshot.status === "suspended_evse");
    expect(made.charger.snapshot.statusReason?.code).toBe("pause_timer");
    const stopped = made.clock.monotonicMs();
    await eventually(made.clock, () => starts(made) === 2, 400_000);
    expect(made.clock.monotonicMs() - stopped).toBeGreaterThan(280_000);
    await eventually(made.clock, () => made.charger.snapshot.headlineA === 8);
    expect(made.charger.snapshot.session?.endedAtMs).toBeUndefined();

    const again = await made.restart();
    open.push(again);
    await eventually(again.clock, () => again.charger.can.pace.applies === "next_start");
    // Known now: the next decrease stops at once, without waiting for proof.
    await eventually(again.clock, () => again.charger.snapshot.status === "charging");
    const before = stops(again);
    await limit(again, 6);
    expect(stops(again)).toBe(before + 1);
  });

  it("takes an increase as stored, without stopping", async () => {
    const made = await start({ box: { faults: { nextStartOnly: true } }, cold: true });
    made.store.set("applies:BS20:C.3252.112A008", "next_start");
    await eventually(made.clock, () => made.charger.can.pace.applies === "next_start");
    await eventually(made.clock, () => made.charger.snapshot.link === "up");
    made.box.plugIn({ maxA: 32 });
    await limit(made, 8);
    await eventually(made.clock, () => made.charger.snapshot.headlineA === 8);
    await limit(made, 16);
    expect(stops(made)).toBe(0);
    expect(made.box.wallbox.storedA).toBe(16);
    expect(made.charger.snapshot.offeredA).toBe(8);
  });
});

describe("link", () => {
  it("notices 35 s of silence, goes down, and comes back by itself", async () => {
    for (const way of ["udp", "noble-next"] as const) {
      const made = await start({ way });
      await made.clock.advance(60_000);
      made.box.faults.silent = true;
      const since = made.clock.monotonicMs();
      await eventually(made.clock, () => made.charger.snapshot.link === "down");
      expect(made.clock.monotonicMs() - since).toBeGreaterThan(20_000);
      expect(made.clock.monotonicMs() - since).toBeLessThanOrEqual(41_000);
      await made.clock.advance(180_000);
      expect(made.charger.snapshot.link).toBe("down");
      made.box.faults.silent = false;
      await eventually(made.clock, () => made.charger.snapshot.link === "up", 120_000);
      expect(made.charger.snapshot.problem).toBeUndefined();
    }
  });

  it("logs in again on the same connection when the box has forgotten us", async () => {
    const made = await start();
    const connections = made.face!.connections;
    const logins = (): number => made.box.received.filter((m) => m.kind === "login_confirm").length;
    const before = logins();
    made.box.say({
      kind: "login_beacon",
      type: 1,
      brand: "BESEN",
      model: "BS20",
      hardwareVersion: "C.3252.112A008",
      maxPowerW: 7360,
      maxAmps: 32,
      hotLine: "",
    });
    await eventually(made.clock, () => logins() === before + 1);
    expect(made.face!.connections).toBe(connections);
  });

  it("waits longer and longer between attempts, for ever, and says what is wrong", async () => {
    const made = await start();
    made.face!.gone = true;
    made.face!.drop();
    await made.clock.advance(20_000);
    expect(made.charger.snapshot.problem?.code).toBe("not_found");
    expect(made.charger.snapshot.problem?.remedy).toContain("one Bluetooth client");
    await made.clock.advance(2 * 3_600_000);
    made.face!.gone = false;
    await eventually(made.clock, () => made.charger.snapshot.link === "up", 80_000);
  });

  it("tries a box that stays mute at first on fresh connections", async () => {
    const made = await start({ box: { faults: { muteConnections: 2 } } });
    expect(made.face!.connections).toBe(3);
    expect(made.face!.mostConnections).toBe(1);
  });

  it("answers the factory's PIN with a lasting warning where none is configured", async () => {
    const made = await start({ options: { pin: undefined } });
    expect(made.charger.snapshot.link).toBe("up");
    await made.clock.advance(600_000);
    expect(made.charger.snapshot.problem?.code).toBe("factory_pin");
  });

  it("tells a missing adapter as such, and goes on when it comes", async () => {
    const made = await start();
    made.face!.setPower("poweredOff");
    made.face!.drop();
    await made.clock.advance(30_000);
    expect(made.charger.snapshot.problem?.code).toBe("bluetooth_unavailable");
    made.face!.setPower("poweredOn");
    await eventually(made.clock, () => made.charger.snapshot.link === "up", 80_000);
    expect(made.charger.snapshot.problem).toBeUndefined();
  });

  it("ignores answers to questions that nobody asked", async () => {
    const made = await start();
    made.box.say({ kind: "password_error" });
    made.box.say({
      kind: "login_response",
      type: 1,
      brand: "X",
      model: "Y",
      hardwareVersion: "Z",
      maxPowerW: 1,
      maxAmps: 6,
      hotLine: "",
    });
    await made.clock.advance(5000);
    expect(made.charger.snapshot.link).toBe("up");
    expect(made.charger.snapshot.problem).toBeUndefined();
    expect(made.charger.snapshot.facts.vendor).toBe("BESEN");
  });
});

describe("settings, secrets, services, records", () => {
  it("reads and writes every setting", async () => {
    const made = await start();
    const { charger, clock } = made;
    await eventually(clock, () => charger.snapshot.settings["start_mode"] !== undefined);
    const want = { language: "French", temperature_unit: "Fahrenheit", start_mode: "Automatic", lcd_brightness: 35 };
    for (const [key, value] of Object.entries(want)) await walk(clock, charger.can.settings!.set(key, value, never()));
    expect(charger.snapshot.settings).toMatchObject({ ...want, device_name: "Garage" });
    expect(charger.can.settings!.specs.map((s) => s.key)).toEqual([
      "language",
      "temperature_unit",
      "start_mode",
      "lcd_brightness",
      "device_name",
    ]);
    for (const [key, value] of [
      ["language", "Klingon"],
      ["lcd_brightness", 0],
      ["device_name", "much too long a name"],
    ] as const)
      await expect(walk(clock, charger.can.settings!.set(key, value, never()))).rejects.toMatchObject({
        code: "rejected",
      });
    await expect(walk(clock, charger.can.settings!.set("nonsense", 1, never()))).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  it("renames the box, which drops the connection: no fault, and a quick return", async () => {
    const made = await start();
    await eventually(made.clock, () => made.charger.snapshot.settings["device_name"] === "Garage");
    await walk(made.clock, made.charger.can.settings!.set("device_name", "Carport", never()));
    await eventually(made.clock, () => made.charger.snapshot.link === "up", 10_000);
    expect(made.charger.snapshot.settings["device_name"]).toBe("Carport");
    expect(made.charger.snapshot.problem).toBeUndefined();
    expect(made.box.advertisedName).toBe("ACP#Carport");
  });

  it("changes the PIN, proves it by a login, and keeps it", async () => {
    const made = await start();
    const pin = made.charger.can.admin!["pin"]!;
    await expect(walk(made.clock, pin(["12345", "12345"], never()))).rejects.toMatchObject({ code: "rejected" });
    await expect(walk(made.clock, pin(["654321", "654322"], never()))).rejects.toMatchObject({ code: "rejected" });
    const said = await walk(made.clock, pin(["654321", "654321"], never()));
    expect(said).not.toContain("654321");
    expect(made.secrets.get("pin")).toBe("654321");
    expect(made.box.pin).toBe("654321");
    const again = await made.restart();
    open.push(again);
    await eventually(again.clock, () => again.charger.snapshot.link === "up");
  });

  it("keeps the former PIN when the box does not take the new one", async () => {
    const made = await start({ box: { faults: { refuseSettings: true } } });
    const change = made.charger.can.admin!["pin"]!(["654321", "654321"], never());
    await expect(walk(made.clock, change, 200_000)).rejects.toMatchObject({ code: "rejected" });
    expect(made.secrets.has("pin")).toBe(false);
    await eventually(made.clock, () => made.charger.snapshot.link === "up", 120_000);
  });

  it("sends Wi-Fi in the layout that the box's feature word tells, acknowledged, and shows no secret", async () => {
    const made = await start({ way: "udp" });
    await eventually(made.clock, () => made.charger.snapshot.facts.firmware !== undefined);
    const wifi = made.charger.can.admin!["wifi"]!;
    await expect(walk(made.clock, wifi(["Home", "a passphrase that is too long"], never()))).rejects.toMatchObject({
      code: "rejected",
    });
    const said = await walk(made.clock, wifi(["Home", "secret123"], never()));
    expect(said).toContain("taken the network");
    expect(made.box.received).toContainEqual({
      kind: "wifi",
      action: "set",
      layout: "legacy",
      ssid: "Home",
      passphrase: "secret123",
      port: 28_376,
    });
    const wire = JSON.stringify(made.charger.can.wireLog!());
    expect(wire).not.toContain(Buffer.from("secret123").toString("hex"));
    expect(wire).not.toContain(Buffer.from("123456").toString("hex"));
  });

  it("sends raw commands from its list only", async () => {
    const made = await start();
    const raw = made.charger.can.admin!["raw"]!;
    for (const id of ["33104", "33107", "0x8102", "0x810a", "33027", "33035", "7", "x"])
      await expect(walk(made.clock, raw([id], never()))).rejects.toMatchObject({ code: "rejected" });
    expect(await walk(made.clock, raw(["0x8107", "0200"], never()))).toContain("output_amps");
  });

  it("reserves a start, shows it as planned, and cancels it", async () => {
    const made = await start();
    made.box.plugIn();
    await made.clock.advance(100);
    const at = made.clock.nowMs() + 3_600_000;
    const fields: Record<string, JsonValue> = {
      at: new Date(at).toISOString(),
      max_current: 10,
      minutes: 90,
      energy: 7.5,
    };
    await walk(made.clock, made.charger.can.services!["besen_start"]!(fields, never()));
    await eventually(made.clock, () => made.charger.snapshot.statusReason?.code === "planned");
    expect(made.box.received).toContainEqual(
      expect.objectContaining({
        kind: "charge_start",
        isReservation: 1,
        maxAmps: 10,
        maxDurationMinutes: 90,
        maxEnergyKwh: 7.5,
      }),
    );
    await walk(made.clock, made.charger.can.services!["besen_cancel_reservation"]!({}, never()));
    await eventually(made.clock, () => made.charger.snapshot.status === "preparing");
    const late = { at: new Date(at + 2 * 86_400_000).toISOString() };
    await expect(walk(made.clock, made.charger.can.services!["besen_start"]!(late, never()))).rejects.toMatchObject({
      code: "rejected",
    });
  });

  it("puts a reservation's refusal into words", async () => {
    const made = await start({ box: { faults: { refuseReservation: 2 } } });
    made.box.plugIn();
    await made.clock.advance(100);
    const fields = { at: new Date(made.clock.nowMs() + 600_000).toISOString(), max_current: 10 };
    await expect(walk(made.clock, made.charger.can.services!["besen_start"]!(fields, never()))).rejects.toMatchObject({
      message: expect.stringContaining("does not support reservations"),
    });
  });

  it("takes a charge from elsewhere into the history once, and leaves its record for the app", async () => {
    const made = await start();
    made.box.say({
      kind: "charge_record",
      lineId: 1,
      startUserId: "app-user",
      endUserId: "app-user",
      chargeId: "2026010108001234",
      hasReservation: 0,
      startType: 1,
      chargeType: 1,
      param1: null,
      param2: null,
      param3: null,
      stopReason: 12,
      hasStopCharge: 1,
      reservationWire: null,
      startWire: 1_767_222_000,
      endWire: 1_767_225_600,
      durationSeconds: 3600,
      startKwh: 10,
      endKwh: 17.3,
      chargeKwh: 7.3,
      price: 0,
      feeType: 1,
      fee: 0,
      logKwLength: 0,
      logsHex: "",
    });
    await eventually(made.clock, () => made.charger.snapshot.session !== undefined);
    expect(made.charger.snapshot.session).toMatchObject({
      id: "2026010108001234",
      energyWh: 7300,
      idTag: "app-user",
      stopReason: "card",
    });
    expect(made.box.received.some((m) => m.kind === "charge_record_ack")).toBe(false);
  });

  it("acknowledges records where the app need not have them", async () => {
    const made = await start({ options: { keepRecordsForApp: false } });
    made.box.plugIn();
    await limit(made, 10);
    await made.clock.advance(60_000);
    await walk(made.clock, made.charger.can.session!.stop(never()));
    await eventually(made.clock, () => made.box.received.some((m) => m.kind === "charge_record_ack"));
    await made.clock.advance(60_000);
    expect(made.box.received.filter((m) => m.kind === "charge_record_ack")).toHaveLength(1);
  });

  it("has a value for every entity key it publishes, or none yet", async () => {
    const made = await start();
    await made.clock.advance(30_000);
    const keys = made.charger.entities.map((e) => e.key).sort();
    expect(Object.keys(made.charger.snapshot.extra).sort()).toEqual(keys);
    expect(made.charger.snapshot.extra).toMatchObject({
      error_state: "no_error",
      box_state: "not_connected",
      plug_state: "disconnected",
      output_state: "idle",
      caption: "Connect",
      emergency_button: "released",
      weekly_schedule: "off",
      stored_limit: 32,
      clock_date: "2026-01-01",
    });
  });
});
