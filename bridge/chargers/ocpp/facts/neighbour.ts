/** What a box tells of the house around it: its main meter, and the house and sun that ZJBeny's load balancing measures. */
import { jsonOf, object, text } from "../wire/json.ts";
import type { JsonObject } from "../../../ocpp/station.ts";
import type { Sample } from "./meter-values.ts";
import { Meter } from "./meter.ts";

const ZJBENY_VENDOR = "com.zjbeny.dlb";
const ZJBENY_MESSAGE = "dlbMeter";
/** No house connection of a home carries more, A. */
const MOST_A = 1000;

export class Neighbour {
  readonly #meter = new Meter();
  /** By key of entity; empty until something was told. */
  extra: Readonly<Record<string, number | undefined>> = {};

  /** Connector or EVSE 0. */
  takeMainMeter(samples: readonly Sample[], receivedAtMs: number): void {
    this.#meter.take(samples, receivedAtMs);
    const energyWh = this.#meter.total("Energy.Active.Import.Register");
    const legs = this.#meter.legs("Current.Import");
    this.extra = {
      ...this.extra,
      main_meter_power: this.#meter.total("Power.Active.Import"),
      main_meter_energy: energyWh === undefined ? undefined : energyWh / 1000,
      main_meter_current_l1: legs.l1,
      main_meter_current_l2: legs.l2,
      main_meter_current_l3: legs.l3,
    };
  }

  /** ZJBeny's DataTransfer `com.zjbeny.dlb` / `dlbMeter`: JSON or `key:value,...` with `Current.HomeLoad[.L1]` and `Current.Solar[.L1]`. */
  takeTransfer(payload: JsonObject): void {
    if (text(payload, "vendorId") !== ZJBENY_VENDOR || text(payload, "messageId") !== ZJBENY_MESSAGE) return;
    for (const [key, value] of readingsOf(payload)) {
      const match = /^Current\.(HomeLoad|Solar)(?:\.(L[123]))?$/i.exec(key.trim());
      const currentA = amperes(value);
      if (match === null || currentA === undefined) continue;
      const [, what = "", phase] = match;
      const name = what.toLowerCase() === "solar" ? "solar_current" : "home_load";
      this.extra = { ...this.extra, [phase === undefined ? name : `${name}_${phase.toLowerCase()}`]: currentA };
    }
  }
}

function readingsOf(payload: JsonObject): readonly (readonly [string, string])[] {
  const data = payload["data"];
  const told = object(payload, "data") ?? (typeof data === "string" ? jsonOf(data) : undefined);
  if (told !== undefined)
    return Object.entries(told).flatMap(([key, value]) =>
      typeof value === "string" || typeof value === "number" ? [[key, String(value)] as const] : [],
    );
  return (typeof data === "string" ? data : "").split(",").flatMap((part) => {
    const at = part.indexOf(":");
    return at < 0 ? [] : [[part.slice(0, at), part.slice(at + 1)] as const];
  });
}

function amperes(value: string): number | undefined {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(m?)A?\s*$/i.exec(value);
  const amount = Number(match?.[1] ?? Number.NaN) / (match?.[2] === "" ? 1 : 1000);
  return Number.isFinite(amount) && Math.abs(amount) <= MOST_A ? amount : undefined;
}
