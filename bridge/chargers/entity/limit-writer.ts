/** How a limit reaches another integration's charger: its number or select, a service, or its switch alone. */
import type { Pace } from "../../../shared/site.ts";
import { floorTenth, roundTo } from "../../../shared/units.ts";
import { ChargerError } from "../charger.ts";
import type { Calling } from "./caller.ts";
import { plainNumber } from "./measures.ts";
import type { EntityRoles, LimitService } from "./options.ts";
import type { EntityPort } from "./port.ts";
import { filled } from "./template.ts";

export interface LimitWriter {
  readonly pace: Pace;
  /** Entities whose states it needs. */
  readonly watches: readonly string[];
  /** `hold`: the pause must outlive the bridge where that can be had. @returns what was sent, A. @throws ChargerError */
  write(limitA: number, signal: AbortSignal, hold?: "user"): Promise<number>;
}

export interface WriterParts {
  readonly port: EntityPort;
  readonly call: Calling;
  readonly roles: EntityRoles;
  readonly service: LimitService | undefined;
  readonly voltageV: number;
  readonly phases: () => number;
  readonly ratingA: number;
}

const SLOW = { minIntervalS: 15, minChangeA: 1, applies: "now" } as const;

export function createLimitWriter(parts: WriterParts): LimitWriter {
  const { roles, service } = parts;
  if (service !== undefined) return serviceWriter(parts, service);
  if (roles.current_limit !== undefined)
    return /^(input_)?select\./.test(roles.current_limit)
      ? selectWriter(parts, roles.current_limit)
      : numberWriter(parts, roles.current_limit);
  return switchWriter(parts);
}

const domainOf = (entityId: string): string => entityId.split(".")[0] ?? "";

function serviceWriter(
  { call, roles, port, voltageV, phases }: WriterParts,
  { service, data }: LimitService,
): LimitWriter {
  const [domain = "", name = ""] = service.split(".");
  return {
    pace: { ...SLOW, stepA: 0.1, zeroAmps: "hold" },
    watches: roles.enable === undefined ? [] : [roles.enable],
    async write(limitA, signal) {
      const sent = floorTenth(limitA);
      const words = { limit: sent, watts: Math.floor(sent * voltageV * phases()), phases: phases() };
      if (sent === 0 && roles.enable !== undefined) {
        await turn(call, roles.enable, false, signal);
        return 0;
      }
      const fields = filled(data ?? { limit: "{{ limit }}" }, words);
      await call(domain, name, typeof fields === "object" && fields !== null ? { ...fields } : {}, signal);
      await enable(port, call, roles, signal);
      return sent;
    },
  };
}

function numberWriter({ port, call, roles }: WriterParts, entityId: string): LimitWriter {
  const attribute = (name: string): number | undefined => plainNumber(port.read(entityId)?.attributes[name]);
  const domain = domainOf(entityId);
  return {
    get pace(): Pace {
      return {
        ...SLOW,
        stepA: attribute("step") ?? 1,
        zeroAmps: roles.stop !== undefined && roles.enable === undefined ? "stop" : "hold",
      };
    },
    watches: [entityId, ...(roles.enable === undefined ? [] : [roles.enable])],
    async write(limitA, signal) {
      if (limitA === 0) {
        if (roles.enable !== undefined) await turn(call, roles.enable, false, signal);
        else if ((attribute("min") ?? 0) <= 0)
          await call(domain, "set_value", { entity_id: entityId, value: 0 }, signal);
        else if (roles.stop !== undefined) await press(call, roles.stop, signal);
        else
          throw new ChargerError(
            "unsupported",
            `${entityId} cannot go to 0 A; configure entities.enable or entities.stop.`,
          );
        return 0;
      }
      const step = attribute("step") ?? 1;
      const capped = Math.min(limitA, attribute("max") ?? limitA);
      const low = attribute("min") ?? 0;
      if (capped < low) throw new ChargerError("unsupported", `${entityId} knows nothing below ${low} A.`);
      // Down to the entity's grid, never up.
      const value = roundTo(low + Math.floor((capped - low) / step + 1e-6) * step, 3);
      await call(domain, "set_value", { entity_id: entityId, value }, signal);
      await enable(port, call, roles, signal);
      return value;
    },
  };
}

function selectWriter({ port, call, roles }: WriterParts, entityId: string): LimitWriter {
  const options = (): readonly { readonly text: string; readonly a: number }[] => {
    const list = port.read(entityId)?.attributes["options"];
    return (Array.isArray(list) ? list.map(String) : [])
      .map((text) => ({ text, a: plainNumber(/-?\d+(\.\d+)?/.exec(text)?.[0]) ?? Number.NaN }))
      .filter(({ a }) => Number.isFinite(a))
      .sort((x, y) => x.a - y.a);
  };
  return {
    get pace(): Pace {
      const steps = options()
        .map(({ a }) => a)
        .filter((a) => a > 0);
      return { ...SLOW, stepA: 1, zeroAmps: "hold", ...(steps.length === 0 ? {} : { stepListA: steps }) };
    },
    watches: [entityId, ...(roles.enable === undefined ? [] : [roles.enable])],
    async write(limitA, signal) {
      if (limitA === 0 && roles.enable !== undefined) {
        await turn(call, roles.enable, false, signal);
        return 0;
      }
      const choice = options().findLast(({ a }) => a <= limitA + 1e-6);
      if (choice === undefined)
        throw new ChargerError("unsupported", `${entityId} has no option of ${limitA} A or less.`);
      await call(domainOf(entityId), "select_option", { entity_id: entityId, option: choice.text }, signal);
      if (choice.a > 0) await enable(port, call, roles, signal);
      return choice.a;
    },
  };
}

/** On and off only: a session of its own current, or nothing. */
function switchWriter({ call, roles, ratingA }: WriterParts): LimitWriter {
  const { enable: entityId, start, stop } = roles;
  return {
    pace: {
      minIntervalS: 60,
      minChangeA: 1,
      stepA: 1,
      onOff: true,
      zeroAmps: entityId === undefined ? "stop" : "hold",
      applies: "now",
    },
    watches: entityId === undefined ? [] : [entityId],
    async write(limitA, signal) {
      const on = limitA >= ratingA - 1e-6;
      if (entityId !== undefined) await turn(call, entityId, on, signal);
      else if (on && start !== undefined) await press(call, start, signal);
      else if (!on && stop !== undefined) await press(call, stop, signal);
      else
        throw new ChargerError(
          "unsupported",
          "Nothing is configured that could set a limit: entities.current_limit, limit_service or entities.enable.",
        );
      return on ? ratingA : 0;
    },
  };
}

/** Switched on where it is seen to be off. */
export async function enable(port: EntityPort, call: Calling, roles: EntityRoles, signal: AbortSignal): Promise<void> {
  if (roles.enable !== undefined && port.read(roles.enable)?.state === "off")
    await turn(call, roles.enable, true, signal);
}

async function turn(call: Calling, entityId: string, on: boolean, signal: AbortSignal): Promise<void> {
  await call(domainOf(entityId), on ? "turn_on" : "turn_off", { entity_id: entityId }, signal);
}

/** Buttons are pressed; scripts and switches are turned on. */
export async function press(call: Calling, entityId: string, signal: AbortSignal): Promise<void> {
  const domain = domainOf(entityId);
  await call(domain, /button$/.test(domain) ? "press" : "turn_on", { entity_id: entityId }, signal);
}
