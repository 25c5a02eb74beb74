/** Which Home Assistant sensors the site reads, as what, with which sign. */
import type { RawConfig, RawSensor } from "./schema.ts";

/** Where a reading belongs in SiteReadings; the `more` ones are `circuit:<id>:A`, `vehicle:<charger>:soc`. */
export interface SensorBinding {
  readonly key: string;
  readonly entityId: string;
  readonly invert: boolean;
  /** What the planner wants: A (grid, circuits, inverter outputs; W is converted), W, %, or a price. */
  readonly unit: "A" | "W" | "%" | "price";
}

export function resolveSensors(raw: RawConfig): readonly SensorBinding[] {
  const bindings: SensorBinding[] = [];
  const add = (key: string, sensor: RawSensor | undefined, unit: SensorBinding["unit"]): void => {
    if (sensor === undefined) return;
    const told = typeof sensor === "string" ? { entity: sensor } : sensor;
    bindings.push({ key, entityId: told.entity, invert: told.invert ?? false, unit });
  };
  const phases = (prefix: string, group: { l1?: RawSensor; l2?: RawSensor; l3?: RawSensor } | undefined): void => {
    add(`${prefix}A`, group?.l1, "A");
    add(`${prefix}B`, group?.l2, "A");
    add(`${prefix}C`, group?.l3, "A");
  };
  const site = raw.site ?? {};
  phases("grid", site.grid);
  add("solar", site.solar, "W");
  add("batterySoc", site.battery?.soc, "%");
  add("batteryPower", site.battery?.power, "W");
  phases("inverter", site.inverter?.outputs);
  if (site.max_import !== undefined && "entity" in site.max_import) add("maxImport", site.max_import.entity, "W");
  if (typeof site.price === "string") add("price", site.price, "price");
  for (const circuit of site.circuits ?? []) phases(`circuit:${circuit.id}:`, circuit.meter);
  for (const charger of raw.chargers ?? []) add(`vehicle:${charger.id}:soc`, charger.vehicle?.soc, "%");
  return bindings;
}
