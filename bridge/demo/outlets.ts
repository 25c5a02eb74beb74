/** Simulated wallboxes as the world sees them: a car to plug, and amperes drawn on site phases A, B, C. */
import type { PhaseValues } from "../simulate/house.ts";
import type { SimulatedChargePoint } from "../simulate/ocpp/charge-point.ts";
import type { SimulatedBs20 } from "../simulate/besen/simulated-bs20.ts";

export interface Outlet {
  readonly id: string;
  readonly name: string;
  /** What it speaks, for people. */
  readonly speaks: string;
  readonly plugged: boolean;
  /** % of the car's battery; undefined where it is not told. */
  readonly socPct: number | undefined;
  /** A on site phases. */
  readonly drawA: PhaseValues;
  plug(on: boolean): void;
}

/** Charger leg 1, 2, 3 → site phase index. */
type Legs = readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2];

function onSite(legs: Legs, currents: readonly [number, number, number]): PhaseValues {
  const site: [number, number, number] = [0, 0, 0];
  currents.forEach((current, leg) => {
    const phase = legs[leg];
    if (phase !== undefined) site[phase] += current;
  });
  return site;
}

export function ocppOutlet(id: string, name: string, speaks: string, point: SimulatedChargePoint, legs: Legs): Outlet {
  let plugged = false;
  return {
    id,
    name,
    speaks,
    get plugged() {
      return plugged;
    },
    get socPct() {
      return point.state().socPct;
    },
    get drawA() {
      return onSite(legs, point.state().drawnA);
    },
    plug(on) {
      if (on === plugged) return;
      plugged = on;
      if (on) point.plugIn();
      else point.unplug();
    },
  };
}

export function besenOutlet(id: string, name: string, box: SimulatedBs20, legs: Legs): Outlet {
  return {
    id,
    name,
    speaks: "Besen BS20 over the LAN",
    get plugged() {
      return box.wallbox.car !== undefined;
    },
    socPct: undefined,
    get drawA() {
      const { currentA, activePhases } = box.wallbox;
      return onSite(legs, activePhases === 3 ? [currentA, currentA, currentA] : [currentA, 0, 0]);
    },
    plug(on) {
      if (on === (box.wallbox.car !== undefined)) return;
      if (on) box.plugIn({ maxA: 16 });
      else box.unplug();
    },
  };
}
