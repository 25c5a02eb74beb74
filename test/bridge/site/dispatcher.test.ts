import { describe, expect, it } from "vitest";
import { ChargerError } from "../../../bridge/chargers/charger.ts";
import { silentLog } from "../../../bridge/log.ts";
import { createDispatcher } from "../../../bridge/site/dispatcher.ts";
import type { Allocation } from "../../../shared/plan.ts";
import { fakeCharger } from "../../fakes/fake-charger.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";
import { chargerConfig } from "../../fakes/site.ts";

const allocation = (limitA: number, over: Partial<Allocation> = {}): Allocation => ({
  charger: "garage",
  limitA,
  allocatedA: limitA,
  availableA: limitA,
  phases: undefined,
  hold: undefined,
  urgent: false,
  keep: false,
  reason: { code: "limited_by", source: "user", limitA },
  runnerUp: undefined,
  remedy: undefined,
  ...over,
});

function setUp() {
  const clock = fakeClock();
  const charger = fakeCharger();
  const errors: string[] = [];
  const dispatcher = createDispatcher({
    clock,
    log: silentLog(),
    chargers: () => new Map([["garage", { charger, config: chargerConfig({ maxA: 16 }) }]]),
    onError: (_id, error) => errors.push(error.code),
  });
  const limits = (): number[] => charger.orders.map((order) => order.limitA);
  return { clock, charger, dispatcher, errors, limits };
}

describe("the dispatcher", () => {
  it("is silent when nothing changed", async () => {
    const { clock, charger, dispatcher, limits } = setUp();
    dispatcher.dispatch([allocation(10)]);
    charger.accept();
    await clock.advance(0);
    dispatcher.dispatch([allocation(10)]);
    dispatcher.dispatch([allocation(10)]);
    expect(limits()).toEqual([10]);
  });

  it("keeps one order in flight and sends the newest wish after it", async () => {
    const { clock, charger, dispatcher, limits } = setUp();
    dispatcher.dispatch([allocation(8)]);
    dispatcher.dispatch([allocation(10)]);
    dispatcher.dispatch([allocation(12)]);
    expect(limits()).toEqual([8]);
    charger.accept();
    await clock.advance(0);
    expect(limits()).toEqual([8, 12]);
  });

  it("never lets a lower limit wait for a higher one", () => {
    const { dispatcher, limits } = setUp();
    dispatcher.dispatch([allocation(16)]);
    dispatcher.dispatch([allocation(6)]);
    expect(limits()).toEqual([16, 6]);
  });

  it("clamps at the last gate: nothing above the ceiling, nothing between 0 and 6 A, no NaN", () => {
    const { dispatcher, charger, limits } = setUp();
    charger.answerAll("accept");
    for (const wild of [99, 5.9, NaN, -4, Infinity]) {
      dispatcher.forget("garage");
      dispatcher.dispatch([allocation(wild, { urgent: true })]);
    }
    for (const sent of limits()) expect(sent === 0 || (sent >= 6 && sent <= 16)).toBe(true);
    expect(limits()[0]).toBe(16);
  });

  it("does not repeat a refused order on every tick, but tries it again later", async () => {
    const { clock, charger, dispatcher, errors, limits } = setUp();
    charger.answerAll(new ChargerError("rejected", "no"));
    dispatcher.dispatch([allocation(10)]);
    await clock.advance(2000);
    dispatcher.dispatch([allocation(10)]);
    await clock.advance(2000);
    expect(limits()).toEqual([10]);
    expect(errors).toEqual(["rejected"]);
    await clock.advance(15_000);
    dispatcher.dispatch([allocation(10)]);
    expect(limits()).toEqual([10, 10]);
  });

  it("sends a lower limit at once although the last order was refused", async () => {
    const { clock, charger, dispatcher, limits } = setUp();
    dispatcher.dispatch([allocation(10)]);
    charger.accept();
    await clock.advance(0);
    dispatcher.dispatch([allocation(16)]);
    charger.refuse();
    await clock.advance(0);
    dispatcher.dispatch([allocation(6)]);
    expect(limits()).toEqual([10, 16, 6]);
  });

  it("marks only a pause as the user's", () => {
    const { charger, dispatcher } = setUp();
    dispatcher.dispatch([allocation(0, { hold: "user" })]);
    expect(charger.orders).toEqual([{ limitA: 0, hold: "user" }]);
    dispatcher.dispatch([allocation(10, { hold: "user", urgent: true })]);
    expect(charger.orders[1]).toEqual({ limitA: 10, hold: undefined });
  });

  it("gives up an order that is never answered after the charger's own time", async () => {
    const { clock, dispatcher, errors } = setUp();
    dispatcher.dispatch([allocation(10)]);
    await clock.advance(35_001);
    expect(errors).toEqual(["timeout"]);
  });

  it("hands out freed current only after it was taken from somebody", () => {
    const clock = fakeClock();
    const order: string[] = [];
    const named = (id: string) => {
      const charger = fakeCharger(id);
      charger.answerAll("accept");
      return {
        charger: { ...charger, id, limit: async (wish: { limitA: number }) => void order.push(`${id} ${wish.limitA}`) },
        config: chargerConfig({ id }),
      };
    };
    const all = new Map([
      ["a", named("a")],
      ["b", named("b")],
    ]);
    const dispatcher = createDispatcher({
      clock,
      log: silentLog(),
      chargers: () => all,
      onError: () => undefined,
    });
    dispatcher.dispatch([allocation(16, { charger: "a" }), allocation(0, { charger: "b" })]);
    expect(order).toEqual(["b 0", "a 16"]);
  });
});

describe("an order that was refused", () => {
  it("is not repeated every tick even when it is urgent, as with a box that is away", async () => {
    const { clock, charger, dispatcher, limits } = setUp();
    charger.answerAll(new ChargerError("offline", "away"));
    for (let tick = 0; tick < 6; tick++) {
      dispatcher.dispatch([allocation(0, { urgent: true })]);
      await clock.advance(2000);
    }
    expect(limits()).toEqual([0]);
    dispatcher.forget("garage");
    dispatcher.dispatch([allocation(0, { urgent: true })]);
    expect(limits()).toEqual([0, 0]);
  });
});
