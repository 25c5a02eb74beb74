/** The power curve: one question to Home Assistant when first seen, afterwards appended from the states themselves. */
import { fields, type Hass, list, number, time } from "./hass.ts";

export interface Sample {
  readonly ms: number;
  readonly v: number;
}

/** At most this many points are drawn per line. */
export const POINTS = 240;
const DAY_MS = 86_400_000;
const KEEP = 4000;

export class History {
  #key = "";
  #series = new Map<string, Sample[]>();
  #asked = 0;
  readonly #done: () => void;

  constructor(done: () => void) {
    this.#done = done;
  }

  /** Questions asked so far. */
  get asked(): number {
    return this.#asked;
  }

  samples(id: string | undefined): readonly Sample[] {
    return (id === undefined ? undefined : this.#series.get(id)) ?? [];
  }

  /** Asks once per span and set of entities. A failed question leaves the curve to what is seen live. */
  ask(hass: Hass, ids: readonly string[], startMs: number, now: number): void {
    // A session's start is a fixed time; a rolling span is asked anew only after an hour.
    const key = `${ids.join()}@${String(Math.round(startMs / 3_600_000))}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#series = new Map();
    this.#asked += 1;
    const long = now - startMs > DAY_MS;
    const start_time = new Date(startMs).toISOString();
    const question = long
      ? {
          type: "recorder/statistics_during_period",
          start_time,
          statistic_ids: ids,
          period: "5minute",
          types: ["mean"],
        }
      : {
          type: "history/history_during_period",
          start_time,
          entity_ids: ids,
          minimal_response: true,
          no_attributes: true,
          significant_changes_only: false,
        };
    hass.callWS(question).then(
      (answer) => {
        if (this.#key !== key) return;
        const rows = fields(answer);
        for (const id of ids) {
          const old = list(rows[id]).flatMap((item): Sample[] => {
            const row = fields(item);
            const v = number(long ? row["mean"] : row["s"]);
            const at = number(long ? row["start"] : row["lu"]);
            return v === undefined || at === undefined ? [] : [{ ms: long ? at : at * 1000, v }];
          });
          const live = this.#series.get(id) ?? [];
          const last = old.at(-1)?.ms ?? 0;
          this.#series.set(id, [...old, ...live.filter((sample) => sample.ms > last)]);
        }
        this.#done();
      },
      () => {
        // No recorder, or no right to read it: the curve grows from now on.
        this.#done();
      },
    );
  }

  /** Appends what the states show now. */
  append(hass: Hass, ids: readonly string[]): void {
    for (const id of ids) {
      const entity = hass.states[id];
      const v = number(entity?.state);
      const ms = time(entity?.last_updated);
      if (v === undefined || ms === undefined) continue;
      const series = this.#series.get(id) ?? [];
      if ((series.at(-1)?.ms ?? 0) >= ms) continue;
      series.push({ ms, v });
      if (series.length > KEEP) series.splice(0, series.length - KEEP);
      this.#series.set(id, series);
    }
  }
}

/** Least and greatest per bucket, so that no peak is lost. */
export function reduce(samples: readonly Sample[], most = POINTS): readonly Sample[] {
  if (samples.length <= most) return samples;
  const size = Math.ceil((samples.length * 2) / most);
  const out: Sample[] = [];
  for (let index = 0; index < samples.length; index += size) {
    const bucket = samples.slice(index, index + size);
    const [first] = bucket;
    if (first === undefined) continue;
    let low = first;
    let high = first;
    for (const sample of bucket) {
      if (sample.v < low.v) low = sample;
      if (sample.v > high.v) high = sample;
    }
    if (low === high) out.push(low);
    else out.push(...(low.ms < high.ms ? [low, high] : [high, low]));
  }
  return out;
}

/** Value of a step curve at a time. */
export function valueAt(samples: readonly Sample[], ms: number): number | undefined {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.ms ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1]?.v;
}
