/**
 * The configuration file's shape: one JSON Schema gives validation, types, editor completion (`evse-bridge config schema`) and the docs table.
 * Keys, ranges and defaults are the public interface. Secrets may also be given as `<key>_file`.
 */
import { Type, type Static } from "typebox";
import { ChargerSchemas, DRIVER_NAMES, type DriverName } from "./charger-schemas.ts";
import {
  amps,
  entity,
  files,
  listenAddress,
  object,
  oneOf,
  optional,
  phaseCount,
  seconds,
  secret,
  sensor,
  slug,
  text,
  watts,
} from "./fields.ts";

const token = secret("long-lived access token of an admin user");
export const HomeAssistantSchema = object({
  url: optional(
    Type.String({
      pattern: "^https?://",
      description: "Home Assistant's address, e.g. http://homeassistant.local:8123",
    }),
  ),
  token: token.value,
  token_file: token.file,
  publish: optional(
    oneOf(["device", "states"], "device: registry entities on a device; states: plain states", "device"),
  ),
  advanced_sensors: optional(
    Type.Boolean({
      default: true,
      description:
        "with publish: states, which knows no disabled entities: false leaves out what a device has off by default",
    }),
  ),
  native_controls: optional(
    Type.Boolean({ default: true, description: "switch, number, select and buttons on the device page" }),
  ),
  services: optional(Type.Boolean({ default: true, description: "script.evse_* services with responses" })),
  instance: optional(slug("for a second bridge on one Home Assistant")),
});

export const OcppSchema = object({
  listen: optional(listenAddress("where wallboxes connect", "0.0.0.0:9000")),
  tls: optional(
    object({
      cert: files,
      key: files,
      client_ca: optional(files),
      ciphers: optional(text("OpenSSL cipher list")),
      listen: optional(listenAddress("wss listener beside the plain one; absent: ocpp.listen itself is wss")),
    }),
  ),
  unknown_stations: optional(oneOf(["reject", "show"], "show: listed as waiting, not controlled", "reject")),
  ping_interval: optional(seconds("between WebSocket pings", 1, 60, 20)),
  call_timeout: optional(seconds("a wallbox may take to answer", 1, 300, 30)),
  meter_interval: optional(seconds("between meter values asked for", 1, 3600, 10)),
  trusted_proxies: optional(
    Type.Array(text("address"), { description: "reverse proxies whose X-Forwarded-For counts" }),
  ),
  authorization: optional(
    Type.Array(
      object({
        tag: text("RFID tag"),
        name: optional(text("whose tag")),
        status: optional(oneOf(["accepted", "blocked", "expired", "invalid"], "what the tag may do", "accepted")),
        expiry: optional(Type.String({ description: "ISO 8601 date" })),
      }),
    ),
  ),
});

export const SiteSchema = object({
  id: optional(slug("the site's id")),
  name: optional(text("the site's name")),
  phases: optional(phaseCount("of the house connection", 3)),
  voltage: optional(Type.Number({ minimum: 100, maximum: 400, default: 230, description: "phase to neutral, V" })),
  main_breaker: optional(amps("main fuse per phase", 1, 200, 25)),
  grid: optional(
    object({
      l1: optional(sensor("grid phase L1, W or A, + = import")),
      l2: optional(sensor("grid phase L2")),
      l3: optional(sensor("grid phase L3")),
      auto: optional(Type.Boolean({ description: "propose meter entities by brand patterns" })),
    }),
  ),
  solar: optional(sensor("solar production, W or kW")),
  battery: optional(
    object({
      soc: optional(sensor("battery state of charge, %")),
      power: optional(sensor("battery power, + = discharging")),
      max_charge: optional(watts("most the battery takes", 0, 50000, 5000)),
      max_discharge: optional(watts("most the battery gives", 0, 50000, 5000)),
      soc_target: optional(
        Type.Number({ minimum: 0, maximum: 100, default: 80, description: "first value of the helper, %" }),
      ),
      soc_min: optional(
        Type.Number({ minimum: 0, maximum: 95, default: 20, description: "first value of the helper, %" }),
      ),
      soc_hysteresis: optional(Type.Number({ minimum: 1, maximum: 10, default: 5, description: "%" })),
    }),
  ),
  inverter: optional(
    object({
      max_power: optional(watts("inverter limit, 0 = none", 0, 50000, 0)),
      max_power_per_phase: optional(watts("inverter limit per phase, 0 = none", 0, 20000, 0)),
      asymmetric: optional(Type.Boolean({ default: false, description: "can put its power on any phase" })),
      topology: optional(oneOf(["parallel", "series"], "where inverter-output sensors sit")),
      outputs: optional(
        object({
          l1: optional(sensor("inverter output L1")),
          l2: optional(sensor("inverter output L2")),
          l3: optional(sensor("inverter output L3")),
        }),
      ),
    }),
  ),
  max_import: optional(
    Type.Union([
      object({ power: watts("most that may be imported", 0, 200000) }),
      object({ entity: entity("sensor with the import cap") }),
    ]),
  ),
  power_buffer: optional(watts("kept free under the import cap", 0, 5000, 0)),
  excess_threshold: optional(watts("export above which Excess charges", 0, 50000, 13000)),
  allow_grid_charging: optional(Type.Boolean({ default: true, description: "first value of the helper" })),
  off_grid: optional(Type.Boolean({ default: false, description: "the site has no grid connection" })),
  net_metering_across_phases: optional(
    Type.Boolean({ default: false, description: "exporting phases offset importing ones under the import cap" }),
  ),
  distribution: optional(
    oneOf(["shared", "priority", "sequential_optimized", "sequential_strict"], "how chargers share", "priority"),
  ),
  circuits: optional(
    Type.Array(
      object({
        id: slug("the circuit's id"),
        name: optional(text("the circuit's name")),
        limit: optional(amps("limit per phase", 1, 200)),
        power: optional(watts("limit over all phases", 100, 200000)),
        members: optional(Type.Array(slug("charger id"))),
        parent: optional(slug("circuit id")),
        meter: optional(
          object({
            l1: optional(sensor("circuit meter L1")),
            l2: optional(sensor("circuit meter L2")),
            l3: optional(sensor("circuit meter L3")),
          }),
        ),
      }),
    ),
  ),
  price: optional(Type.Union([Type.Number({ description: "per kWh" }), entity("price per kWh")])),
  currency: optional(Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217 code" })),
  stale_after: optional(seconds("without a sign of life of a grid phase", 1, 3600, 15)),
  tick: optional(seconds("between evaluations", 1, 60, 2)),
  detect_phase_mapping: optional(
    Type.Union([Type.Boolean(), Type.Literal("apply")], {
      default: true,
      description: "looks which phases a charger really uses and tells it; apply: uses what it found",
    }),
  ),
});

/** Chargers are checked one by one against their driver's schema, so that an error names the key and not "no alternative matched". */
export const ConfigSchema = object({
  home_assistant: optional(HomeAssistantSchema),
  ocpp: optional(OcppSchema),
  site: optional(SiteSchema),
  chargers: optional(Type.Array(Type.Object({ id: slug("the charger's id"), driver: Type.Enum([...DRIVER_NAMES]) }))),
  data_dir: optional(text("where the database lives")),
  http: optional(
    object({
      listen: optional(listenAddress("status page and API", "127.0.0.1:8099")),
      token: optional(text("asked beyond loopback (secret)")),
      token_file: optional(text("file")),
    }),
  ),
  log: optional(
    object({
      level: optional(oneOf(["trace", "debug", "info", "warn", "error", "fatal"], "pino level", "info")),
      format: optional(oneOf(["json", "pretty"], "default: pretty on a terminal")),
    }),
  ),
});

export type RawCharger = { [D in DriverName]: Static<(typeof ChargerSchemas)[D]> }[DriverName];
export type RawConfig = Omit<Static<typeof ConfigSchema>, "chargers"> & { chargers?: RawCharger[] };
export type RawSensor = string | { entity: string; invert?: boolean; stale_after?: number };
export type RawSite = Static<typeof SiteSchema>;

/** The whole as one JSON Schema for editors. */
export function jsonSchema(): Record<string, unknown> {
  const schema = structuredClone(JSON.parse(JSON.stringify(ConfigSchema))) as { properties: Record<string, unknown> };
  schema.properties["chargers"] = {
    type: "array",
    items: { oneOf: Object.values(ChargerSchemas).map((one) => JSON.parse(JSON.stringify(one)) as unknown) },
  };
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "EVSE Bridge configuration", ...schema };
}
