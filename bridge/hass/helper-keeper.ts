/** Makes helpers, gives them their public id, label and area, and keeps limits, options and names in step. */
import { suffixOf } from "../../shared/entities.ts";
import type { Log } from "../log.ts";
import type { HassLink, HassMemory } from "./doors.ts";
import { HassError, isRecord, toHassError } from "./errors.ts";
import { helperForm } from "./helper-forms.ts";
import { saveOwner, type Helper, type HelperMemory, type Owner } from "./helper-memory.ts";
import { prefixOf } from "./identity.ts";
import { ensureLabels, labelledOurs } from "./label.ts";
import type { RegistryEntry } from "./registry-forms.ts";
import type { Registry } from "./registry.ts";

const APPEAR_MS = 10_000;

export interface HelperKeeper {
  entryOf(helper: Helper): RegistryEntry | undefined;
  /** The helper exists, is named and shaped as wanted, unless the user deleted it. Sets `entityId`. @throws HassError */
  keep(owner: Owner, helper: Helper, area: string | undefined): Promise<void>;
  /** Takes helpers out of Home Assistant, those of this run and those only remembered. @throws HassError */
  remove(helpers: Iterable<Helper>, remembered: readonly HelperMemory[]): Promise<void>;
}

export interface HelperKeeperOptions {
  readonly link: HassLink;
  readonly registry: Registry;
  readonly memory: HassMemory;
  readonly log: Log;
  readonly instance: string | undefined;
  /** A helper has its new shape: its value may have to be written. */
  readonly reshaped: (helper: Helper) => void;
  /** A helper was made just now. */
  readonly made: (helper: Helper) => void;
}

export function createHelperKeeper({
  link,
  registry,
  memory,
  log,
  instance,
  reshaped,
  made: wasMade,
}: HelperKeeperOptions): HelperKeeper {
  const entryOf = (helper: Helper): RegistryEntry | undefined =>
    helper.memory.id === undefined ? undefined : registry.find(helper.spec.domain, helper.memory.id);

  async function keep(owner: Owner, helper: Helper, area: string | undefined): Promise<void> {
    const { memory: record, spec } = helper;
    let entry = entryOf(helper);
    if (record.id !== undefined && entry === undefined && record.deleted !== true) {
      if (record.fresh === true && !registry.removed(spec.domain, record.id)) {
        // Killed before it had written the helper down.
        log.debug({ owner: owner.id, key: spec.key }, "home assistant lost a new helper, making it again");
        helper.truth ??= record.shown ?? spec.initial;
        helper.memory = {};
        await keep(owner, helper, area);
        return;
      }
      record.deleted = true;
      log.info({ owner: owner.id, key: spec.key }, "helper was deleted by the user and stays so");
    } else if (entry !== undefined) delete record.deleted;
    helper.entityId = entry?.disabled === false ? entry.entityId : undefined;
    if (record.deleted === true) return;
    const name = `${owner.name} ${spec.name}`;
    const form = JSON.stringify(helperForm(spec, name));
    if (entry === undefined) {
      entry = await make(owner, helper, name, area);
      record.form = form;
    } else if (record.fresh === true && !labelledOurs(entry.labels, instance)) {
      // Its registry entry was lost in a kill, or it was not dressed yet: Home Assistant made the entry anew, bare.
      entry = await dress(helper, entry, wantedId(owner, helper), area);
    } else if (record.form !== form) {
      await reshape(owner, helper, name);
      record.form = form;
    }
    if (area !== record.area && entry.areaId === record.area) {
      await registry.update(entry.entityId, { area_id: area ?? null });
      if (area === undefined) delete record.area;
      else record.area = area;
    }
    helper.entityId = entry.disabled ? undefined : entry.entityId;
  }

  const wantedId = (owner: Owner, { spec }: Helper): string =>
    `${spec.domain}.${prefixOf(memory, owner.id, owner.name)}_${suffixOf(spec)}`;

  async function make(owner: Owner, helper: Helper, name: string, area: string | undefined): Promise<RegistryEntry> {
    const { memory: record, spec } = helper;
    const wanted = wantedId(owner, helper);
    // One of ours that the memory does not know: made just before a crash, or the memory was lost.
    const there = registry.at(wanted);
    const adopt = there !== undefined && (record.making === wanted || labelledOurs(there.labels, instance));
    if (adopt) {
      record.id = there.uniqueId;
      // One that was only just made has Home Assistant's default in it, nobody's wish.
      helper.adopted = record.making !== wanted;
    } else {
      record.making = wanted;
      saveOwner(memory, owner);
      const made = await link.send<unknown>({ type: `${spec.domain}/create`, ...helperForm(spec, name) });
      const id = isRecord(made) ? made["id"] : undefined;
      if (typeof id !== "string") throw new HassError("protocol", `${spec.domain}/create: an answer without id`);
      record.id = id;
      record.fresh = true;
      wasMade(helper);
    }
    delete record.making;
    record.name = name;
    saveOwner(memory, owner);
    const found = await registry.appear(spec.domain, record.id, APPEAR_MS);
    if (found === undefined) throw new HassError("timeout", `${wanted} did not appear in Home Assistant`);
    return await dress(helper, found, wanted, area);
  }

  /** Label, area and public id. */
  async function dress(
    { memory: record }: Helper,
    found: RegistryEntry,
    wanted: string,
    area: string | undefined,
  ): Promise<RegistryEntry> {
    const labels = await ensureLabels(link, instance);
    const changes = {
      labels: [...new Set([...found.labels, ...labels])],
      ...(area === undefined || found.areaId !== undefined ? {} : { area_id: area }),
    };
    if (area !== undefined && found.areaId === undefined) record.area = area;
    const entry = await registry.update(found.entityId, changes);
    if (entry.entityId === wanted) return entry;
    try {
      return await registry.update(entry.entityId, { new_entity_id: wanted });
    } catch (error) {
      const reason = toHassError(error, `name ${wanted}`);
      if (reason.code !== "rejected") throw reason;
      log.warn({ entity: entry.entityId, wanted }, "entity id is taken, keeping home assistant's");
      return entry;
    }
  }

  /** New limits, options or name; the user's own name for the helper stays. */
  async function reshape(owner: Owner, helper: Helper, name: string): Promise<void> {
    const { spec, memory: record } = helper;
    const list = await link.send<unknown>({ type: `${spec.domain}/list` });
    const item = Array.isArray(list) ? list.filter(isRecord).find((one) => one["id"] === record.id) : undefined;
    if (item === undefined) return; // made in YAML by hand: not ours to change
    const theirs = typeof item["name"] === "string" && item["name"] !== record.name ? item["name"] : undefined;
    helper.reshaping = true;
    try {
      await link.send({
        type: `${spec.domain}/update`,
        [`${spec.domain}_id`]: record.id,
        ...helperForm(spec, theirs ?? name),
      });
      if (theirs === undefined) record.name = name;
    } finally {
      helper.reshaping = false;
      helper.refused = undefined;
    }
    reshaped(helper);
    log.debug({ owner: owner.id, key: spec.key }, "helper reshaped");
  }

  async function remove(helpers: Iterable<Helper>, remembered: readonly HelperMemory[]): Promise<void> {
    const gone: [domain: string, id: string][] = [];
    for (const helper of helpers)
      if (helper.memory.id !== undefined && entryOf(helper) !== undefined)
        gone.push([helper.spec.domain, helper.memory.id]);
    for (const record of remembered) {
      const entry = [...registry.entries()].find(
        (one) => one.uniqueId === record.id && labelledOurs(one.labels, instance),
      );
      if (entry !== undefined) gone.push([entry.platform, entry.uniqueId]);
    }
    for (const [domain, uniqueId] of gone) await link.send({ type: `${domain}/delete`, [`${domain}_id`]: uniqueId });
  }

  return { entryOf, keep, remove };
}
