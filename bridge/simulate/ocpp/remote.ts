/** What a person at the keyboard may do to a simulated wallbox and its car. */
import type { SimulatedChargePoint } from "./charge-point.ts";

interface Action {
  readonly usage: string;
  readonly does: string;
  /** Answers what is worth saying beyond what the box tells itself. @throws RangeError no such outlet */
  run(box: SimulatedChargePoint, given: readonly string[]): string | undefined | void;
}

const outletOf = (given: readonly string[]): number => Number(given[0] ?? 1);

const ACTIONS: Readonly<Record<string, Action>> = {
  plug: {
    usage: "plug [OUTLET]",
    does: "a car comes",
    run(box, given) {
      box.plugIn(outletOf(given));
    },
  },
  unplug: {
    usage: "unplug [OUTLET]",
    does: "it leaves",
    run(box, given) {
      box.unplug(outletOf(given));
    },
  },
  card: {
    usage: "card TAG [OUTLET]",
    does: "a card is held to the reader",
    run(box, [tag, ...rest]) {
      if (tag === undefined) return "card TAG: which?";
      box.authorize(tag, outletOf(rest)).catch((error: unknown) => box.tell(`card not asked about: ${words(error)}`));
      return undefined;
    },
  },
  sleep: {
    usage: "sleep [OUTLET]",
    does: "the car takes nothing, or takes again",
    run(box, given) {
      const { car } = box.outlet(outletOf(given));
      if (car === undefined) return "There is no car.";
      car.asleep = !car.asleep;
      return car.asleep ? "the car sleeps" : "the car wakes";
    },
  },
  fault: {
    usage: "fault [CODE] [OUTLET]",
    does: "a fault; without a code it is over",
    run(box, [code, ...rest]) {
      box.setFault(code, outletOf(rest));
    },
  },
  offline: {
    usage: "offline",
    does: "the network is gone, charging goes on",
    run(box) {
      box.goOffline();
    },
  },
  online: {
    usage: "online",
    does: "it is back, and what was queued is told",
    run(box) {
      box.goOnline();
    },
  },
  reboot: {
    usage: "reboot",
    does: "off and on again",
    run(box) {
      box.reboot("LocalReset");
    },
  },
  state: { usage: "state", does: "how it stands", run: stateLines },
};

/** Carries out a line; answers what to print, if anything. */
export function carryOut(box: SimulatedChargePoint, line: string): string | undefined {
  const [word = "", ...rest] = line.trim().split(/\s+/);
  if (word === "") return undefined;
  const name = word.toLowerCase();
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) return help();
  try {
    return action.run(box, rest) ?? undefined;
  } catch (error) {
    return words(error);
  }
}

export function help(): string {
  const lines = Object.values(ACTIONS).map(({ usage, does }) => `  ${usage.padEnd(24)}${does}`);
  return [...lines, `  ${"quit".padEnd(24)}the end`].join("\n");
}

/** One outlet in a line. */
function stateLine(box: SimulatedChargePoint, n: number): string {
  const { status, chargingState, offeredA, powerW, sessionWh, socPct } = box.state(n);
  const name = box.outlets.length > 1 ? `outlet ${n} ` : "";
  const state = box.v16 || chargingState === "Idle" ? status : `${status}, ${chargingState}`;
  const soc = socPct === undefined ? "" : `, car ${socPct.toFixed(0)} %`;
  return `${name}${state}: offers ${offeredA.toFixed(1)} A, ${Math.round(powerW)} W, ${(sessionWh / 1000).toFixed(3)} kWh${soc}`;
}

/** All outlets, a line each. */
export function stateLines(box: SimulatedChargePoint): string {
  return box.outlets.map(({ n }) => stateLine(box, n)).join("\n");
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
