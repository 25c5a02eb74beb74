/** Finds the wallboxes: one entity leads to all others. Normal path: look-ups only; the full scan happens once. */
import type { CardConfig } from "./config.ts";
import { type Fields, fields, type Hass, list, number, text } from "./hass.ts";
import { defaultEntityId } from "./roles.ts";

export const ROOT = "sensor.evse_bridge";
const SCHEMA = 1;

export interface ChargerRef {
  readonly id: string;
  readonly name: string;
  /** `sensor.<charger>_status`; undefined when the card is wired by `entities` alone. */
  readonly status: string | undefined;
  readonly facts: Fields;
  readonly caps: readonly string[] | undefined;
  /** role → entity id as the bridge tells it. */
  readonly map: Fields;
}

export interface Found {
  readonly kind: "chargers" | "empty" | "version";
  readonly root: string | undefined;
  readonly site: Fields;
  /** What to draw: one charger, or several for the site view. */
  readonly chargers: readonly ChargerRef[];
  /** The site was asked for, or there are several chargers. */
  readonly isSite: boolean;
}

interface Root {
  readonly id: string | undefined;
  readonly site: Fields;
  readonly chargers: readonly { readonly id: string; readonly name: string; readonly status: string }[];
}

/** Keeps the result of the full scan for one connection and configuration. */
export class Discovery {
  #key: unknown;
  #scanned: { roots: readonly string[]; statuses: readonly string[] } | undefined;
  /** Full scans made so far; a test counts them. */
  scans = 0;

  /** A new connection (Home Assistant restarted) may hold other entities. */
  forget(): void {
    this.#scanned = undefined;
  }

  find(hass: Hass, config: CardConfig): Found {
    if (this.#key !== config) {
      this.#key = config;
      this.#scanned = undefined;
    }
    const wanted = this.#wanted(hass, config);
    if (config.entity === undefined && config.charger === undefined && config.entities?.["status"] !== undefined) {
      return one(readRoot(hass), chargerFrom(hass, config.entities["status"], undefined, undefined));
    }
    if (config.entities !== undefined && wanted === undefined && config.chargers === undefined) {
      const status = hass.states[ROOT];
      if (status === undefined) return one(readRoot(hass), foreign());
    }
    let root = readRoot(hass);
    let statuses: readonly string[] = [];
    const holds = (id: string): boolean => root.chargers.some((each) => each.id === id || each.status === id);
    const known = wanted === undefined || wanted === "site" || holds(wanted) || hass.states[wanted] !== undefined;
    if (root.id === undefined || !known) {
      const scan = (this.#scanned ??= this.#scan(hass));
      statuses = scan.statuses;
      for (const id of scan.roots) {
        const other = readRoot(hass, id);
        if (root.id === undefined || (wanted !== undefined && other.chargers.some((each) => each.id === wanted))) {
          root = other;
        }
      }
    }
    if (root.id !== undefined && number(hass.states[root.id]?.attributes["evse_schema"]) !== SCHEMA) {
      return { kind: "version", root: root.id, site: {}, chargers: [], isSite: false };
    }
    const all = root.chargers.map((each) => chargerFrom(hass, each.status, each.id, each.name));
    for (const status of statuses) {
      if (!all.some((each) => each.status === status)) all.push(chargerFrom(hass, status, undefined, undefined));
    }
    if (all.some((each) => each.status !== undefined && wrongSchema(each))) {
      const bad = all.filter(wrongSchema);
      if (bad.length === all.length) return { kind: "version", root: root.id, site: {}, chargers: [], isSite: false };
    }
    const found = (chargers: readonly ChargerRef[], isSite: boolean): Found => ({
      kind: chargers.length > 0 ? "chargers" : "empty",
      root: root.id,
      site: root.site,
      chargers,
      isSite,
    });
    if (wanted === "site") return found(all, true);
    if (wanted !== undefined) {
      const hit =
        all.find((each) => each.id === wanted || each.status === wanted) ??
        (hass.states[wanted] === undefined ? undefined : chargerFrom(hass, wanted, undefined, undefined));
      return found(hit === undefined ? [] : [hit], config.layout === "site");
    }
    const { chargers } = config;
    const chosen =
      chargers === undefined || chargers === "all"
        ? all
        : chargers.flatMap((id) => all.filter((each) => each.id === id));
    return found(chosen, config.layout === "site" || chosen.length > 1 || chargers !== undefined);
  }

  /** Charger id, status entity id, `site`, or undefined when nothing was asked for. */
  #wanted(hass: Hass, config: CardConfig): string | undefined {
    if (config.entity === undefined) return config.charger;
    const attributes = hass.states[config.entity]?.attributes ?? {};
    if (attributes["evse"] !== undefined) return config.entity;
    if (attributes["evse_schema"] !== undefined) return undefined;
    return text(attributes["evse_id"]) ?? config.entity;
  }

  #scan(hass: Hass): { roots: readonly string[]; statuses: readonly string[] } {
    this.scans += 1;
    const roots: string[] = [];
    const statuses: string[] = [];
    for (const [id, entity] of Object.entries(hass.states)) {
      if (entity?.attributes["evse_schema"] !== undefined) roots.push(id);
      else if (fields(entity?.attributes["evse"])["schema"] !== undefined) statuses.push(id);
    }
    return { roots, statuses };
  }
}

function one(root: Root, charger: ChargerRef): Found {
  return { kind: "chargers", root: root.id, site: root.site, chargers: [charger], isSite: false };
}

function foreign(): ChargerRef {
  return { id: "", name: "", status: undefined, facts: {}, caps: undefined, map: {} };
}

function wrongSchema(charger: ChargerRef): boolean {
  const schema = number(charger.facts["schema"]);
  return schema !== undefined && schema !== SCHEMA;
}

/** What the bridge of this Home Assistant (or the one at `id`) says about itself. */
export function readRoot(hass: Hass, id = ROOT): Root {
  const entity = hass.states[id];
  if (entity?.attributes["evse_schema"] === undefined) return { id: undefined, site: {}, chargers: [] };
  const chargers = list(entity.attributes["chargers"]).flatMap((item) => {
    const charger = fields(item);
    const status = text(charger["status"]);
    const slug = text(charger["id"]);
    return status === undefined || slug === undefined
      ? []
      : [{ id: slug, name: text(charger["name"]) ?? slug, status }];
  });
  return { id, site: fields(entity.attributes["site"]), chargers };
}

function chargerFrom(hass: Hass, status: string, id: string | undefined, name: string | undefined): ChargerRef {
  const attributes = hass.states[status]?.attributes ?? {};
  const facts = fields(attributes["evse"]);
  const caps = facts["caps"];
  const friendly = text(attributes["friendly_name"]);
  return {
    id: id ?? text(facts["id"]) ?? status,
    name: name ?? friendly?.replace(/ status$/i, "") ?? status,
    status,
    facts,
    caps: Array.isArray(caps) ? caps.filter((cap) => typeof cap === "string") : undefined,
    map: fields(attributes["evse_entities"]),
  };
}

/** Entity id of a role: the user's word, the bridge's map, the name on a fresh Home Assistant, else undefined. */
export function entityOf(hass: Hass, charger: ChargerRef, role: string, config: CardConfig): string | undefined {
  const own = config.entities?.[role] ?? text(charger.map[role]);
  if (own !== undefined) return own;
  if (role === "status") return charger.status;
  const prefix = /^sensor\.(.+)_status$/.exec(charger.status ?? "")?.[1];
  if (prefix === undefined) return undefined;
  const id = defaultEntityId(prefix, role);
  return hass.states[id] === undefined ? undefined : id;
}

export function siteEntity(hass: Hass, site: Fields, role: string): string | undefined {
  const id = text(site[role]);
  return id === undefined || hass.states[id] === undefined ? undefined : id;
}
