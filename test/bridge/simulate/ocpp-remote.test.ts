import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../bridge/log.ts";
import { createSimulatedChargePoint } from "../../../bridge/simulate/ocpp/charge-point.ts";
import { carryOut, help, stateLines } from "../../../bridge/simulate/ocpp/remote.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";

const boxOf = (outlets = 1) =>
  createSimulatedChargePoint({
    url: "ws://127.0.0.1:1",
    identity: "CP-1",
    version: "2.0.1",
    phases: 3,
    outlets,
    clock: fakeClock(),
    log: silentLog(),
  });
let box = boxOf();
afterEach(async () => {
  await box.close();
});

describe("what is typed to a simulated wallbox", () => {
  it("is done to it and its car", () => {
    box = boxOf(2);
    expect(carryOut(box, "plug 2")).toBeUndefined();
    expect(box.state(2).status).toBe("Occupied");
    expect(box.state(1).status).toBe("Available");
    expect(carryOut(box, " SLEEP 2 ")).toBe("the car sleeps");
    expect(carryOut(box, "fault GroundFailure 1")).toBeUndefined();
    expect(box.state(1).status).toBe("Faulted");
    expect(carryOut(box, "fault")).toBeUndefined();
    carryOut(box, "unplug 2");
    expect(stateLines(box)).toBe(
      "outlet 1 Available: offers 0.0 A, 0 W, 0.000 kWh\noutlet 2 Available: offers 0.0 A, 0 W, 0.000 kWh",
    );
  });

  it("is answered when it makes no sense, and harmless", () => {
    box = boxOf();
    for (const line of ["frobnicate", "constructor", "__proto__ 1", "help"]) expect(carryOut(box, line)).toBe(help());
    expect(carryOut(box, "  ")).toBeUndefined();
    expect(carryOut(box, "plug 7")).toBe("There is no outlet 7.");
    expect(carryOut(box, "plug x")).toBe("There is no outlet NaN.");
    expect(carryOut(box, "sleep")).toBe("There is no car.");
    expect(carryOut(box, "card")).toBe("card TAG: which?");
  });
});
