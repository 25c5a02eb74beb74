/** The planner's result: per charger an allocation, and what it saw of the site. */
import type { ChargerId } from "./charger.ts";
import type { Reason } from "./reasons.ts";
import type { SitePhase } from "./site.ts";

export interface Allocation {
  readonly charger: ChargerId;
  /** What to send now, A per phase: 0 or min..max. */
  readonly limitA: number;
  /** Its share in the last plan before smoothing and timers, A per phase (`allocated_a`). */
  readonly allocatedA: number;
  /** What it could get, A per phase (`available_a`). */
  readonly availableA: number;
  /** Wanted number of phases; undefined = leave as it is. */
  readonly phases: 1 | 3 | undefined;
  /** The pause is the user's wish and must outlive the bridge (written into the standing level). */
  readonly hold: "user" | undefined;
  /** true: this decrease protects a breaker, cap or circuit and must not wait for a command interval. */
  readonly urgent: boolean;
  /** true: no command is due in this tick (throttle); the dispatcher keeps what was last sent. */
  readonly keep: boolean;
  readonly reason: Reason;
  readonly runnerUp: Reason | undefined;
  /** Asked by the compliance watchdog: clear and set the profiles anew, or reboot the box. */
  readonly remedy: "reset_profiles" | "reset" | undefined;
}

export interface CircuitUse {
  readonly id: string;
  readonly name: string;
  /** A on the heaviest phase. */
  readonly usedA: number;
  readonly limitA: number | undefined;
  readonly headroomA: number | undefined;
  readonly perPhaseA: Readonly<Record<SitePhase, number>>;
  readonly members: readonly ChargerId[];
}

export type SiteStatusWord = "ok" | "initializing" | "no_meter" | "meter_stale";

/** What the planner saw: the site's published sensors. undefined = unknown, never 0. */
export interface SitePicture {
  readonly status: SiteStatusWord;
  readonly warnings: readonly string[];
  readonly gridW: number | undefined;
  readonly solarW: number | undefined;
  readonly batteryW: number | undefined;
  readonly batterySocPct: number | undefined;
  readonly houseW: number | undefined;
  readonly chargersW: number | undefined;
  /** A at the house connection, + = import. */
  readonly currentA: Readonly<Record<SitePhase, number | undefined>>;
  /** Import cap in force, W; undefined = none. */
  readonly siteLimitW: number | undefined;
  readonly siteAvailableW: number | undefined;
  readonly availableA: Readonly<Record<SitePhase, number | undefined>>;
  readonly gridAvailableW: number | undefined;
  readonly solarAvailableW: number | undefined;
  readonly batteryAvailableW: number | undefined;
  readonly circuits: readonly CircuitUse[];
}

/** Something the planner noticed that a person should hear once (wrong sign, phase mapping, writes per day). */
export interface PlanNotice {
  /** Stable id: the same notice replaces itself. */
  readonly id: string;
  readonly title: string;
  readonly message: string;
}

export interface Plan {
  readonly atMs: number;
  readonly allocations: readonly Allocation[];
  readonly site: SitePicture;
  readonly notices: readonly PlanNotice[];
}
