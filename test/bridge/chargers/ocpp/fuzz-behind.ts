/** The product's driver as the owner of a fuzzed station, and what its picture must never show. */
import type { ChargerContext, JsonValue } from "../../../../bridge/chargers/charger.ts";
import { createOcppSource } from "../../../../bridge/chargers/ocpp/driver.ts";
import { silentLog } from "../../../../bridge/log.ts";
import type { OcppServer, StationHandler } from "../../../../bridge/ocpp/station.ts";
import type { FakeClock } from "../../../fakes/fake-clock.ts";
import type { Behind } from "../../ocpp/fuzz.ts";
import { drawerOf, OPTIONS, settled } from "./rig.ts";

export async function driverBehind(clock: FakeClock): Promise<Behind> {
  let handler: StationHandler | undefined;
  const server: OcppServer = {
    ports: { plain: undefined, tls: undefined },
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    register(_policy, given) {
      handler = given;
      return () => undefined;
    },
    waiting: () => [],
    wireLog: () => [],
  };
  const store = new Map<string, JsonValue>();
  const context: ChargerContext = {
    clock,
    log: silentLog(),
    store: drawerOf(store),
    secrets: { get: () => undefined, set: () => Promise.resolve() },
    site: { voltageV: 230, phases: 3, timeZone: "UTC" },
    report: () => undefined,
  };
  const source = createOcppSource({ ...OPTIONS, auth: "accept_all" }, server, context);
  await source.start();
  if (handler === undefined) throw new Error("not registered");
  const energyWh = new Map<string, number>();
  return {
    handler,
    check() {
      for (const { id, snapshot } of source.chargers) {
        const { powerW = 0, headlineA = 0, headlineV = 230, socPct = 0, energyWh: total = 0, session } = snapshot;
        const figures = { powerW, headlineA, headlineV, socPct, total, session: session?.energyWh ?? 0 };
        for (const [name, value] of Object.entries(figures))
          if (!Number.isFinite(value) || value < 0) throw new Error(`${name} of ${id} is ${value}`);
        const before = energyWh.get(id) ?? 0;
        if (snapshot.energyWh !== undefined && total < before)
          throw new Error(`energy fell from ${before} to ${total}`);
        energyWh.set(id, Math.max(before, total));
      }
      if (source.chargers.length > 16) throw new Error(`${source.chargers.length} outlets`);
      if (store.size > 200) throw new Error(`${store.size} entries in the drawer`);
    },
    close: () => settled(clock, source.close()),
  };
}
