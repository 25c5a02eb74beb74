/** Which sensors of this Home Assistant look like the site's meter: proposed as a piece of configuration, never taken by itself. */
import { stringify } from "yaml";
import type { HassLink } from "../hass/doors.ts";
import type { Registry } from "../hass/registry.ts";
import {
  proposePlugMeters,
  proposeSite,
  type EntityListing,
  type PlugProposal,
  type SensorProposal,
  type SiteProposal,
} from "../site/detection.ts";

/** What was found, for the site and for smart plugs. */
export interface Proposal extends SiteProposal {
  readonly plugs: readonly PlugProposal[];
}

interface RawState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Looks once at all states: the only time the bridge reads more than what it uses. @throws HassError */
export async function proposeSensors(link: HassLink, registry: Registry, signal: AbortSignal): Promise<Proposal> {
  const states = await link.send<readonly RawState[]>({ type: "get_states" }, signal);
  const listed = states.map(({ entity_id: entityId, state, attributes }): EntityListing => {
    const text = (key: string): string | undefined =>
      typeof attributes[key] === "string" ? attributes[key] : undefined;
    return {
      entityId,
      name: text("friendly_name"),
      unit: text("unit_of_measurement"),
      deviceClass: text("device_class"),
      state,
      platform: registry.at(entityId)?.platform,
      own: attributes["evse_id"] !== undefined,
    };
  });
  return { ...proposeSite(listed), plugs: proposePlugMeters(listed) };
}

/** The proposal as YAML for the configuration file; undefined when nothing was found. */
export function proposalYaml(proposal: Proposal): string | undefined {
  const sensor = (one: SensorProposal | undefined): unknown =>
    one === undefined ? undefined : one.invert ? { entity: one.entityId, invert: true } : one.entityId;
  const group = (values: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined => {
    const known = Object.entries(values).filter(([, value]) => value !== undefined);
    return known.length === 0 ? undefined : Object.fromEntries(known);
  };
  const phases = (three: SiteProposal["grid"]): Record<string, unknown> | undefined =>
    group({ l1: sensor(three.l1), l2: sensor(three.l2), l3: sensor(three.l3) });
  const site = group({
    grid: phases(proposal.grid),
    solar: sensor(proposal.solar),
    battery: group({
      soc: sensor(proposal.batterySoc),
      power: sensor(proposal.batteryPower),
      max_charge: proposal.batteryMaxChargeW,
      max_discharge: proposal.batteryMaxDischargeW,
    }),
    inverter: group({ outputs: phases(proposal.inverter) }),
    max_import: proposal.maxImport === undefined ? undefined : { entity: proposal.maxImport.entityId },
  });
  const text = `${site === undefined ? "" : stringify({ site })}${plugLines(proposal.plugs)}`;
  return text === "" ? undefined : text;
}

/** Which plugs are to be steered only a person knows: their meters are told beside the configuration, not in it. */
function plugLines(plugs: readonly PlugProposal[]): string {
  if (plugs.length === 0) return "";
  const line = (plug: PlugProposal): string =>
    `#   meter: ${plug.meter}${plug.switch === undefined ? "" : `  # switch: ${plug.switch}`}\n`;
  return `# Smart plugs with a meter, for chargers with \`driver: plug\`:\n${plugs.map(line).join("")}`;
}
