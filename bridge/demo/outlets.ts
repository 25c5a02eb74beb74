/** Simulated wallboxes as the world sees them: a car to plug, and amperes drawn on site phases A, B, C. */
import type { PhaseValues } from "../simulate/house.ts";
import type { SimulatedChargePoint } from "../simulate/ocpp/charge-point.ts";
import type { SimulatedAmpeco } from "../simulate/ampeco/simulated-ampeco.ts";
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

const VOLTAGE_V = 230;

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

/** The tenant's first outlet; plugged in, the cloud begins a session by itself (plug and charge). */
export function ampecoOutlet(id: string, name: string, tenant: SimulatedAmpeco, legs: Legs): Outlet {
  const [chargePoint] = tenant.world.chargePoints;
  const evse = chargePoint?.evses[0];
  if (chargePoint === undefined || evse === undefined) throw new Error("The simulated tenant has no outlet");
  return {
    id,
    name,
    speaks: "AMPECO cloud",
    get plugged() {
      return evse.car !== undefined;
    },
    socPct: undefined,
    get drawA() {
      tenant.world.flow(evse);
      const phases = evse.car?.phases ?? 0;
      const current = phases === 0 ? 0 : (evse.session?.powerW ?? 0) / VOLTAGE_V / phases;
      return onSite(legs, [current, phases > 1 ? current : 0, phases > 2 ? current : 0]);
    },
    plug(on) {
      if (on === (evse.car !== undefined)) return;
      if (!on) {
        tenant.world.unplug(chargePoint, evse);
        return;
      }
      tenant.world.plugIn(evse, { maxA: 16, phases: 3 });
      tenant.world.start(chargePoint, evse, undefined);
    },
  };
}
