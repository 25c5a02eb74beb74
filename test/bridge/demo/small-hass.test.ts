import {
  createConnection,
  createLongLivedTokenAuth,
  subscribeEntities,
  type Connection,
} from "home-assistant-js-websocket";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { systemClock } from "../../../bridge/clock.ts";
import { createSmallHass, type SmallHass } from "../../../bridge/demo/hass/small-hass.ts";

let hass: SmallHass | undefined;
let connection: Connection | undefined;
afterEach(async () => {
  connection?.close();
  await hass?.stop();
});

async function connect(): Promise<Connection> {
  (globalThis as any).WebSocket = WebSocket;
  hass = await createSmallHass({ clock: systemClock });
  connection = await createConnection({ auth: createLongLivedTokenAuth(hass.url, hass.token), setupRetry: 0 });
  return connection;
}
const settled = async (check: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !check(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(check()).toBe(true);
};

describe("small Home Assistant", () => {
  it("serves home-assistant-js-websocket: states come, change and go", async () => {
    const socket = await connect();
    let seen: Record<string, { state: string; attributes: any }> = {};
    subscribeEntities(socket, (states) => (seen = states));
    await socket.sendMessagePromise({ type: "input_number/create", name: "Garage Limit", min: 0, max: 32 });
    await settled(() => seen["input_number.garage_limit"]?.state === "0.0");
    await socket.sendMessagePromise({
      type: "call_service",
      domain: "input_number",
      service: "set_value",
      service_data: { value: 16 },
      target: { entity_id: "input_number.garage_limit" },
    });
    await settled(() => seen["input_number.garage_limit"]?.state === "16.0");
    await socket.sendMessagePromise({ type: "input_number/delete", input_number_id: "garage_limit" });
    await settled(() => seen["input_number.garage_limit"] === undefined);
  });

  it("keeps helpers, registrations and values over a restart, and the client comes back by itself", async () => {
    const socket = await connect();
    const small = hass!;
    await socket.sendMessagePromise({ type: "input_number/create", name: "Limit", min: 0, max: 32 });
    await small.call("input_number", "set_value", { entity_id: "input_number.limit", value: 10 });
    small.setState("sensor.posted", 5);
    const answer = await fetch(`${small.url}/api/mobile_app/registrations`, {
      method: "POST",
      headers: { authorization: `Bearer ${small.token}`, "content-type": "application/json" },
      body: JSON.stringify({
        device_id: "garage",
        app_id: "evse_bridge",
        app_name: "EVSE Bridge",
        app_version: "1",
        device_name: "Garage wallbox",
        manufacturer: "Maker",
        model: "Box",
        os_name: "box",
        os_version: "1.0",
        supports_encryption: false,
      }),
    });
    const { webhook_id: id } = (await answer.json()) as { webhook_id: string };
    const hook = (body: unknown) =>
      fetch(`${small.url}/api/webhook/${id}`, { method: "POST", body: JSON.stringify(body) });
    const data = {
      type: "sensor",
      unique_id: "power",
      name: "Power",
      state: 7200,
      device_class: "power",
      unit_of_measurement: "W",
    };
    expect((await hook({ type: "register_sensor", data })).status).toBe(201);
    const back = new Promise<void>((resolve) => socket.addEventListener("ready", () => resolve()));
    await small.restart();
    await back;
    expect(small.state("input_number.limit")?.state).toBe("10.0");
    expect(small.state("sensor.garage_wallbox_power")?.state).toBe("7200");
    expect(small.state("sensor.posted")).toBeUndefined();
    expect(
      (await hook({ type: "update_sensor_states", data: [{ type: "sensor", unique_id: "power", state: 5 }] })).status,
    ).toBe(200);
    expect(small.state("sensor.garage_wallbox_power")?.state).toBe("5");
  });

  it("refuses a wrong token with auth_invalid and 401", async () => {
    hass = await createSmallHass({ clock: systemClock });
    await expect(createConnection({ auth: createLongLivedTokenAuth(hass.url, "wrong"), setupRetry: 0 })).rejects.toBe(
      2,
    );
    expect((await fetch(`${hass.url}/api/config`, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
  });
});
