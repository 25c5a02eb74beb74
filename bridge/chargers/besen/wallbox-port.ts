/** What governing a box needs of its surroundings; the driver provides it. */
import type { Clock } from "../../clock.ts";
import type { ToCharger } from "./codec.ts";
import type { FromCharger } from "./messages.ts";
import type { Told } from "./picture.ts";
import type { Visit } from "./visit.ts";

export interface WallboxPort {
  readonly clock: Clock;
  readonly zone: string;
  readonly random: () => number;
  readonly told: Told;
  readonly visit: Visit;
  /** @throws ChargerError */
  request(
    message: ToCharger,
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number; readonly retries?: number },
  ): Promise<FromCharger>;
  /** Hardware phases, as reported. */
  readonly phases: 1 | 3 | undefined;
  /** Highest current that may be asked for, A. */
  readonly ceilingA: number;
  registerWh(): number | undefined;
  /** Something of the picture changed. */
  changed(): void;
  /** A flash-backed write was made. */
  noteWrite(): void;
}
