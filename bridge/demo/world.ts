/** The simulated world: a house whose meter sees what the wallboxes draw. Each second it passes on, and its sensors are told to Home Assistant. */
import type { Clock, Unsubscribe } from "../clock.ts";
import { createHouse, type House, type HouseInstant, type HouseOptions } from "../simulate/house.ts";
import { SENSORS } from "./config.ts";
import type { Outlet } from "./outlets.ts";

/** Writes one sensor. */
export type Sink = (entityId: string, state: string, attributes: Readonly<Record<string, unknown>>) => void;

/** What the page's controls can move; all optional. */
export interface WorldWish {
  /** 0-1 of a clear noon; null = weather and time of day. */
  readonly sun?: number | null;
  /** W of household beside the base load. */
  readonly loadW?: number;
  readonly batteryPct?: number;
  /** Charger id → plugged in. */
  readonly plugs?: Readonly<Record<string, boolean>>;
}

export interface WorldView {
  readonly hour: number;
  readonly sun: number | null;
  readonly solarW: number;
  readonly loadW: number;
  readonly gridW: number;
  readonly batteryPct: number;
  readonly batteryW: number;
  readonly cars: readonly {
    readonly id: string;
    readonly name: string;
    readonly speaks: string;
    readonly plugged: boolean;
    readonly socPct: number | null;
  }[];
}

export interface World {
  readonly view: WorldView;
  apply(wish: WorldWish): void;
  close(): void;
}

const VOLTAGE_V = 230;
const STEP_MS = 1_000;

const HOUSE: HouseOptions = {
  voltageV: VOLTAGE_V,
  present: [true, true, true],
  battery: { maxChargeW: 3_000, maxDischargeW: 3_000, socMinPct: 10, socFullPct: 100, capacityWh: 9_600 },
  inverterMaxW: 12_000,
  seed: 7,
  solarPeakW: 11_000,
  baseLoadA: 0.7,
  applianceA: 6,
  startHour: 11,
  startSocPct: 64,
};

const measures = (name: string, unit: string, deviceClass: string): Readonly<Record<string, unknown>> => ({
  friendly_name: name,
  unit_of_measurement: unit,
  device_class: deviceClass,
  state_class: "measurement",
});

export function createWorld(clock: Clock, outlets: readonly Outlet[], sink: Sink, sunAtStart = 0.72): World {
  let house: House = createHouse(HOUSE);
  let sun: number | null = sunAtStart;
  let loadW = 400;
  let lastMs = clock.monotonicMs();

  const hold = (): void => {
    house.setSun(sun ?? undefined);
    const perPhase = loadW / 3 / VOLTAGE_V;
    house.setExtraLoad([perPhase, perPhase, perPhase]);
  };
  const tell = (now: HouseInstant): void => {
    const watts = (entityId: string, name: string, value: number): void =>
      sink(entityId, String(Math.round(value)), measures(name, "W", "power"));
    watts(SENSORS.gridL1, "Grid L1 power", now.gridA[0] * VOLTAGE_V);
    watts(SENSORS.gridL2, "Grid L2 power", now.gridA[1] * VOLTAGE_V);
    watts(SENSORS.gridL3, "Grid L3 power", now.gridA[2] * VOLTAGE_V);
    watts(SENSORS.solar, "PV power", now.solarW);
    watts(SENSORS.batteryPower, "Home battery power", now.batteryW ?? 0);
    sink(SENSORS.batterySoc, (now.socPct ?? 0).toFixed(1), measures("Home battery", "%", "battery"));
  };
  const step = (): void => {
    const nowMs = clock.monotonicMs();
    const drawn: [number, number, number] = [0, 0, 0];
    for (const { drawA } of outlets) for (const phase of [0, 1, 2] as const) drawn[phase] += drawA[phase];
    tell(house.step((nowMs - lastMs) / 1000, drawn));
    lastMs = nowMs;
  };

  hold();
  step();
  let cancel: Unsubscribe = () => undefined;
  const arm = (): void => {
    cancel = clock.after(STEP_MS, () => {
      step();
      arm();
    });
  };
  arm();

  return {
    get view() {
      const { now } = house;
      return {
        hour: now.hour,
        sun,
        solarW: Math.round(now.solarW),
        loadW,
        gridW: Math.round(now.gridA.reduce((sum, current) => sum + current * VOLTAGE_V, 0)),
        batteryPct: Math.round(now.socPct ?? 0),
        batteryW: Math.round(now.batteryW ?? 0),
        cars: outlets.map(({ id, name, speaks, plugged, socPct }) => ({
          id,
          name,
          speaks,
          plugged,
          socPct: socPct === undefined ? null : Math.round(socPct),
        })),
      };
    },
    apply(wish) {
      if (wish.sun !== undefined) sun = wish.sun;
      if (wish.loadW !== undefined) loadW = Math.max(0, wish.loadW);
      if (wish.batteryPct !== undefined)
        house = createHouse({ ...HOUSE, startHour: house.now.hour, startSocPct: wish.batteryPct });
      hold();
      for (const [id, plugged] of Object.entries(wish.plugs ?? {})) outlets.find((one) => one.id === id)?.plug(plugged);
      step();
    },
    close: () => cancel(),
  };
}
