/** Example data for the picker's preview, so that it is never an error: one wallbox following the sun. */
import { ROOT } from "./discovery.ts";
import type { Fields, Hass, HassEntity } from "./hass.ts";
import { defaultEntityId } from "./roles.ts";

/** By role. The energy adds up: the sun's 8400 W are 1100 for the house, 6900 for the car, 400 for the grid. */
const STATES = {
  status: "charging",
  reason: "following_solar",
  power: 6900,
  current: 10,
  current_l1: 10,
  current_l2: 10,
  current_l3: 10,
  voltage_l1: 230,
  voltage_l2: 230,
  voltage_l3: 230,
  allocated_a: 10,
  energy_session: 9.7,
  session_duration: 102,
  session_solar: 92,
  mode: "Solar",
  limit: 13,
  pause: "",
  stop: "",
  grid: -400,
  solar: 8400,
  house: 1100,
};
const ATTRIBUTES: Readonly<Record<string, Fields>> = {
  status: { evse: { phases: 3, max_a: 16, caps: ["start_stop", "stop_ends", "pause"] } },
  reason: { params: { surplus_w: 7300 } },
  mode: { options: ["Standard", "Eco", "Solar", "Excess"] },
};

const id = (role: string): string => defaultEntityId("demo", role);
/** Without times: nothing of the example has an age. */
const entity = (entity_id: string, state: string | number, attributes: Fields = {}): [string, HassEntity] => [
  entity_id,
  { entity_id, state: String(state), attributes, last_changed: "", last_updated: "" },
];
const refuse = (): Promise<never> => Promise.reject(new Error("example"));

export const DEMO_HASS: Hass = {
  states: Object.fromEntries([
    entity(ROOT, "", {
      evse_schema: 1,
      chargers: [{ id: "demo", name: "Garage", status: id("status") }],
      site: { grid_power: id("grid"), solar_power: id("solar"), house_power: id("house") },
    }),
    ...Object.entries(STATES).map(([role, state]) => entity(id(role), state, ATTRIBUTES[role])),
  ]),
  callService: refuse,
  callWS: refuse,
};
