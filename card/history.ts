/** The power curve: one question to Home Assistant when first seen, afterwards appended from the states themselves. */
import { fields, type Hass, list, number, time } from "./hass.ts";
import { kept } from "./kept.ts";

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
  readonly #series = new Map<string, Sample[]>();
  readonly #done: () => void;
  /** Questions asked so far. */
  asked = 0;

  constructor(done: () => void) {
    this.#done = done;
  }

  samples(id = ""): readonly Sample[] {
    return this.#series.get(id) ?? [];
  }

  /** Asks once per span and set of entities. Without an answer (no recorder, no right to it) the curve grows from now on. */
  ask(hass: Hass, ids: readonly string[], startMs: number, now: number): void {
    // A session's start is a fixed time; a rolling span is asked anew only after an hour.
    const key = `${ids.join()}@${Math.round(startMs / 3_600_000)}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#series.clear();
    this.asked += 1;
    const long = now - startMs > DAY_MS;
    const question = long
      ? { type: "recorder/statistics_during_period", statistic_ids: ids, period: "5minute", types: ["mean"] }
      : {
          type: "history/history_during_period",
          entity_ids: ids,
          minimal_response: true,
          no_attributes: true,
          significant_changes_only: false,
        };
    void hass
      .callWS({ ...question, start_time: new Date(startMs).toISOString() })
      .catch(() => undefined)
      .then((answer) => {
        if (this.#key !== key) return;
        for (const id of ids) {
          const live = this.samples(id);
          this.#series.set(id, []);
          for (const row of list(fields(answer)[id]).map(fields)) {
            this.#add(id, number(row["mean"] ?? row["s"]), number(row["start"] ?? Number(row["lu"]) * 1000));
          }
          for (const { v, ms } of live) this.#add(id, v, ms);
        }
        this.#done();
      });
  }

  /** Appends what the states show now. */
  append(hass: Hass, ids: readonly string[]): void {
    for (const id of ids) this.#add(id, number(hass.states[id]?.state), time(hass.states[id]?.last_updated));
  }

  /** Only forward in time. */
  #add(id: string, v: number | undefined, ms: number | undefined): void {
    const series = kept(this.#series, id, () => []);
    if (v === undefined || ms === undefined || ms <= (series.at(-1)?.ms ?? 0)) return;
    series.push({ ms, v });
    series.splice(0, series.length - KEEP);
  }
}

/** Least and greatest per bucket, so that no peak is lost. */
export function reduce(samples: readonly Sample[], most = POINTS): readonly Sample[] {
  if (samples.length <= most) return samples;
  const size = Math.ceil((samples.length * 2) / most);
  const out: Sample[] = [];
  for (let index = 0; index < samples.length; index += size) {
    const byValue = samples.slice(index, index + size).toSorted((a, b) => a.v - b.v);
    out.push(...[...byValue.splice(0, 1), ...byValue.slice(-1)].toSorted((a, b) => a.ms - b.ms));
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
