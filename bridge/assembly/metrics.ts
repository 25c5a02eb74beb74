/** Figures of the living bridge for Prometheus. */
import type { Clock } from "../clock.ts";
import type { Metric } from "../http/metrics.ts";
import type { SiteLoop } from "../site/loop.ts";
import { observedA } from "../../shared/charger.ts";
import type { ChargerState } from "../../shared/site.ts";
import type { Interpreter } from "./interpreter.ts";

export function metricsOf(loop: SiteLoop, hass: Interpreter, clock: Clock): readonly Metric[] {
  const { state, plan } = loop;
  const perCharger = (value: (charger: ChargerState) => number | undefined): Metric["values"] =>
    state.chargers.map((charger) => ({ labels: { charger: charger.config.id }, value: value(charger) }));
  const gauge = (name: string, help: string, values: Metric["values"]): Metric => ({
    name,
    help,
    type: "gauge",
    values,
  });
  const site = plan?.site;
  const phases = [
    ["L1", site?.currentA.A],
    ["L2", site?.currentA.B],
    ["L3", site?.currentA.C],
  ] as const;
  return [
    gauge("up", "1 while Home Assistant is connected.", [{ value: hass.status?.state === "up" ? 1 : 0 }]),
    gauge("plan_age_seconds", "Age of the last plan.", [
      { value: loop.plannedAtMs === undefined ? undefined : (clock.monotonicMs() - loop.plannedAtMs) / 1000 },
    ]),
    gauge(
      "charger_connected",
      "1 while the charger's link is up.",
      perCharger((charger) => (charger.snapshot.link === "up" ? 1 : 0)),
    ),
    gauge(
      "charger_power_watts",
      "Power drawn.",
      perCharger((charger) => charger.snapshot.powerW),
    ),
    gauge(
      "charger_wanted_amperes",
      "Limit sent, per phase.",
      perCharger((charger) => charger.snapshot.wantedA),
    ),
    gauge(
      "charger_accepted_amperes",
      "Limit confirmed by the box, per phase.",
      perCharger((charger) => charger.snapshot.offeredA),
    ),
    gauge(
      "charger_observed_amperes",
      "Highest measured phase.",
      perCharger((charger) => observedA(charger.snapshot)),
    ),
    {
      name: "charger_energy_watthours_total",
      help: "Lifetime energy.",
      type: "counter",
      values: perCharger((charger) => charger.snapshot.energyWh),
    },
    {
      name: "charger_limit_writes_total",
      help: "Writes to flash-backed limits.",
      type: "counter",
      values: perCharger((charger) => charger.snapshot.limitWrites),
    },
    gauge("site_grid_watts", "Grid power, import positive.", [{ value: site?.gridW }]),
    gauge("site_solar_watts", "Solar power.", [{ value: site?.solarW }]),
    gauge(
      "site_current_amperes",
      "Current at the house connection, import positive.",
      phases.map(([phase, value]) => ({ labels: { phase }, value })),
    ),
    gauge("process_resident_memory_bytes", "Resident memory.", [{ value: process.memoryUsage().rss }]),
  ];
}
