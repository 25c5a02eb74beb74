/** From state and plan to devices: rebuilt only for chargers of which something changed. */
import type { Clock } from "../clock.ts";
import type { Charger } from "../chargers/charger.ts";
import type { BridgeConfig } from "../config/resolve.ts";
import { capsOf, chargerDevice, keysWithValue } from "../hass/entities.ts";
import { siteDevice } from "../hass/site-entities.ts";
import type { Drawer } from "../store/drawers.ts";
import { HEARTBEAT_S, type DeviceState, type EvseEntities } from "../../shared/entities.ts";
import type { Plan } from "../../shared/plan.ts";
import type { ChargerState, SiteState } from "../../shared/site.ts";
import type { Figures } from "./figures.ts";

export interface Presentation {
  /** Devices that may have changed since the last call. */
  devices(state: SiteState, plan: Plan | undefined): readonly DeviceState[];
}

export interface PresentationParts {
  readonly clock: Clock;
  readonly config: BridgeConfig;
  readonly memory: Drawer;
  readonly charger: (id: string) => Charger | undefined;
  readonly figures: Figures;
  readonly currency: () => string | undefined;
  readonly timeZone: () => string | undefined;
  /** Readings and controls of a device, or of the site, where they are in Home Assistant now. */
  readonly ids: (owner: string) => EvseEntities;
  readonly version: string;
}

export function createPresentation(parts: PresentationParts): Presentation {
  const { clock, config, memory } = parts;
  const startedAtMs = clock.nowMs();
  const known = new Map<string, Set<string>>();
  const priced = config.price !== undefined || config.sensors.some((sensor) => sensor.key === "price");

  function knownOf(id: string): Set<string> {
    let keys = known.get(id);
    if (keys === undefined) {
      keys = new Set((memory.get(`known:${id}`) ?? []) as string[]);
      known.set(id, keys);
    }
    return keys;
  }

  function present(charger: ChargerState, plan: Plan | undefined): DeviceState | undefined {
    const { id } = charger.config;
    const driver = parts.charger(id);
    if (driver === undefined) return undefined;
    const seen = knownOf(id);
    const device = chargerDevice(
      charger,
      plan?.allocations.find((allocation) => allocation.charger === id),
      {
        nowMs: clock.nowMs(),
        caps: capsOf(driver.can),
        entities: driver.entities,
        known: seen,
        ids: parts.ids(id),
        figures: parts.figures.of(id),
        currency: parts.currency(),
        timeZone: parts.timeZone(),
        priced: priced || driver.can.cost === true,
        solar: config.site.hasSolar,
      },
    );
    const fresh = keysWithValue(device).filter((key) => !seen.has(key));
    if (fresh.length > 0) {
      for (const key of fresh) seen.add(key);
      memory.set(`known:${id}`, [...seen]);
    }
    return device;
  }

  return {
    devices(state, plan) {
      const chargers = state.chargers.flatMap((charger) => present(charger, plan) ?? []);
      const beats = Math.floor((clock.nowMs() - startedAtMs) / (HEARTBEAT_S * 1000));
      const site = siteDevice(state, plan, {
        heartbeatMs: startedAtMs + beats * HEARTBEAT_S * 1000,
        version: parts.version,
        instance: config.hass?.instance,
        ids: parts.ids("site"),
        chargers: state.chargers.map((charger) => ({
          id: charger.config.id,
          name: charger.config.name,
          status: parts.ids(charger.config.id)["status"],
        })),
      });
      return [...chargers, site];
    },
  };
}
