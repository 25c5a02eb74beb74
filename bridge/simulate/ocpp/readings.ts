/** Meter values as a box writes them. */
import type { JsonObject } from "../../ocpp/station.ts";
import type { SimOutlet } from "./outlet.ts";
import type { Preset } from "./presets.ts";

export interface ReadingParts {
  readonly outlet: SimOutlet;
  readonly measurands: readonly string[];
  readonly voltageV: number;
  /** Legs that carry current. */
  readonly legs: number;
  readonly phases: number;
  readonly preset: Preset;
  readonly v16: boolean;
  readonly atMs: number;
  readonly context: string;
}

export function meterValue(parts: ReadingParts): JsonObject {
  const { outlet, v16, context, legs, voltageV, phases } = parts;
  const told = outlet.override;
  const currentA = told?.currentA ?? outlet.currentA;
  const powerW = told?.powerW ?? outlet.currentA * voltageV * legs;
  const energyWh = told?.energyWh ?? outlet.registerWh;
  const sample = (measurand: string, value: number, unit: string, phase?: string): JsonObject => ({
    value: v16 ? String(Math.round(value * 1000) / 1000) : Math.round(value * 1000) / 1000,
    context,
    measurand,
    location: "Outlet",
    ...(phase === undefined ? {} : { phase }),
    ...(v16 ? { unit } : { unitOfMeasure: { unit } }),
  });
  const samples = parts.measurands.flatMap((measurand): JsonObject[] => {
    switch (measurand) {
      case "Power.Active.Import":
        return [sample(measurand, powerW, "W")];
      case "Energy.Active.Import.Register":
        return [sample(measurand, energyWh, "Wh")];
      case "Current.Import":
        if (parts.preset.frozenCurrent === true) return [sample(measurand, outlet.frozenCurrent, "A")];
        return each(phases, (phase) => sample(measurand, phase <= legs ? currentA : 0, "A", `L${phase}`));
      case "Voltage":
        return each(phases, (phase) => sample(measurand, voltageV, "V", `L${phase}-N`));
      case "Current.Offered":
        return [sample(measurand, outlet.offeredA, "A")];
      case "Power.Offered":
        return [sample(measurand, outlet.offeredA * voltageV * phases, "W")];
      default:
        return [];
    }
  });
  return { timestamp: new Date(parts.atMs).toISOString(), sampledValue: samples };
}

function each(count: number, make: (index: number) => JsonObject): JsonObject[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
