/** Finds the wallboxes: one entity leads to all others. Normal path: look-ups only; the full scan happens once. */
import type { CardConfig } from "./config.ts";
import { type Fields, fields, type Hass, type HassEntity, list, number, text } from "./hass.ts";
import { defaultEntityId } from "./roles.ts";

export const ROOT = "sensor.evse_bridge";
const SCHEMA = 1;

export interface ChargerRef {
  readonly id: string;
  readonly name: string;
  /** `sensor.<charger>_status`; undefined when the card is wired by `entities` alone. */
  readonly status: string | undefined;
  readonly facts: Fields;
  readonly caps: readonly unknown[] | undefined;
  /** role → entity id as the bridge tells it. */
  readonly map: Fields;
}

/** What a bridge says about itself. */
interface Root {
  /** Its entity; undefined when there is none. */
  readonly root: string | undefined;
  readonly schema: unknown;
  readonly site: Fields;
  readonly chargers: readonly ChargerRef[];
}

/** The bridge, and of its chargers those to draw: one, or several for the site view. */
export interface Found extends Root {
  /** Why there is nothing to draw. */
  readonly lack: "empty" | "version" | undefined;
  /** The site was asked for, or there are several chargers. */
  readonly isSite: boolean;
}

/** Keeps the result of the full scan for one connection and configuration. */
export class Discovery {
  #config: CardConfig | undefined;
  #scanned: readonly string[] | undefined;
  /** Full scans made so far; a test counts them. */
  scans = 0;

  /** A new connection (Home Assistant restarted) may hold other entities. */
  forget(): void {
    this.#scanned = undefined;
  }

  /** `states` is what a full scan walks through. */
  find(hass: Hass, config: CardConfig, states = hass.states): Found {
    if (this.#config !== config) this.forget();
    this.#config = config;
    const { chargers, entities, layout } = config;
    const wanted = wantedOf(hass, config);
    const named = (name: string | undefined) => (each: ChargerRef) => each.id === name || each.status === name;
    const own = readRoot(hass);
    const byHand = entities && !wanted && !chargers && (entities["status"] !== undefined || !own.root);
    const lost =
      !own.root || (wanted && wanted !== "site" && !own.chargers.some(named(wanted)) && !hass.states[wanted]);
    const scanned = lost && !byHand ? (this.#scanned ??= this.#scan(states)) : [];
    const roots = [own, ...scanned.map((id) => readRoot(hass, id))];
    const root = roots.find((each) => each.chargers.some(named(wanted))) ?? roots.find((each) => each.root) ?? own;
    const strays = scanned.filter((id) => !roots.some((each) => each.root === id) && !root.chargers.some(named(id)));
    const all = byHand
      ? [chargerFrom(hass, entities["status"])]
      : [...root.chargers, ...strays.map((id) => chargerFrom(hass, id))];
    const old = (!byHand && wrong(root.schema)) || (all.length > 0 && all.every(({ facts }) => wrong(facts["schema"])));
    const names = wanted ? [wanted] : chargers;
    const chosen =
      !names || names === "all" || wanted === "site"
        ? all
        : names.flatMap((name) => all.find(named(name)) ?? (hass.states[name] ? chargerFrom(hass, name) : []));
    return {
      ...root,
      lack: old ? "version" : chosen.length === 0 ? "empty" : undefined,
      chargers: old ? [] : chosen,
      isSite: wanted === "site" || layout === "site" || chosen.length > 1 || chargers !== undefined,
    };
  }

  /** Bridges and wallboxes, whatever their entities are called. */
  #scan(states: Hass["states"]): readonly string[] {
    this.scans += 1;
    return Object.keys(states).filter((id) => {
      const { evse_schema, evse } = states[id]?.attributes ?? {};
      return (evse_schema ?? fields(evse)["schema"]) !== undefined;
    });
  }
}

/** Charger id, status entity id, `site`, or undefined when nothing was asked for. */
function wantedOf(hass: Hass, { entity, charger }: CardConfig): string | undefined {
  if (!entity) return charger;
  const attributes = hass.states[entity]?.attributes ?? {};
  if (attributes["evse_schema"]) return undefined;
  return attributes["evse"] ? entity : (text(attributes["evse_id"]) ?? entity);
}

/** A bridge that tells no version, or the card's own, is understood. */
function wrong(schema: unknown): boolean {
  return schema !== undefined && number(schema) !== SCHEMA;
}

/** What the bridge of this Home Assistant (or the one at `id`) says about itself. */
export function readRoot(hass: Hass, id = ROOT): Root {
  const attributes = hass.states[id]?.attributes ?? {};
  const schema = attributes["evse_schema"];
  return {
    root: schema === undefined ? undefined : id,
    schema,
    site: fields(attributes["site"]),
    chargers: list(attributes["chargers"]).flatMap((item) => {
      const charger = fields(item);
      const status = text(charger["status"]);
      return status ? chargerFrom(hass, status, text(charger["id"]), text(charger["name"])) : [];
    }),
  };
}

function chargerFrom(hass: Hass, status: string | undefined, id?: string, name = id): ChargerRef {
  const attributes = hass.states[status ?? ""]?.attributes ?? {};
  const facts = fields(attributes["evse"]);
  const caps = facts["caps"];
  return {
    id: id ?? text(facts["id"]) ?? status ?? "EVSE",
    name: name ?? text(attributes["friendly_name"])?.replace(/ status$/i, "") ?? status ?? "EVSE",
    status,
    facts,
    caps: Array.isArray(caps) ? caps : undefined,
    map: fields(attributes["evse_entities"]),
  };
}

/** Entity id of a role: the user's word, the bridge's map, the name on a fresh Home Assistant, else undefined. */
export function entityOf(hass: Hass, charger: ChargerRef, role: string, config: CardConfig): string | undefined {
  const { status = "" } = charger;
  const usual = (): string | undefined => {
    const prefix = /^sensor\.(.+)_status$/.exec(status)?.[1];
    return prefix && hass.states[defaultEntityId(prefix, role)]?.entity_id;
  };
  return config.entities?.[role] ?? text(charger.map[role]) ?? (role === "status" ? status : usual());
}

export function siteEntity(hass: Hass, site: Fields, role: string): HassEntity | undefined {
  return hass.states[text(site[role]) ?? ""];
}
