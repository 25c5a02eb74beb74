/** Follows one charge point: one GET a poll, faster while charging, slower after failures, at once after a command. */
import type { Clock, Unsubscribe } from "../../clock.ts";
import type { AmpecoApi } from "./api.ts";
import { AmpecoFailure, tenantTrouble } from "./failure.ts";
import type { ChargePointReading } from "./reading.ts";
import { backoff, jittered } from "./waiting.ts";

export interface PollInfo {
  /** s between polls as things stand, without jitter. */
  readonly intervalS: number;
  readonly failures: number;
  readonly lastFailureMs: number | undefined;
}

export interface PollerSink {
  /** A reading that is newer than the last one. */
  onReading(reading: ChargePointReading): void;
  onFailure(error: AmpecoFailure, info: PollInfo): void;
}

/** The tenant's say in when to poll. */
export interface PollerRules {
  /** ms to wait before the next read is allowed; 0 = go; undefined = stopped (the token is refused), `wake` comes later. */
  readonly hold: () => number | undefined;
  /** Outcome of a read, for the breaker. */
  readonly outcome: (error: AmpecoFailure | undefined) => void;
  /** The charge point is unknown to the cloud: looked for in the list, at most hourly. */
  readonly gone: () => void;
}

export interface Poller {
  readonly info: PollInfo;
  readonly last: ChargePointReading;
  /** Shortest of all followers' wishes. */
  setIntervals(activeS: number, idleS: number): void;
  join(sink: PollerSink): Unsubscribe;
  /** Asks now; a fresh reading or the failure. */
  readNow(signal: AbortSignal): Promise<ChargePointReading>;
  /** Polls at these moments from now, s, until `done` says so. */
  burst(momentsS: readonly number[], done: () => boolean, late?: () => void): Unsubscribe;
  /** Notes that a question is on its way whose answer may come late; see `seen`. */
  asking(): number;
  /** The list has it (again). `asked`: what `asking` answered before the list was asked for; overtaken by a poll, it tells nothing new. */
  seen(reading: ChargePointReading, asked: number): void;
  /** Starts, or starts again after a hold. */
  wake(): void;
  close(): void;
}

export interface PollerParts {
  readonly clock: Clock;
  readonly api: AmpecoApi;
  readonly first: ChargePointReading;
  readonly rules: PollerRules;
  readonly random: () => number;
}

const ACTIVE = /^(preparing|occupied|charging|suspendedev|suspendedevse|finishing)$/;
/** A read that leaves a question open is followed by the next one soon, s. */
const FOLLOW_UP_S = 2;
const MAX_FOLLOW_UPS = 3;

/** A failure that was overtaken by a later request's answer: it says nothing of the present. */
class Overtaken extends Error {
  constructor(cause: unknown) {
    super("overtaken", { cause });
  }
}

export function createPoller({ clock, api, first, rules, random }: PollerParts): Poller {
  const sinks = new Set<PollerSink>();
  const stop = new AbortController();
  let last = first;
  let intervals = { activeS: Infinity, idleS: Infinity };
  let timer: Unsubscribe | undefined;
  let failures = 0;
  let lastFailureMs: number | undefined;
  let sent = 0;
  let applied = 0;
  let followUps = 0;
  let flying = false;
  let lost = false;
  const bursts = new Set<Unsubscribe>();

  const active = (): boolean =>
    last.evses.some(
      (evse) => evse.session?.active === true || ACTIVE.test((evse.status ?? "").toLowerCase().replace(/[\s_-]/g, "")),
    );
  const intervalS = (): number => (active() ? intervals.activeS : intervals.idleS);
  const info = (): PollInfo => ({ intervalS: intervalS(), failures, lastFailureMs });

  function arm(ms: number): void {
    timer?.();
    timer = stop.signal.aborted ? undefined : clock.after(ms, () => void beat());
  }

  async function ask(signal: AbortSignal, urgent: boolean): Promise<boolean> {
    let mine = 0;
    try {
      const { reading, more } = await api.poll(
        () => last,
        signal,
        () => (mine = ++sent),
        urgent,
      );
      if (stop.signal.aborted || mine <= applied) return more;
      applied = mine;
      take(reading);
      return more;
    } catch (error) {
      throw mine > 0 && mine <= applied ? new Overtaken(error) : error;
    }
  }

  function take(reading: ChargePointReading): void {
    last = reading;
    failures = 0;
    for (const sink of sinks) sink.onReading(reading);
  }

  function failed(error: AmpecoFailure): void {
    failures++;
    lastFailureMs = clock.nowMs();
    for (const sink of sinks) sink.onFailure(error, info());
  }

  /** Also for the reads of commands: what they learn counts like any poll. */
  async function tried(signal: AbortSignal, urgent: boolean): Promise<boolean> {
    try {
      const more = await ask(signal, urgent);
      rules.outcome(undefined);
      return more;
    } catch (thrown) {
      if (stop.signal.aborted || signal.aborted) throw thrown;
      const overtaken = thrown instanceof Overtaken;
      const error: unknown = overtaken ? thrown.cause : thrown;
      const failure =
        error instanceof AmpecoFailure ? error : new AmpecoFailure("bad_answer", String(error), {}, { cause: error });
      rules.outcome(tenantTrouble(failure) && !overtaken ? failure : undefined);
      if (!overtaken) failed(failure);
      throw failure;
    }
  }

  async function beat(): Promise<void> {
    timer = undefined;
    if (flying || lost) return;
    const hold = rules.hold();
    if (hold === undefined) return;
    if (hold > 0) {
      arm(hold);
      return;
    }
    flying = true;
    let next: number;
    try {
      const more = await tried(stop.signal, false);
      followUps = more ? followUps + 1 : 0;
      next = jittered((more && followUps <= MAX_FOLLOW_UPS ? FOLLOW_UP_S : intervalS()) * 1000, random);
    } catch (error) {
      if (stop.signal.aborted || !(error instanceof AmpecoFailure)) return;
      if (error.facts.status === 404 || error.facts.status === 410) {
        lost = true;
        rules.gone();
        return;
      }
      next = Math.max(backoff(failures, random), error.facts.waitMs ?? 0);
    } finally {
      flying = false;
    }
    arm(next);
  }

  return {
    get info() {
      return info();
    },
    get last() {
      return last;
    },
    setIntervals(activeS, idleS) {
      intervals = { activeS: Math.min(intervals.activeS, activeS), idleS: Math.min(intervals.idleS, idleS) };
    },
    join(sink) {
      sinks.add(sink);
      return () => sinks.delete(sink);
    },
    async readNow(signal) {
      if (rules.hold() === undefined) throw new AmpecoFailure("auth", "The cloud refuses the token. Enter a new one.");
      for (let turn = 0; turn < MAX_FOLLOW_UPS; turn++)
        if (!(await tried(AbortSignal.any([stop.signal, signal]), true))) break;
      if (timer !== undefined) arm(jittered(intervalS() * 1000, random));
      return last;
    },
    burst(momentsS, done, late) {
      const startMs = clock.monotonicMs();
      const moments = [...momentsS];
      let cancel: Unsubscribe = () => undefined;
      const end = (): void => {
        cancel();
        bursts.delete(end);
      };
      const arm = (): void => {
        const moment = moments.shift();
        if (moment === undefined) {
          end();
          late?.();
          return;
        }
        cancel = clock.after(Math.max(0, startMs + moment * 1000 - clock.monotonicMs()), () => void step());
      };
      const step = async (): Promise<void> => {
        if ((rules.hold() ?? 1) === 0) {
          try {
            await tried(stop.signal, true);
          } catch (error) {
            // Told to the sinks already; the next moment tries again.
            if (!(error instanceof AmpecoFailure)) return;
          }
        }
        if (!bursts.has(end)) return;
        if (done()) end();
        else arm();
      };
      bursts.add(end);
      arm();
      return end;
    },
    asking: () => ++sent,
    seen(reading, asked) {
      lost = false;
      if (asked > applied) {
        applied = asked;
        take({
          ...reading,
          // The list of the public API tells no sessions.
          evses: reading.evses.map((evse) => ({
            ...evse,
            session: evse.session ?? last.evses.find((one) => one.id === evse.id)?.session,
          })),
        });
      }
      arm(jittered(intervalS() * 1000, random));
    },
    wake() {
      if (!flying) arm(0);
    },
    close() {
      stop.abort();
      timer?.();
      timer = undefined;
      for (const end of [...bursts]) end();
      sinks.clear();
    },
  };
}
