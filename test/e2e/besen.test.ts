/** A simulated BS20 over UDP, the bridge as a process of its own, and a real Home Assistant. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../bridge/clock.ts";
import { createSimulatedBs20, type SimulatedBs20 } from "../../bridge/simulate/besen/simulated-bs20.ts";
import { openUdpFace, type UdpFace } from "../../bridge/simulate/besen/udp-face.ts";
import { hassMissing, startHass, type RealHass } from "./hass.ts";

const missing = hassMissing();
const PIN = "482916";

if (missing !== undefined) it.skip(missing, () => undefined);
else
  describe("a Besen box in a real Home Assistant", () => {
    let hass: RealHass;
    let box: SimulatedBs20;
    let locked: SimulatedBs20;
    let faces: UdpFace[] = [];
    let bridge: ChildProcess;
    let folder: string;
    let output = "";

    beforeAll(async () => {
      hass = await startHass();
      folder = await mkdtemp(join(tmpdir(), "evse-besen-"));
      box = createSimulatedBs20({ clock: systemClock, zone: "UTC", pin: PIN, faults: { interruptS: 3 } });
      locked = createSimulatedBs20({ clock: systemClock, zone: "UTC", pin: PIN, serial: "2026010203040507" });
      faces = [await openUdpFace(box, { port: 0 }), await openUdpFace(locked, { port: 0 })];
      const file = join(folder, "evse-bridge.yaml");
      await writeFile(
        file,
        [
          "home_assistant:",
          `  url: ${hass.url}`,
          `  token: ${hass.token}`,
          "ocpp: { listen: 127.0.0.1:0 }",
          "site: { id: home, name: Home, phases: 1, voltage: 230, main_breaker: 40 }",
          "chargers:",
          `  - { id: carport, name: Carport, driver: besen, transport: udp, host: "127.0.0.1:${faces[0]!.port}", pin: "${PIN}", command_interval: 5 }`,
          `  - { id: locked, name: Locked, driver: besen, transport: udp, host: "127.0.0.1:${faces[1]!.port}", pin: "000000" }`,
          `data_dir: ${join(folder, "data")}`,
          "http: { listen: 127.0.0.1:0 }",
          "log: { level: debug, format: json }",
        ].join("\n"),
        { mode: 0o600 },
      );
      const cli = join(import.meta.dirname, "../../bridge/cli.ts");
      bridge = spawn(process.execPath, [cli, "run", "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
      bridge.stdout!.on("data", (data: Buffer) => (output += data.toString()));
      bridge.stderr!.on("data", (data: Buffer) => (output += data.toString()));
    }, 240_000);

    afterAll(async () => {
      bridge?.kill("SIGTERM");
      if (bridge !== undefined && bridge.exitCode === null)
        await new Promise((resolve) => bridge.once("exit", resolve));
      for (const face of faces) await face.close();
      box?.close();
      locked?.close();
      await hass?.stop();
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    const stateOf = async (entity: string): Promise<string | undefined> => (await hass.state(entity))?.state;
    const until = async (what: string, condition: () => Promise<boolean> | boolean, ms = 60_000): Promise<void> => {
      const end = Date.now() + ms;
      while (!(await condition())) {
        if (bridge.exitCode !== null) throw new Error(`The bridge ended:\n${output.slice(-4000)}`);
        if (Date.now() > end) {
          const reason = JSON.stringify(await hass.state("sensor.carport_reason"));
          throw new Error(`Not within ${ms} ms: ${what}\n${reason}\n${output.slice(-4000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };

    it("appears as a device with its readings and its own settings", async () => {
      await until("status available", async () => (await stateOf("sensor.carport_status")) === "available");
      const devices = await hass.ask<{ name: string; manufacturer: string | null; model: string | null }[]>({
        type: "config/device_registry/list",
      });
      expect(devices).toContainEqual(
        expect.objectContaining({ name: "Carport", manufacturer: "BESEN", model: "BS20" }),
      );
      await until("box state", async () => (await stateOf("sensor.carport_box_state")) === "not_connected");
      expect(await stateOf("sensor.carport_error_state")).toBe("no_error");
      expect(await stateOf("sensor.carport_plug_state")).toBe("disconnected");
      await until("language", async () => (await stateOf("input_select.carport_language")) === "English");
      expect(await stateOf("input_select.carport_start_mode")).toBe("App and button");
      expect(await stateOf("input_text.carport_device_name")).toBe("Garage");
    });

    it("starts, changes the limit, and stops", async () => {
      box.plugIn({ maxA: 32 });
      // A rise waits for the interval that the box's contactors ask for.
      await until("charging", async () => (await stateOf("sensor.carport_status")) === "charging", 150_000);
      await hass.call("input_number", "set_value", { entity_id: "input_number.carport_current_limit", value: 10 });
      await until("10 A at the box", () => box.wallbox.currentA === 10, 90_000);
      await until("10 A in Home Assistant", async () => Number(await stateOf("sensor.carport_current")) === 10);
      expect(Number(await stateOf("sensor.carport_power"))).toBe(2300);
      await hass.call("input_button", "press", { entity_id: "input_button.carport_stop" });
      await until("stopped", () => box.wallbox.powerW === 0 && box.received.some((m) => m.kind === "charge_stop"));
      await until("command accepted", async () => (await stateOf("sensor.carport_command")) === "accepted");
      await until("no power", async () => Number(await stateOf("sensor.carport_power")) === 0);
    }, 360_000);

    it("writes a setting to the box", async () => {
      await hass.call("input_select", "select_option", {
        entity_id: "input_select.carport_language",
        option: "German",
      });
      await until("German at the box", () =>
        box.received.some((m) => m.kind === "language" && m.action === "set" && m.language === 3),
      );
    });

    it("shows a wrong PIN as a problem with its remedy and leaves the box alone", async () => {
      await until("problem", async () => (await stateOf("binary_sensor.locked_problem")) === "on");
      const problem = await hass.state("binary_sensor.locked_problem");
      expect(problem?.attributes).toMatchObject({ code: "wrong_pin", remedy: expect.stringContaining("pin") });
      expect(await stateOf("sensor.locked_status")).toBe("offline");
      expect(locked.received.filter((m) => m.kind === "login_request").length).toBeLessThanOrEqual(2);
    });

    it("survives three minutes of silence and comes back", async () => {
      box.faults.silent = true;
      await until("offline", async () => (await stateOf("sensor.carport_status")) === "offline");
      expect(await stateOf("sensor.carport_power")).toBe("unavailable");
      await new Promise((resolve) => setTimeout(resolve, 135_000));
      expect(bridge.exitCode).toBeNull();
      box.faults.silent = false;
      await until("back", async () => (await stateOf("sensor.carport_status")) !== "offline", 90_000);
      await until("readings back", async () => Number(await stateOf("sensor.carport_power")) === 0);
      // Three minutes later the box with the other PIN has still been asked no more than once or twice.
      expect(locked.received.filter((m) => m.kind === "login_request").length).toBeLessThanOrEqual(2);
    }, 360_000);

    it("says no PIN anywhere", () => {
      expect(output).not.toContain(PIN);
      expect(output).not.toContain(Buffer.from(PIN).toString("hex"));
    });
  });
