/** The faults of the older bridge for these boxes, one test each: what must never happen here. Numbers as in docs/besen.md. */
import { afterEach, describe, expect, it } from "vitest";
import { FrameAssembler } from "../../../../bridge/chargers/besen/assembler.ts";
import { decodeFromCharger, encodeToCharger } from "../../../../bridge/chargers/besen/codec.ts";
import { decodeFrame, encodeFrame } from "../../../../bridge/chargers/besen/frame.ts";
import { scanForBoxes } from "../../../../bridge/chargers/besen/ble.ts";
import { radioOf } from "../../../../bridge/chargers/besen/radio.ts";
import { silentLog } from "../../../../bridge/log.ts";
import { NobleFace } from "../../../../bridge/simulate/besen/noble-face.ts";
import { createSimulatedBs20 } from "../../../../bridge/simulate/besen/simulated-bs20.ts";
import { eventually } from "../../../contract/charger.contract.ts";
import { fakeClock } from "../../../fakes/fake-clock.ts";
import { never, nobleWith, rig, walk, type Rig, type RigOptions } from "./support.ts";

let open: Rig | undefined;
const start = async (options?: RigOptions): Promise<Rig> => (open = await rig(options));
afterEach(async () => {
  await open?.close();
  open = undefined;
});

const serial = "A1B2C3D4E5F60718";
const fromBox = (command: number, payload: Uint8Array): Uint8Array =>
  encodeFrame({ command, serial, pin: "charger", payload });
const status25 = Buffer.from("01092e00000000000000024081589258920102020d00000000", "hex");

describe("bugs that this bridge does not have", () => {
  it("1: the serial's raw bytes are echoed, letters and all", () => {
    const frame = decodeFrame(encodeToCharger(serial, "123456", { kind: "get_version" }));
    expect(frame).toMatchObject({ serial });
    expect(Buffer.from(encodeToCharger(serial, "123456", { kind: "get_version" })).toString("hex", 5, 13)).toBe(
      serial.toLowerCase(),
    );
  });

  it("1: a box whose serial has letters logs in and charges", async () => {
    const { box, charger, clock } = await start({ box: { serial } });
    expect(charger.snapshot.facts.serial).toBe(serial);
    box.plugIn();
    await walk(clock, charger.limit({ limitA: 10, hold: undefined }, never()));
    expect(box.limits.at(-1)).toBe(10);
  });

  it("2: a frame longer than 255 bytes arrives whole", () => {
    const payload = new Uint8Array(446).fill(7);
    const { frames } = new FrameAssembler().feed(fromBox(10, payload));
    expect(frames[0]?.payload).toEqual(payload);
  });

  it("3: two frames in one notification do not run into each other: no phantom phases", () => {
    const joined = Buffer.concat([fromBox(4, status25), fromBox(3, new Uint8Array(0))]);
    const { frames } = new FrameAssembler().feed(joined);
    expect(frames).toHaveLength(2);
    const message = decodeFromCharger(frames[0]!);
    expect(message).toMatchObject({ kind: "status", l1V: 235 });
    expect(message).not.toHaveProperty("l2V");
  });

  it("4: a continuation that begins with 06 01 goes on with its frame, and a lone 06 is kept", () => {
    const payload = Buffer.concat([Buffer.from("0908063e", "hex"), Buffer.from("06010019", "hex"), status25]);
    const frame = fromBox(0x0abc, payload);
    const assembler = new FrameAssembler();
    const at = Buffer.from(frame).indexOf(Buffer.from("06010019", "hex"));
    expect(assembler.feed(frame.subarray(0, at)).frames).toHaveLength(0);
    expect(assembler.feed(frame.subarray(at)).frames).toHaveLength(1);
    expect(assembler.feed(frame.subarray(0, 1)).discards).toEqual([]);
    expect(assembler.feed(frame.subarray(1)).frames).toHaveLength(1);
  });

  it("5: the state is counted from one", async () => {
    const { box, charger, clock } = await start();
    box.plugIn();
    await eventually(clock, () => charger.snapshot.extra["box_state"] === "ready");
    expect(charger.snapshot.status).toBe("preparing");
  });

  it("6: plug state 16, unknown states and unknown reasons are words, not exceptions", async () => {
    const { box, charger, clock } = await start();
    box.plugIn();
    box.faults.plugState = 16;
    box.pressButton();
    await eventually(clock, () => charger.snapshot.status === "charging");
    expect(charger.snapshot.extra["plug_state"]).toBe("unknown_16");
    expect(charger.snapshot.carConnected).toBe(true);
    box.faults.plugState = 77;
    box.wallbox.state = 99;
    box.pushStatus();
    await eventually(clock, () => charger.snapshot.extra["box_state"] === "unknown_99");
    expect(charger.snapshot.status).toBeUndefined();
    box.faults.refuseStart = 200;
    box.wallbox.state = 13;
    box.pushStatus();
    await clock.advance(100);
    const refused = walk(clock, charger.can.session!.start(never(), 10));
    await expect(refused).rejects.toMatchObject({ code: "rejected", message: expect.stringContaining("unknown_200") });
  });

  it("7: a refused PIN is a problem with its remedy, and the box is left alone", async () => {
    const { box, charger, clock, reports } = await start({ options: { pin: "111111" }, cold: true });
    await eventually(clock, () => charger.snapshot.problem?.code === "wrong_pin");
    expect(charger.snapshot.problem?.remedy).toContain("pin");
    expect(charger.snapshot.link).toBe("down");
    expect(reports).toHaveLength(1);
    const asked = (): number => box.received.filter((m) => m.kind === "login_request").length;
    const before = asked();
    await clock.advance(1_800_000);
    expect(asked()).toBe(before);
    expect(before).toBeLessThanOrEqual(2);
  });

  it("8: all error bits are told, not only the first", async () => {
    const { box, charger, clock } = await start();
    box.faults.errorBits = (((1 << (31 - 7)) | (1 << (31 - 12)) | 1) >>> 0).toString(16).padStart(8, "0");
    box.pushStatus();
    await eventually(clock, () => charger.snapshot.status === "faulted");
    expect(charger.snapshot.faults).toEqual(["over_temperature_inner", "over_current", "metering_module"]);
    expect(charger.snapshot.extra["error_state"]).toBe("over_temperature_inner, over_current, metering_module");
  });

  it("9: an unknown temperature is unknown", async () => {
    const { box, charger, clock } = await start();
    await eventually(clock, () => charger.snapshot.temperatureC === 27.5);
    box.wallbox.innerC = null;
    box.pushStatus();
    await eventually(clock, () => charger.snapshot.temperatureC === undefined);
  });

  it.each(["noble", "noble-next"] as const)("10: nameless devices do not end the scan (%s)", async (way) => {
    const clock = fakeClock();
    const box = createSimulatedBs20({ clock });
    const face = new NobleFace(box);
    face.strangers = 3;
    const radio = radioOf(nobleWith(way, face), way);
    const found = await walk(
      clock,
      scanForBoxes({ driver: "auto", adapter: undefined, clock, log: silentLog(), radio }, never()),
    );
    expect(found).toEqual([{ address: "c4:12:f5:00:00:01", name: "ACP#Garage", rssi: -61 }]);
    box.close();
  });

  it.each(["noble", "noble-next"] as const)(
    "11: signal strength is read on the live link, where nothing is advertised (%s)",
    async (way) => {
      const { charger, clock, face } = await start({ way, options: { rssi: true } });
      expect(charger.snapshot.extra["rssi"]).toBe(-61);
      const scans = face!.connections;
      await clock.advance(61_000);
      await eventually(clock, () => charger.snapshot.extra["rssi"] === -64);
      expect(face!.connections).toBe(scans);
    },
  );

  it.each(["noble", "noble-next"] as const)(
    "12: fifty reconnects leave no listener and no second connection behind (%s)",
    async (way) => {
      const { charger, clock, face } = await start({ way });
      const cycle = async (): Promise<void> => {
        face!.drop();
        await eventually(clock, () => charger.snapshot.link === "down");
        await eventually(clock, () => charger.snapshot.link === "up", 180_000);
      };
      await cycle();
      const timers = clock.pending;
      const listeners = face!.listenerCount("read");
      for (let i = 0; i < 50; i++) await cycle();
      expect(face!.mostConnections).toBe(1);
      expect(face!.listenerCount("read")).toBe(listeners);
      expect(clock.pending).toBeLessThanOrEqual(timers + 5);
      expect(process.listenerCount("SIGINT")).toBeLessThan(10);
    },
  );

  it("13: brightness is read back, and a setting counts only when the box confirms it", async () => {
    const { box, charger, clock } = await start();
    await eventually(clock, () => charger.snapshot.settings["lcd_brightness"] === 80);
    await walk(clock, charger.can.settings!.set("language", "German", never()));
    expect(charger.snapshot.settings["language"]).toBe("German");
    box.faults.refuseSettings = true;
    await expect(
      walk(clock, charger.can.settings!.set("temperature_unit", "Fahrenheit", never())),
    ).rejects.toMatchObject({ code: "rejected" });
    expect(charger.snapshot.settings["temperature_unit"]).toBe("Celsius");
  });

  it("14: a refused start says why", async () => {
    const { charger, clock } = await start();
    await expect(walk(clock, charger.can.session!.start(never(), 10))).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining("no car is plugged in"),
    });
  });

  it("15: a notification is handled at once: the heartbeat is answered without time passing", async () => {
    const { box, clock } = await start();
    const answers = (): number => box.received.filter((m) => m.kind === "heartbeat_reply").length;
    const before = answers();
    const at = clock.monotonicMs();
    box.say({ kind: "heartbeat" });
    for (let turn = 0; turn < 30; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(answers()).toBe(before + 1);
    expect(clock.monotonicMs()).toBe(at);
  });

  it("16: twenty commands at once are all answered", async () => {
    const { charger, clock } = await start();
    const all = Array.from({ length: 20 }, (_, i) => charger.can.settings!.set("lcd_brightness", i + 1, never()));
    await walk(clock, Promise.all(all));
    expect(charger.snapshot.settings["lcd_brightness"]).toBe(20);
  });

  it("17: the clock is written at login and then only when it is wrong", async () => {
    const { box, charger, clock } = await start();
    const writes = (): number => box.received.filter((m) => m.kind === "system_time" && m.action === "set").length;
    await eventually(clock, () => charger.snapshot.settings["start_mode"] !== undefined);
    await clock.advance(10_000);
    expect(writes()).toBe(1);
    await clock.advance(2 * 3_600_000);
    expect(writes()).toBe(1);
    clock.jump(300_000);
    box.say({ kind: "system_time", action: "report", wireTimestamp: 1 });
    await clock.advance(3_700_000);
    expect(charger.snapshot.link).toBe("up");
  });

  it("18: times, duration and energy of the session are big-endian, and published", async () => {
    const { box, charger, clock } = await start();
    box.plugIn({ maxA: 16 });
    await walk(clock, charger.limit({ limitA: 16, hold: undefined }, never()));
    const begun = clock.nowMs();
    await clock.advance(3_600_000);
    const { session, powerW } = charger.snapshot;
    expect(powerW).toBe(3680);
    expect(Math.abs((session?.startedAtMs ?? 0) - begun)).toBeLessThan(5000);
    expect(session?.energyWh).toBeGreaterThan(3600);
    expect(session?.energyWh).toBeLessThan(3700);
    expect(charger.snapshot.extra["box_session_limit"]).toBe(16);
  });
});
