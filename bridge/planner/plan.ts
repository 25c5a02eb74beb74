/** The planner's door: from the whole truth at one instant to what every charger is told, and why. Pure. */
import type { ChargerSnapshot } from "../../shared/charger.ts";
import type { Allocation, Plan } from "../../shared/plan.ts";
import type { Reason } from "../../shared/reasons.ts";
import type { ChargerState, SitePhase, SiteState } from "../../shared/site.ts";
import { floorTenth } from "../../shared/units.ts";
import type { PlannerMemory } from "./memory.ts";

const PHASES: readonly SitePhase[] = ["A", "B", "C"];

export function plan(
  state: SiteState,
  memory: PlannerMemory,
  nowMs: number,
): { readonly plan: Plan; readonly memory: PlannerMemory } {
  const { config } = state;
  const existing = PHASES.slice(0, config.phases);
  const grid = { A: state.readings.gridA?.value, B: state.readings.gridB?.value, C: state.readings.gridC?.value };
  const draw = { A: 0, B: 0, C: 0 };
  for (const charger of state.chargers) addDraw(charger, draw);
  const free = { A: 0, B: 0, C: 0 };
  for (const phase of existing) {
    const net = grid[phase];
    free[phase] = Math.max(0, config.breakerA - (net === undefined ? 0 : net - draw[phase]));
  }
  const allocations = state.chargers.map((charger) => allocate(charger, free, existing));
  const gridW = existing.every((p) => grid[p] !== undefined)
    ? existing.reduce((sum, p) => sum + (grid[p] ?? 0), 0) * config.voltageV
    : undefined;
  const chargersW = (draw.A + draw.B + draw.C) * config.voltageV;
  return {
    plan: {
      atMs: nowMs,
      allocations,
      site: {
        status: config.meteredPhases.length === 0 ? "no_meter" : gridW === undefined ? "initializing" : "ok",
        warnings: [],
        gridW,
        solarW: state.readings.solar?.value,
        batteryW: state.readings.batteryPower?.value,
        batterySocPct: state.readings.batterySoc?.value,
        houseW: gridW === undefined ? undefined : gridW - chargersW,
        chargersW,
        currentA: grid,
        siteLimitW: state.settings.maxImportW,
        siteAvailableW: undefined,
        availableA: free,
        gridAvailableW: undefined,
        solarAvailableW: undefined,
        batteryAvailableW: undefined,
        circuits: [],
      },
      notices: [],
    },
    memory: { ...memory, atMs: nowMs },
  };
}

function mask(charger: ChargerState, existing: readonly SitePhase[]): readonly SitePhase[] {
  const count = charger.config.phases ?? charger.snapshot.facts.phases ?? existing.length;
  const wired = [...new Set(charger.config.phaseMap.slice(0, count))].filter((p) => existing.includes(p));
  return wired.length > 0 ? wired : existing.slice(0, 1);
}

function addDraw(charger: ChargerState, draw: Record<SitePhase, number>): void {
  const { l1, l2, l3 } = charger.snapshot.currentA;
  const [a, b, c] = charger.config.phaseMap;
  draw[a] += l1 ?? 0;
  draw[b] += l2 ?? 0;
  draw[c] += l3 ?? 0;
}

function blocked(charger: ChargerState): Reason | undefined {
  const { snapshot, settings } = charger;
  if (snapshot.link === "down") return { code: "offline" };
  if (snapshot.status === "faulted") return { code: "fault", fault: snapshot.faults[0] ?? "unknown" };
  if (snapshot.status === "out_of_service") return { code: "disabled" };
  if (settings.mode === "off") return { code: "mode_off" };
  if (!settings.enabled || settings.limitA <= 0) return { code: "paused_by_user" };
  if (isIdle(snapshot)) return { code: "unplugged" };
  return undefined;
}

function isIdle(snapshot: ChargerSnapshot): boolean {
  return snapshot.status === undefined || snapshot.status === "available" || snapshot.status === "finishing";
}

function allocate(charger: ChargerState, free: Record<SitePhase, number>, existing: readonly SitePhase[]): Allocation {
  const { config, settings, snapshot } = charger;
  const phases = mask(charger, existing);
  const reason = blocked(charger);
  const wish = Math.min(settings.limitA, config.maxA, snapshot.facts.maxA ?? Infinity);
  const least = Math.max(config.minA, settings.minA);
  const room = Math.min(...phases.map((p) => free[p]));
  const could = floorTenth(Math.min(wish, room));
  const available = could >= least ? could : 0;
  const hold = settings.mode === "off" || !settings.enabled || settings.limitA <= 0 ? "user" : undefined;
  const idle = reason?.code === "unplugged";
  const limitA = reason === undefined ? available : idle && available > 0 ? least : 0;
  if (reason === undefined) for (const p of phases) free[p] = Math.max(0, free[p] - limitA);
  return {
    charger: config.id,
    limitA,
    allocatedA: reason === undefined ? limitA : 0,
    availableA: available,
    phases: undefined,
    hold,
    urgent: snapshot.wantedA !== undefined && limitA < snapshot.wantedA,
    keep: false,
    reason:
      reason ??
      (limitA > 0
        ? { code: "limited_by", source: limitA < wish ? "breaker" : "user", limitA }
        : { code: "insufficient_power", shortA: least - could }),
    runnerUp: undefined,
    remedy: undefined,
  };
}
