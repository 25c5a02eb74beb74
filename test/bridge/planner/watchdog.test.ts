import { describe, expect, it } from "vitest";
import type { ChargerState } from "../../../shared/site.ts";
import { freshCharger } from "../../../bridge/planner/memory.ts";
import { watch } from "../../../bridge/planner/watchdog.ts";
import { charger, type ChargerChange } from "./site-fixture.ts";

interface Seen {
  readonly remedies: readonly string[];
  readonly ignored: boolean;
}

/** Watches a box that was sent `sentA` at 0, every 2 s; `box` says what it does. */
function watched(untilS: number, sentA: number, box: (atS: number) => ChargerState): Seen {
  let memory = freshCharger("standard", true, 0).watch;
  const remedies: string[] = [];
  let ignored = false;
  for (let atS = 0; atS <= untilS; atS += 2) {
    const result = watch(memory, box(atS), sentA, 0, true, atS * 1000);
    if (result.remedy !== undefined) remedies.push(`${atS} ${result.remedy}`);
    ignored ||= result.ignored !== undefined;
    memory = result.memory;
  }
  return { remedies, ignored };
}

const box = (offeredA: number | undefined, drawA: number, change: ChargerChange = {}): ChargerState =>
  charger({
    ...change,
    snapshot: { offeredA, currentA: { l1: drawA, l2: drawA, l3: drawA }, ...change.snapshot },
  });

describe("the compliance watchdog", () => {
  it("asks for new profiles after five offers in a row that differ", () => {
    expect(watched(100, 10, () => box(16, 10)).remedies).toEqual(["80 reset_profiles"]);
  });

  it.each([
    ["an offer as sent", () => box(10, 10)],
    ["a difference within 3 A", () => box(13, 10)],
    ["a box that tells no offer", () => box(undefined, 10)],
    ["an offer that is right once in five times", (atS: number) => box(atS >= 60 && atS < 76 ? 10 : 16, 10)],
    ["Dynamic Control off", () => box(16, 10, { settings: { dynamicControl: false } })],
    ["a plug", () => box(16, 10, { config: { kind: "plug" } })],
    ["a box that takes limits at the next start only", () => box(16, 10, { pace: { applies: "next_start" } })],
  ])("leaves %s alone", (_, state) => {
    expect(watched(120, 10, state).remedies).toEqual([]);
  });

  it("rests two minutes after a remedy and tries profiles twice before it thinks of a reboot", () => {
    const { remedies } = watched(700, 10, () => box(16, 10, { config: { allowReset: "always" } }));
    expect(remedies.map((remedy) => remedy.split(" ")[1])).toEqual(["reset_profiles", "reset_profiles", "reset"]);
    const [first, second] = remedies.map((remedy) => Number(remedy.split(" ")[0]));
    expect(second! - first!).toBeGreaterThanOrEqual(120 + 60);
  });

  it.each([
    ["never", false],
    ["failed_pause", false],
    ["always", true],
  ] as const)("reboots a box that charges at another current with allow_reset %s: %s", (allowReset, reboots) => {
    const { remedies } = watched(1200, 10, () => box(16, 10, { config: { allowReset } }));
    expect(remedies.some((remedy) => remedy.endsWith(" reset"))).toBe(reboots);
  });

  it.each([
    ["never", false],
    ["failed_pause", true],
    ["always", true],
  ] as const)("reboots a box that charges on at 0 A with allow_reset %s: %s", (allowReset, reboots) => {
    const seen = watched(1200, 0, () => box(undefined, 10, { config: { allowReset } }));
    expect(seen.ignored).toBe(true);
    expect(seen.remedies.some((remedy) => remedy.endsWith(" reset"))).toBe(reboots);
  });

  it("says that a limit is ignored only once the box has had time to obey", () => {
    expect(watched(28, 10, () => box(undefined, 16)).ignored).toBe(false);
    expect(watched(32, 10, () => box(undefined, 16)).ignored).toBe(true);
    expect(watched(60, 10, () => box(undefined, 11)).ignored).toBe(false);
  });
});
