/** All chargers of the house: made from the configuration, followed into the site's state, closed together. One that fails blocks no other. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Charger, ChargerContext, ChargerSource } from "../chargers/charger.ts";
import type { ResolvedCharger } from "../config/resolve.ts";
import type { SiteLoop } from "../site/loop.ts";
import { NO_COMMAND } from "../site/state.ts";
import type { ChargerSnapshot } from "../../shared/charger.ts";
import type { ChargerConfig, ChargerSettings } from "../../shared/site.ts";

export interface Garage {
  readonly chargers: ReadonlyMap<string, { readonly charger: Charger; readonly config: ChargerConfig }>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface GarageParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly loop: () => SiteLoop;
  readonly chargers: readonly ResolvedCharger[];
  readonly create: (charger: ResolvedCharger, context: ChargerContext) => Promise<ChargerSource>;
  readonly context: (charger: ResolvedCharger) => ChargerContext;
  /** Settings as the user left them; undefined on first sight. */
  readonly remembered: (id: string) => ChargerSettings | undefined;
  /** Called when a charger's link comes up: the box may have forgotten its limits. */
  readonly onUp: (id: string) => void;
  /** Lifetime energy that only grows, from the box's register, Wh. */
  readonly energy: (id: string, registerWh: number | undefined) => number | undefined;
}

/** A per phase: what a box reports counts up to this. */
const MOST_A = 32;
/** A box that cannot be reached must not hold up the end of the process. */
const CLOSE_MS = 8_000;

export function createGarage(parts: GarageParts): Garage {
  const { clock, log, loop } = parts;
  const entries = new Map<string, { readonly charger: Charger; readonly config: ChargerConfig }>();
  const sources: ChargerSource[] = [];

  const metered = (id: string, snapshot: ChargerSnapshot): ChargerSnapshot => ({
    ...snapshot,
    energyWh: parts.energy(id, snapshot.energyWh),
  });

  function admit(charger: Charger, resolved: ResolvedCharger): void {
    const outlet =
      charger.id === resolved.config.id ? "" : charger.id.slice(resolved.config.id.length).replace(/^_/, " ");
    const config: ChargerConfig = { ...resolved.config, id: charger.id, name: `${resolved.config.name}${outlet}` };
    const stored = parts.remembered(charger.id) ?? resolved.initial;
    // The configuration's floor and ceiling last for ever, whatever was remembered.
    const settings: ChargerSettings = {
      ...stored,
      limitA: stored.limitA === 0 ? 0 : Math.min(stored.limitA, config.maxA),
      minA: Math.min(Math.max(stored.minA, config.minA), config.maxA),
    };
    entries.set(charger.id, { charger, config });
    loop().apply({
      kind: "charger",
      state: {
        config,
        settings,
        snapshot: metered(charger.id, charger.snapshot),
        pace: charger.can.pace,
        canSwitchPhases: charger.can.phases !== undefined,
        command: NO_COMMAND,
      },
    });
    let link = charger.snapshot.link;
    const ceiling = (reportedA: number | undefined): void => {
      // Without a configured ceiling a box that is no OCPP station may use what it reports; OCPP boxes have 32 A to start with.
      if (
        resolved.maxAGiven !== undefined ||
        config.kind === "plug" ||
        resolved.raw.driver === "ocpp" ||
        reportedA === undefined
      )
        return;
      const maxA = Math.max(config.minA, Math.min(MOST_A, reportedA));
      entries.set(charger.id, { charger, config: { ...config, maxA } });
      loop().apply({ kind: "ceiling", charger: charger.id, maxA });
    };
    ceiling(charger.snapshot.facts.maxA);
    charger.onSnapshot((snapshot) => {
      ceiling(snapshot.facts.maxA);
      loop().apply({ kind: "snapshot", charger: charger.id, snapshot: metered(charger.id, snapshot) });
      loop().apply({
        kind: "manners",
        charger: charger.id,
        pace: charger.can.pace,
        canSwitchPhases: charger.can.phases !== undefined,
      });
      if (snapshot.link === link) return;
      link = snapshot.link;
      log.info({ charger: charger.id }, link === "up" ? "charger connected" : "charger lost");
      if (link === "up") parts.onUp(charger.id);
    });
  }

  async function make(resolved: ResolvedCharger): Promise<ChargerSource | undefined> {
    try {
      return await parts.create(resolved, parts.context(resolved));
    } catch (error) {
      failed(resolved, error);
      return undefined;
    }
  }

  async function startOne(resolved: ResolvedCharger, source: ChargerSource): Promise<void> {
    source.onCharger((charger) => admit(charger, resolved));
    try {
      await source.start();
    } catch (error) {
      failed(resolved, error);
    }
  }

  function failed(resolved: ResolvedCharger, error: unknown): void {
    log.error({ err: error, charger: resolved.config.id }, "charger could not be started");
    parts.context(resolved).report({
      title: `${resolved.config.name}: not started`,
      detail: error instanceof Error ? error.message : String(error),
    });
  }

  return {
    chargers: entries,
    async start() {
      const made = await Promise.all(
        parts.chargers.map(async (resolved) => ({ resolved, source: await make(resolved) })),
      );
      // Admitted in the order of the configuration, whichever driver was loaded first.
      const ready = made.flatMap(({ resolved, source }) => (source === undefined ? [] : [{ resolved, source }]));
      for (const { resolved, source } of ready) {
        sources.push(source);
        for (const charger of source.chargers) admit(charger, resolved);
      }
      await Promise.all(ready.map(({ resolved, source }) => startOne(resolved, source)));
    },
    async close() {
      const closing = sources.map(async (source) => {
        try {
          await source.close();
        } catch (error) {
          log.warn({ err: error }, "charger did not close cleanly");
        }
      });
      const late = new AbortController();
      await Promise.race([
        Promise.all(closing),
        clock.sleep(CLOSE_MS, late.signal).then(
          () => log.warn("some chargers did not close in time"),
          () => undefined,
        ),
      ]);
      late.abort();
    },
  };
}
