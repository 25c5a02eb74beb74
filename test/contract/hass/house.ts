/** A Home Assistant as the contract suites see it: the small one of the demo or a real one, with a bridge's hass/ room connected to it. */
import { clockFrom, systemClock, type Clock } from "../../../bridge/clock.ts";
import type { HassMemory, ServiceHandler } from "../../../bridge/hass/doors.ts";
import { createHass, type Hass } from "../../../bridge/hass/hass.ts";
import { createLog } from "../../../bridge/log.ts";
import { createSmallHass } from "../../../bridge/demo/hass/small-hass.ts";
import type { DeviceState, EntitySpec } from "../../../shared/entities.ts";
import { startHass } from "../../e2e/hass.ts";

export interface House {
  readonly word: "small" | "real";
  readonly url: string;
  readonly token: string;
  /** One WebSocket message as the owner. */
  ask(message: Record<string, unknown>): Promise<any>;
  state(entityId: string): Promise<{ state: string; attributes: Record<string, any> } | undefined>;
  call(domain: string, service: string, data?: Record<string, unknown>): Promise<void>;
  /** `script.<name>` with its response. */
  script(name: string, data: Record<string, unknown>): Promise<any>;
  rest(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Under this clock the bridge lives; the small one's runs faster than the machine's, so no test waits. */
  readonly clock: Clock;
}

/** Fast enough that no test waits, slow enough that a busy machine meets the deadlines. */
const SPEED = 4;

/** Real sockets under time that runs `factor` times as fast. */
export function fastClock(factor = SPEED): Clock {
  const startedAt = Date.now();
  const mono = performance.now();
  return clockFrom({
    nowMs: () => startedAt + (performance.now() - mono) * factor,
    monotonicMs: () => (performance.now() - mono) * factor,
    setTimer(ms, task) {
      const timer = setTimeout(task, ms / factor);
      return () => clearTimeout(timer);
    },
  });
}

function overHttp(url: string, token: string): Pick<House, "state" | "call" | "script" | "rest"> {
  const rest = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // plain text stays as it is
    }
    return { status: answer.status, body: parsed };
  };
  return {
    rest,
    async state(entityId) {
      const answer = await rest("GET", `/api/states/${entityId}`);
      return answer.status === 200 ? answer.body : undefined;
    },
    async call(domain, service, data = {}) {
      const answer = await rest("POST", `/api/services/${domain}/${service}`, data);
      if (answer.status !== 200)
        throw new Error(`${domain}.${service}: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    async script(name, data) {
      const answer = await rest("POST", `/api/services/script/${name}?return_response`, data);
      if (answer.status !== 200) throw new Error(`script.${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.service_response;
    },
  };
}

export async function smallHouse(options: { mobileApp?: boolean } = {}): Promise<House> {
  const clock = fastClock();
  const small = await createSmallHass({ clock, ...options });
  return {
    word: "small",
    url: small.url,
    token: small.token,
    clock,
    ask: (message) => small.ask(message),
    ...overHttp(small.url, small.token),
    restart: () => small.restart(),
    stop: () => small.stop(),
  };
}

export async function realHouse(): Promise<House> {
  const real = await startHass();
  return {
    word: "real",
    url: real.url,
    token: real.token,
    clock: systemClock,
    ask: (message) => real.ask(message),
    ...overHttp(real.url, real.token),
    restart: () => real.restart(),
    stop: () => real.stop(),
  };
}

/** Keeps JSON only, as a database does. */
export function fakeMemory(): HassMemory & { readonly all: Map<string, string> } {
  const all = new Map<string, string>();
  return {
    all,
    get: (key) => (all.has(key) ? JSON.parse(all.get(key)!) : undefined),
    set: (key, value) => void all.set(key, JSON.stringify(value)),
    delete: (key) => void all.delete(key),
  };
}

export interface BridgeOptions {
  readonly memory?: HassMemory;
  readonly publish?: "device" | "states";
  readonly advancedSensors?: boolean;
  readonly nativeControls?: boolean;
  readonly services?: boolean;
  readonly instance?: string;
  readonly handler?: ServiceHandler;
  readonly token?: string;
}

export interface TestBridge extends Hass {
  readonly logged: () => string;
}

/** The hass/ room, started. */
export function bridgeOn(house: House, options: BridgeOptions = {}): TestBridge {
  let logged = "";
  const log = createLog({
    level: "debug",
    format: "json",
    destination: { write: (line: string) => void (logged += line) },
  });
  const hass = createHass({
    url: house.url,
    token: options.token ?? house.token,
    clock: house.clock,
    log,
    memory: options.memory ?? fakeMemory(),
    version: "1.2.3",
    publish: options.publish ?? "device",
    advancedSensors: options.advancedSensors ?? true,
    nativeControls: options.nativeControls ?? false,
    services: options.services ?? false,
    instance: options.instance,
    handler: options.handler ?? (async () => ({ ok: true })),
  });
  hass.start();
  return Object.assign(Object.create(hass) as Hass, { logged: () => logged });
}

export const TEST_SPECS = {
  status: {
    key: "status",
    platform: "sensor",
    name: "Status",
    deviceClass: "enum",
    options: ["available", "charging", "offline"],
  },
  power: {
    key: "power",
    platform: "sensor",
    name: "Power",
    deviceClass: "power",
    unit: "W",
    stateClass: "measurement",
    precision: 0,
  },
  energy_total: {
    key: "energy_total",
    platform: "sensor",
    name: "Energy Total",
    deviceClass: "energy",
    unit: "kWh",
    stateClass: "total_increasing",
    precision: 3,
  },
  online: {
    key: "online",
    platform: "binary_sensor",
    name: "Connected",
    suffix: "connected",
    deviceClass: "connectivity",
    category: "diagnostic",
  },
  soc: {
    key: "soc",
    platform: "sensor",
    name: "State of Charge",
    deviceClass: "battery",
    unit: "%",
    stateClass: "measurement",
    precision: 0,
    enabled: false,
  },
} as const satisfies Record<string, EntitySpec>;

/** A wallbox with the entities that tell the ways apart. */
export function testDevice(
  values: Partial<Record<keyof typeof TEST_SPECS, any>>,
  more: Partial<DeviceState> = {},
): DeviceState {
  return {
    id: "garage",
    name: "Garage wallbox",
    manufacturer: "Acme",
    model: "X1",
    firmware: "1.0",
    entities: Object.values(TEST_SPECS).map((spec) => ({
      spec,
      value: values[spec.key],
      ...(spec.key === "status" ? { attributes: { evse: { schema: 1 } } } : {}),
    })),
    ...more,
  };
}

/** Asks again every few ms until it is true. */
export async function eventually(
  check: () => Promise<boolean> | boolean,
  timeoutMs = 20_000,
  why: () => unknown = () => "",
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    // A house that is just restarting refuses the question.
    if (await (async () => check())().catch(() => false)) return;
    if (performance.now() > end) throw new Error(`did not happen within ${timeoutMs} ms: ${JSON.stringify(why())}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

export async function registryEntry(house: House, entityId: string): Promise<any> {
  const all: any[] = await house.ask({ type: "config/entity_registry/list" });
  return all.find((entry) => entry.entity_id === entityId);
}
