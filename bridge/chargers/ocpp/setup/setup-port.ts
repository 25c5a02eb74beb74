/** What the steps of set-up share: the box they ask, the measurands they want, and how a refusal is taken. */
import type { Log } from "../../../log.ts";
import type { CallOptions, JsonObject } from "../../../ocpp/station.ts";
import { ChargerError } from "../../charger.ts";
import type { Commands, Request, TriggerTopic } from "../wire/dialect.ts";
import type { StationModel } from "../facts/model.ts";
import type { TagEntry } from "../options.ts";

export interface SetupPort {
  readonly model: StationModel;
  readonly commands: Commands;
  readonly log: Log;
  readonly meterIntervalS: number;
  /** The configured tags. */
  readonly tags: readonly TagEntry[];
  readonly signal: AbortSignal;
  /** @throws ChargerError */
  ask(request: Request, options?: Partial<CallOptions>): Promise<JsonObject>;
  /** The box's abilities are known now. */
  learnt(): void;
  /** The box refuses this trigger: not asked again. */
  triggerRefused(topic: TriggerTopic): void;
}

/** Wanted of every box, most telling first. */
export const WANTED = [
  "Power.Active.Import",
  "Energy.Active.Import.Register",
  "Current.Import",
  "Voltage",
  "Current.Offered",
  "Power.Offered",
  "SoC",
  "Temperature",
] as const;

/** A refusal is an answer; a dead link ends the set-up. */
export function survive(port: SetupPort, error: unknown, step: string): false {
  if (!(error instanceof ChargerError) || error.code === "offline") throw error;
  port.log.debug({ err: error, step }, "setup step refused");
  return false;
}

/** Writes only what differs: configuration lives in flash. Answers whether the value stands. */
export async function write(port: SetupPort, key: string, value: string): Promise<boolean> {
  const { model, commands } = port;
  if (model.deviations.skipKeys?.includes(key) === true) return false;
  const known = model.config.get(key.toLowerCase());
  if (known?.value?.toLowerCase() === value.toLowerCase()) return true;
  if (known?.readonly === true) return false;
  try {
    const status = commands.writeStatus(await port.ask(commands.writeConfig(key, value)));
    const stands = status === "Accepted" || status === "RebootRequired";
    if (stands) model.config.set(key.toLowerCase(), { key, value, readonly: false });
    return stands;
  } catch (error) {
    return survive(port, error, key);
  }
}
