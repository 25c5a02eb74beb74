/** What boxes of one model and firmware have in common is read once and remembered. */
import type { StationModel } from "../facts/model.ts";
import { KEYS_16 } from "./setup16.ts";
import { KEYS_20 } from "./setup20.ts";

/** What is true of every box of this model and firmware is read once. */
export function rememberConfig(model: StationModel): void {
  if (model.kind === undefined || model.config.size === 0) return;
  const keys = [...KEYS_16, ...KEYS_20].map((key) => key.toLowerCase());
  const entries = keys.flatMap((key) => {
    const entry = model.config.get(key);
    return entry?.value === undefined ? [] : [[entry.key, entry.value] as const];
  });
  const next = { kind: model.kind, entries: Object.fromEntries(entries) };
  if (JSON.stringify(model.drawer.read("config")) !== JSON.stringify(next)) model.drawer.write("config", next);
}

export function recallConfig(model: StationModel): boolean {
  const stored = model.drawer.record("config");
  const entries = stored?.["entries"];
  if (stored?.["kind"] !== model.kind || typeof entries !== "object" || entries === null) return false;
  for (const [key, value] of Object.entries(entries)) {
    // Values of a time before may have changed since: they tell abilities, not settings.
    if (typeof value === "string" && !isSetting(key) && !model.config.has(key.toLowerCase()))
      model.config.set(key.toLowerCase(), { key, value, readonly: false });
  }
  return true;
}

function isSetting(key: string): boolean {
  return /Interval|SampledData$|Measurands|StopT|brightness|Enabled/.test(key);
}
