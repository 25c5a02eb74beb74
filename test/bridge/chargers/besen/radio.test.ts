import { describe, expect, it } from "vitest";
import { choosePair, chunkSize, normalUuid } from "../../../../bridge/chargers/besen/gatt.ts";
import { poweredOn, radioOf } from "../../../../bridge/chargers/besen/radio.ts";
import { BackOff } from "../../../../bridge/chargers/besen/back-off.ts";
import { NobleFace } from "../../../../bridge/simulate/besen/noble-face.ts";
import { createSimulatedBs20 } from "../../../../bridge/simulate/besen/simulated-bs20.ts";
import { epochFromWire, wireFromEpoch } from "../../../../bridge/chargers/besen/time.ts";
import { fakeClock } from "../../../fakes/fake-clock.ts";
import { never, nobleWith, walk } from "./support.ts";

describe("radio", () => {
  it("does one thing at a time, and goes on after a failure", async () => {
    const radio = radioOf(nobleWith("noble-next", new NobleFace(createSimulatedBs20({ clock: fakeClock() }))), "x");
    const order: string[] = [];
    const first = radio.exclusively(async () => {
      order.push("first begins");
      await Promise.resolve();
      order.push("first ends");
      throw new Error("no");
    });
    const second = radio.exclusively(async () => order.push("second"));
    await expect(first).rejects.toThrow("no");
    await second;
    expect(order).toEqual(["first begins", "first ends", "second"]);
  });

  it.each(["noble", "noble-next"] as const)("says why an adapter does not come up (%s)", async (way) => {
    const clock = fakeClock();
    const face = new NobleFace(createSimulatedBs20({ clock }));
    face.power = "unsupported";
    await expect(walk(clock, poweredOn(nobleWith(way, face), clock, never()))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("no adapter"),
    });
  });
});

describe("services of a board", () => {
  it("are the same however a stack writes them", () => {
    for (const uuid of [
      "fff1",
      "FFF1",
      "0000fff1",
      "0000fff1-0000-1000-8000-00805f9b34fb",
      "0000FFF100001000800000805F9B34FB",
    ])
      expect(normalUuid(uuid)).toBe("fff1");
    expect(normalUuid("0003cdd1-0000-1000-8000-00805f9b0131")).toBe("0003cdd100001000800000805f9b0131");
  });

  it("need notify on one side and write on the other", () => {
    const service = (properties: string[]) => [
      {
        uuid: "fff0",
        characteristics: [
          { uuid: "fff1", properties },
          { uuid: "fff2", properties: ["write"] },
        ],
      },
    ];
    expect(choosePair(service(["indicate"]))).toMatchObject({ board: "old", canWriteWithoutResponse: false });
    expect(choosePair(service(["read"]))).toEqual({ found: "fff0: fff1 (read), fff2 (write)" });
    expect(choosePair([])).toEqual({ found: "no services" });
  });

  it("take chunks of 20 to 244 bytes", () => {
    expect([undefined, null, 0, 23, 100, 185, 247, 517].map((mtu) => chunkSize(mtu))).toEqual([
      20, 20, 20, 20, 97, 182, 244, 244,
    ]);
  });
});

describe("back-off", () => {
  it("grows from 2 to 60 s, within 20 %, for ever, and begins anew", () => {
    const [low, high] = [new BackOff(() => 0), new BackOff(() => 1)];
    const steps = [2, 5, 10, 20, 40, 60, 60, 60];
    for (const step of steps) {
      expect(low.nextMs()).toBe(Math.round(step * 800));
      expect(high.nextMs()).toBe(Math.round(step * 1200));
    }
    low.reset();
    expect(low.nextMs()).toBe(1600);
  });
});

describe("wire time", () => {
  it("goes both ways in every zone, over changes of the clock too", () => {
    for (const zone of [
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "Asia/Shanghai",
    ])
      for (let epoch = 1_767_225_600; epoch < 1_767_225_600 + 366 * 86_400; epoch += 12_347) {
        const back = epochFromWire(wireFromEpoch(epoch, zone), zone);
        // An hour that occurs twice is taken for its first time.
        expect(back === epoch || (epoch - back > 0 && epoch - back <= 3600)).toBe(true);
      }
    expect(wireFromEpoch(1_700_000_000, "Asia/Shanghai")).toBe(1_700_000_000);
  });
});
