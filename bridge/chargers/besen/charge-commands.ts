/** Start, stop and set current, each with its answer awaited and its refusal put into words. */
import { ChargerError } from "../charger.ts";
import type { BoxStatus } from "./messages.ts";
import { CHARGING, COMPLETED } from "./picture.ts";
import { wireFromEpoch } from "./time.ts";
import type { WallboxPort } from "./wallbox-port.ts";
import { RESERVATION_OK, reservationText, startErrorText } from "./words.ts";

const START_ANSWER_MS = 10_000;
const STATE_CHANGE_MS = 5_000;
const STATE_POLL_MS = 500;
const USER_ID = "evse-bridge";

export interface StartOrder {
  readonly amps: number;
  readonly phases: 1 | 3;
  readonly maxMinutes?: number | undefined;
  readonly maxKwh?: number | undefined;
  /** ms since the epoch; undefined = now. */
  readonly atMs?: number | undefined;
}

/** @returns the charge id. @throws ChargerError with the box's reason */
export async function startCharge(port: WallboxPort, order: StartOrder, signal: AbortSignal): Promise<string> {
  await clearCompleted(port, signal);
  const nowMs = port.clock.nowMs();
  const chargeId = newChargeId(port, nowMs);
  const reserved = order.atMs !== undefined && order.atMs > nowMs;
  port.noteWrite();
  try {
    const answer = await port.request(
      {
        kind: "charge_start",
        lineId: order.phases === 3 ? 2 : 1,
        userId: USER_ID,
        chargeId,
        isReservation: reserved ? 1 : 0,
        wireTimestamp: wireFromEpoch((reserved ? (order.atMs ?? nowMs) : nowMs) / 1000, port.zone),
        startType: 1,
        chargeType: 1,
        maxDurationMinutes: order.maxMinutes ?? null,
        maxEnergyKwh: order.maxKwh ?? null,
        param3: 0xffff,
        maxAmps: order.amps,
      },
      { signal, timeoutMs: START_ANSWER_MS },
    );
    if (answer.kind !== "charge_start_response")
      throw new ChargerError("protocol", "The box answered the start with something else");
    if (answer.errorReason !== 0)
      throw new ChargerError("rejected", `The box did not start: ${startErrorText(answer.errorReason)}`);
    if (!RESERVATION_OK.includes(answer.reservationResult))
      throw new ChargerError("rejected", `The box did not start: ${reservationText(answer.reservationResult)}`);
  } catch (error) {
    // The outcome is unknown: a start is never sent again blindly, the state tells.
    if (!(error instanceof ChargerError) || error.code !== "timeout") throw error;
    const status = await readStatus(port, signal);
    if (status?.currentState !== CHARGING) throw error;
  }
  return chargeId;
}

/** In states 15 and 17 the unit refuses a start until it has got a stop. */
async function clearCompleted(port: WallboxPort, signal: AbortSignal): Promise<void> {
  const state = port.told.status?.currentState;
  if (state === undefined || !COMPLETED.includes(state)) return;
  await port.request({ kind: "charge_stop", lineId: 1, userId: USER_ID }, { signal });
  await waitForState(port, (now) => !COMPLETED.includes(now), signal);
}

/** @throws ChargerError */
export async function stopCharge(port: WallboxPort, signal: AbortSignal): Promise<void> {
  try {
    const answer = await port.request({ kind: "charge_stop", lineId: 1, userId: USER_ID }, { signal });
    if (answer.kind !== "charge_stop_response")
      throw new ChargerError("protocol", "The box answered the stop with something else");
    if (answer.failReason !== 0)
      throw new ChargerError("rejected", `The box refuses to stop (reason ${answer.failReason})`);
  } catch (error) {
    if (!(error instanceof ChargerError) || error.code !== "timeout") throw error;
    const status = await readStatus(port, signal);
    if (status === undefined || status.currentState === CHARGING) throw error;
  }
}

/** Stores a current and, while charging, applies it. @throws ChargerError */
export async function setCurrent(port: WallboxPort, amps: number, signal: AbortSignal): Promise<void> {
  port.noteWrite();
  const answer = await port.request({ kind: "output_amps", action: "set", amps }, { signal });
  if (answer.kind !== "output_amps") throw new ChargerError("protocol", "The box answered with something else");
  if (answer.amps !== amps) throw new ChargerError("rejected", `The box keeps ${answer.amps} A instead of ${amps} A`);
}

/** undefined: no answer. @throws ChargerError `offline` */
export async function readStatus(port: WallboxPort, signal: AbortSignal): Promise<BoxStatus | undefined> {
  try {
    const answer = await port.request({ kind: "request_status_record" }, { signal, retries: 1 });
    return answer.kind === "status" ? answer : undefined;
  } catch (error) {
    if (error instanceof ChargerError && error.code === "timeout") return undefined;
    throw error;
  }
}

/** Waits up to 5 s for a state; whoever needs more certainty looks again. */
export async function waitForState(
  port: WallboxPort,
  fits: (state: number) => boolean,
  signal: AbortSignal,
): Promise<void> {
  for (let waited = 0; waited < STATE_CHANGE_MS; waited += STATE_POLL_MS) {
    if (fits(port.told.status?.currentState ?? 0)) return;
    await port.clock.sleep(STATE_POLL_MS, signal);
  }
}

/** Local `yyyyMMddHHmm` and four random digits: unlike a constant they do not repeat within a minute. */
function newChargeId(port: WallboxPort, nowMs: number): string {
  const wire = wireFromEpoch(nowMs / 1000, port.zone);
  const local = new Date((wire + 28_800) * 1000).toISOString().replace(/\D/g, "").slice(0, 12);
  return local + String(Math.floor(port.random() * 10_000)).padStart(4, "0");
}
