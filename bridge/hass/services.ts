/** `script.evse_*`: installs them, hears their requests, answers in bounded time, takes them away again. */
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { HassLink, HassMemory, ServiceHandler } from "./doors.ts";
import { HassError, isRecord, toHassError, within } from "./errors.ts";
import type { Registry } from "./registry.ts";
import { refusalOf, type HassRest } from "./rest.ts";
import { COMMAND_EVENT, REPLY_EVENT, SERVICE_SCRIPTS, scriptConfig, scriptId } from "./service-scripts.ts";

export interface ServicesOptions {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly instance: string | undefined;
  readonly handler: ServiceHandler;
  /** false: the scripts are not made, and those of an earlier run are taken away; requests are still answered. */
  readonly enabled: boolean;
}

export interface Services {
  /** undefined: installed; else why not, in English. */
  readonly why: string | undefined;
  /** Takes the scripts away. @throws HassError */
  remove(): Promise<void>;
  close(): void;
}

const RETRY_MS = 60_000;
/** The scripts wait a little longer than this. */
const HANDLER_MS = 40_000;
const MEMORY = "services";

export function installServices(options: ServicesOptions): Services {
  const { link, rest, registry, memory, clock, instance, handler } = options;
  const log = options.log.child({ room: "hass", part: "services" });
  let why: string | undefined = "Home Assistant is not connected yet";
  let retry: Unsubscribe | undefined;
  let busy = false;

  async function install(): Promise<void> {
    const stored = memory.get(MEMORY);
    const known: Record<string, unknown> = isRecord(stored) ? { ...stored } : {};
    for (const script of SERVICE_SCRIPTS) {
      const id = scriptId(script.service, instance);
      const config = scriptConfig(script, instance);
      const form = JSON.stringify([registry.house, config]);
      // Changed or deleted by the user, it stays so: only a new version of ours is written again.
      if (known[id] === form) continue;
      const answer = await rest.ask("POST", `/api/config/script/config/${id}`, config);
      if (answer.status === 404 || answer.status === 405)
        throw new HassError(
          "unsupported",
          "Home Assistant takes no scripts: `script: !include scripts.yaml` is missing in configuration.yaml",
        );
      if (answer.status >= 400) throw new HassError("rejected", `script.${id} was refused: ${refusalOf(answer)}`);
      known[id] = form;
      memory.set(MEMORY, { ...known });
    }
  }

  const run = (): void => {
    if (busy || !registry.ready) return;
    busy = true;
    retry?.();
    (options.enabled ? install() : removeKnown())
      .then(
        () => {
          why = options.enabled ? undefined : "Switched off in the configuration";
        },
        (error: unknown) => {
          const reason = toHassError(error, "install the services");
          if (why !== reason.message) log.warn({ err: reason }, "services not installed");
          why = reason.message;
          retry = clock.after(RETRY_MS, run);
        },
      )
      .finally(() => {
        busy = false;
      });
  };

  async function removeKnown(): Promise<void> {
    const known = memory.get(MEMORY);
    for (const id of Object.keys(isRecord(known) ? known : {})) {
      const answer = await rest.ask("DELETE", `/api/config/script/config/${id}`);
      // 400: there is none of that name.
      if (answer.status > 400 && answer.status !== 404)
        throw new HassError("rejected", `script.${id} could not be removed: ${refusalOf(answer)}`);
      // A removed script leaves its registry entry behind.
      await link.send({ type: "config/entity_registry/remove", entity_id: `script.${id}` }).catch((error: unknown) => {
        if (toHassError(error, "remove").code !== "rejected") throw error;
      });
    }
    memory.delete(MEMORY);
  }

  async function answer(data: Record<string, unknown>): Promise<void> {
    const { service, request, fields } = data;
    if (typeof service !== "string" || typeof request !== "string") return;
    if ((typeof data["instance"] === "string" ? data["instance"] : "") !== (instance ?? "")) return;
    const started = clock.monotonicMs();
    let result: Readonly<Record<string, unknown>>;
    try {
      result = await within(clock, HANDLER_MS, service, handler(service, isRecord(fields) ? fields : {}));
    } catch (error) {
      const reason = toHassError(error, service);
      log.error({ service, err: reason }, "service failed");
      result = { ok: false, error: reason.message };
    }
    await link.send({ type: "fire_event", event_type: REPLY_EVENT, event_data: { request, answer: result } });
    log.info({ service, ok: result["ok"], ms: Math.round(clock.monotonicMs() - started) }, "service answered");
  }

  const stops = [
    registry.onReady(run),
    link.subscribe({ type: "subscribe_events", event_type: COMMAND_EVENT }, (event) => {
      const data = isRecord(event) ? event["data"] : undefined;
      if (!isRecord(data)) return;
      answer(data).catch((error: unknown) =>
        log.warn({ err: toHassError(error, "answer a service") }, "service not answered"),
      );
    }),
  ];
  if (registry.ready) run();

  return {
    get why() {
      return why;
    },
    remove: removeKnown,
    close() {
      retry?.();
      for (const stop of stops) stop();
    },
  };
}

/** Fires an event for automations (`evse_bridge_session`). Lost while Home Assistant is away. @throws HassError */
export async function fireEvent(link: HassLink, type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
  await link.send({ type: "fire_event", event_type: type, event_data: data });
}
