/** `script.evse_*`: fields in, `{ok, ...}` out. Errors are data, since Home Assistant drops an answer that comes with an error. */
import type { Clock } from "../clock.ts";
import type { Charger, JsonValue } from "../chargers/charger.ts";
import { parseDistribution, parseMode } from "../../shared/modes.ts";
import type { Command } from "../../shared/commands.ts";
import { MIN_CURRENT_A } from "../../shared/units.ts";
import type { Commander } from "./commander.ts";
import type { SiteLoop } from "./loop.ts";
import { chargerOf } from "./state.ts";

export type Fields = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };

export interface ServiceParts {
  readonly clock: Clock;
  readonly loop: SiteLoop;
  readonly commander: Commander;
  readonly charger: (id: string) => Charger | undefined;
  /** Charger ids behind a Home Assistant device id, or behind any entity id of ours; `site` for the site's device. */
  readonly locate: (deviceOrEntity: string) => string | undefined;
  readonly sessions: (filter: {
    readonly charger?: string;
    readonly fromMs?: number;
    readonly toMs?: number;
  }) => readonly JsonValue[];
}

type Target = { readonly chargers: readonly string[]; readonly site: boolean } | { readonly error: string };

export function createServices(parts: ServiceParts): (service: string, fields: Fields) => Promise<Answer> {
  const { loop, commander } = parts;

  return async (service, fields) => {
    const name = service.replace(/^evse_/, "");
    if (fields["entry_id"] !== undefined)
      return fail("entry_id is not used here; name the wallbox with charger, or pick it with device_id.");
    if (name === "sessions") return listSessions(fields);
    if (name === "set_distribution_mode") {
      const distribution = parseDistribution(textOf(fields["distribution"] ?? fields["mode"]));
      if (distribution === undefined)
        return fail("distribution should be Shared, Priority, Sequential - Optimized or Sequential - Strict.");
      return await run([{ kind: "set_distribution", distribution }]);
    }
    const target = targetOf(fields, name === "set_charging_mode");
    if ("error" in target) return fail(target.error);
    if (name.startsWith("ocpp_")) return await expert(name, target.chargers, fields);
    const built = commandsOf(name, target, fields);
    if ("error" in built) return fail(built.error);
    return await run(built.commands, built.maxA);
  };

  async function run(commands: readonly Command[], maxA?: number): Promise<Answer> {
    const results = await Promise.all(
      commands.map((command) => commander.execute(command, maxA === undefined ? {} : { maxA })),
    );
    const failed = results.flatMap((result) => (result.ok ? [] : [result.error]));
    if (failed.length > 0) return fail([...new Set(failed)].join(" "));
    const details = results.flatMap((result) => (result.ok && result.detail !== undefined ? [result.detail] : []));
    return {
      ok: true,
      ...(details.length > 0 ? { detail: details.join(" ") } : {}),
      chargers: commands.flatMap((command) => ("charger" in command ? [command.charger] : [])),
    };
  }

  function targetOf(fields: Fields, siteAllowed: boolean): Target {
    const ids = loop.state.chargers.map((charger) => charger.config.id);
    const named = [...listOf(fields["charger"]), ...listOf(fields["device_id"]), ...listOf(fields["entity_id"])];
    if (fields["site"] !== undefined && fields["site"] !== "") {
      if (!siteAllowed) return { error: "This service is for one wallbox; name it with charger." };
      const site = textOf(fields["site"]);
      const { id, name } = loop.state.config;
      if (site !== id && site.toLowerCase() !== name.toLowerCase() && site !== "true" && parts.locate(site) !== "site")
        return { error: `There is no site "${site}"; this one is "${id}".` };
      return { chargers: ids, site: true };
    }
    if (named.length === 0) {
      const only = ids.length === 1 ? ids : [];
      return only.length === 1
        ? { chargers: only, site: false }
        : { error: `Name the wallbox with charger: ${ids.join(", ")}.` };
    }
    const found: string[] = [];
    for (const word of named) {
      const id = idOf(word);
      if (id === "site" && siteAllowed) return { chargers: ids, site: true };
      if (id === undefined || !ids.includes(id))
        return { error: `There is no charger "${word}"; known: ${ids.join(", ")}.` };
      if (!found.includes(id)) found.push(id);
    }
    return { chargers: found, site: false };
  }

  function idOf(word: string): string | undefined {
    const text = word.trim();
    const direct = loop.state.chargers.find(
      ({ config }) => config.id === text || config.name.toLowerCase() === text.toLowerCase(),
    );
    return direct?.config.id ?? parts.locate(text);
  }

  function commandsOf(
    name: string,
    target: { readonly chargers: readonly string[]; readonly site: boolean },
    fields: Fields,
  ): { readonly commands: readonly Command[]; readonly maxA?: number } | { readonly error: string } {
    const each = (build: (charger: string) => Command): { readonly commands: readonly Command[] } => ({
      commands: target.chargers.map(build),
    });
    switch (name) {
      case "set_charging_mode": {
        const mode = parseMode(textOf(fields["mode"]));
        if (mode === undefined)
          return {
            error: "mode should be Standard, Eco, Solar, Excess or Off (a plug: Continuous, Solar, Excess, Off).",
          };
        if (target.site) return { commands: [{ kind: "set_site_mode", mode }] };
        const wrong = target.chargers.find(
          (id) =>
            (chargerOf(loop.state, id)?.config.kind === "plug") !== (mode === "continuous") &&
            (mode === "continuous" || mode === "standard" || mode === "eco"),
        );
        if (wrong !== undefined) return { error: `"${wrong}" does not know the mode ${textOf(fields["mode"])}.` };
        return each((charger) => ({ kind: "set_mode", charger, mode }));
      }
      case "set_max_current":
      case "set_min_current": {
        const current = numberOf(fields["current"] ?? fields["max_current"]);
        if (current === undefined || current < 0 || current > 80) return { error: "current should be 0 to 80 A." };
        return each((charger) => ({ kind: name, charger, limitA: current }));
      }
      case "start_charging": {
        const given = fields["max_current"];
        if (given === undefined || given === null || given === "")
          return each((charger) => ({ kind: "start", charger }));
        const maxA = numberOf(given);
        const ceiling = Math.min(...target.chargers.map((id) => chargerOf(loop.state, id)?.config.maxA ?? 0));
        if (maxA === undefined || maxA < MIN_CURRENT_A || maxA > ceiling)
          return { error: `max_current should be ${MIN_CURRENT_A} to ${ceiling} A.` };
        return { ...each((charger) => ({ kind: "start", charger })), maxA };
      }
      case "stop_charging":
        return each((charger) => ({ kind: "stop", charger }));
      case "pause_charging":
        return each((charger) => ({ kind: "pause", charger }));
      case "reset":
      case "reset_profiles":
        return each((charger) => ({ kind: name, charger }));
      case "update_data":
        return each((charger) => ({ kind: "refresh", charger }));
      default:
        return { error: `There is no service "evse_${name}".` };
    }
  }

  async function expert(name: string, ids: readonly string[], fields: Fields): Promise<Answer> {
    const id = ids[0];
    if (id === undefined || ids.length !== 1) return fail("This service is for one wallbox.");
    const charger = parts.charger(id);
    const service = charger?.can.services?.[name];
    if (charger === undefined || service === undefined) return fail(`"${id}" does not offer evse_${name}.`);
    try {
      const rest = Object.fromEntries(
        Object.entries(fields).filter(([key]) => !["charger", "device_id", "entity_id"].includes(key)),
      );
      const answer = await service(
        rest as Readonly<Record<string, JsonValue>>,
        parts.clock.deadline(charger.snapshot.facts.commandTimeoutS * 1000),
      );
      return isGroup(answer) ? { ok: true, ...answer } : { ok: true, result: answer };
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error));
    }
  }

  function listSessions(fields: Fields): Answer {
    const from = timeOf(fields["from"]);
    const to = timeOf(fields["to"]);
    if (from === "wrong" || to === "wrong") return fail("from and to should be dates such as 2026-11-01.");
    const named = listOf(fields["charger"]);
    const charger = named[0] === undefined ? undefined : idOf(named[0]);
    if (named[0] !== undefined && charger === undefined) return fail(`There is no charger "${named[0]}".`);
    const sessions = parts.sessions({
      ...(charger === undefined ? {} : { charger }),
      ...(from === undefined ? {} : { fromMs: from }),
      ...(to === undefined ? {} : { toMs: to }),
    });
    return { ok: true, sessions };
  }
}

function isGroup(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(error: string): Answer {
  return { ok: false, error };
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(textOf).filter((text) => text !== "");
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

function timeOf(value: unknown): number | "wrong" | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const ms = typeof value === "string" || typeof value === "number" ? new Date(value).getTime() : NaN;
  return Number.isNaN(ms) ? "wrong" : ms;
}
