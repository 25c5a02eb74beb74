import type { ChargerContext, JsonValue } from "../../../../bridge/chargers/charger.ts";
import { silentLog } from "../../../../bridge/log.ts";
import type { FakeClock } from "../../../fakes/fake-clock.ts";

export function contextFor(clock: FakeClock, store = new Map<string, JsonValue>()): ChargerContext {
  return {
    clock,
    log: silentLog(),
    store: {
      get: (key) => store.get(key),
      set: (key, value) => void store.set(key, value),
      delete: (key) => void store.delete(key),
    },
    secrets: { get: () => undefined, set: async () => undefined },
    site: { voltageV: 230, phases: 3, timeZone: "UTC" },
    report: () => undefined,
  };
}
