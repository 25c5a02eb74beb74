/** After login: asks what there is to know, one thing at a time, and keeps the box's clock right. */
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { ChargerError } from "../charger.ts";
import type { ToCharger } from "./codec.ts";
import type { Conversation } from "./conversation.ts";
import { epochFromWire, wireFromEpoch } from "./time.ts";

const GAP_MS = 50;
/** A clock may be wrong by this much, s. */
const DRIFT_S = 60;

interface Tools {
  readonly clock: Clock;
  readonly zone: string;
  readonly log: Log;
}

const QUESTIONS: readonly ToCharger[] = [
  { kind: "temperature_unit", action: "get" },
  { kind: "get_version" },
  { kind: "name", action: "get" },
  { kind: "output_amps", action: "get" },
  { kind: "language", action: "get" },
  { kind: "lcd_brightness", action: "get" },
  { kind: "offline_charge", action: "get" },
];
/** Asked last: not every box answers. */
const EXTRA_QUESTIONS: readonly ToCharger[] = [{ kind: "request_session" }, { kind: "weekly_schedule", action: "get" }];

/** A question that is not answered is skipped. @throws ChargerError `offline` when the conversation ends */
export async function learn(talk: Conversation, tools: Tools): Promise<void> {
  for (const question of QUESTIONS) await ask(talk, question, tools);
  await setClock(talk, tools);
  await ask(talk, { kind: "request_status_record" }, tools);
  for (const question of EXTRA_QUESTIONS) await ask(talk, question, tools);
}

async function ask(talk: Conversation, question: ToCharger, tools: Tools): Promise<void> {
  try {
    await talk.request(question, { signal: new AbortController().signal, retries: 1 });
  } catch (error) {
    if (!(error instanceof ChargerError) || error.code !== "timeout") throw error;
    tools.log.debug({ question: question.kind }, "besen question unanswered");
  }
  await tools.clock.sleep(GAP_MS);
}

async function setClock(talk: Conversation, { clock, zone, log }: Tools): Promise<void> {
  const wireTimestamp = wireFromEpoch(clock.nowMs() / 1000, zone);
  try {
    await talk.request({ kind: "system_time", action: "set", wireTimestamp }, { signal: new AbortController().signal });
  } catch (error) {
    if (!(error instanceof ChargerError) || error.code !== "timeout") throw error;
    log.debug({}, "besen clock set without an answer");
  }
}

/** Hourly: writes the clock only when it has drifted. @throws ChargerError */
export async function syncClock(talk: Conversation, tools: Tools): Promise<void> {
  if (!talk.authenticated) return;
  const answer = await talk.request(
    { kind: "system_time", action: "get" },
    { signal: new AbortController().signal, retries: 1 },
  );
  if (answer.kind !== "system_time" || answer.wireTimestamp === null) return;
  const drift = Math.abs(epochFromWire(answer.wireTimestamp, tools.zone) - tools.clock.nowMs() / 1000);
  if (drift > DRIFT_S) await setClock(talk, tools);
}
