/** Fills the status page from the living bridge. */
import type { Clock } from "../clock.ts";
import type { BridgeConfig } from "../config/resolve.ts";
import { reasonText } from "../hass/reason-text.ts";
import type { StatusIcon } from "../http/status-icons.ts";
import type { StatusCharger, StatusModel, Tone } from "../http/status-model.ts";
import type { OcppServer, WaitingStation } from "../ocpp/station.ts";
import type { SiteLoop } from "../site/loop.ts";
import { observedA, shownStatus, type ChargerStatus, type FailSafe } from "../../shared/charger.ts";
import type { ChargerState } from "../../shared/site.ts";
import { slugify } from "../../shared/slug.ts";
import { roundTo } from "../../shared/units.ts";
import type { Check } from "./checks.ts";
import type { Interpreter } from "./interpreter.ts";
import type { LastErrors } from "./last-errors.ts";

export interface StatusParts {
  readonly config: BridgeConfig;
  readonly clock: Clock;
  readonly loop: SiteLoop;
  readonly ocpp: OcppServer;
  readonly hass: Interpreter;
  readonly errors: LastErrors;
  readonly startedAtMs: number;
  readonly version: string;
  readonly checks: readonly Check[];
  readonly checkedAtMs: number | undefined;
  readonly storeProblem: string | undefined;
}

const STATES: Readonly<
  Record<ChargerStatus, { readonly word: string; readonly icon: StatusIcon; readonly tone: Tone }>
> = {
  available: { word: "No car", icon: "station", tone: "none" },
  preparing: { word: "Plugged in", icon: "clock", tone: "info" },
  charging: { word: "Charging", icon: "bolt", tone: "good" },
  suspended_ev: { word: "Car pauses", icon: "clock", tone: "info" },
  suspended_evse: { word: "Waiting", icon: "clock", tone: "info" },
  finishing: { word: "Finished", icon: "ok-circle", tone: "good" },
  reserved: { word: "Reserved", icon: "lock", tone: "info" },
  out_of_service: { word: "Out of service", icon: "lan-off", tone: "warn" },
  faulted: { word: "Fault", icon: "bad-circle", tone: "bad" },
  offline: { word: "Offline", icon: "cloud-off", tone: "none" },
};
const FAIL_SAFES: Readonly<
  Record<FailSafe, { readonly word: string; readonly icon: StatusIcon; readonly tone: Tone }>
> = {
  proven: { word: "Fail-safe proven", icon: "shield-ok", tone: "good" },
  unproven: { word: "Not proven yet", icon: "shield-alert", tone: "warn" },
  single_level: { word: "Single level", icon: "shield-half", tone: "info" },
  unsupported: { word: "Keeps its limit", icon: "shield-half", tone: "info" },
};

export function statusModel(parts: StatusParts): StatusModel {
  const { config, clock, loop, hass } = parts;
  const nowMs = clock.nowMs();
  const timeZone = hass.status?.timeZone;
  const chargers = loop.state.chargers.map((charger) => chargerRow(charger, parts));
  const waiting = parts.ocpp.waiting();
  const bad = parts.checks.filter((check) => check.level === "bad" && !check.id.startsWith("charger:"));
  const needs = [
    ...(parts.storeProblem === undefined ? [] : [{ text: "History cannot be saved", anchor: "checks" }]),
    ...(config.hass !== undefined && hass.status?.state === "refused"
      ? [{ text: "Home Assistant refused the token", anchor: "checks" }]
      : []),
    ...bad.map((check) => ({ text: check.title, anchor: "checks" })),
    ...loop.state.chargers.flatMap(({ config: { id, name }, snapshot }) => [
      ...(snapshot.problem === undefined
        ? []
        : [{ text: `${name}: ${snapshot.problem.text}`, anchor: `charger-${id}` }]),
      ...(snapshot.link === "up" && snapshot.failSafe === "unproven"
        ? [{ text: `${name}: fail-safe not proven`, anchor: `charger-${id}` }]
        : []),
    ]),
    ...(waiting.length === 0
      ? []
      : [
          {
            text:
              waiting.length === 1 ? "One wallbox waits at the door" : `${waiting.length} wallboxes wait at the door`,
            anchor: "waiting",
          },
        ]),
  ];
  return {
    siteName: config.site.name,
    version: parts.version,
    startedAtMs: parts.startedAtMs,
    nowMs,
    timeZone,
    needs,
    links: links(parts),
    chargers,
    waiting: waiting.map((station) => waitingRow(station)),
    errors: parts.errors
      .list()
      .map((error) => ({ title: error.title, detail: error.detail, atMs: error.lastAtMs, count: error.count })),
    checks: parts.checks.map((check) => ({
      tone: check.level === "good" ? "good" : check.level,
      title: check.title,
      detail: check.detail,
    })),
    checkedAtMs: parts.checkedAtMs,
  };
}

function chargerRow(charger: ChargerState, { config, loop, hass }: StatusParts): StatusCharger {
  const { snapshot, config: own } = charger;
  const status = shownStatus(snapshot);
  const allocation = loop.plan?.allocations.find((one) => one.charger === own.id);
  const reason = snapshot.statusReason ?? allocation?.reason;
  const raw = config.chargers.find((one) => own.id === one.config.id || own.id.startsWith(`${one.config.id}_`))?.raw;
  const identity = raw?.driver === "ocpp" ? raw.station : snapshot.facts.model;
  const words: Readonly<Record<string, string>> = {
    ocpp: "OCPP",
    besen: "Besen",
    ampeco: "AMPECO cloud",
    hass: "Home Assistant",
    plug: "Smart plug",
  };
  const observed = observedA(snapshot);
  const text =
    reason === undefined
      ? ""
      : reasonText(reason, {
          timeZone: hass.status?.timeZone,
          failSafeA: snapshot.failSafe === "proven" ? own.failSafeA : undefined,
        });
  return {
    id: own.id,
    name: own.name,
    about: [
      `${words[snapshot.facts.driver] ?? snapshot.facts.driver}${snapshot.facts.protocol === undefined ? "" : ` ${snapshot.facts.protocol}`}`,
      identity,
    ]
      .filter((word) => word !== undefined)
      .join(" · "),
    heardAtMs: snapshot.atMs > 0 && snapshot.status !== undefined ? snapshot.atMs : undefined,
    connected: snapshot.link === "up",
    state: status === undefined ? { word: "Not heard yet", icon: "clock", tone: "none" } : STATES[status],
    wantedA: snapshot.wantedA,
    acceptedA: snapshot.offeredA,
    observedA: snapshot.link === "down" || observed === undefined ? undefined : roundTo(observed, 1),
    maxA: Math.ceil(Math.min(own.maxA, snapshot.facts.maxA ?? own.maxA)),
    reason: text,
    failSafe: FAIL_SAFES[snapshot.failSafe],
  };
}

function waitingRow(station: WaitingStation): StatusModel["waiting"][number] {
  const unknown = station.why === "unknown_station";
  const identity = station.identity;
  const icons: Partial<Record<WaitingStation["why"], StatusIcon>> = {
    unknown_station: "lan-off",
    wrong_password: "lock",
    no_password: "lock",
    throttled: "clock",
  };
  return {
    icon: icons[station.why] ?? "bad-circle",
    tone: unknown ? "warn" : "bad",
    name: identity,
    detail: `${station.detail}${station.tries > 1 ? ` (${station.tries} tries)` : ""}`,
    atMs: station.lastAtMs,
    snippet: unknown
      ? `- { id: ${slugify(identity)}, name: ${JSON.stringify(identity)}, driver: ocpp, station: ${JSON.stringify(identity)} }`
      : undefined,
  };
}

function links({ config, clock, loop, ocpp, hass }: StatusParts): StatusModel["links"] {
  const rows: StatusModel["links"][number][] = [];
  const status = hass.status;
  if (status === undefined)
    rows.push({ icon: "ha", tone: "bad", name: "Home Assistant", detail: "Not configured yet" });
  else {
    const up = status.state === "up";
    rows.push({
      icon: "ha",
      tone: up ? (hass.limits.length > 0 ? "warn" : "good") : status.state === "refused" ? "bad" : "warn",
      name: "Home Assistant",
      detail: up
        ? (hass.limits[0] ?? `Connected${status.pingMs === undefined ? "" : ` · ${Math.round(status.pingMs)} ms`}`)
        : status.detail,
    });
  }
  const group = (driver: string, icon: StatusIcon, name: string): void => {
    const members = loop.state.chargers.filter((charger) => charger.snapshot.facts.driver === driver);
    if (members.length === 0) return;
    const up = members.filter((charger) => charger.snapshot.link === "up").length;
    rows.push({
      icon,
      tone: up === members.length ? "good" : "warn",
      name,
      detail: `${up} of ${members.length} connected`,
    });
  };
  if (ocpp.ports.plain === undefined && ocpp.ports.tls === undefined)
    rows.push({ icon: "server", tone: "bad", name: "OCPP server", detail: "Its port cannot be opened" });
  else group("ocpp", "server", "OCPP server");
  group("besen", "bluetooth", "Besen");
  group("ampeco", "cloud", "AMPECO cloud");
  group("hass", "ha", "Other chargers");
  group("plug", "bolt", "Smart plugs");
  const { site } = loop.plan ?? {};
  if (config.site.meteredPhases.length > 0) {
    const ages = [loop.state.readings.gridA, loop.state.readings.gridB, loop.state.readings.gridC].flatMap((reading) =>
      reading === undefined ? [] : [clock.nowMs() - reading.aliveAtMs],
    );
    const stale = site?.status === "meter_stale" || ages.length === 0;
    rows.push({
      icon: "wave",
      tone: stale ? "bad" : "good",
      name: "Grid meter",
      detail: ages.length === 0 ? "Not heard yet" : `${(Math.max(...ages) / 1000).toFixed(1)} s old`,
    });
  } else rows.push({ icon: "wave", tone: "info", name: "Grid meter", detail: "None configured" });
  const planAgeS = loop.plannedAtMs === undefined ? undefined : (clock.monotonicMs() - loop.plannedAtMs) / 1000;
  rows.push({
    icon: "bridge",
    tone: planAgeS === undefined || planAgeS > 30 ? "bad" : "good",
    name: "Planner",
    detail: planAgeS === undefined ? "No plan yet" : `Last plan ${planAgeS.toFixed(1)} s ago`,
  });
  return rows;
}
