/**
 * A reason as two short English sentences: what is (at most 36 characters where its figures allow), then what happens next
 * or what the owner can do. Attribute `text` of `sensor.<charger>_reason`; the card has its own words in the user's language.
 */
import type { LimitSource, Reason } from "../../shared/reasons.ts";

export interface ReasonTextOptions {
  /** IANA zone of Home Assistant, for clock times; undefined: UTC. */
  readonly timeZone: string | undefined;
  /** The charger falls to this by itself when its link dies, A; undefined: not proven. */
  readonly failSafeA: number | undefined;
}

export function reasonText(reason: Reason, options: ReasonTextOptions): string {
  const [what, next] = parts(reason, options);
  return `${what}. ${next}.`;
}

function parts(reason: Reason, { timeZone, failSafeA }: ReasonTextOptions): readonly [string, string] {
  const at = (ms: number): string => clockTime(ms, timeZone);
  switch (reason.code) {
    case "unplugged":
      return ["No car plugged in", "Plug in to charge"];
    case "offline":
      return [
        "Wallbox not connected",
        failSafeA === undefined
          ? "What it does now is not known"
          : `It now charges at its own safe ${amps(failSafeA)} at most`,
      ];
    case "bridge_starting":
      return ["The bridge is starting", "It decides as soon as it knows the house"];
    case "rebooting":
      return ["Wallbox is restarting", "It is back in a minute or two"];
    case "firmware":
      return ["Wallbox is updating its firmware", "Do not switch it off"];
    case "disabled":
      return ["Wallbox is out of service", "It or its operator has to put it back into service"];
    case "fault":
      return [`Fault: ${reason.fault}`, "Look at the wallbox, then restart it"];
    case "authorization":
      return ["Hold your card to the wallbox", "Or press Start"];
    case "ev_not_ready":
      return ["The car does not take power yet", "It may have its own timer"];
    case "ev_full":
      return ["The car takes no more", "It may be full or have its own timer"];
    case "replug_required":
      return ["Unplug the car and plug it in again", "The wallbox starts no new session before"];
    case "paused_by_user":
      return [
        reason.sinceMs === undefined ? "You paused this" : `You paused this at ${at(reason.sinceMs)}`,
        "Stays paused until you resume",
      ];
    case "mode_off":
      return ["Mode is Off", "Choose another mode to charge"];
    case "target_reached":
      return [
        reason.soc !== undefined
          ? `Target reached: ${Math.round(reason.soc)} %`
          : reason.energy !== undefined
            ? `Target reached: ${figure(reason.energy)} kWh`
            : "Target reached",
        "Raise the target to charge on",
      ];
    case "limited_by":
      return [
        `Limited to ${amps(reason.limitA)} by ${sourceWords(reason.source, reason.circuit)}${reason.phase === undefined ? "" : `, phase ${reason.phase}`}`,
        SOURCE_NEXT[reason.source],
      ];
    case "following_solar":
      return [`Following the sun: ${power(reason.surplusW)} to spare`, "Speeds up and slows with the clouds"];
    case "insufficient_solar":
      return [`Waiting for sun: ${power(reason.shortW)} short`, `Starts by itself at ${power(reason.needW)}`];
    case "no_excess":
      return [
        `Waiting for excess: ${power(reason.exportW)} of ${power(reason.thresholdW)}`,
        "Starts by itself when the house exports more",
      ];
    case "battery_priority":
      return [
        `Home battery goes first: ${Math.round(reason.soc)} of ${Math.round(reason.target)} %`,
        "Then it is the car's turn",
      ];
    case "grid_charging_off":
      return ["Charging from the grid is switched off", "Waits for sun or battery"];
    case "insufficient_power":
      return [
        `The house needs the power: ${amps(reason.shortA)} short${reason.phase === undefined ? "" : ` on ${reason.phase}`}`,
        "Starts by itself when there is room",
      ];
    case "start_delay":
      return [`There is enough power, starts at ${at(reason.untilMs)}`, "Waiting to be sure it stays"];
    case "grace":
      return [`Sun is gone, goes on until ${at(reason.untilMs)}`, "Pauses then unless it comes back"];
    case "pause_timer":
      return [`Pauses until ${at(reason.untilMs)}`, "Spares the car from switching too often"];
    case "cooldown":
      return [`Next change at ${at(reason.untilMs)}`, "Spares the wallbox from switching too often"];
    case "phase_switch":
      return [`Switching to ${reason.to === 1 ? "one phase" : "three phases"}`, "Charging goes on in a moment"];
    case "dynamic_control_off":
      return ["Dynamic control is off", "Charges at your limit within breaker and import cap"];
    case "meter_stale":
      return [`No word from the meter since ${at(reason.sinceMs)}`, "Charges at the minimum until it is back"];
    case "limit_ignored":
      return [
        `Asked for ${amps(reason.wantedA)}, takes ${amps(reason.observedA)}`,
        "The wallbox does not follow; its limits are set anew",
      ];
    case "external_limit":
      return [
        reason.limitA === undefined
          ? "Limited by another system"
          : `Limited to ${amps(reason.limitA)} by another system`,
        "The operator or platform decides this",
      ];
    case "planned":
      return [
        `Starts at ${at(reason.fromMs)}${reason.target === undefined ? "" : ` for ${Math.round(reason.target)} %`}${reason.byMs === undefined ? "" : ` by ${at(reason.byMs)}`}`,
        "Press Start if you need it sooner",
      ];
  }
}

function sourceWords(source: LimitSource, circuit: string | undefined): string {
  return source === "circuit" && circuit !== undefined ? `the circuit ${circuit}` : SOURCE_WORDS[source];
}

const SOURCE_WORDS: Readonly<Record<LimitSource, string>> = {
  user: "you",
  breaker: "the main breaker",
  import: "the import cap",
  circuit: "the circuit",
  site: "the other wallboxes",
  inverter: "the inverter",
  charger: "the wallbox",
  cable: "the cable",
  car: "the car",
  schedule: "a schedule",
  temperature: "its temperature",
  fail_safe: "its fail-safe",
};

const SOURCE_NEXT: Readonly<Record<LimitSource, string>> = {
  user: "Raise the current limit for more",
  breaker: "The house needs the rest",
  import: "The house may draw no more",
  circuit: "Others on it need the rest",
  site: "They share what there is",
  inverter: "It can give no more",
  charger: "It can give no more",
  cable: "A stronger cable takes more",
  car: "It takes no more",
  schedule: "More when the schedule allows",
  temperature: "More when it has cooled down",
  fail_safe: "More when the bridge controls it again",
};

function amps(value: number): string {
  return `${figure(value)} A`;
}

function power(watts: number): string {
  return Math.abs(watts) < 1000 ? `${Math.round(watts)} W` : `${(watts / 1000).toFixed(1)} kW`;
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function clockTime(ms: number, timeZone: string | undefined): string {
  const date = new Date(ms);
  try {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: timeZone ?? "UTC" }).format(
      date,
    );
  } catch {
    return date.toISOString().slice(11, 16); // a zone this machine does not know
  }
}
