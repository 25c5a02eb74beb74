/** Entities beyond those every charger has, and their values. */
import type { EntitySpec } from "../../../shared/entities.ts";
import type { LinkCounters } from "./client.ts";
import { epochFromWire, wallClock } from "./time.ts";
import { faultWords, RESERVED, type Told } from "./picture.ts";
import { boxStateWord, outputWord, plugWord, stopReasonWord } from "./words.ts";

const diagnostic = { platform: "sensor", category: "diagnostic" } as const;
const off = { ...diagnostic, enabled: false } as const;

export const BESEN_ENTITIES: readonly EntitySpec[] = [
  { ...diagnostic, key: "error_state", name: "Error State", icon: "mdi:alert-circle-outline" },
  { ...diagnostic, key: "box_state", name: "Box State", icon: "mdi:state-machine" },
  { ...diagnostic, key: "plug_state", name: "Plug State", icon: "mdi:ev-plug-type2" },
  { ...diagnostic, key: "output_state", name: "Output State", icon: "mdi:power-plug-outline" },
  { ...diagnostic, key: "caption", name: "Caption", icon: "mdi:card-text-outline" },
  { ...diagnostic, key: "message", name: "Message", icon: "mdi:message-text-outline" },
  { ...diagnostic, key: "emergency_button", name: "Emergency Button", icon: "mdi:car-brake-alert" },
  { ...diagnostic, key: "scheduled_start", name: "Scheduled Start", deviceClass: "timestamp" },
  { ...diagnostic, key: "weekly_schedule", name: "Weekly Schedule", icon: "mdi:calendar-week" },
  { ...diagnostic, key: "stop_reason", name: "Stop Reason", icon: "mdi:stop-circle-outline" },
  {
    ...diagnostic,
    key: "stored_limit",
    name: "Stored Limit",
    deviceClass: "current",
    unit: "A",
    precision: 0,
  },
  {
    ...off,
    key: "box_session_limit",
    name: "Box Session Limit",
    deviceClass: "current",
    unit: "A",
    precision: 0,
  },
  {
    ...off,
    key: "box_session_energy",
    name: "Box Session Energy",
    deviceClass: "energy",
    unit: "kWh",
    precision: 2,
  },
  {
    ...off,
    key: "temperature_outer",
    name: "Temperature Outer",
    deviceClass: "temperature",
    unit: "°C",
    stateClass: "measurement",
    precision: 1,
  },
  { ...off, key: "clock_date", name: "Date", icon: "mdi:calendar" },
  { ...off, key: "clock_time", name: "Time", icon: "mdi:clock-outline" },
  {
    ...off,
    key: "rssi",
    name: "RSSI",
    deviceClass: "signal_strength",
    unit: "dBm",
    stateClass: "measurement",
    precision: 0,
  },
  { ...off, key: "connections", name: "Connections", icon: "mdi:counter", stateClass: "total_increasing" },
  { ...off, key: "discarded_frames", name: "Discarded Frames", icon: "mdi:counter", stateClass: "total_increasing" },
];

/** Captions and messages of the vendor's app, by its own code. */
const APP_TEXTS: Readonly<Record<number, readonly [string, string]>> = {
  1: ["Start", "EV is connected, please press start"],
  2: ["Finish Charging", "Charging"],
  3: ["Waiting", "Charging has started, waiting for EV"],
  4: ["Finished", "Charging completed"],
  5: ["Finished", "Charging completed"],
  6: ["Scheduled", "Charging reservation"],
  7: ["Connect", "The plug is not connected"],
  8: ["Fault", "See Error State"],
  9: ["Start", "Wait for the swipe to start"],
  10: ["Start", "Wait for the button to activate"],
  11: ["Finish Charging", "See Error State"],
};

export interface ExtraInput {
  readonly told: Told;
  readonly zone: string;
  readonly rssi: number | undefined;
  readonly counters: LinkCounters;
  readonly stopReason: number | undefined;
}

type Extra = Readonly<Record<string, string | number | boolean | undefined>>;

/** Values by key; an absent one is unknown. */
export function extraOf({ told, zone, rssi, counters, stopReason }: ExtraInput): Extra {
  const { status, session } = told;
  const texts = APP_TEXTS[status?.statusCode ?? 0];
  const errors = status === undefined ? undefined : faultWords(status);
  const time = told.clockWire === undefined ? undefined : wallClock(told.clockWire);
  const reserved = status?.currentState === RESERVED ? (session?.reservationWire ?? undefined) : undefined;
  return {
    error_state: errors === undefined ? undefined : errors.length === 0 ? "no_error" : errors.join(", "),
    box_state: status && boxStateWord(status.currentState),
    plug_state: status && plugWord(status.plugState),
    output_state: status && outputWord(status.outputState),
    caption: status && (texts?.[0] ?? "unknown"),
    message: status && (texts?.[1] ?? "unknown"),
    emergency_button: status && (status.emergencyButton === 0 ? "pressed" : "released"),
    scheduled_start: reserved === undefined ? undefined : new Date(epochFromWire(reserved, zone) * 1000).toISOString(),
    weekly_schedule: told.schedule && scheduleText(told.schedule),
    stop_reason: stopReason === undefined ? undefined : stopReasonWord(stopReason),
    stored_limit: told.storedA,
    box_session_limit: session?.maxAmps ?? undefined,
    box_session_energy: session?.chargeKwh,
    temperature_outer: status?.outerTempC ?? undefined,
    clock_date: time?.slice(0, 10),
    clock_time: time?.slice(11),
    rssi,
    connections: counters.connections,
    discarded_frames: counters.discarded,
  };
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

function scheduleText(slots: NonNullable<Told["schedule"]>): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const on = slots.flatMap((slot, day) =>
    slot.on ? [`${DAYS[day] ?? day} ${two(slot.hour)}:${two(slot.minute)} ${slot.durationMinutes} min`] : [],
  );
  return on.length === 0 ? "off" : on.join(", ");
}
