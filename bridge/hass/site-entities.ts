/** The site's device as Home Assistant shows it (pure), with the root entity that leads to everything. */
import {
  EVSE_SCHEMA,
  HEARTBEAT_S,
  ROOT_ENTITY,
  SITE_ENTITIES,
  type DeviceState,
  type EntitySpec,
  type EntityState,
  type EntityValue,
  type EvseEntities,
  type RootAttributes,
  type SiteEntityKey,
} from "../../shared/entities.ts";
import type { CircuitUse, Plan } from "../../shared/plan.ts";
import type { SitePhase, SiteState } from "../../shared/site.ts";
import { roundTo } from "../../shared/units.ts";
import { SITE, withInstance } from "./identity.ts";

export interface SiteMore {
  /** Changes every HEARTBEAT_S. */
  readonly heartbeatMs: number;
  /** Of the bridge. */
  readonly version: string;
  readonly instance: string | undefined;
  /** The site's readings and controls where they are in Home Assistant now. */
  readonly ids: EvseEntities;
  /** Status entity of each charger; one that is not there yet is left out. */
  readonly chargers: readonly { readonly id: string; readonly name: string; readonly status: string | undefined }[];
}

const PHASES: readonly SitePhase[] = ["A", "B", "C"];
const STATUS_WORDS = ["ok", "initializing", "no_meter", "meter_stale"] as const;
/** Key of the root entity within the site's device. */
export const ROOT_KEY = "root";

export function siteDevice(state: SiteState, plan: Plan | undefined, more: SiteMore): DeviceState {
  const { config } = state;
  const site = plan?.site;
  const values: Readonly<Record<SiteEntityKey, EntityValue>> = {
    grid_power: site?.gridW,
    solar_power: site?.solarW,
    battery_power: site?.batteryW,
    battery_soc: site?.batterySocPct,
    house_power: site?.houseW,
    chargers_power: site?.chargersW,
    current_l1: site?.currentA.A,
    current_l2: site?.currentA.B,
    current_l3: site?.currentA.C,
    site_limit: site?.siteLimitW,
    site_available: site?.siteAvailableW,
    available_current_l1: site?.availableA.A,
    available_current_l2: site?.availableA.B,
    available_current_l3: site?.availableA.C,
    grid_available_power: site?.gridAvailableW,
    solar_available_power: site?.solarAvailableW,
    battery_available_power: site?.batteryAvailableW,
    status: site?.status ?? "initializing",
  };
  const metered = config.meteredPhases.length > 0;
  const solar = config.hasSolar || config.hasInverterSensors || site?.solarW !== undefined;
  const has = (key: SiteEntityKey): boolean => {
    switch (key) {
      case "grid_power":
      case "house_power":
        return metered;
      case "solar_power":
      case "solar_available_power":
        return solar;
      case "battery_power":
      case "battery_soc":
      case "battery_available_power":
        return config.hasBattery;
      case "current_l1":
      case "available_current_l1":
        return config.meteredPhases.includes(phaseOf(0));
      case "current_l2":
      case "available_current_l2":
        return config.meteredPhases.includes(phaseOf(1));
      case "current_l3":
      case "available_current_l3":
        return config.meteredPhases.includes(phaseOf(2));
      case "chargers_power":
      case "site_limit":
      case "site_available":
      case "grid_available_power":
      case "status":
        return true;
    }
  };
  const entities: EntityState[] = [root(more)];
  for (const key of KEYS) {
    if (!has(key)) continue;
    const spec: EntitySpec = SITE_ENTITIES[key];
    entities.push(
      key === "status"
        ? {
            spec: { ...spec, deviceClass: "enum", options: STATUS_WORDS },
            value: values[key],
            attributes: { warnings: site?.warnings ?? [] },
          }
        : { spec, value: values[key] },
    );
  }
  for (const circuit of config.circuits)
    entities.push(
      circuitEntity(
        circuit.id,
        circuit.name,
        site?.circuits.find((use) => use.id === circuit.id),
      ),
    );
  return {
    id: SITE,
    name: config.name,
    manufacturer: "EVSE Bridge",
    model: "Site",
    firmware: more.version,
    entities,
  };
}

const KEYS = Object.keys(SITE_ENTITIES) as SiteEntityKey[];

function phaseOf(index: 0 | 1 | 2): SitePhase {
  return PHASES[index] ?? "A";
}

/** `sensor.evse_bridge`: the one entity that cards and scripts need to know. */
function root(more: SiteMore): EntityState {
  const objectId = withInstance(ROOT_ENTITY.slice(ROOT_ENTITY.indexOf(".") + 1), more.instance);
  const attributes: RootAttributes = {
    evse_schema: EVSE_SCHEMA,
    version: more.version,
    heartbeat_s: HEARTBEAT_S,
    site: Object.fromEntries(Object.entries(more.ids).filter(([role]) => role !== ROOT_KEY)),
    chargers: more.chargers.flatMap(({ id, name, status }) => (status === undefined ? [] : [{ id, name, status }])),
  };
  return {
    spec: {
      key: ROOT_KEY,
      platform: "sensor",
      name: "EVSE Bridge",
      objectId,
      deviceClass: "timestamp",
      category: "diagnostic",
      icon: "mdi:ev-station",
    },
    value: new Date(more.heartbeatMs).toISOString(),
    attributes: { ...attributes },
  };
}

function circuitEntity(id: string, name: string, use: CircuitUse | undefined): EntityState {
  return {
    spec: {
      key: `circuit_${id}`,
      platform: "sensor",
      name: `Circuit ${name}`,
      deviceClass: "current",
      unit: "A",
      stateClass: "measurement",
      precision: 1,
    },
    value: use?.usedA,
    attributes: {
      limit: use?.limitA ?? null,
      headroom: use?.headroomA === undefined ? null : roundTo(use.headroomA, 1),
      per_phase:
        use === undefined
          ? null
          : {
              l1: roundTo(use.perPhaseA.A, 1),
              l2: roundTo(use.perPhaseA.B, 1),
              l3: roundTo(use.perPhaseA.C, 1),
            },
      members: use?.members ?? [],
    },
  };
}
