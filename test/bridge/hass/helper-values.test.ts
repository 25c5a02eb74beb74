import { describe, expect, it } from "vitest";
import type { EntityChange, SeenState } from "../../../bridge/hass/compressed.ts";
import type { HassLink, HassLinkStatus, HelperEvent } from "../../../bridge/hass/doors.ts";
import { createSettling } from "../../../bridge/hass/helper-history.ts";
import type { Helper, HelperMemory, Owner } from "../../../bridge/hass/helper-memory.ts";
import { createHelperValues } from "../../../bridge/hass/helper-values.ts";
import { silentLog } from "../../../bridge/log.ts";
import type { HelperSpec } from "../../../shared/entities.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";

const LIMIT: HelperSpec = { key: "limit", domain: "input_number", name: "Limit", min: 0, max: 32 };
const ENABLED: HelperSpec = { key: "enabled", domain: "input_boolean", name: "Charging" };
const START: HelperSpec = { key: "start", domain: "input_button", name: "Start" };
const STARTED = 1_000_000;

function helper(spec: HelperSpec, memory: HelperMemory): Helper {
  return {
    spec,
    owner: "garage",
    memory: { id: spec.key, ...memory },
    entityId: `${spec.domain}.${spec.key}`,
    adopted: false,
    live: false,
    truth: undefined,
    expected: undefined,
    reshaping: false,
    writing: false,
    refused: undefined,
    replacedMs: -Infinity,
    madeMs: -Infinity,
  };
}

/** A first picture: what Home Assistant shows, of when, and whether somebody caused it. */
function first(id: string, state: string, { at = STARTED, caused = false } = {}): EntityChange {
  const now: SeenState = {
    entityId: id,
    state,
    attributes: {},
    changedAtMs: at,
    updatedAtMs: at,
    contextId: "x",
    userId: undefined,
    caused,
  };
  return { entityId: id, before: undefined, now, initial: true };
}

function rig(memory: HelperMemory) {
  const helpers = [helper(LIMIT, memory), helper(ENABLED, { shown: true }), helper(START, {})];
  const events: HelperEvent[] = [];
  const written: unknown[] = [];
  let hassNowMs: number | undefined;
  const values = createHelperValues({
    link: {
      up: true,
      send: (message: Record<string, unknown>) => {
        written.push(message["service_data"]);
        return Promise.resolve(undefined);
      },
    } as unknown as HassLink,
    log: silentLog(),
    closed: () => false,
    helperAt(entityId) {
      const found = helpers.find((one) => one.entityId === entityId);
      return found === undefined ? undefined : { helper: found, owner: {} as Owner };
    },
    save: () => undefined,
    fire: (event) => events.push(event),
    onReplaced: () => undefined,
    hassNowMs: () => hassNowMs,
  });
  /** Seen happening; Home Assistant's clock is `hassMs` when it arrives. */
  const press = (atMs: number, hassMs: number | undefined): void => {
    hassNowMs = hassMs;
    const id = "input_button.start";
    const now = first(id, new Date(atMs).toISOString(), { at: atMs, caused: true });
    values.hear([{ ...now, before: first(id, "unknown").now, initial: false }]);
  };
  /** What a bridge that was away meets: limit as given, the rest as it was. */
  const meet = (state: string, how: { at?: number; caused?: boolean } = {}): void => {
    values.hear([
      first("input_number.limit", state, how),
      first("input_boolean.enabled", "on", { at: STARTED + 40 }),
      first("input_button.start", "2026-01-01T00:00:00+00:00", { at: STARTED + 900 }),
    ]);
  };
  return { meet, press, events, written, limit: helpers[0]! };
}

describe("a value found after the bridge was away", () => {
  it("is a wish when somebody set it, also to what it was before", () => {
    for (const how of [{ caused: true, at: STARTED + 60_000 }, { caused: true }, { at: STARTED + 60_000 }]) {
      const { meet, events, written } = rig({ shown: 16, earlier: [10] });
      meet("10", how);
      expect(events).toMatchObject([{ key: "limit", value: 10 }]);
      expect(written).toEqual([]);
    }
  });

  it("is a wish when it survived a clean restart of Home Assistant", () => {
    const { meet, events } = rig({ shown: 16, earlier: [10] });
    meet("20");
    expect(events).toMatchObject([{ key: "limit", value: 20 }]);
  });

  it("is put back when a killed Home Assistant restored what had just been replaced", () => {
    const { meet, events, written, limit } = rig({ shown: 16, earlier: [10] });
    meet("10");
    expect(events).toEqual([]);
    expect(written).toEqual([{ value: 16 }]);
    expect(limit.memory).toMatchObject({ shown: 10, earlier: [16] });
  });

  it("is put back to the bridge's own truth where that is known", () => {
    const { meet, events, written, limit } = rig({ shown: 16, earlier: [10] });
    limit.truth = 12;
    meet("10");
    expect(events).toEqual([]);
    expect(written).toEqual([{ value: 12 }]);
  });

  it("is put back when Home Assistant shows the default of a helper that it never wrote down", () => {
    const young = rig({ shown: 16, earlier: [8] });
    young.meet("0");
    expect(young.events).toEqual([]);
    expect(young.written).toEqual([{ value: 16 }]);
  });

  it("is a wish, 0 as well, when everything had been written down long ago", () => {
    const { meet, events } = rig({ shown: 16 });
    meet("0");
    expect(events).toMatchObject([{ key: "limit", value: 0 }]);
  });

  it("never is a press", () => {
    const { meet, events } = rig({ shown: 16 });
    meet("16");
    expect(events).toEqual([]);
  });
});

describe("a press", () => {
  it("counts when it is seen happening, also while Home Assistant's clock is not known", () => {
    const { press, events } = rig({});
    press(STARTED, undefined);
    press(STARTED + 1_000, STARTED + 1_300);
    press(STARTED + 2_000, STARTED + 500);
    expect(events).toHaveLength(3);
  });

  it("is void when it waited out a cut line", () => {
    const { press, events } = rig({});
    press(STARTED, STARTED + 12_000);
    expect(events).toEqual([]);
  });
});

describe("what Home Assistant may still lose", () => {
  function settling(memory: HelperMemory) {
    const clock = fakeClock();
    const link = {
      up: true,
      tell: (_: Partial<HassLinkStatus>): void => undefined,
      onStatus(listener: (status: HassLinkStatus) => void) {
        link.tell = (status) => listener(status as HassLinkStatus);
        return () => undefined;
      },
    };
    const one = helper(LIMIT, memory);
    const saved: Helper[] = [];
    const watch = createSettling<Helper>({
      clock,
      link: link as unknown as HassLink,
      helpers: () => [one],
      settled: (changed) => saved.push(...changed),
    });
    watch.look();
    return { clock, link, one, saved, watch };
  }

  it("is forgotten after 16 minutes of connection, and no timer stays", async () => {
    const { clock, one, saved } = settling({ shown: 16, earlier: [10], fresh: true });
    await clock.advance(60_000);
    expect(one.memory).toMatchObject({ earlier: [10] });
    expect(one.memory.fresh).toBeUndefined();
    await clock.advance(16 * 60_000);
    expect(one.memory.earlier).toBeUndefined();
    expect(saved).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it("is remembered over a connection that was lost in between", async () => {
    const { clock, link, one, watch } = settling({ shown: 16, earlier: [10] });
    await clock.advance(15 * 60_000);
    link.tell({ state: "down" });
    await clock.advance(5 * 60_000);
    link.tell({ state: "up" });
    await clock.advance(15 * 60_000);
    expect(one.memory.earlier).toEqual([10]);
    await clock.advance(2 * 60_000);
    expect(one.memory.earlier).toBeUndefined();
    watch.close();
  });
});
