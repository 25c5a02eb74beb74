/** The doctor's look at the radio: adapter and rights, and every Besen box in reach. Only while the bridge does not hold the adapter itself. */
import { scanForBoxes } from "../chargers/besen/ble.ts";
import { LinkError } from "../chargers/besen/transport.ts";
import type { Check } from "../assembly/checks.ts";
import type { Clock } from "../clock.ts";
import type { BridgeConfig } from "../config/resolve.ts";
import { silentLog } from "../log.ts";

/** Adapter start and scan together. */
const LOOK_MS = 40_000;

/** Nothing when no Bluetooth box is configured. Never throws. */
export async function checkBluetooth(config: BridgeConfig, clock: Clock): Promise<readonly Check[]> {
  const boxes = config.chargers.flatMap(({ raw, config: { name } }) =>
    raw.driver === "besen" && raw.transport !== "udp" ? [{ name, raw }] : [],
  );
  const [first] = boxes;
  if (first === undefined) return [];
  const title = "Bluetooth";
  try {
    const seen = await scanForBoxes(
      { driver: first.raw.ble_driver ?? "auto", adapter: first.raw.adapter, clock, log: silentLog() },
      clock.deadline(LOOK_MS),
    );
    const found: Check[] = seen.map((box) => ({
      id: `bluetooth:${box.address}`,
      level: "good",
      title: "Besen box in reach",
      detail: `${box.name} at ${box.address}, ${box.rssi} dBm`,
    }));
    const missing: Check[] = boxes
      .filter(({ raw }) => !seen.some((box) => fits(box, raw.address, raw.name_filter)))
      .map(({ name, raw }) => ({
        id: `bluetooth:missing:${raw.id}`,
        level: "bad",
        title: "Besen box in reach",
        detail: `${name} was not seen: out of reach, without power, or its one connection is taken by the phone app or Home Assistant's own Besen integration.`,
      }));
    return [{ id: "bluetooth", level: "good", title, detail: "The adapter works" }, ...found, ...missing];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const remedy =
      error instanceof LinkError
        ? " See adapter and rights in docs/besen.md; `ble_driver: noble-next` needs no compiler."
        : "";
    return [{ id: "bluetooth", level: "bad", title, detail: `${detail}.${remedy}` }];
  }
}

function fits(
  box: { readonly address: string; readonly name: string },
  address: string | undefined,
  nameFilter: string | undefined,
): boolean {
  if (address !== undefined) return box.address.toLowerCase() === address.toLowerCase();
  return box.name.includes(nameFilter ?? "ACP#");
}
