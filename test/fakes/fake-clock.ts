/** Fake time: timers fire in order while `advance` walks forward; awaits between them settle. */
import { clockFrom, type Clock, type Unsubscribe } from "../../bridge/clock.ts";

export interface FakeClock extends Clock {
  /** Walks `ms` forward, firing every timer due on the way and letting promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Timers still armed: a leak check. */
  readonly pending: number;
  /** Moves the wall clock without the monotonic one, as when a machine's clock is set. */
  jump(ms: number): void;
}

export function fakeClock(startMs = Date.UTC(2026, 0, 1, 12)): FakeClock {
  let mono = 0;
  let wallOffset = startMs;
  let sequence = 0;
  const timers = new Map<number, { at: number; task: () => void }>();
  const setTimer = (ms: number, task: () => void): Unsubscribe => {
    const id = ++sequence;
    timers.set(id, { at: mono + Math.max(0, ms), task });
    return () => timers.delete(id);
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const clock = clockFrom({ nowMs: () => wallOffset + mono, monotonicMs: () => mono, setTimer });
  return {
    ...clock,
    async advance(ms: number) {
      const end = mono + ms;
      await settle();
      for (;;) {
        let due: [number, { at: number; task: () => void }] | undefined;
        for (const entry of timers)
          if (entry[1].at <= end && (due === undefined || entry[1].at < due[1].at)) due = entry;
        if (due === undefined) break;
        timers.delete(due[0]);
        mono = Math.max(mono, due[1].at);
        due[1].task();
        await settle();
      }
      mono = end;
      await settle();
    },
    jump(ms: number) {
      wallOffset += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}
