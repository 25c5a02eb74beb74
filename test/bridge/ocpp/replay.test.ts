import { describe, expect, it } from "vitest";
import { ReplayCache } from "../../../bridge/ocpp/replay.ts";

const same = (): boolean => true;

describe("answers kept for repetitions", () => {
  it("are the last 64, and an id that comes again counts as new", () => {
    const cache = new ReplayCache(same);
    cache.remember("a", 0, "StatusNotification", "first", 0);
    for (let i = 0; i < 40; i++) cache.remember(`x${i}`, i, "StatusNotification", "x", 0);
    cache.remember("a", 50, "StatusNotification", "second", 0);
    for (let i = 0; i < 63; i++) cache.remember(`y${i}`, i, "StatusNotification", "y", 0);
    expect(cache.find("a", 99, 0)).toBe("second");
    expect(cache.find("x39", 99, 0)).toBeUndefined();
    cache.remember("z", 0, "StatusNotification", "z", 0);
    expect(cache.find("a", 99, 0)).toBeUndefined();
    expect(cache.find("y0", 99, 0)).toBe("y");
  });

  it("pass to the next connection if they are about transactions, in the same order and age", () => {
    const cache = new ReplayCache(same);
    cache.remember("s", 1, "StartTransaction", "started", 1000);
    cache.remember("n", 2, "StatusNotification", "noted", 1000);
    const heir = cache.heir();
    expect(heir.find("s", 9, 301_000)).toBe("started");
    expect(heir.find("s", 9, 301_001)).toBeUndefined();
    expect(heir.find("n", 9, 1000)).toBeUndefined();
  });
});
