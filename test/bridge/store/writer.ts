/** Writes without end until it is killed; says on stdout what is durable. Started by store.test.ts. */
import { systemClock } from "../../../bridge/clock.ts";
import { silentLog } from "../../../bridge/log.ts";
import { openStore } from "../../../bridge/store/store.ts";

const store = openStore(process.argv[2]!, systemClock, silentLog());
if (store.problem !== undefined) {
  console.error(store.problem);
  process.exit(1);
}
const drawer = store.drawer("test");
for (let n = Number(drawer.get("n") ?? 0) + 1; ; n++) {
  drawer.set("n", n);
  drawer.set(`blob:${n % 20}`, "x".repeat(500));
  store.sessions.save({
    charger: "garage",
    session: `s#${n % 50}`,
    startedMs: n,
    endedMs: undefined,
    updatedMs: n,
    energyWh: n,
    solarWh: 0,
    maxW: 0,
    cost: undefined,
    currency: undefined,
    tag: undefined,
    vehicle: undefined,
    stopReason: undefined,
    perModeWh: {},
    evidence: undefined,
  });
  process.stdout.write(`${n}\n`);
}
