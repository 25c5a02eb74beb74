/** The keys of each driver. */
import { Type } from "typebox";
import { amps, entity, object, oneOf, optional, phaseCount, seconds, secret, slug, text, watts } from "./fields.ts";

const vehicle = object({
  name: optional(text("the car's name")),
  tags: optional(Type.Array(text("RFID tag that means this car"))),
  phases: optional(phaseCount("that the car charges with")),
  min_current: optional(amps("the car's minimum", 6, 80)),
  max_current: optional(amps("the car's maximum", 6, 80)),
  soc: optional(entity("the car's state of charge")),
  capacity: optional(Type.Number({ minimum: 1, maximum: 500, description: "kWh" })),
  limit_soc: optional(Type.Number({ minimum: 1, maximum: 100, description: "%" })),
  limit_energy: optional(Type.Number({ minimum: 0.1, maximum: 500, description: "kWh a session" })),
  min_soc: optional(Type.Number({ minimum: 1, maximum: 100, description: "%, charged at once whatever the mode" })),
});

const phaseName = Type.Enum(["L1", "L2", "L3", "A", "B", "C"]);
const common = {
  id: slug("the charger's name in configuration, services, logs"),
  name: optional(text("the charger's name in Home Assistant")),
  priority: optional(Type.Integer({ minimum: 1, maximum: 10, description: "lower first; default: place in the list" })),
  min_current: optional(amps("lasting floor per phase", 6, 80, 6)),
  max_current: optional(amps("lasting ceiling per phase", 6, 80)),
  fail_safe_current: optional(
    Type.Union([Type.Literal(0), Type.Number({ minimum: 6, maximum: 80 })], {
      description: "limit without the bridge, A; 0 = pause",
      default: 6,
    }),
  ),
  phases: optional(phaseCount("wired; default: what the charger reports, else the site's")),
  phase_map: optional(
    Type.Array(phaseName, { minItems: 1, maxItems: 3, description: "site phase of each charger leg" }),
  ),
  phase_switching: optional(oneOf(["off", "auto"], "1p/3p switching", "off")),
  command_interval: optional(seconds("between raising commands", 5, 300)),
  enable_delay: optional(seconds("of enough sun before charging starts", 0, 3600, 60)),
  solar_grace: optional(seconds("of too little sun before charging stops", 0, 3600, 300)),
  pause_time: optional(seconds("a pause lasts at least", 0, 3600, 180)),
  min_on: optional(seconds("charging lasts at least", 0, 3600, 300)),
  min_off: optional(seconds("not charging lasts at least", 0, 3600, 300)),
  limit_writes_per_day: optional(
    Type.Integer({ minimum: 1, description: "limits a day; above it only downward steps are sent" }),
  ),
  vehicle: optional(vehicle),
};
const wallboxMode = {
  mode: optional(oneOf(["standard", "eco", "solar", "excess", "off"], "first value of the mode helper", "standard")),
};
const password = secret("the station's basic-auth password");
const pin = secret("the box's PIN, 6 digits");
const apiToken = secret("API token");
const clientSecret = secret("OAuth client secret");
const refreshToken = secret("OAuth refresh token");

export const ChargerSchemas = {
  ocpp: object({
    ...common,
    ...wallboxMode,
    driver: Type.Literal("ocpp"),
    station: text("identity: last part of the URL typed into the wallbox"),
    serial: optional(text("serial number, where the box's own certificate (profile 3) is made out to it")),
    password: password.value,
    password_file: password.file,
    version: optional(oneOf(["auto", "1.6", "2.0.1", "2.1"], "pinned OCPP version", "auto")),
    connector: optional(Type.Integer({ minimum: 1, maximum: 99, description: "only this connector; default all" })),
    anonymous: optional(Type.Boolean({ default: false, description: "the box connects without an identity" })),
    charge_rate_unit: optional(oneOf(["auto", "A", "W"], "unit of limits on the wire", "auto")),
    layers: optional(oneOf(["auto", "two", "single"], "standing fail-safe under a leased limit", "auto")),
    profile_validity_mode: optional(oneOf(["auto", "absolute", "relative"], "kind of profiles", "auto")),
    stack_level: optional(Type.Integer({ minimum: 0, maximum: 10, default: 2 })),
    ocpp_profile_timeout: optional(seconds("validity of the leased limit", 30, 900, 120)),
    auth: optional(oneOf(["accept_all", "allow_list", "block"], "who may charge", "accept_all")),
    id_tag: optional(Type.String({ minLength: 1, maxLength: 36, description: "tag of remote starts" })),
    auto_start: optional(Type.Boolean({ default: false, description: "start when a car is plugged in" })),
    stop: optional(oneOf(["end", "pause"], "what the stop button does")),
    allow_reset: optional(oneOf(["never", "failed_pause", "always"], "reboot as last resort", "failed_pause")),
    strict: optional(Type.Boolean({ default: false })),
    quirks: optional(Type.Array(text("quirk name"))),
  }),
  besen: object({
    ...common,
    ...wallboxMode,
    driver: Type.Literal("besen"),
    address: optional(
      Type.String({ pattern: "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", description: "Bluetooth address" }),
    ),
    name_filter: optional(text("name beginning, e.g. ACP#")),
    host: optional(text("address on the LAN (transport udp)")),
    pin: pin.value,
    pin_file: pin.file,
    transport: optional(oneOf(["ble", "udp"], "radio or LAN", "ble")),
    ble_driver: optional(oneOf(["auto", "noble", "noble-next"], "Bluetooth library", "auto")),
    adapter: optional(text("Bluetooth adapter, e.g. hci0")),
    zone: optional(text("IANA time zone of the box's clock")),
    keep_records_for_app: optional(Type.Boolean({ default: true })),
    rssi: optional(Type.Boolean({ default: false })),
  }),
  ampeco: object({
    ...common,
    ...wallboxMode,
    driver: Type.Literal("ampeco"),
    host: text("tenant's host name"),
    token: apiToken.value,
    token_file: apiToken.file,
    api: optional(oneOf(["auto", "app", "public"], "which API the token is for", "auto")),
    charge_point: optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Integer()], { description: "id; default all" }),
    ),
    power_unit: optional(oneOf(["W", "kW"], "unit of the app API's power", "W")),
    energy_unit: optional(oneOf(["Wh", "kWh"], "unit of the app API's energy", "Wh")),
    app_max_current: optional(
      Type.Boolean({ default: false, description: "the operator's app lets one set a current" }),
    ),
    headers: optional(Type.Record(Type.String(), Type.String())),
    poll_active: optional(seconds("between polls while charging", 15, 3600, 30)),
    poll_idle: optional(seconds("between polls otherwise", 15, 3600, 300)),
    oauth: optional(
      object({
        client_id: text("OAuth client id"),
        client_secret: clientSecret.value,
        client_secret_file: clientSecret.file,
        refresh_token: refreshToken.value,
        refresh_token_file: refreshToken.file,
      }),
    ),
  }),
  hass: object({
    ...common,
    ...wallboxMode,
    driver: Type.Literal("hass"),
    preset: optional(text("name of a preset, e.g. lbbrhzn_ocpp")),
    device: optional(text("the preset's device id (its entities' prefix)")),
    entities: optional(
      Type.Partial(
        object({
          status: entity("status"),
          power: entity("power"),
          current: entity("current"),
          current_l1: entity("current L1"),
          current_l2: entity("current L2"),
          current_l3: entity("current L3"),
          energy_total: entity("energy register"),
          soc: entity("car's state of charge"),
          current_limit: entity("number that sets the limit"),
          enable: entity("switch that allows charging"),
          start: entity("button that starts"),
          stop: entity("button that stops"),
          current_offered: entity("what the box offers"),
          power_offered: entity("what the box offers"),
        }),
        { additionalProperties: false },
      ),
    ),
    values: optional(Type.Record(Type.String(), Type.String(), { description: "raw state → status word" })),
    limit_service: optional(
      object({
        service: Type.String({ pattern: "^[a-z_]+\\.[a-z0-9_]+$" }),
        data: optional(Type.Record(Type.String(), Type.Unknown())),
      }),
    ),
  }),
  plug: object({
    ...common,
    mode: optional(oneOf(["continuous", "solar", "excess", "off"], "first value of the mode helper", "continuous")),
    driver: Type.Literal("plug"),
    switch: entity("the plug's switch"),
    power: optional(watts("the load's rating", 100, 25000, 2000)),
    meter: optional(entity("the plug's power sensor")),
  }),
} as const;
export type DriverName = keyof typeof ChargerSchemas;
export const DRIVER_NAMES = Object.keys(ChargerSchemas) as readonly DriverName[];
