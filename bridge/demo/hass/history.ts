/** History and 5-minute statistics out of memory, in the answers' own shapes. */
import type { Core } from "./core.ts";
import { number, text, texts, type Json } from "./json.ts";
import type { Command } from "./socket-api.ts";

interface Sample {
  readonly state: string;
  readonly attributes: Json;
  readonly ms: number;
}

/** Older samples are dropped. */
const KEPT = 20_000;
const FIVE_MINUTES_MS = 300_000;

export function historyCommands(core: Core): Map<string, Command> {
  const samples = new Map<string, Sample[]>();
  core.bus.on("state_changed", ({ data }) => {
    const entityId = String(data["entity_id"]);
    const state = core.states.get(entityId);
    if (state === undefined) return;
    const list = samples.get(entityId) ?? [];
    list.push({ state: state.state, attributes: state.attributes, ms: state.updatedMs });
    if (list.length > KEPT) list.splice(0, list.length - KEPT);
    samples.set(entityId, list);
  });

  /** Samples of a time span, and what held at its start. */
  const during = (entityId: string, fromMs: number, toMs: number): Sample[] => {
    const all = samples.get(entityId) ?? [];
    const before = all.findLast((sample) => sample.ms <= fromMs);
    const inside = all.filter((sample) => sample.ms > fromMs && sample.ms <= toMs);
    return before === undefined ? inside : [{ ...before, ms: fromMs }, ...inside];
  };
  const span = (message: Json): [number, number] => [
    Date.parse(text(message["start_time"]) ?? "") || 0,
    Date.parse(text(message["end_time"]) ?? "") || core.clock.nowMs(),
  ];

  return new Map<string, Command>([
    [
      "history/history_during_period",
      (message) => {
        const [fromMs, toMs] = span(message);
        const bare = message["no_attributes"] === true;
        const answer: Json = {};
        for (const entityId of texts(message["entity_ids"])) {
          const found = during(entityId, fromMs, toMs);
          if (found.length === 0) continue;
          answer[entityId] = found.map((sample) => ({
            s: sample.state,
            a: bare ? {} : sample.attributes,
            lu: sample.ms / 1000,
          }));
        }
        return answer;
      },
    ],
    [
      "recorder/statistics_during_period",
      (message) => {
        const [fromMs, toMs] = span(message);
        const answer: Json = {};
        for (const id of texts(message["statistic_ids"])) {
          const rows: Json[] = [];
          for (
            let start = Math.floor(fromMs / FIVE_MINUTES_MS) * FIVE_MINUTES_MS;
            start < toMs;
            start += FIVE_MINUTES_MS
          ) {
            const values = during(id, start, Math.min(toMs, start + FIVE_MINUTES_MS))
              .map((sample) => number(sample.state))
              .filter((value) => value !== undefined);
            if (values.length === 0) continue;
            rows.push({
              start,
              end: start + FIVE_MINUTES_MS,
              mean: values.reduce((sum, value) => sum + value, 0) / values.length,
              min: Math.min(...values),
              max: Math.max(...values),
              state: values.at(-1),
            });
          }
          if (rows.length > 0) answer[id] = rows;
        }
        return answer;
      },
    ],
  ]);
}
