/** Prints how the planner comes to rest after a step, a ramp and noise, for meters of every lag. */
import { settlingTable } from "../test/bridge/planner/oscillation.ts";

console.table(settlingTable());
