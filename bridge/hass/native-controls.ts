/**
 * Controls on the wallbox's own device page: template entities in front of the helpers, made through Home Assistant's
 * config flows, kept in step with a renamed helper or new limits, taken away with the charger. Where Home Assistant refuses,
 * the helpers alone remain and `why` says so.
 * Longer than two screens: making, naming, changing and losing one control is one story; its forms are in native-forms.ts.
 */
import type { EvseEntities, HelperSpec } from "../../shared/entities.ts";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { HassLink, HassMemory, HelperOwner } from "./doors.ts";
import { HassError, isRecord, toHassError } from "./errors.ts";
import { deviceIdentifier, prefixOf } from "./identity.ts";
import { ensureLabels } from "./label.ts";
import { NATIVE_CONTROLS, nativeForm, type NativeControl } from "./native-forms.ts";
import type { Registry } from "./registry.ts";
import { refusalOf, type HassRest } from "./rest.ts";

export interface NativeControlsOptions {
  readonly link: HassLink;
  readonly rest: HassRest;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly instance: string | undefined;
  /** Where the helpers of an owner are now. */
  readonly helpersOf: (owner: string) => EvseEntities;
  readonly onHelpers: (listener: () => void) => Unsubscribe;
}

export interface NativeControls {
  ensure(owner: HelperOwner, specs: readonly HelperSpec[]): void;
  /** undefined: as wanted; else why not, in English. */
  readonly why: string | undefined;
  /** @throws HassError */
  retire(owner: string): Promise<void>;
  close(): void;
}

const APPEAR_MS = 10_000;
const RETRY_MS = 60_000;
/** Helpers come one by one; the controls are made when it is quiet. */
const SETTLE_MS = 300;
/** Home Assistant writes its registries down within ten seconds of a change. */
const WRITTEN_DOWN_MS = 30_000;

interface ControlMemory {
  entryId: string;
  form: string;
  /** Made, but not yet given its public id, icon and label. */
  unnamed?: true;
  /** Made so lately that a killed Home Assistant may have lost it. */
  fresh?: true;
}
interface OwnerMemory {
  house?: string;
  keys: Record<string, ControlMemory>;
}
interface Owner {
  readonly id: string;
  name: string;
  specs: readonly HelperSpec[];
  retired: boolean;
}

export function createNativeControls(options: NativeControlsOptions): NativeControls {
  const { link, rest, registry, memory, clock, instance } = options;
  const log = options.log.child({ room: "hass", part: "native" });
  const owners = new Map<string, Owner>();
  let why: string | undefined;
  let waiting: Unsubscribe | undefined;
  let waitingMs = Infinity;
  let writing: Unsubscribe | undefined;
  let busy = false;
  let again = false;
  let closed = false;

  const soon = (ms = SETTLE_MS): void => {
    if (closed) return;
    if (busy) {
      again = true;
      return;
    }
    const dueMs = clock.monotonicMs() + ms;
    if (waiting !== undefined && waitingMs <= dueMs) return;
    // News overtakes a long wait after a failure.
    waiting?.();
    waitingMs = dueMs;
    waiting = clock.after(ms, () => {
      waiting = undefined;
      if (!registry.ready) return;
      busy = true;
      again = false;
      work().then(
        () => {
          busy = false;
          why = undefined;
          if (again) soon();
        },
        (error: unknown) => {
          busy = false;
          const reason = toHassError(error, "native controls");
          if (reason.message !== why) log.warn({ err: reason }, "native controls not complete");
          why = reason.message;
          soon(RETRY_MS);
        },
      );
    });
  };

  const read = (id: string): OwnerMemory => {
    const record = parseMemory(memory.get(`native:${id}`));
    const { house } = registry;
    return record.house !== undefined && house !== undefined && record.house !== house ? { keys: {} } : record;
  };
  const save = (id: string, record: OwnerMemory): void => {
    if (registry.house !== undefined) record.house = registry.house;
    memory.set(`native:${id}`, structuredClone(record));
  };

  /** What is new now is not new any more when the connection has held for a while. */
  function writtenLater(): void {
    if (writing !== undefined) return;
    const { sinceMs } = link.status;
    writing = clock.after(WRITTEN_DOWN_MS, () => {
      writing = undefined;
      let more = false;
      for (const { id } of owners.values()) {
        const record = read(id);
        const fresh = Object.values(record.keys).filter((control) => control.fresh === true);
        if (fresh.length === 0) continue;
        more = true;
        if (!link.up || link.status.sinceMs !== sinceMs) continue;
        for (const control of fresh) delete control.fresh;
        save(id, record);
      }
      if (more) writtenLater();
    });
  }

  /** A registry that was lost with a kill is made anew by Home Assistant, without our ids and labels. */
  function suspectNew(): void {
    for (const { id } of owners.values()) {
      const record = read(id);
      const fresh = Object.values(record.keys).filter((control) => control.fresh === true);
      for (const control of fresh) control.unnamed = true;
      if (fresh.length > 0) save(id, record);
    }
    writtenLater();
  }

  async function work(): Promise<void> {
    for (const owner of owners.values()) {
      const device = registry.device(deviceIdentifier(instance, owner.id));
      if (device === undefined) continue; // not published as a device (yet)
      for (const control of NATIVE_CONTROLS) {
        if (owner.retired) break;
        const form = nativeForm(control, owner.specs, options.helpersOf(owner.id), device.id);
        if (form !== undefined) await keep(owner, control, form);
      }
    }
  }

  async function keep(owner: Owner, control: NativeControl, form: Record<string, unknown>): Promise<void> {
    const record = read(owner.id);
    let known = record.keys[control.key];
    const there = known !== undefined && registry.find("template", known.entryId) !== undefined;
    // Lost in a kill before it was written down; seen being deleted it would stay so.
    if (known?.fresh === true && !there && !registry.removed("template", known.entryId)) known = undefined;
    const text = JSON.stringify(form);
    if (known === undefined) {
      const entryId = await make(owner, control, form);
      const made: ControlMemory = { entryId, form: text, unnamed: true, fresh: true };
      record.keys[control.key] = made;
      save(owner.id, record);
      writtenLater();
      await nameEntity(owner, control, entryId);
      delete made.unnamed;
      save(owner.id, record);
      return;
    }
    // Deleted by the user: stays so.
    if (!there) return;
    if (known.unnamed === true) {
      await nameEntity(owner, control, known.entryId);
      delete known.unnamed;
      save(owner.id, record);
    }
    if (known.form === text) return;
    await change(known.entryId, form);
    known.form = text;
    save(owner.id, record);
  }

  async function make(owner: Owner, control: NativeControl, form: Record<string, unknown>): Promise<string> {
    const flow = await step("/api/config/config_entries/flow", { handler: "template" });
    const path = `/api/config/config_entries/flow/${flowId(flow)}`;
    await step(path, { next_step_id: control.platform });
    const end = await step(path, { name: `${owner.name} ${control.name}`, ...form });
    const result = end["result"];
    const entryId = isRecord(result) ? result["entry_id"] : undefined;
    if (end["type"] !== "create_entry" || typeof entryId !== "string")
      throw refused(`${control.platform} ${control.name}`, end);
    return entryId;
  }

  async function change(entryId: string, form: Record<string, unknown>): Promise<void> {
    const flow = await step("/api/config/config_entries/options/flow", { handler: entryId });
    const end = await step(`/api/config/config_entries/options/flow/${flowId(flow)}`, form);
    if (end["type"] !== "create_entry") throw refused(entryId, end);
  }

  async function step(path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const answer = await rest.ask("POST", path, body);
    if (answer.status >= 400 || !isRecord(answer.body))
      throw new HassError(
        "rejected",
        `Home Assistant takes no template entities (${refusalOf(answer)}); the helpers alone remain`,
      );
    return answer.body;
  }

  async function nameEntity(owner: Owner, control: NativeControl, entryId: string): Promise<void> {
    const entry = await registry.appear("template", entryId, APPEAR_MS);
    if (entry === undefined) throw new HassError("timeout", `${control.name} of ${owner.name} did not appear`);
    const wanted = `${control.platform}.${prefixOf(memory, owner.id, owner.name)}_${control.suffix}`;
    // The form takes neither; the registry does. By the label a bridge without memory finds it again to take it away.
    const icon = owner.specs.find((spec) => spec.key === control.key)?.icon;
    await registry.update(entry.entityId, {
      ...(icon === undefined ? {} : { icon }),
      labels: [...new Set([...entry.labels, ...(await ensureLabels(link, instance))])],
    });
    if (entry.entityId === wanted) return;
    try {
      await registry.update(entry.entityId, { new_entity_id: wanted });
    } catch (error) {
      const reason = toHassError(error, `name ${wanted}`);
      if (reason.code !== "rejected") throw reason;
      log.warn({ entity: entry.entityId, wanted }, "entity id is taken, keeping home assistant's");
    }
  }

  const ready = (): void => {
    suspectNew();
    soon();
  };
  const stops = [registry.onReady(ready), registry.onChange(() => soon()), options.onHelpers(() => soon())];

  return {
    ensure({ id, name }, specs) {
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, { id, name, specs, retired: false });
      else Object.assign(owner, { name, specs });
      soon();
    },
    get why() {
      return why;
    },
    async retire(id) {
      const owner = owners.get(id);
      if (owner !== undefined) owner.retired = true;
      owners.delete(id);
      for (const { entryId } of Object.values(read(id).keys)) {
        const answer = await rest.ask("DELETE", `/api/config/config_entries/entry/${entryId}`);
        if (answer.status >= 400 && answer.status !== 404)
          throw new HassError("rejected", `A control of ${id} could not be removed: ${refusalOf(answer)}`);
      }
      memory.delete(`native:${id}`);
    },
    close() {
      closed = true;
      writing?.();
      waiting?.();
      for (const stop of stops) stop();
    },
  };
}

function flowId(answer: Record<string, unknown>): string {
  const id = answer["flow_id"];
  if (typeof id !== "string") throw new HassError("protocol", "A config flow without id");
  return id;
}

function refused(what: string, answer: Record<string, unknown>): HassError {
  return new HassError(
    "rejected",
    `Home Assistant refused ${what}: ${JSON.stringify(answer["errors"] ?? answer["reason"] ?? answer["type"])}`,
  );
}

function parseMemory(raw: unknown): OwnerMemory {
  const keys: Record<string, ControlMemory> = {};
  if (!isRecord(raw)) return { keys };
  if (isRecord(raw["keys"]))
    for (const [key, value] of Object.entries(raw["keys"]))
      if (isRecord(value) && typeof value["entryId"] === "string" && typeof value["form"] === "string")
        keys[key] = {
          entryId: value["entryId"],
          form: value["form"],
          ...(value["unnamed"] === true ? { unnamed: true } : {}),
          ...(value["fresh"] === true ? { fresh: true } : {}),
        };
  return { ...(typeof raw["house"] === "string" ? { house: raw["house"] } : {}), keys };
}
