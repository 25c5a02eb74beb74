/** Takes foreign and own profiles away; the caller sets ours anew at once. */
import { ChargerError } from "../../charger.ts";
import type { OutletParts } from "../station/outlet-parts.ts";
import type { StationDriver } from "../station/station-driver.ts";

/** Absence and refusal are fine: what counts is that ours stands afterwards. @throws ChargerError `offline`, `timeout` */
export async function profilesClear(
  driver: StationDriver,
  { outlet }: OutletParts,
  signal: AbortSignal,
): Promise<void> {
  const { commands, model } = driver;
  if (commands === undefined || !driver.ready) throw new ChargerError("offline", "The wallbox is not connected.");
  // On such boxes a clear opens a window without any limit: ours is replaced in place.
  if (model.deviations.noClearAll === true) return;
  const purposes = commands.version === "1.6" ? [undefined] : (["tx", "tx_default", "station_max"] as const);
  for (const purpose of purposes) {
    const filter = {
      ...(purpose === undefined ? {} : { purpose }),
      ...(model.outlets.length > 1 && purpose !== "station_max" ? { outlet: outlet.ref } : {}),
    };
    try {
      await driver.ask(commands.clearProfiles(filter), { priority: 2, signal });
    } catch (error) {
      if (!(error instanceof ChargerError) || error.code === "offline" || error.code === "timeout") throw error;
      driver.log.debug({ err: error, purpose }, "profiles not cleared");
    }
  }
}
