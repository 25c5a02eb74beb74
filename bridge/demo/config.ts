/** The configuration of the demo's bridge, in the words a user would write. */

export interface DemoPlaces {
  readonly hassUrl: string;
  readonly tokenFile: string;
  readonly dataDir: string;
  /** UDP port of the simulated BS20. */
  readonly besenPort: number;
  /** The simulated tenant of the cloud. */
  readonly ampeco: { readonly url: string; readonly token: string };
  /** Keeps the demo's entities apart from those of a real bridge on the same Home Assistant. */
  readonly instance: string | undefined;
}

export const SENSORS = {
  gridL1: "sensor.grid_l1_power",
  gridL2: "sensor.grid_l2_power",
  gridL3: "sensor.grid_l3_power",
  solar: "sensor.pv_power",
  batterySoc: "sensor.battery_soc",
  batteryPower: "sensor.battery_power",
} as const;

export const DEMO_CHARGERS = ["garage", "carport", "guest", "office"] as const;

export const DEMO_PIN = "482913";

export const STATIONS = { garage: "DEMO-16", carport: "DEMO-201" } as const;

export function demoConfig(places: DemoPlaces): string {
  const q = JSON.stringify;
  return `home_assistant:
  url: ${q(places.hassUrl)}
  token_file: ${q(places.tokenFile)}
${places.instance === undefined ? "" : `  instance: ${places.instance}\n`}ocpp:
  listen: 127.0.0.1:0
  meter_interval: 5
site:
  id: home
  name: Home
  phases: 3
  voltage: 230
  main_breaker: 35
  grid: { l1: ${SENSORS.gridL1}, l2: ${SENSORS.gridL2}, l3: ${SENSORS.gridL3} }
  solar: ${SENSORS.solar}
  battery: { soc: ${SENSORS.batterySoc}, power: ${SENSORS.batteryPower}, max_charge: 3000, max_discharge: 3000, soc_target: 60 }
  inverter: { max_power: 12000, max_power_per_phase: 4000, asymmetric: true }
  max_import: { power: 17000 }
  distribution: priority
  price: 0.31
  currency: EUR
chargers:
  - { id: garage, name: Garage wallbox, driver: ocpp, station: ${STATIONS.garage}, max_current: 16, phases: 3, mode: eco, priority: 1, auto_start: true, enable_delay: 5, solar_grace: 60, pause_time: 20, command_interval: 5, min_on: 20, min_off: 20, vehicle: { name: Compact car, capacity: 58 } }
  - { id: carport, name: Carport wallbox, driver: ocpp, station: ${STATIONS.carport}, max_current: 16, phases: 3, phase_map: [L2, L3, L1], mode: standard, priority: 2, auto_start: true, enable_delay: 5, solar_grace: 60, pause_time: 20, command_interval: 5, min_on: 20, min_off: 20 }
  - { id: guest, name: Guest wallbox, driver: besen, transport: udp, host: "127.0.0.1:${places.besenPort}", pin: "${DEMO_PIN}", max_current: 16, phases: 1, phase_map: [L3, L1, L2], mode: solar, priority: 3 }
  - { id: office, name: Office wallbox, driver: ampeco, host: ${q(places.ampeco.url)}, token: ${q(places.ampeco.token)}, api: public, max_current: 16, phases: 3, mode: eco, priority: 4, poll_active: 15, poll_idle: 15 }
data_dir: ${q(places.dataDir)}
http: { listen: 127.0.0.1:0 }
`;
}
