/** Example data for the picker's preview, so that it is never an error: one wallbox following the sun. */
import type { Hass, HassEntity } from "./hass.ts";

const EPOCH = "2026-06-21T12:00:00Z";

function entity(
  id: string,
  state: string | number,
  attributes: Record<string, unknown> = {},
): readonly [string, HassEntity] {
  return [id, { entity_id: id, state: String(state), attributes, last_changed: EPOCH, last_updated: EPOCH }];
}

const STATUS = "sensor.demo_status";
const refuse = (): Promise<never> => Promise.reject(new Error("This is an example."));

export const DEMO_HASS: Hass = {
  connected: true,
  states: Object.fromEntries([
    entity("sensor.evse_bridge", EPOCH, {
      evse_schema: 1,
      chargers: [{ id: "demo", name: "Garage", status: STATUS }],
      site: {
        grid_power: "sensor.demo_grid_power",
        solar_power: "sensor.demo_solar_power",
        house_power: "sensor.demo_house_power",
      },
    }),
    entity(STATUS, "charging", {
      evse: {
        schema: 1,
        id: "demo",
        phases: 3,
        min_a: 6,
        max_a: 16,
        caps: ["start_stop", "stop_ends", "pause", "limit", "mode"],
      },
    }),
    entity("sensor.demo_reason", "following_solar", { params: { surplus_w: 7300 } }),
    entity("sensor.demo_power", 6900),
    entity("sensor.demo_current", 10),
    entity("sensor.demo_allocated_a", 10),
    entity("sensor.demo_energy_session", 9.7),
    entity("sensor.demo_session_duration", 102),
    entity("sensor.demo_session_solar", 92),
    ...[1, 2, 3].flatMap((leg) => [
      entity(`sensor.demo_current_l${String(leg)}`, 10),
      entity(`sensor.demo_voltage_l${String(leg)}`, 230),
    ]),
    entity("input_select.demo_mode", "Solar", { options: ["Standard", "Eco", "Solar", "Excess"] }),
    entity("input_number.demo_current_limit", 13, { min: 0, max: 16, step: 1 }),
    entity("input_button.demo_pause", "unknown"),
    entity("input_button.demo_stop", "unknown"),
    entity("sensor.demo_grid_power", -400),
    entity("sensor.demo_solar_power", 8400),
    entity("sensor.demo_house_power", 1100),
  ]),
  callService: refuse,
  callWS: refuse,
};
