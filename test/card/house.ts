/** A Home Assistant frontend as the card sees it: states that can be changed, services that are recorded. */
import type { Hass, HassEntity } from "../../card/hass.ts";

/** Noon of a summer day; the tests' clock stands here. */
export const NOW = Date.UTC(2026, 5, 21, 12, 5, 0);
const AT = new Date(NOW).toISOString();

export interface Call {
  domain: string;
  service: string;
  data: Record<string, unknown>;
  entity: string;
}

export function entity(
  id: string,
  state: string | number,
  attributes: Record<string, unknown> = {},
  at = AT,
): HassEntity {
  return { entity_id: id, state: String(state), attributes, last_changed: at, last_updated: at };
}

export interface ChargerOptions {
  id?: string;
  name?: string;
  status?: string;
  reason?: [string, (Record<string, unknown> | undefined)?];
  powerW?: number;
  amps?: number;
  allocatedA?: number;
  limitA?: number;
  mode?: string;
  modes?: string[];
  caps?: string[];
  schema?: number;
  more?: Record<string, string | number>;
}

const CAPS = ["start_stop", "stop_ends", "pause", "limit", "on_off", "mode", "reset", "unlock", "per_phase", "cost"];
const MODES = ["Standard", "Eco", "Solar", "Excess"];
/** Readings that the bridge keeps of a wallbox that is offline; all others are unavailable then. */
const KEPT = ["fail_safe", "last_session_energy", "last_session_duration"];
/** What attribute `last` tells then. */
const LAST = { power: 6900, energy_session: 9.7 };

/** All entities of one wallbox with its map. */
export function charger(options: ChargerOptions = {}): HassEntity[] {
  const id = options.id ?? "garage";
  const p = id;
  const status = options.status ?? "charging";
  const flowing = status === "charging";
  const amps = options.amps ?? (flowing ? 10 : 0);
  const sensors: Record<string, string | number> = {
    power: options.powerW ?? (flowing ? 6900 : 0),
    current: amps,
    current_l1: amps,
    current_l2: amps,
    current_l3: Math.max(0, amps - 0.1),
    voltage: 230,
    voltage_l1: 231,
    voltage_l2: 229,
    voltage_l3: 232,
    energy_session: 9.7,
    session_start: new Date(NOW - 102 * 60_000).toISOString(),
    session_duration: 102,
    session_cost: 0.38,
    session_solar: 92,
    allocated_a: options.allocatedA ?? 10,
    fail_safe: "proven",
    last_session_energy: 18.6,
    last_session_duration: 185,
    ...options.more,
  };
  const entities: Record<string, string> = {};
  const out: HassEntity[] = [];
  const attributes = { evse_id: id };
  for (const [role, value] of Object.entries(sensors)) {
    entities[role] = `sensor.${p}_${role}`;
    const gone = status === "offline" && !KEPT.includes(role);
    out.push(entity(`sensor.${p}_${role}`, gone ? "unavailable" : value, { ...attributes, evse_role: role }));
  }
  const [code, params] = options.reason ?? (flowing ? ["following_solar", { surplus_w: 7300 }] : ["unplugged"]);
  out.push(
    entity(`sensor.${p}_reason`, code, {
      ...attributes,
      evse_role: "reason",
      params: params ?? {},
      text: "English text.",
    }),
  );
  out.push(entity(`sensor.${p}_command`, "idle", { ...attributes, evse_role: "command", command_id: "c0" }));
  out.push(entity(`binary_sensor.${p}_connected`, status === "offline" ? "off" : "on", attributes));
  out.push(
    entity(`input_select.${p}_mode`, options.mode ?? "Solar", { options: options.modes ?? MODES }),
    entity(`input_number.${p}_current_limit`, options.limitA ?? 13, { min: 0, max: 16, step: 1 }),
    entity(`input_boolean.${p}_charging`, "on"),
  );
  for (const role of ["start", "stop", "pause", "reset", "unlock"])
    out.push(entity(`input_button.${p}_${role}`, "unknown"));
  Object.assign(entities, {
    reason: `sensor.${p}_reason`,
    command: `sensor.${p}_command`,
    online: `binary_sensor.${p}_connected`,
    mode: `input_select.${p}_mode`,
    limit: `input_number.${p}_current_limit`,
    enabled: `input_boolean.${p}_charging`,
    start: `input_button.${p}_start`,
    stop: `input_button.${p}_stop`,
    pause: `input_button.${p}_pause`,
    reset: `input_button.${p}_reset`,
    unlock: `input_button.${p}_unlock`,
  });
  out.push(
    entity(`sensor.${p}_status`, status, {
      ...attributes,
      friendly_name: `${options.name ?? "Garage"} Status`,
      evse: {
        schema: options.schema ?? 1,
        id,
        driver: "ocpp",
        protocol: "2.0.1",
        phases: 3,
        min_a: 6,
        max_a: 16,
        command_timeout_s: 35,
        caps: options.caps ?? CAPS,
      },
      evse_entities: entities,
      ...(status === "offline" ? { last: LAST } : {}),
    }),
  );
  return out;
}

export interface SiteOptions {
  gridW?: number;
  solarW?: number;
  batteryW?: number;
  houseW?: number;
  /** At the house connection, A; the fuse is 25 A. */
  legsA?: readonly [number, number, number];
}

export function site(options: SiteOptions = {}): HassEntity[] {
  const w = { evse_id: "site" };
  return [
    entity("sensor.home_grid_power", options.gridW ?? -400, w),
    entity("sensor.home_solar_power", options.solarW ?? 8400, w),
    ...(options.batteryW === undefined
      ? []
      : [entity("sensor.home_battery_power", options.batteryW, w), entity("sensor.home_battery_soc", 71, w)]),
    entity("sensor.home_house_power", options.houseW ?? 1100, w),
    ...(options.legsA ?? [19, 21, 15]).flatMap((amps, index) => [
      entity(`sensor.home_current_l${index + 1}`, amps, w),
      entity(`sensor.home_available_current_l${index + 1}`, 25 - amps, w),
    ]),
    entity("input_select.home_mode", "Mixed", { options: [...MODES, "Mixed"], friendly_name: "Home Mode" }),
    entity("input_select.home_distribution", "Priority", {
      options: ["Shared", "Priority"],
      friendly_name: "Home Distribution",
    }),
    entity("input_number.home_max_import_power", 12000, {
      min: 0,
      max: 50000,
      step: 100,
      unit_of_measurement: "W",
      friendly_name: "Home Max Import Power",
    }),
    entity("input_boolean.home_allow_grid_charging", "on", { friendly_name: "Home Allow Grid Charging" }),
  ];
}

export function root(chargers: { id: string; name: string }[], withSite = true, beat = AT): HassEntity {
  const roles = [
    "grid_power",
    "solar_power",
    "battery_power",
    "battery_soc",
    "house_power",
    "current_l1",
    "current_l2",
    "current_l3",
    "available_current_l1",
    "available_current_l2",
    "available_current_l3",
  ];
  const map: Record<string, string> = Object.fromEntries(roles.map((role) => [role, `sensor.home_${role}`]));
  map["mode"] = "input_select.home_mode";
  map["distribution"] = "input_select.home_distribution";
  map["max_import_power"] = "input_number.home_max_import_power";
  map["allow_grid_charging"] = "input_boolean.home_allow_grid_charging";
  return entity(
    "sensor.evse_bridge",
    beat,
    {
      evse_schema: 1,
      version: "0.1.0",
      heartbeat_s: 60,
      site: withSite ? map : {},
      chargers: chargers.map(({ id, name }) => ({ id, name, status: `sensor.${id}_status` })),
    },
    beat,
  );
}

export interface HouseOptions {
  language?: string;
  dark?: boolean;
  rtl?: boolean;
  connected?: boolean;
  user?: string;
}

/** Holds the states; `hass()` gives a fresh object as the frontend does after every event. */
export class House {
  readonly calls: Call[] = [];
  readonly asked: Record<string, unknown>[] = [];
  /** What the next service call does: resolve, or reject with this message. */
  refuse: string | undefined;
  answer: unknown = {};
  readonly options: HouseOptions;
  readonly connection = {};
  #states: Record<string, HassEntity | undefined> = {};
  readonly #locale;
  readonly #user;

  constructor(entities: HassEntity[], options: HouseOptions = {}) {
    this.options = options;
    for (const each of entities) this.#states[each.entity_id] = each;
    this.#locale = {
      language: options.language ?? "en",
      number_format: "language",
      time_format: "24",
      time_zone: "server",
    };
    this.#user = { id: options.user ?? "u1", is_admin: true };
  }

  /** One wallbox called Garage, with sun on the roof. */
  static garage(options: ChargerOptions = {}, house: HouseOptions = {}, at: SiteOptions = {}): House {
    return new House([root([{ id: "garage", name: "Garage" }]), ...charger(options), ...site(at)], house);
  }

  get states(): Record<string, HassEntity | undefined> {
    return this.#states;
  }

  set(id: string, state: string | number, attributes?: Record<string, unknown>, at = new Date().toISOString()): void {
    const old = this.#states[id];
    this.#states = { ...this.#states, [id]: entity(id, state, attributes ?? old?.attributes ?? {}, at) };
  }

  remove(id: string): void {
    const { [id]: _gone, ...rest } = this.#states;
    this.#states = rest;
  }

  clear(): void {
    this.#states = {};
  }

  hass(connected = this.options.connected ?? true): Hass {
    const language = this.options.language ?? "en";
    return {
      states: this.#states,
      connected,
      language,
      locale: this.#locale,
      themes: { darkMode: this.options.dark === true },
      user: this.#user,
      config: { time_zone: "UTC", currency: "EUR" },
      connection: this.connection,
      translationMetadata: { translations: { [language]: { isRTL: this.options.rtl === true } } },
      callService: async (domain, service, data, target) => {
        this.calls.push({ domain, service, data: { ...data }, entity: target?.entity_id ?? "" });
        if (this.refuse !== undefined) throw new Error(this.refuse);
      },
      callWS: async (message) => {
        this.asked.push({ ...message });
        return this.answer;
      },
    };
  }
}
