/** Everything of Home Assistant put together: what main.ts makes, starts and closes. */
import type { DeviceState, EvseEntities, HelperSpec } from "../../shared/entities.ts";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import { createHassLink } from "./connection.ts";
import type { HassLink, HassMemory, HelperOwner, Publisher, ServiceHandler } from "./doors.ts";
import { createHelpers, type RecreatableHelpers } from "./helpers.ts";
import { SITE, idBehind } from "./identity.ts";
import { createNativeControls } from "./native-controls.ts";
import { createNotifications, type Notifications } from "./notifications.ts";
import { createPublisher } from "./publisher.ts";
import { createStateWatcher, type StateWatcher } from "./readings.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { createHassRest, type HassRest } from "./rest.ts";
import { installServices } from "./services.ts";

export interface HassOptions {
  /** Base URL; `http://supervisor/core` with the Supervisor's token works the same. */
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: HassMemory;
  /** Of the bridge. */
  readonly version: string;
  readonly publish: "device" | "states";
  /** With plain states: whether what a device has off by default is published; default true. */
  readonly advancedSensors?: boolean;
  readonly nativeControls: boolean;
  readonly services: boolean;
  readonly instance: string | undefined;
  readonly handler: ServiceHandler;
}

export interface Hass {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly publisher: Publisher;
  readonly helpers: RecreatableHelpers;
  /** Sensors of the site, and the EntityPort of the drivers `hass` and `plug`. */
  readonly watcher: StateWatcher;
  readonly notifications: Notifications;
  /** Helpers of an owner, and for a charger native controls in front of them. Idempotent. */
  controls(owner: HelperOwner, specs: readonly HelperSpec[]): void;
  publish(devices: readonly DeviceState[]): void;
  /** Readings and controls of a charger or the site: role to entity id, for what exists. */
  entitiesOf(id: string): EvseEntities;
  onEntities(listener: () => void): Unsubscribe;
  /** The charger id (or `site`) behind a device id or any entity id of ours. */
  locate(deviceOrEntity: string): string | undefined;
  /** Charger removed from the configuration: controls, helpers and device go. @throws HassError */
  retire(id: string): Promise<void>;
  /** What does not work as configured and why, in English: for the status page. */
  readonly notes: readonly string[];
  start(): void;
  /** Readings unavailable, statuses offline, then the connection; at most about 6 s. */
  close(): Promise<void>;
}

export function createHass(options: HassOptions): Hass {
  const { url, token, clock, log, memory, instance } = options;
  const link = createHassLink({ url, token, clock, log });
  const rest = createHassRest({ url, token, clock });
  const registry = createRegistry({ link, clock, log });
  const publisher = createPublisher({
    link,
    rest,
    registry,
    memory,
    clock,
    log,
    way: options.publish,
    advancedSensors: options.advancedSensors ?? true,
    instance,
    version: options.version,
  });
  const helpers = createHelpers({ link, rest, registry, memory, clock, log, instance });
  const native =
    options.nativeControls && options.publish === "device"
      ? createNativeControls({
          link,
          rest,
          registry,
          memory,
          clock,
          log,
          instance,
          helpersOf: (owner) => helpers.entitiesOf(owner),
          onHelpers: (listener) => helpers.onEntities(listener),
        })
      : undefined;
  const watcher = createStateWatcher({ link, clock, log });
  const notifications = createNotifications({ link, log, instance });
  const services = installServices({
    link,
    rest,
    registry,
    memory,
    clock,
    log,
    instance,
    handler: options.handler,
    enabled: options.services,
  });
  const owners = new Set<string>([SITE]);

  const entitiesOf = (id: string): EvseEntities => ({ ...publisher.entitiesOf(id), ...helpers.entitiesOf(id) });

  return {
    link,
    rest,
    registry,
    publisher,
    helpers,
    watcher,
    notifications,
    controls(owner, specs) {
      owners.add(owner.id);
      helpers.ensure(owner, specs);
      if (owner.id !== SITE) native?.ensure(owner, specs);
    },
    publish(devices) {
      for (const device of devices) owners.add(device.id);
      publisher.publish(devices);
    },
    entitiesOf,
    onEntities(listener) {
      const stops = [publisher.onEntities(listener), helpers.onEntities(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    locate(word) {
      const device = registry.deviceById(word) ?? registry.deviceById(registry.at(word)?.deviceId ?? "");
      for (const identifier of device?.identifiers ?? []) {
        const id = idBehind(identifier, instance);
        if (id !== undefined) return id;
      }
      for (const id of owners) if (Object.values(entitiesOf(id)).includes(word)) return id;
      return undefined;
    },
    async retire(id) {
      owners.delete(id);
      await native?.retire(id);
      await helpers.retire(id);
      await publisher.retire(id);
    },
    get notes() {
      const { why } = publisher.mode;
      return [
        ...(link.status.isAdmin === false
          ? ["The token belongs to a user who is no administrator: helpers, names and services need one."]
          : []),
        ...(why === undefined ? [] : [`Publishing plain states instead of devices. ${why}.`]),
        ...(native?.why === undefined ? [] : [`No native controls: ${native.why}.`]),
        ...(!options.services || services.why === undefined || !link.up ? [] : [`No services: ${services.why}.`]),
      ];
    },
    start() {
      registry.start();
      link.start();
    },
    async close() {
      services.close();
      native?.close();
      notifications.close();
      watcher.close();
      await helpers.close();
      await publisher.close();
      registry.close();
      await link.close();
      await rest.close();
    },
  };
}
