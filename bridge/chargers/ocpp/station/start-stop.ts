/** Starting and stopping a session the way the box needs it. */
import { ChargerError } from "../../charger.ts";
import { unlessAborted } from "../wire/calling.ts";
import { text } from "../wire/json.ts";
import { CHARGING_W } from "../facts/status.ts";
import type { OutletParts } from "./outlet-parts.ts";
import type { StationDriver } from "./station-driver.ts";

const BEGINS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 30_000;
const AGAIN_MS = 10_000;
const LOOK_MS = 500;

/** Remembered per model: a box that refused a start after our stop keeps its sessions from then on. */
export function stopPauses(driver: StationDriver): boolean {
  if (driver.options.stop !== undefined) return driver.options.stop === "pause";
  return driver.model.deviations.stopPauses === true || driver.drawer.text("stop") === (driver.model.kind ?? "");
}

/** @throws ChargerError */
export async function startSession(
  driver: StationDriver,
  parts: OutletParts,
  signal: AbortSignal,
  maxA: number | undefined,
): Promise<void> {
  const { outlet, limits } = parts;
  const { commands } = driver;
  if (commands === undefined || !driver.ready) throw new ChargerError("offline", "The wallbox is not connected.");
  const powerW = outlet.meter.total("Power.Active.Import") ?? 0;
  // What the planner has allotted is a share of breaker and circuits: a start may take less of it, never more.
  if (maxA !== undefined && limits.desiredA > maxA) await limits.order({ limitA: maxA, hold: undefined }, signal);
  if (outlet.liveTx !== undefined) {
    // The session lives: what resumes it is the limit, which the planner sets.
    if (powerW <= CHARGING_W) limits.pushAgain("resume");
    return;
  }
  const { status } = outlet.status(driver.model.family, driver.model.stationStatus, driver.model.expecting);
  if (status === "faulted" || status === "out_of_service")
    throw new ChargerError("rejected", `The wallbox is ${status === "faulted" ? "in fault" : "out of service"}.`);
  const request = (): ReturnType<typeof commands.start> =>
    commands.start(outlet.ref, driver.token(), driver.nextRemoteStartId());
  let answer = text(await driver.ask(request(), { priority: 2, signal }), "status");
  if (answer !== "Accepted" && status === "preparing") {
    await driver.context.clock.sleep(AGAIN_MS, signal);
    answer = text(await driver.ask(request(), { priority: 2, signal }), "status");
  }
  if (answer !== "Accepted") {
    if (status === "finishing") {
      driver.drawer.write("stop", driver.model.kind ?? "");
      await resetForStart(driver, parts, signal);
      throw new ChargerError("rejected", "The wallbox wants the car to be unplugged and plugged in again.");
    }
    if (status === "available") throw new ChargerError("rejected", "No car is plugged in.");
    await resetForStart(driver, parts, signal);
    throw new ChargerError("rejected", "The wallbox refused to start.");
  }
  const begun = await watch(driver, () => outlet.liveTx !== undefined, BEGINS_WITHIN_MS, signal);
  if (!begun)
    throw new ChargerError(
      "timeout",
      status === "available"
        ? "Started, but no car was plugged in within a minute."
        : "The wallbox accepted the start, but no session began within a minute.",
    );
}

async function resetForStart(
  driver: StationDriver,
  { lastResort, outlet }: OutletParts,
  signal: AbortSignal,
): Promise<void> {
  if (outlet.plugged !== true || !lastResort.mayForStart()) return;
  lastResort.done();
  await driver.reboot("hard", signal);
}

/** @throws ChargerError */
export async function stopSession(driver: StationDriver, parts: OutletParts, signal: AbortSignal): Promise<void> {
  const { limits } = parts;
  if (stopPauses(driver)) return limits.order({ limitA: 0, hold: "user" }, signal);
  await endSession(driver, parts, signal);
}

/** Ends the transaction for good. @throws ChargerError */
export async function endSession(
  driver: StationDriver,
  { outlet, limits }: OutletParts,
  signal: AbortSignal,
): Promise<void> {
  const tx = outlet.liveTx;
  if (driver.commands === undefined || !driver.ready)
    throw new ChargerError("offline", "The wallbox is not connected.");
  if (tx === undefined) return;
  const request = driver.commands.stop(tx.id);
  const answer =
    request === undefined ? "Rejected" : text(await driver.ask(request, { priority: 1, signal }), "status");
  if (answer !== "Accepted") {
    // It does not know the session as we do: at least it must not charge.
    await limits.order({ limitA: 0, hold: "user" }, signal);
    throw new ChargerError("rejected", "The wallbox refused to end the session; it is paused instead.");
  }
  await watch(driver, () => outlet.liveTx?.id !== tx.id, ENDS_WITHIN_MS, signal);
}

/** Changes over between one and three phases: only where the box says that it can. @throws ChargerError */
export async function switchPhases(
  driver: StationDriver,
  parts: OutletParts,
  count: 1 | 3,
  signal: AbortSignal,
): Promise<void> {
  const { outlet, limits } = parts;
  await limits.usePhases(
    count,
    async (until) => {
      const still = (): boolean => (outlet.meter.total("Power.Active.Import") ?? 0) <= CHARGING_W;
      if (!(await watch(driver, still, ENDS_WITHIN_MS, until)))
        throw new ChargerError("timeout", "The car did not stop for the change of phases.");
    },
    signal,
  );
}

/** 1.6 and 2.x name it differently, and some 1.6 boxes use the other's name. */
export function canSwitchPhases(driver: StationDriver): boolean {
  const keys = [
    "connectorswitch3to1phasesupported",
    "acphaseswitchingsupported",
    "smartchargingctrlr/acphaseswitchingsupported",
  ];
  return keys.some((key) => driver.model.config.get(key)?.value?.toLowerCase() === "true");
}

/** Whether `condition` came true in time. */
async function watch(
  driver: StationDriver,
  condition: () => boolean,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock } = driver.context;
  const untilMs = clock.monotonicMs() + withinMs;
  while (!condition()) {
    if (clock.monotonicMs() >= untilMs) return false;
    await unlessAborted(clock.sleep(LOOK_MS, signal), signal);
  }
  return true;
}
