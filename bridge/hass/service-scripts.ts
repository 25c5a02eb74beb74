/**
 * The `script.evse_*` services as Home Assistant scripts (pure): fields with selectors, a request by event, an answer by event.
 * Longer than two screens: most of it is the table of services.
 */
import { DISTRIBUTION_LABELS, DISTRIBUTIONS, MODE_LABELS, PLUG_MODES, WALLBOX_MODES } from "../../shared/modes.ts";
import { HEARTBEAT_S, ROOT_ENTITY } from "../../shared/entities.ts";
import { withInstance } from "./identity.ts";

export const COMMAND_EVENT = "evse_bridge_command";
export const REPLY_EVENT = "evse_bridge_reply";
export const SESSION_EVENT = "evse_bridge_session";

interface Field {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly example?: string | number;
  readonly selector: Readonly<Record<string, unknown>>;
}

export interface ServiceScript {
  /** Without `evse_`: what the handler is given. */
  readonly service: string;
  readonly alias: string;
  readonly description: string;
  readonly icon: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** The script waits this long for the bridge, s. */
  readonly timeoutS: number;
}

const text = (multiline = false): Field["selector"] => ({ text: multiline ? { multiline: true } : {} });
const object = { object: {} };

const DEVICE: Field = {
  name: "Wallbox (device)",
  description: "One wallbox or several, picked as devices. Alternative to charger.",
  selector: { device: { multiple: true, integration: "mobile_app" } },
};
const CHARGER: Field = {
  name: "Wallbox (name)",
  description: "Id, name or any entity of the wallbox. May be left out when there is only one.",
  example: "garage",
  selector: text(),
};
const TARGET = { charger: CHARGER, device_id: DEVICE };
const SITE: Field = {
  name: "Site",
  description: "Name of the site: all its wallboxes at once.",
  example: "home",
  selector: text(),
};
const MODES = [...new Set([...WALLBOX_MODES, ...PLUG_MODES])].map((mode) => MODE_LABELS[mode]);
const amps = (max: number, min = 0): Field["selector"] => ({
  number: { min, max, step: 1, unit_of_measurement: "A", mode: "box" },
});
const one = (name: string, description: string, example?: string): Field => ({
  name,
  description,
  required: true,
  selector: text(),
  ...(example === undefined ? {} : { example }),
});

/** A wallbox may take 35 s to answer; resets and firmware are only started. */
const PATIENCE_S = 45;
const SILENT_S = 3 * HEARTBEAT_S;

const script = (
  service: string,
  alias: string,
  icon: string,
  description: string,
  fields: ServiceScript["fields"],
  timeoutS = PATIENCE_S,
): ServiceScript => ({ service, alias: `EVSE ${alias}`, icon, description, fields, timeoutS });

export const SERVICE_SCRIPTS: readonly ServiceScript[] = [
  script("set_charging_mode", "set charging mode", "mdi:leaf", "Sets how a wallbox charges; with site, all of them.", {
    mode: {
      name: "Mode",
      description:
        "Standard, Eco, Solar, Excess or Off; a plug: Continuous, Solar, Excess or Off. Case does not matter.",
      required: true,
      example: "Solar",
      selector: { select: { options: MODES, custom_value: true } },
    },
    ...TARGET,
    site: SITE,
  }),
  script(
    "set_distribution_mode",
    "set distribution mode",
    "mdi:call-split",
    "Sets how the wallboxes share what the house has.",
    {
      distribution: {
        name: "Distribution",
        description: "Shared, Priority, Sequential - Optimized or Sequential - Strict.",
        required: true,
        example: "Priority",
        selector: {
          select: { options: DISTRIBUTIONS.map((id) => DISTRIBUTION_LABELS[id]), custom_value: true },
        },
      },
      site: SITE,
    },
  ),
  script(
    "set_max_current",
    "set maximum current",
    "mdi:speedometer",
    "Sets the user's maximum per phase. 0 pauses, 6 or more ends that pause.",
    {
      current: {
        name: "Current",
        description: "A per phase: 0, or 6 to the wallbox's own maximum.",
        required: true,
        example: 16,
        selector: amps(80),
      },
      ...TARGET,
    },
  ),
  script(
    "set_min_current",
    "set minimum current",
    "mdi:speedometer-slow",
    "Sets the least current the wallbox charges with.",
    {
      current: {
        name: "Current",
        description: "A per phase, 6 or more.",
        required: true,
        example: 6,
        selector: amps(80),
      },
      ...TARGET,
    },
  ),
  script("start_charging", "start charging", "mdi:play", "Starts charging, or ends a pause.", {
    max_current: {
      name: "Maximum current",
      description: "A per phase for this start, 6 to the wallbox's own maximum. Left out: the limit as it stands.",
      example: 10,
      selector: amps(80, 6),
    },
    ...TARGET,
  }),
  script(
    "stop_charging",
    "stop charging",
    "mdi:stop",
    "Ends the session; where that would need a replug, pauses it.",
    TARGET,
  ),
  script("pause_charging", "pause charging", "mdi:pause", "Holds 0 A and keeps the session.", TARGET),
  script("reset", "restart wallbox", "mdi:restart", "Reboots the wallbox. A running session ends.", TARGET),
  script(
    "reset_profiles",
    "reset profiles",
    "mdi:playlist-remove",
    "Clears the charging profiles in the wallbox and sets ours anew. Not a reboot.",
    TARGET,
  ),
  script("update_data", "update data", "mdi:refresh", "Asks the wallbox for fresh readings.", TARGET),
  script(
    "sessions",
    "sessions",
    "mdi:history",
    "Answers the charging history as a list.",
    {
      charger: CHARGER,
      from: {
        name: "From",
        description: "Sessions that started on or after this day.",
        example: "2026-11-01",
        selector: { date: {} },
      },
      to: {
        name: "To",
        description: "Sessions that started before this day.",
        example: "2026-12-01",
        selector: { date: {} },
      },
    },
    15,
  ),
  script(
    "ocpp_get_configuration",
    "OCPP get configuration",
    "mdi:cog",
    "Reads one setting of an OCPP wallbox, or all.",
    {
      ...TARGET,
      key: { name: "Key", description: "Left out: all.", example: "HeartbeatInterval", selector: text() },
    },
  ),
  script(
    "ocpp_configure",
    "OCPP configure",
    "mdi:cog",
    "Writes one setting; answers whether the wallbox wants a reboot.",
    {
      ...TARGET,
      key: one("Key", "Name of the setting.", "HeartbeatInterval"),
      value: one("Value", "New value.", "300"),
    },
  ),
  script("ocpp_set_profile", "OCPP set profile", "mdi:chart-line", "Sends a charging profile as it is.", {
    ...TARGET,
    profile: {
      name: "Profile",
      description: "A chargingProfile as OCPP defines it.",
      required: true,
      selector: object,
    },
  }),
  script(
    "ocpp_clear_profile",
    "OCPP clear profile",
    "mdi:chart-line",
    "Clears charging profiles in the wallbox.",
    TARGET,
  ),
  script("ocpp_trigger", "OCPP trigger", "mdi:bell", "Asks the wallbox to send a message.", {
    ...TARGET,
    message: one("Message", "Which one.", "StatusNotification"),
  }),
  script("ocpp_availability", "OCPP availability", "mdi:power", "Takes the wallbox out of service or back into it.", {
    ...TARGET,
    operative: { name: "Operative", description: "On: in service.", required: true, selector: { boolean: {} } },
  }),
  script("ocpp_unlock", "OCPP unlock", "mdi:lock-open-variant", "Unlocks the plug.", TARGET),
  script("ocpp_diagnostics", "OCPP diagnostics", "mdi:file-upload", "Has the wallbox upload its diagnostics.", {
    ...TARGET,
    url: one("URL", "Where to, an FTP or HTTP address.", "ftp://192.168.1.2/"),
  }),
  script(
    "ocpp_update_firmware",
    "OCPP update firmware",
    "mdi:download",
    "Has the wallbox fetch and install a firmware.",
    {
      ...TARGET,
      url: one("URL", "Where the firmware is."),
      at: { name: "At", description: "When to begin; left out: now.", selector: { datetime: {} } },
    },
  ),
  script("ocpp_data_transfer", "OCPP data transfer", "mdi:swap-horizontal", "Sends a maker's own message.", {
    ...TARGET,
    vendor: one("Vendor", "vendorId."),
    message: { name: "Message", description: "messageId.", selector: text() },
    data: { name: "Data", description: "Text or an object.", selector: object },
  }),
  script("ocpp_reserve", "OCPP reserve", "mdi:calendar-lock", "Reserves the wallbox for a card.", {
    ...TARGET,
    id_tag: one("Card", "idTag of the card."),
    until: { name: "Until", description: "End of the reservation.", required: true, selector: { datetime: {} } },
  }),
  script("ocpp_call", "OCPP call", "mdi:console", "Sends any OCPP request and answers what came back.", {
    ...TARGET,
    action: one("Action", "Name of the request.", "GetLocalListVersion"),
    payload: { name: "Payload", description: "Its fields.", selector: object },
  }),
];

/** `evse_set_charging_mode`, with the instance's name behind it for a second bridge. */
export function scriptId(service: string, instance: string | undefined): string {
  return withInstance(`evse_${service}`, instance);
}

/** Body of `POST /api/config/script/config/<id>`. */
export function scriptConfig(script: ServiceScript, instance: string | undefined): Record<string, unknown> {
  const names = Object.keys(script.fields);
  const root = withInstance(ROOT_ENTITY, instance);
  const dead = { ok: false, error: "EVSE Bridge does not answer: is it running?" };
  return {
    alias: instance === undefined ? script.alias : `${script.alias} (${instance})`,
    description: script.description,
    icon: script.icon,
    mode: "parallel",
    max: 100,
    fields: script.fields,
    sequence: [
      // A heartbeat that stopped is answered at once instead of after the timeout.
      {
        if: [
          {
            condition: "template",
            value_template: `{{ has_value('${root}') and (now() - states.${root}.last_updated).total_seconds() > ${SILENT_S} }}`,
          },
        ],
        then: [{ variables: { answer: dead } }, { stop: "no heartbeat", response_variable: "answer" }],
      },
      { variables: { request: "{{ now().timestamp() }}-{{ range(100000) | random }}-{{ range(100000) | random }}" } },
      {
        event: COMMAND_EVENT,
        event_data: {
          service: script.service,
          instance: instance ?? "",
          request: "{{ request }}",
          // A field that was left out stays out; one that is given keeps its type. (`device_id` left out is a template function.)
          fields: `{{ dict([${names.map((name) => `('${name}', none if ${name} is callable else ${name} | default(none))`).join(", ")}] | rejectattr(1, 'none')) }}`,
        },
      },
      {
        wait_for_trigger: [{ trigger: "event", event_type: REPLY_EVENT, event_data: { request: "{{ request }}" } }],
        timeout: { seconds: script.timeoutS },
        continue_on_timeout: true,
      },
      {
        variables: {
          answer: `{{ wait.trigger.event.data.answer if wait.trigger else {'ok': false, 'error': '${dead.error}'} }}`,
        },
      },
      { stop: "answered", response_variable: "answer" },
    ],
  };
}
