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
  const fed: readonly (readonly [Source["kind"], number | undefined])[] = [
    ["sun", solarW],
    ["battery", batteryW],
    ["grid", gridW],
  ];
  const sources = fed.flatMap(([kind, w]) => (w === undefined ? [] : { kind, w: Math.max(0, w) }));
  const taken: readonly Sink[] = [
    { kind: "house", name: "", w: Math.max(0, houseW) },
    ...cars.map(({ name, w }) => ({ kind: "car" as const, name, w: Math.max(0, w) })),
    { kind: "battery", name: "", w: -(batteryW ?? 0) },
    { kind: "export", name: "", w: -gridW },
  ];
  const sinks = taken.filter(({ kind, w }) => w > 0 || kind === "house" || kind === "car");

  // The sun serves in this order; what is exported can only be what nobody took.
  const left = sinks.map((sink) => sink.w);
  const bands: Band[] = [];
  sources.forEach((source, from) => {
    let rest = source.w;
    left.forEach((wanted, to) => {
      const w = Math.min(rest, wanted);
      if (w < 1) return;
      rest -= w;
      left[to] = wanted - w;
      bands.push({ from, to, w });
    });
  });
  return { sources, sinks, bands };
}

/** Share of each source in what all cars take, 0..1 in the order sun, battery, grid; undefined when unknown. */
export function carShares(flow: EnergyFlow | undefined, car?: string): Record<Source["kind"], number> | undefined {
  if (!flow) return undefined;
  const out = { sun: 0, battery: 0, grid: 0 };
  let sum = 0;
  for (const band of flow.bands) {
    const source = flow.sources[band.from];
    const sink = flow.sinks[band.to];
    if (!source || sink?.kind !== "car" || (car !== undefined && sink.name !== car)) continue;
    out[source.kind] += band.w;
    sum += band.w;
  }
  if (sum < 50) return undefined;
  return { sun: out.sun / sum, battery: out.battery / sum, grid: out.grid / sum };
}
