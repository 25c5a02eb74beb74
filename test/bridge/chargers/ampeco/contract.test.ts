import { createAmpecoSource } from "../../../../bridge/chargers/ampeco/driver.ts";
import { chargerContract, type ChargerHarness } from "../../../contract/charger.contract.ts";
import { contextOf, drawers, optionsFor, scene, walk } from "./tenant-harness.ts";

async function harness(flavour: "app" | "public"): Promise<ChargerHarness> {
  const kept = drawers();
  const first = await scene(flavour, {}, {}, kept);
  const { clock, tenant, charger } = first;
  // What a restarted bridge knows before the cloud has spoken.
  const fresh = createAmpecoSource(optionsFor(tenant), contextOf(clock, kept));
  const firstSnapshot = fresh.chargers[0]!.snapshot;
  await fresh.close();
  const [chargePoint] = tenant.world.chargePoints;
  const evse = chargePoint!.evses[0]!;
  // Real sockets need turns of the event loop: no leap is longer than a second.
  const paced = new Proxy(clock, {
    get: (target, key) =>
      key === "advance"
        ? (ms: number) => (ms > 1000 ? walk(clock, ms / 1000) : target.advance(ms))
        : Reflect.get(target, key, target),
  });
  return {
    charger,
    firstSnapshot,
    clock: paced,
    plugIn: () => first.plugIn(),
    refuse: () => void tenant.fault({ on: { method: "POST" }, status: 406, body: { message: "Rejected" } }),
    fallSilent: () => void tenant.fault({ how: "silent" }),
    async report({ powerW, energyWh }) {
      evse.told = {
        ...evse.told,
        ...(powerW === undefined ? {} : { powerW }),
        ...(energyWh === undefined ? {} : { energyWh }),
      };
      await first.run((signal) => charger.can.refresh!(signal));
    },
    receivedLimits: () => chargePoint!.limits,
    ...(flavour === "app" ? { limits: [16, 16] as const } : {}),
    close: () => first.close(),
  };
}

chargerContract("ampeco, app API", () => harness("app"));
chargerContract("ampeco, public API", () => harness("public"));
