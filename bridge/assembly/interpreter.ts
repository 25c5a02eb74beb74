/** Home Assistant's side of the house put together: what is shown there, what is turned there, and what is read from there. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Charger } from "../chargers/charger.ts";
import type { EntityPort } from "../chargers/entity/port.ts";
import type { BridgeConfig, HassConfig } from "../config/resolve.ts";
import { createHassLink } from "../hass/connection.ts";
import type { HassLink, HassLinkStatus, HelperEvent } from "../hass/doors.ts";
import { createHelpers } from "../hass/helpers.ts";
import { appDeviceId } from "../hass/identity.ts";
import { createPublisher } from "../hass/publisher.ts";
import { createRegistry } from "../hass/registry.ts";
import { createHassRest } from "../hass/rest.ts";
import { createStateWatcher } from "../hass/readings.ts";
import type { SessionEvent, SessionRecorder } from "../site/sessions.ts";
import { sessionsJson } from "../store/session-text.ts";
import type { Drawer, Stored } from "../store/drawers.ts";
import type { SessionStore } from "../store/sessions.ts";
import type { Command } from "../../shared/commands.ts";
import type { EvseEntities, HelperSpec } from "../../shared/entities.ts";
import type { Plan } from "../../shared/plan.ts";
import type { Reading, SiteState } from "../../shared/site.ts";
import { chargerHelpers, chargerTruth, siteHelpers, siteTruth } from "./controls.ts";
import { createFigures } from "./figures.ts";
import { createPresentation } from "./presentation.ts";

export interface Interpreter {
  readonly status: HassLinkStatus | undefined;
  readonly publishing: { readonly way: "device" | "states"; readonly why: string | undefined } | undefined;
  readonly entities: EntityPort;
  start(): void;
  show(state: SiteState, plan: Plan | undefined): void;
  /** Puts the helpers of one owner back to the truth. */
  reflect(owner: string, state: SiteState): void;
  /** Charger id (or `site`) behind a Home Assistant device id or an entity id of ours. */
  locate(word: string): string | undefined;
  fireSession(event: SessionEvent): void;
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
  readonly services: (
    service: string,
    fields: Readonly<Record<string, unknown>>,
  ) => Promise<Readonly<Record<string, unknown>>>;
}

export function createInterpreter(parts: InterpreterParts): Interpreter {
  return parts.config.hass === undefined ? nobodyHome() : withHass(parts, parts.config.hass);
}

/** Without a configured Home Assistant the bridge still governs its chargers and serves its page. */
function nobodyHome(): Interpreter {
  return {
    status: undefined,
    publishing: undefined,
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
    close: () => Promise.resolve(),
  };
}

function withHass(parts: InterpreterParts, hass: HassConfig): Interpreter {
  const { config, clock, log } = parts;
  const memory = {
    get: (key: string): unknown => parts.memory.get(key),
    set: (key: string, value: unknown): void => parts.memory.set(key, value as Stored),
    delete: (key: string): void => parts.memory.delete(key),
  };
  const link: HassLink = createHassLink({ url: hass.url, token: hass.token, clock, log });
  const rest = createHassRest({ url: hass.url, token: hass.token, clock });
  const registry = createRegistry({ link, clock, log });
  const publisher = createPublisher({
    link,
    rest,
    registry,
    memory,
    clock,
    log,
    way: hass.publish,
    instance: hass.instance,
    version: parts.version,
  });
  const helpers = createHelpers({ link, registry, memory, clock, log, instance: hass.instance });
  const watcher = createStateWatcher({ link, clock, log });
  const timeZone = (): string | undefined => link.status.timeZone;
  const figures = createFigures({
    clock,
    store: parts.sessionStore,
    sessions: parts.sessions,
    timeZone,
    solar: config.site.hasSolar,
  });
  const ids = (owner: string): EvseEntities => ({ ...publisher.entitiesOf(owner), ...helpers.entitiesOf(owner) });
  const presentation = createPresentation({
    clock,
    config,
    memory: parts.memory,
    charger: parts.charger,
    figures,
    currency: parts.currency,
    timeZone,
    ids,
    version: parts.version,
  });
  const ensured = new Map<string, string>();
  let last: { readonly state: SiteState; readonly plan: Plan | undefined } | undefined;

  function ensure(owner: string, name: string, specs: readonly HelperSpec[]): void {
    const form = JSON.stringify(specs.map(({ initial: _, ...spec }) => spec));
    if (ensured.get(owner) === form) return;
    ensured.set(owner, form);
    helpers.ensure({ id: owner, name }, specs);
  }
  function reflect(owner: string, state: SiteState): void {
    const charger = state.chargers.find((one) => one.config.id === owner);
    const driver = charger === undefined ? undefined : parts.charger(owner);
    const truth =
      owner === "site"
        ? siteTruth(state)
        : charger === undefined || driver === undefined
          ? {}
          : chargerTruth(charger, driver.can);
    for (const [key, value] of Object.entries(truth)) helpers.reflect(owner, key, value);
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
    publisher.publish(presentation.devices(state, plan));
  }
  /** Ids became known or changed: the maps that lead to them are shown anew. */
  const showAgain = (): void => {
    if (last !== undefined) show(last.state, last.plan);
  };

  link.onStatus((status) => parts.onUp(status.state === "up"));
  publisher.onEntities(showAgain);
  helpers.onEntities(showAgain);
  helpers.onEvent((event) => {
    const command = parts.commandOf(event);
    if (command !== undefined) parts.onCommand(command);
    // Choosing Mixed, or what is no mode, means nothing: the helper shows the truth again.
    else if (last !== undefined) reflect(event.owner, last.state);
  });

  return {
    get status() {
      return link.status;
    },
    get publishing() {
      return publisher.mode;
    },
    entities: watcher,
    start() {
      registry.start();
      link.start();
      watcher.sensors(
        config.sensors.map((sensor) => ({ ...sensor, staleAfterS: staleAfterOf(sensor.key, config) })),
        config.site.voltageV,
        parts.onReading,
      );
    },
    show,
    reflect,
    locate: (word) => {
      const owners = ["site", ...(last?.state.chargers.map((charger) => charger.config.id) ?? [])];
      return locateOwner(word, owners, ids, registry.deviceById(word)?.identifiers ?? [], hass.instance);
    },
    fireSession(event) {
      figures.forget(event.charger);
      const [row] = sessionsJson([event.record]);
      link
        .send({ type: "fire_event", event_type: "evse_bridge_session", event_data: { kind: event.kind, ...row } })
        .catch((error: unknown) => log.debug({ err: error }, "session event not told"));
    },
    async close() {
      await helpers.close();
      await publisher.close();
      watcher.close();
      registry.close();
      await link.close();
    },
  };
}

/** By entity id, or by the device's identifier. */
function locateOwner(
  word: string,
  owners: readonly string[],
  ids: (owner: string) => EvseEntities,
  marks: readonly string[],
  instance: string | undefined,
): string | undefined {
  return owners.find(
    (owner) => Object.values(ids(owner)).includes(word) || marks.includes(`mobile_app:${appDeviceId(instance, owner)}`),
  );
}

/** The grid phases have limits of their own. */
function staleAfterOf(key: string, { site }: BridgeConfig): number {
  return key === "gridB" ? site.staleAfterS.B : key === "gridC" ? site.staleAfterS.C : site.staleAfterS.A;
}
