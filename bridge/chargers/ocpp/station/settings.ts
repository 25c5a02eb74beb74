/** The box's own settings that are helpers in Home Assistant. */
import { ChargerError } from "../../charger.ts";
import { demand } from "../wire/calling.ts";
import type { OutletParts } from "./outlet-parts.ts";
import type { StationDriver } from "./station-driver.ts";

/** @throws ChargerError */
export async function setSetting(
  driver: StationDriver,
  { outlet }: OutletParts,
  key: string,
  value: string | number | boolean,
  signal: AbortSignal,
): Promise<void> {
  if (key === "learn_tag") {
    learnTag(driver, value === true || value === "on");
    return;
  }
  if (driver.commands === undefined || !driver.ready)
    throw new ChargerError("offline", "The wallbox is not connected.");
  if (key === "availability") return setAvailability(driver, outlet.ref, value === true || value === "on", signal);
  if (key === "led_brightness" && typeof value === "number") {
    const wanted = String(Math.round(Math.min(100, Math.max(0, value))));
    const status = driver.commands.writeStatus(
      await driver.ask(driver.commands.writeConfig("StatusLED/brightness", wanted), { signal }),
    );
    if (status !== "Accepted" && status !== "RebootRequired")
      throw new ChargerError("rejected", `The wallbox answered StatusLED/brightness with ${status}.`);
    driver.model.config.set("statusled/brightness", { key: "StatusLED/brightness", value: wanted, readonly: false });
    for (const parts of driver.parts.values()) driver.changed(parts.outlet);
    return;
  }
  throw new ChargerError("unsupported", `There is no setting ${key}.`);
}

/** Always shown as off again: it is a tap, not a state. @throws ChargerError */
function learnTag(driver: StationDriver, on: boolean): void {
  const { model } = driver;
  if (!on) return;
  const tag = model.unknownTag;
  if (tag === undefined) throw new ChargerError("rejected", "No unknown tag was shown since the start.");
  model.authorisation.learn(tag);
  model.unknownTag = undefined;
  for (const { outlet } of driver.parts.values()) driver.changed(outlet);
}

/** Whole station with one outlet, else the outlet. A box that refuses 0 is asked for its outlet. @throws ChargerError */
export async function setAvailability(
  driver: StationDriver,
  ref: { readonly evseId: number; readonly connectorId: number },
  operative: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { commands, model } = driver;
  if (commands === undefined) throw new ChargerError("offline", "The wallbox is not connected.");
  if (model.deviations.noAvailability === true)
    throw new ChargerError("unsupported", "This wallbox does not stand a change of availability.");
  const good = ["Accepted", "Scheduled"];
  const single = model.outlets.length === 1;
  try {
    await demand(
      driver.link,
      commands.availability(single ? undefined : ref, operative),
      { priority: 3, signal },
      good,
    );
  } catch (error) {
    if (!single || !(error instanceof ChargerError) || error.code !== "rejected") throw error;
    await demand(driver.link, commands.availability(ref, operative), { priority: 3, signal }, good);
  }
}
