/** What the limit controller and its parts need of the station around them. */
import type { FailSafe } from "../../../../shared/charger.ts";
import type { Clock } from "../../../clock.ts";
import type { Log } from "../../../log.ts";
import type { CallPriority, JsonObject } from "../../../ocpp/station.ts";
import type { Commands, OutletRef, Request } from "../wire/dialect.ts";
import type { Drawer } from "../drawer.ts";
import type { LimitTraits, RungName } from "./ladder.ts";
import type { Electric } from "./profile.ts";

export interface LimitPort {
  readonly clock: Clock;
  readonly log: Log;
  readonly drawer: Drawer;
  readonly n: number;
  ref(): OutletRef;
  /** undefined while no station is connected. */
  commands(): Commands | undefined;
  /** When the present link was opened, monotonic ms. */
  linkUpAtMs(): number | undefined;
  /** @throws ChargerError */
  ask(request: Request, priority: CallPriority, signal?: AbortSignal): Promise<JsonObject>;
  traits(): LimitTraits;
  electric(): Electric;
  maxA(): number;
  failSafeA(): number;
  /** Id of the live transaction. */
  transactionId(): string | undefined;
  /** Highest leg current, A, and power, W, with the age of the newest flow reading. */
  measured(): {
    readonly currentA: number | undefined;
    readonly powerW: number | undefined;
    readonly atMs: number | undefined;
  };
  /** Current.Offered / Power.Offered as A per phase, told after `sinceMs`. */
  offeredSince(sinceMs: number): number | undefined;
  /** No car, no session. */
  idle(): boolean;
  /** Asks the box for its readings; a refusal is fine. @throws ChargerError `offline` */
  askReadings(signal: AbortSignal): Promise<void>;
  /** receipt − charger's clock, ms; undefined = unknown. */
  skewMs(): number | undefined;
  /** What was learnt about boxes of this model and firmware. */
  recall(): { readonly rung: RungName | undefined; readonly failSafe: FailSafe | undefined };
  remember(rung: RungName | undefined, failSafe: FailSafe): void;
  changed(): void;
  /** Every way failed, or the box does not obey for a minute. */
  disobeyed(kind: "refused" | "ignored", limitA: number, detail: string): void;
  obeyed(): void;
}
