/** The plan of last resort: every charger on its fail-safe current, none above what its user allows. */
import type { Allocation, Plan } from "../../shared/plan.ts";
import type { SiteState } from "../../shared/site.ts";

export function fallbackPlan(state: SiteState, nowMs: number): Plan {
  const unknown = { A: undefined, B: undefined, C: undefined };
  return {
    atMs: nowMs,
    allocations: state.chargers.map(({ config, settings }): Allocation => {
      const wished = settings.enabled && settings.mode !== "off" && settings.limitA > 0;
      const limitA = wished ? Math.min(config.failSafeA, settings.limitA) : 0;
      return {
        charger: config.id,
        limitA,
        allocatedA: limitA,
        availableA: limitA,
        phases: undefined,
        hold: wished ? undefined : "user",
        urgent: true,
        keep: false,
        reason: { code: "limited_by", source: "fail_safe", limitA },
        runnerUp: undefined,
        remedy: undefined,
      };
    }),
    site: {
      status: "initializing",
      warnings: ["The planner failed; every charger is on its fail-safe current. See the log."],
      gridW: undefined,
      solarW: undefined,
      batteryW: undefined,
      batterySocPct: undefined,
      houseW: undefined,
      chargersW: undefined,
      currentA: unknown,
      siteLimitW: undefined,
      siteAvailableW: undefined,
      availableA: unknown,
      gridAvailableW: undefined,
      solarAvailableW: undefined,
      batteryAvailableW: undefined,
      circuits: [],
    },
    notices: [],
  };
}
