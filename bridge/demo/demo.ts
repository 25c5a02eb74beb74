/** The main job with nothing but this machine: a small Home Assistant, a simulated house, simulated wallboxes on the real bridge, and the real card. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import type { Log } from "../log.ts";
import { startBridge, type RunningBridge } from "../main.ts";
import { createSimulatedAmpeco, type SimulatedAmpeco } from "../simulate/ampeco/simulated-ampeco.ts";
import { createSimulatedBs20, type SimulatedBs20 } from "../simulate/besen/simulated-bs20.ts";
import { openUdpFace, type UdpFace } from "../simulate/besen/udp-face.ts";
import { createSimulatedChargePoint, type SimulatedChargePoint } from "../simulate/ocpp/charge-point.ts";
import { DEMO_CHARGERS, DEMO_PIN, demoConfig, STATIONS } from "./config.ts";
import { createGuest, type Guest } from "./guest.ts";
import { createSmallHass, type SmallHass } from "./hass/small-hass.ts";
import { ampecoOutlet, besenOutlet, ocppOutlet, type Outlet } from "./outlets.ts";
import { createPages } from "./pages.ts";
import { createWorld, type World } from "./world.ts";

export interface DemoOptions {
  /** 0 = any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
  /** A real Home Assistant in place of the small one. */
  readonly real?: { readonly url: string; readonly token: string };
}

export interface Demo {
  /** Of the page. */
  readonly url: string;
  /** In a real Home Assistant: its new dashboard. */
  readonly dashboard: string | undefined;
  readonly hass: SmallHass;
  readonly world: World;
  readonly points: { readonly garage: SimulatedChargePoint; readonly carport: SimulatedChargePoint };
  readonly box: SimulatedBs20;
  readonly cloud: SimulatedAmpeco;
  readonly bridge: RunningBridge;
  /** Its data; gone after `stop`. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Cars arrive once the boxes have booted, ms. */
const ARRIVAL_MS = 1_500;

/** Everything that was started is in `ends`, newest last: a failure half-way leaves nothing behind. @throws when a port is taken */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await assemble(options, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  { port, clock, log, real }: DemoOptions,
  ends: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), "evse-bridge-demo-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));

  const stage: { world: World | undefined; statusPort: number | undefined } = {
    world: undefined,
    statusPort: undefined,
  };
  let root = "sensor.evse_bridge";
  const hass = await createSmallHass({
    clock,
    port,
    serve: createPages({
      world: () => stage.world,
      session: () => ({
        url: real?.url,
        token: real?.token ?? hass.token,
        root,
        status: stage.statusPort === undefined ? undefined : `http://127.0.0.1:${stage.statusPort}/`,
      }),
    }),
  });
  ends.push(() => hass.stop());
  const guest: Guest | undefined = real === undefined ? undefined : await createGuest(real.url, real.token, clock, log);
  if (guest !== undefined) ends.push(() => guest.close());
  const instance = guest?.crowded === true ? "demo" : undefined;
  if (instance !== undefined) root = `sensor.evse_bridge_${instance}`;

  const box = createSimulatedBs20({ clock, pin: DEMO_PIN, phases: 1, maxAmps: 16, name: "Guest", startKwh: 812.4 });
  ends.push(() => box.close());
  const face: UdpFace = await openUdpFace(box, { port: 0 });
  ends.push(() => face.close());
  const cloud = createSimulatedAmpeco({ clock, apis: ["public"], chargePoints: [{ id: "cp-1", name: "Office" }] });
  await cloud.start();
  ends.push(() => cloud.close());

  const bridge = await startBridge({
    config: await writeConfig(folder, {
      hassUrl: real?.url ?? hass.url,
      token: real?.token ?? hass.token,
      besenPort: face.port,
      ampeco: cloud,
      instance,
    }),
    clock,
    log,
  });
  let stopped: Promise<void> | undefined;
  const stopBridge = (): Promise<void> => (stopped ??= bridge.stop());
  ends.push(stopBridge);
  stage.statusPort = bridge.httpPort;
  const ocppPort = bridge.ocppPorts.plain;
  if (ocppPort === undefined) throw new Error("The OCPP server found no port to listen on");

  const point = (identity: string, version: "1.6" | "2.0.1", registerWh: number): SimulatedChargePoint => {
    const made = createSimulatedChargePoint({
      url: `ws://127.0.0.1:${ocppPort}`,
      identity,
      version,
      phases: 3,
      registerWh,
      clock,
      log: log.child({ room: "simulate" }),
      car: { phases: 3, maxA: 16, capacityWh: 58_000, socPct: identity === STATIONS.garage ? 41 : 63 },
    });
    made.start();
    ends.push(() => made.close());
    return made;
  };
  const garage = point(STATIONS.garage, "1.6", 4_231_800);
  const carport = point(STATIONS.carport, "2.0.1", 1_902_350);

  const outlets: readonly Outlet[] = [
    ocppOutlet("garage", "Garage wallbox", "OCPP 1.6", garage, [0, 1, 2]),
    ocppOutlet("carport", "Carport wallbox", "OCPP 2.0.1", carport, [1, 2, 0]),
    besenOutlet("guest", "Guest wallbox", box, [2, 0, 1]),
    ampecoOutlet("office", "Office wallbox", cloud, [0, 1, 2]),
  ];
  const running = createWorld(
    clock,
    outlets,
    guest?.sink ?? ((entityId, state, attributes) => hass.setState(entityId, state, attributes)),
  );
  stage.world = running;
  ends.push(() => running.close());
  ends.push(
    clock.after(ARRIVAL_MS, () => {
      running.apply({ plugs: { garage: true, carport: true } });
    }),
  );
  // First of all to stop: it still wants to leave its wallboxes on their fail-safe limits.
  ends.push(stopBridge);
  const dashboard = await guest?.addDashboard(`${hass.url}/evse-bridge.js`, [
    { type: "custom:evse-card", layout: "site" },
    ...DEMO_CHARGERS.map((id) => ({ type: "custom:evse-card", charger: id })),
  ]);
  return {
    url: hass.url,
    dashboard,
    hass,
    world: running,
    points: { garage, carport },
    box,
    cloud,
    bridge,
    folder,
    stop,
  };
}

interface Written {
  readonly ampeco: { readonly url: string; readonly token: string };
  readonly hassUrl: string;
  readonly token: string;
  readonly besenPort: number;
  readonly instance: string | undefined;
}

/** Through the file and its checks, as a user's own would go. */
async function writeConfig(folder: string, { hassUrl, token, besenPort, ampeco, instance }: Written) {
  const tokenFile = join(folder, "hass-token");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const file = join(folder, "evse-bridge.yaml");
  const text = demoConfig({
    hassUrl,
    tokenFile,
    dataDir: join(folder, "data"),
    besenPort,
    ampeco,
    instance,
  });
  await writeFile(file, text, { mode: 0o600 });
  return resolveConfig(loadConfig(file, {}));
}
