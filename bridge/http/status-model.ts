/** What the status page shows; filled by assembly/, which knows everybody. Times are ms since the epoch, currents A per phase. */
import type { StatusIcon } from "./status-icons.ts";

export type Tone = "good" | "info" | "warn" | "bad" | "none";

export interface StatusModel {
  readonly siteName: string;
  readonly version: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly timeZone: string | undefined;
  /** What a person must look at, each with the place on the page. Empty = all is well. */
  readonly needs: readonly { readonly text: string; readonly anchor: string }[];
  readonly links: readonly {
    readonly icon: StatusIcon;
    readonly tone: Tone;
    readonly name: string;
    readonly detail: string;
  }[];
  readonly chargers: readonly StatusCharger[];
  readonly waiting: readonly {
    readonly icon: StatusIcon;
    readonly tone: Tone;
    readonly name: string;
    readonly detail: string;
    readonly atMs: number;
    readonly snippet: string | undefined;
  }[];
  readonly errors: readonly {
    readonly title: string;
    readonly detail: string;
    readonly atMs: number;
    readonly count: number;
  }[];
  readonly checks: readonly { readonly tone: Tone; readonly title: string; readonly detail: string }[];
  readonly checkedAtMs: number | undefined;
}

export interface StatusCharger {
  readonly id: string;
  readonly name: string;
  /** "OCPP 2.0.1 · CP-0001". */
  readonly about: string;
  readonly heardAtMs: number | undefined;
  readonly connected: boolean;
  readonly state: { readonly word: string; readonly icon: StatusIcon; readonly tone: Tone };
  readonly wantedA: number | undefined;
  readonly acceptedA: number | undefined;
  readonly observedA: number | undefined;
  readonly maxA: number;
  readonly reason: string;
  readonly failSafe: { readonly word: string; readonly icon: StatusIcon; readonly tone: Tone };
}
