/** A visit seen from outside: it begins when a car (or load) is there and ends when it is gone. Survives a restart of the bridge. */
import type { SessionSnapshot } from "../../../shared/charger.ts";
import type { DriverStore } from "../charger.ts";

const KEY = "visit";

export interface VisitKeeper {
  readonly session: SessionSnapshot | undefined;
  /** `there` undefined decides nothing. */
  follow(there: boolean | undefined, registerWh: number | undefined, nowMs: number): void;
}

export function keepVisit(store: DriverStore): VisitKeeper {
  let session: SessionSnapshot | undefined;
  let startWh: number | undefined;
  const kept = store.get(KEY);
  if (typeof kept === "object" && kept !== null && "startedAtMs" in kept && typeof kept["startedAtMs"] === "number") {
    session = fresh(kept["startedAtMs"]);
    if ("startWh" in kept && typeof kept["startWh"] === "number") startWh = kept["startWh"];
  }

  function fresh(startedAtMs: number): SessionSnapshot {
    return {
      id: `visit-${Math.round(startedAtMs)}`,
      startedAtMs,
      endedAtMs: undefined,
      energyWh: undefined,
      idTag: undefined,
      stopReason: undefined,
    };
  }

  return {
    get session() {
      return session;
    },
    follow(there, registerWh, nowMs) {
      const open = session !== undefined && session.endedAtMs === undefined;
      if (!open && there === true) {
        session = fresh(nowMs);
        startWh = registerWh;
        store.set(KEY, { startedAtMs: nowMs, startWh: startWh ?? null });
      }
      if (session === undefined || session.endedAtMs !== undefined) return;
      if (registerWh !== undefined) {
        startWh ??= registerWh;
        session = { ...session, energyWh: Math.max(0, registerWh - startWh) };
      }
      if (there !== false) return;
      session = { ...session, endedAtMs: nowMs };
      store.delete(KEY);
    },
  };
}
