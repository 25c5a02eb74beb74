/** Who feeds whom: sun, battery and grid shared among house, cars, battery and export. */

export interface Source {
  readonly kind: "sun" | "battery" | "grid";
  readonly w: number;
}
export interface Sink {
  readonly kind: "house" | "car" | "battery" | "export";
  readonly name: string;
  readonly w: number;
}
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly w: number;
}

export interface SitePowers {
  readonly gridW: number | undefined;
  readonly solarW: number | undefined;
  /** + = discharge */
  readonly batteryW: number | undefined;
  readonly houseW: number | undefined;
  readonly cars: readonly { readonly name: string; readonly w: number }[];
}

export interface EnergyFlow {
  readonly sources: readonly Source[];
  readonly sinks: readonly Sink[];
  readonly bands: readonly Band[];
}

/** Undefined without a grid reading: then nobody can say where the power comes from. */
export function energyFlow(powers: SitePowers): EnergyFlow | undefined {
  const { gridW, solarW, batteryW, cars } = powers;
  if (gridW === undefined) return undefined;
  const carsW = cars.reduce((sum, car) => sum + car.w, 0);
  const houseW = powers.houseW ?? gridW + (solarW ?? 0) + (batteryW ?? 0) - carsW;
  const sources: Source[] = [];
  if (solarW !== undefined) sources.push({ kind: "sun", w: Math.max(0, solarW) });
  if (batteryW !== undefined) sources.push({ kind: "battery", w: Math.max(0, batteryW) });
  sources.push({ kind: "grid", w: Math.max(0, gridW) });
  const sinks: Sink[] = [{ kind: "house", name: "", w: Math.max(0, houseW) }];
  for (const car of cars) sinks.push({ kind: "car", name: car.name, w: Math.max(0, car.w) });
  if (batteryW !== undefined && batteryW < 0) sinks.push({ kind: "battery", name: "", w: -batteryW });
  if (gridW < 0) sinks.push({ kind: "export", name: "", w: -gridW });

  // The sun serves in this order; what is exported can only be what nobody took.
  const left = sinks.map((sink) => sink.w);
  const bands: Band[] = [];
  sources.forEach((source, from) => {
    let rest = source.w;
    sinks.forEach((sink, to) => {
      if (source.kind === "battery" && sink.kind === "battery") return;
      if (source.kind === "grid" && sink.kind === "export") return;
      const w = Math.min(rest, left[to] ?? 0);
      if (w < 1) return;
      rest -= w;
      left[to] = (left[to] ?? 0) - w;
      bands.push({ from, to, w });
    });
  });
  return { sources, sinks, bands };
}

/** Share of each source in what all cars take, 0..1 in the order sun, battery, grid; undefined when unknown. */
export function carShares(flow: EnergyFlow | undefined, car?: string): Record<Source["kind"], number> | undefined {
  if (flow === undefined) return undefined;
  const out = { sun: 0, battery: 0, grid: 0 };
  let sum = 0;
  for (const band of flow.bands) {
    const source = flow.sources[band.from];
    const sink = flow.sinks[band.to];
    if (source === undefined || sink?.kind !== "car" || (car !== undefined && sink.name !== car)) continue;
    out[source.kind] += band.w;
    sum += band.w;
  }
  if (sum < 50) return undefined;
  return { sun: out.sun / sum, battery: out.battery / sum, grid: out.grid / sum };
}
