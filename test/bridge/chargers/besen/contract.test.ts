import { chargerContract, eventually, type ChargerHarness } from "../../../contract/charger.contract.ts";
import { rig, type Way } from "./support.ts";

async function harness(way: Way): Promise<ChargerHarness> {
  // The first picture is taken from a charger that has not been started.
  const made = await rig({ way, cold: true, box: { startKwh: 0 } });
  const firstSnapshot = made.charger.snapshot;
  await eventually(made.clock, () => made.charger.snapshot.link === "up");
  const { box, charger, clock } = made;
  return {
    charger,
    firstSnapshot,
    clock,
    async plugIn() {
      box.plugIn({ maxA: 32 });
      box.pressButton();
      await eventually(clock, () => charger.snapshot.status === "charging");
    },
    refuse() {
      box.faults.refuseStart = 2;
      box.faults.refuseStop = 1;
      box.faults.refuseSettings = true;
    },
    fallSilent() {
      box.faults.silent = true;
    },
    async report({ powerW, currentA, energyWh }) {
      box.wallbox.forced.powerW = powerW;
      box.wallbox.forced.currentA = currentA;
      if (energyWh !== undefined) box.wallbox.totalKwh = energyWh / 1000;
      box.pushStatus();
      await clock.advance(100);
    },
    receivedLimits: () => box.limits,
    close: () => made.close(),
  };
}

chargerContract("besen over UDP", () => harness("udp"));
chargerContract("besen over @abandonware/noble", () => harness("noble"));
chargerContract("besen over @stoprocent/noble", () => harness("noble-next"));
