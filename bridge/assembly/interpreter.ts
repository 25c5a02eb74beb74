/** Home Assistant's side of the house put together: what is shown there, what is turned there, and what is read from there. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Charger } from "../chargers/charger.ts";
import type { EntityPort } from "../chargers/entity/port.ts";
import type { BridgeConfig, HassConfig } from "../config/resolve.ts";
import type { HassLinkStatus, HelperEvent } from "../hass/doors.ts";
import { energyOffer, type EnergyOffer } from "../hass/energy.ts";
import { createHass } from "../hass/hass.ts";
import { fireEvent } from "../hass/services.ts";
import type { SessionEvent, SessionRecorder } from "../site/sessions.ts";
import { sessionsJson } from "../store/session-text.ts";
import type { Drawer, Stored } from "../store/drawers.ts";
import type { SessionStore } from "../store/sessions.ts";
import type { Command } from "../../shared/commands.ts";
import type { HelperSpec } from "../../shared/entities.ts";
import type { Plan, PlanNotice } from "../../shared/plan.ts";
import type { Reading, SiteState } from "../../shared/site.ts";
import { chargerHelpers, chargerTruth, siteHelpers, siteTruth } from "./controls.ts";
import { createFigures } from "./figures.ts";
import { proposalYaml, proposeSensors } from "./proposals.ts";
import { createPresentation } from "./presentation.ts";

export interface Interpreter {
  readonly status: HassLinkStatus | undefined;
  /** What is missing beside the readings (services, controls on the device page), and why. */
  readonly limits: readonly string[];
  readonly publishing: { readonly way: "device" | "states"; readonly why: string | undefined } | undefined;
  readonly entities: EntityPort;
  start(): void;
  show(state: SiteState, plan: Plan | undefined): void;
  /** Puts the helpers of one owner back to the truth. */
  reflect(owner: string, state: SiteState): void;
  /** Charger id (or `site`) behind a Home Assistant device id or an entity id of ours. */
  locate(word: string): string | undefined;
  fireSession(event: SessionEvent): void;
  /** Of the chargers that measure energy, which the Energy dashboard lists; undefined while nobody can tell. */
  energyOffer(): Promise<EnergyOffer | undefined>;
  close(): Promise<void>;
}

export interface InterpreterParts {
  readonly config: BridgeConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: Drawer;
  readonly sessionStore: SessionStore;
  readonly sessions: SessionRecorder;
  readonly currency: () => string | undefined;
  readonly charger: (id: string) => Charger | undefined;
  readonly version: string;
  readonly commandOf: (event: HelperEvent) => Command | undefined;
  readonly onCommand: (command: Command) => void;
  readonly onReading: (key: string, reading: Reading | undefined) => void;
  readonly onUp: (up: boolean) => void;
  /** Notices of other rooms, beside those of the plan. */
  readonly notices: () => readonly PlanNotice[];
  readonly services: (
    service: string,
    fields: Readonly<Record<string, unknown>>,
  ) => Promise<Readonly<Record<string, unknown>>>;
}

/** All states of a large house come in one answer. */
const PROPOSE_MS = 20_000;
/** Left by `setup --recreate`: helpers that the user deleted come back once. */
export const RECREATE = "recreate";

export function createInterpreter(parts: InterpreterParts): Interpreter {
  return parts.config.hass === undefined ? nobodyHome() : withHass(parts, parts.config.hass);
}

/** Without a configured Home Assistant the bridge still governs its chargers and serves its page. */
function nobodyHome(): Interpreter {
  return {
    status: undefined,
    publishing: undefined,
    limits: [],
    entities: {
      up: false,
      onUp: () => () => undefined,
      read: () => undefined,
      watch: () => () => undefined,
      call: () => Promise.reject(new Error("Home Assistant is not configured.")),
    },
    start: () => undefined,
    show: () => undefined,
    reflect: () => undefined,
    locate: () => undefined,
    fireSession: () => undefined,
    energyOffer: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

function withHass(parts: InterpreterParts, settings: HassConfig): Interpreter {
  const { config, clock, log } = parts;
  const hass = createHass({
    ...settings,
    clock,
    log,
    memory: hassMemory(parts.memory),
    version: parts.version,
    handler: parts.services,
  });
  const timeZone = (): string | undefined => hass.link.status.timeZone;
  const figures = createFigures({
    clock,
    store: parts.sessionStore,
    sessions: parts.sessions,
    timeZone,
    solar: config.site.hasSolar,
  });
  const presentation = createPresentation({
    clock,
    config,
    memory: parts.memory,
    charger: parts.charger,
    figures,
    currency: parts.currency,
    timeZone,
    ids: (owner) => hass.entitiesOf(owner),
    version: parts.version,
  });
  const ensured = new Map<string, string>();
  let proposed: readonly PlanNotice[] = [];
  let last: { readonly state: SiteState; readonly plan: Plan | undefined } | undefined;

  function ensure(owner: string, name: string, specs: readonly HelperSpec[]): void {
    const form = JSON.stringify(specs.map(({ initial: _, ...spec }) => spec));
    if (ensured.get(owner) === form) return;
    ensured.set(owner, form);
    hass.controls({ id: owner, name }, specs);
  }
  function reflect(owner: string, state: SiteState): void {
    const charger = state.chargers.find((one) => one.config.id === owner);
    // While the box has not answered, the helper keeps showing the wish; the answer reflects the truth.
    if (charger?.command.state === "pending") return;
    const driver = charger === undefined ? undefined : parts.charger(owner);
    const truth =
      owner === "site"
        ? siteTruth(state)
        : charger === undefined || driver === undefined
          ? {}
          : chargerTruth(charger, driver.can);
    for (const [key, value] of Object.entries(truth)) hass.helpers.reflect(owner, key, value);
  }
  function show(state: SiteState, plan: Plan | undefined): void {
    last = { state, plan };
    for (const charger of state.chargers) {
      const driver = parts.charger(charger.config.id);
      if (driver !== undefined) ensure(charger.config.id, charger.config.name, chargerHelpers(charger, driver.can));
      reflect(charger.config.id, state);
    }
    ensure("site", state.config.name, siteHelpers(state));
    reflect("site", state);
    hass.publish(presentation.devices(state, plan));
    if (hass.link.up && parts.memory.get(RECREATE) === true) {
      parts.memory.delete(RECREATE);
      hass.helpers.recreate();
    }
    if (plan !== undefined) hass.notifications.show([...plan.notices, ...proposed, ...parts.notices()]);
  }

  /** `grid.auto`: what looks like the meter is proposed in a notification; a person copies it into the configuration. */
  function propose(): void {
    proposeSensors(hass.link, hass.registry, clock.deadline(PROPOSE_MS)).then(
      (found) => {
        const yaml = proposalYaml(found);
        const message =
          yaml === undefined
            ? "No sensor of this Home Assistant looks like a grid meter, an inverter or a battery; name them under `site:` yourself."
            : `These sensors look like your house connection. Look at each, then put this into evse-bridge.yaml:\n\n\`\`\`yaml\n${yaml}\`\`\``;
        proposed = [{ id: "site_sensors", title: "EVSE Bridge: sensors found", message }];
        log.info({ yaml }, "sensors proposed for the site");
      },
      (error: unknown) => log.warn({ err: error }, "sensors could not be looked for"),
    );
  }

  hass.link.onStatus((status) => parts.onUp(status.state === "up"));
  // Ids became known or changed: the maps that lead to them are shown anew.
  hass.onEntities(() => {
    if (last !== undefined) show(last.state, last.plan);
  });
  hass.helpers.onEvent((event) => {
    const command = parts.commandOf(event);
    if (command !== undefined) parts.onCommand(command);
    // Choosing Mixed, or what is no mode, means nothing: the helper shows the truth again.
    else if (last !== undefined) reflect(event.owner, last.state);
  });
  hass.registry.onReady(() => {
    if (config.gridAuto) propose();
    for (const id of leftBehind(parts.memory.keys(), config))
      hass.retire(id).then(
        () => log.info({ charger: id }, "charger is no longer configured; its entities are gone, its history stays"),
        (error: unknown) =>
          log.warn({ err: error, charger: id }, "entities of a removed charger could not be taken away"),
      );
  });

  return {
    get status() {
      return hass.link.status;
    },
    get limits() {
      return hass.notes;
    },
    get publishing() {
      return hass.publisher.mode;
    },
    entities: hass.watcher,
    start() {
      hass.start();
      hass.watcher.sensors(
        config.sensors.map((sensor) => ({ ...sensor, staleAfterS: staleAfterOf(sensor.key, config) })),
        config.site.voltageV,
        parts.onReading,
      );
    },
    show,
    reflect,
    locate: (word) => hass.locate(word),
    fireSession(event) {
      figures.forget(event.charger);
      const [row] = sessionsJson([event.record]);
      fireEvent(hass.link, "evse_bridge_session", { kind: event.kind, ...row }).catch((error: unknown) =>
        log.debug({ err: error }, "session event not told"),
      );
    },
    async energyOffer() {
      const ids = (last?.state.chargers ?? []).flatMap(
        ({ config: { id } }) => hass.entitiesOf(id)["energy_total"] ?? [],
      );
      try {
        return await energyOffer(hass.link, ids);
      } catch (error) {
        // Not connected, or a Home Assistant without the dashboard.
        log.debug({ err: error }, "energy dashboard not asked");
        return undefined;
      }
    },
    close: () => hass.close(),
  };
}

export function hassMemory(drawer: Drawer): {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
} {
  return {
    get: (key) => drawer.get(key),
    set: (key, value) => drawer.set(key, value as Stored),
    delete: (key) => drawer.delete(key),
  };
}

/** Chargers that once had a device here and are no longer configured. An outlet `<id>_<n>` belongs to its station. */
export function leftBehind(memoryKeys: readonly string[], config: BridgeConfig): readonly string[] {
  const ids = config.chargers.map((charger) => charger.config.id);
  const seen = memoryKeys.flatMap((key) => /^(?:device|helper|states):(.+)$/.exec(key)?.[1] ?? []);
  return [...new Set(seen)].filter(
    (id) =>
      id !== "site" &&
      !ids.some((known) => id === known || (id.startsWith(`${known}_`) && /^\d+$/.test(id.slice(known.length + 1)))),
  );
}

/** The grid phases have limits of their own. */
function staleAfterOf(key: string, { site }: BridgeConfig): number {
  return key === "gridB" ? site.staleAfterS.B : key === "gridC" ? site.staleAfterS.C : site.staleAfterS.A;
}
