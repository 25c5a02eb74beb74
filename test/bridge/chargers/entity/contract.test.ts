import { createEntitySource, type EntityChargerOptions } from "../../../../bridge/chargers/entity/driver.ts";
import { createPlugSource } from "../../../../bridge/chargers/entity/plug.ts";
import { chargerContract, type ChargerHarness } from "../../../contract/charger.contract.ts";
import { fakeClock } from "../../../fakes/fake-clock.ts";
import { contextFor } from "./context.ts";
import { FakePort } from "./fake-port.ts";

const common = { id: "easee", name: "Easee", minA: 6, maxA: undefined, failSafeA: 6, phases: 3 } as const;
const nothing = { preset: undefined, device: undefined, entities: {}, values: {}, limitService: undefined };

interface Wiring {
  readonly options: Omit<EntityChargerOptions, keyof typeof common>;
  readonly status: string;
  readonly power: string;
  readonly energy: string;
  readonly limitOf: (call: { service: string; data: Readonly<Record<string, any>> }) => number | undefined;
}

async function hassHarness({ options, status, power, energy, limitOf }: Wiring): Promise<ChargerHarness> {
  const clock = fakeClock();
  const port = new FakePort();
  const limits: number[] = [];
  port.onCall = (call) => {
    const limit = limitOf(call);
    if (limit !== undefined) limits.push(limit);
    if (call.service === "number.set_value") port.set(call.data["entity_id"], call.data["value"]);
    return call.service === "ocpp.get_configuration" ? { value: "Current,Power" } : undefined;
  };
  port.set("number.easee_limit", 16, { min: 0, max: 32, step: 1, unit_of_measurement: "A" });
  const source = createEntitySource({ ...common, ...options }, port, contextFor(clock));
  const charger = source.chargers[0]!;
  const firstSnapshot = charger.snapshot;
  await source.start();
  port.set(status, "Available");
  return {
    charger,
    firstSnapshot,
    clock,
    plugIn: async () => port.set(status, "Charging"),
    refuse: () => void (port.refusal = "The box has rejected it"),
    fallSilent: () => void (port.silent = true),
    async report({ powerW, energyWh }) {
      if (powerW !== undefined) port.set(power, powerW / 1000, { unit_of_measurement: "kW" });
      if (energyWh !== undefined) port.set(energy, energyWh / 1000, { unit_of_measurement: "kWh" });
    },
    receivedLimits: () => limits,
    close: () => source.close(),
  };
}

const entities = { status: "sensor.easee_status", power: "sensor.easee_power", energy_total: "sensor.easee_energy" };
const seen = { status: entities.status, power: entities.power, energy: entities.energy_total };

chargerContract("hass, a number", () =>
  hassHarness({
    ...seen,
    options: { ...nothing, entities: { ...entities, current_limit: "number.easee_limit" } },
    limitOf: ({ service, data }) => (service === "number.set_value" ? data["value"] : undefined),
  }),
);

chargerContract("hass, a service with a template", () =>
  hassHarness({
    ...seen,
    options: {
      ...nothing,
      entities,
      limitService: { service: "easee.set_limit", data: { charger: "abc", max: { amps: "{{ limit }}" } } },
    },
    limitOf: ({ service, data }) => (service === "easee.set_limit" ? data["max"].amps : undefined),
  }),
);

chargerContract("hass, preset lbbrhzn_ocpp", () =>
  hassHarness({
    status: "sensor.garage_status_connector",
    power: "sensor.garage_power_active_import",
    energy: "sensor.garage_energy_active_import_register",
    options: { ...nothing, preset: "lbbrhzn_ocpp", device: "garage" },
    limitOf: ({ service, data }) =>
      service === "ocpp.set_charge_rate" && data["custom_profile"].chargingProfileId === 11
        ? data["custom_profile"].chargingSchedule.chargingSchedulePeriod[0].limit
        : undefined,
  }),
);

const RATING_A = 2000 / 230;
chargerContract("plug", async () => {
  const clock = fakeClock();
  const port = new FakePort();
  const limits: number[] = [];
  port.onCall = ({ service, data }) => {
    limits.push(service.endsWith("turn_on") ? RATING_A : 0);
    port.set(data["entity_id"], service.endsWith("turn_on") ? "on" : "off");
  };
  const options = { ...common, phases: 1, switch: "switch.boiler", powerW: 2000, meter: "sensor.boiler" } as const;
  const source = createPlugSource(options, port, contextFor(clock));
  const charger = source.chargers[0]!;
  const firstSnapshot = charger.snapshot;
  await source.start();
  port.set("switch.boiler", "off");
  return {
    charger,
    firstSnapshot,
    clock,
    plugIn: async () => {
      port.set("switch.boiler", "on");
      port.set("sensor.boiler", 1990, { unit_of_measurement: "W" });
    },
    refuse: () => void (port.refusal = "The switch does not answer"),
    fallSilent: () => void (port.silent = true),
    report: async ({ powerW }) => {
      if (powerW !== undefined) port.set("sensor.boiler", powerW);
    },
    tells: ["powerW"],
    receivedLimits: () => limits,
    limits: [RATING_A, RATING_A],
    close: () => source.close(),
  };
});
