/**
 * A store on a disk in trouble: opens it in the folder given, writes until a problem is told (or for a while), goes on, and says what it
 * saw as JSON on stdout. Started by store.test.ts under another user or with a limited file size.
 */
import { systemClock } from "../../../bridge/clock.ts";
import { silentLog } from "../../../bridge/log.ts";
import { openStore } from "../../../bridge/store/store.ts";

const store = openStore(process.argv[2]!, systemClock, silentLog());
const drawer = store.drawer("test");
let writes = 0;
do drawer.set(`blob:${writes++}`, "x".repeat(10_000));
while (store.problem === undefined && writes < 500);
const problem = store.problem;
drawer.set("after", "still here");
store.sessions.save({
  charger: "garage",
  session: "s",
  startedMs: 1,
  endedMs: 2,
  updatedMs: 2,
  energyWh: 1,
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
const secret = await store.secrets.set("garage", "pin", "123456").then(
  () => "saved",
  () => "refused",
);
store.flush();
process.stdout.write(JSON.stringify({ problem: problem ?? "none", after: drawer.get("after"), secret }));
store.close();
