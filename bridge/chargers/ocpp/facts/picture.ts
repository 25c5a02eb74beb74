/** One outlet's facts as the picture that the rest of the house sees. */
import type { ChargerFacts, ChargerProblem, ChargerSnapshot, FailSafe } from "../../../../shared/charger.ts";
import type { Reason } from "../../../../shared/reasons.ts";
import type { LimitController } from "../limits/limit-controller.ts";
import type { StationModel } from "./model.ts";
import type { Outlet } from "./outlet.ts";
import { sessionOf } from "./transaction.ts";

export interface PictureParts {
  readonly model: StationModel;
  readonly outlet: Outlet;
  readonly limits: LimitController;
  readonly facts: ChargerFacts;
  readonly linkUp: boolean;
  readonly problem: ChargerProblem | undefined;
  readonly latencyMs: number | undefined;
  readonly reconnects: number;
  readonly unit: string;
  readonly settings: ChargerSnapshot["settings"];
  readonly spoken: boolean;
  readonly atMs: number;
}

export function pictureOf(parts: PictureParts): ChargerSnapshot {
  const { model, outlet, limits } = parts;
  const { meter, liveTx: tx } = outlet;
  const prefer = model.deviations.preferPhases === true;
  const { status, reason } = outlet.status(model.family, model.stationStatus, model.expecting);
  const powerW = meter.total("Power.Active.Import", prefer);
  const legs = meter.legs("Current.Import");
  const carrying = meter.phasesCarrying();
  const phasesUsed = tx?.phasesUsed ?? (carrying === 0 ? undefined : carrying);
  const failSafe: FailSafe = limits.failSafe;
  return {
    atMs: parts.atMs,
    link: parts.linkUp ? "up" : "down",
    status,
    statusReason: reason ?? foreignLimit(limits, status === "charging"),
    carConnected: outlet.plugged,
    wantedA: limits.wantedA,
    offeredA: limits.offeredA,
    currentA: legs,
    voltageV: meter.voltageLegs(),
    headlineA: meter.headlineA(powerW, phasesUsed ?? parts.facts.phases),
    headlineV: meter.headlineV(),
    powerW: powerW === undefined ? undefined : Math.max(0, powerW),
    energyWh: outlet.register.totalWh,
    temperatureC: meter.mean("Temperature"),
    socPct: meter.mean("SoC"),
    phasesUsed: status === "charging" || tx?.phasesUsed !== undefined ? phasesUsed : carrying,
    session: outlet.history[0] ?? (tx === undefined ? outlet.last : sessionOf(tx)),
    faults: faultsOf(model, outlet),
    problem: parts.problem,
    failSafe,
    limitWrites: limits.writes,
    facts: parts.facts,
    extra: extraOf(parts),
    settings: parts.settings,
  };
}

/** The box offers less than it was told to: someone else limits as well. */
function foreignLimit(limits: LimitController, charging: boolean): Reason | undefined {
  const { verified, offeredA, wantedA } = limits;
  const less = verified === true && offeredA !== undefined && wantedA !== undefined && offeredA < wantedA - 0.5;
  return charging && less ? { code: "external_limit", limitA: offeredA } : undefined;
}

function faultsOf(model: StationModel, outlet: Outlet): readonly string[] {
  const faulted = outlet.connector === "Faulted" || model.stationStatus === "Faulted";
  if (!faulted) return [];
  const words = [outlet.errorCode, outlet.vendorError].filter(
    (word) => word !== undefined && word !== "NoError" && word !== "",
  );
  return words.length === 0 ? ["Faulted"] : words.filter((word) => word !== undefined);
}

function extraOf(parts: PictureParts): ChargerSnapshot["extra"] {
  const { model, outlet, limits } = parts;
  const { meter } = outlet;
  const tx = outlet.liveTx;
  const note = (key: string): string | number | undefined => model.notes[key];
  const kilo = (value: number | undefined): number | undefined => (value === undefined ? undefined : value / 1000);
  const skew = model.skew.ms;
  return {
    charging_state:
      tx?.chargingState ?? (model.family === "1.6" && parts.spoken ? state16(outlet.connector) : undefined),
    connector_status: outlet.connector,
    transaction_id: tx?.id,
    stopped_reason: outlet.stoppedReason,
    event_type: outlet.eventType,
    trigger_reason: outlet.triggerReason,
    id_token: masked(tx?.idTag ?? model.lastTag?.tag),
    id_token_name: model.lastTag?.name,
    id_token_type: tx?.tokenType ?? model.lastTag?.type,
    unknown_tag: model.unknownTag,
    sequence_number: outlet.sequenceNumber,
    sequence_gaps: tx?.gaps,
    power_active_export: meter.total("Power.Active.Export"),
    power_reactive_import: meter.total("Power.Reactive.Import"),
    power_reactive_export: meter.total("Power.Reactive.Export"),
    power_offered: meter.total("Power.Offered"),
    current_offered: meter.mean("Current.Offered"),
    power_factor: meter.mean("Power.Factor"),
    energy_active_export: kilo(meter.total("Energy.Active.Export.Register")),
    energy_reactive_import: kilo(meter.total("Energy.Reactive.Import.Register")),
    energy_reactive_export: kilo(meter.total("Energy.Reactive.Export.Register")),
    frequency: meter.mean("Frequency"),
    evse_id: parts.spoken && model.family === "2.x" ? outlet.ref.evseId : undefined,
    connector_id: parts.spoken ? outlet.ref.connectorId : undefined,
    context: meter.context,
    location: meter.location,
    limit_unit: parts.unit,
    limit_way: limits.rungName,
    error_code: outlet.errorCode,
    vendor_error: outlet.vendorError,
    firmware_status: note("firmware_status"),
    diagnostics_status: note("diagnostics_status"),
    heartbeat: note("heartbeat"),
    clock_skew: skew === undefined ? undefined : Math.round(skew / 1000),
    latency: parts.latencyMs,
    reconnects: parts.reconnects,
    violations: model.violations,
    features: model.config.get("supportedfeatureprofiles")?.value,
    quirks: model.quirkNames.length === 0 ? undefined : model.quirkNames.join(", "),
    data_transfer: note("data_transfer"),
    external_limit: note("external_limit"),
    external_limit_a: note("external_limit_a"),
    ev_energy: kilo(numeric(note("ev_energy_wh"))),
    ev_departure: note("ev_departure"),
    ...model.neighbour.extra,
    meter_start: kilo(tx?.meterStartWh),
    limit_verified: limits.verified,
    available:
      outlet.connector === undefined ? undefined : outlet.connector !== "Unavailable" && outlet.connector !== "Faulted",
  };
}

function numeric(value: string | number | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const STATES_16: Readonly<Record<string, string>> = {
  Charging: "Charging",
  SuspendedEV: "SuspendedEV",
  SuspendedEVSE: "SuspendedEVSE",
  Preparing: "EVConnected",
  Finishing: "EVConnected",
  Available: "Idle",
  Reserved: "Idle",
};

function state16(connector: string | undefined): string | undefined {
  return connector === undefined ? undefined : STATES_16[connector];
}

/** Tags open doors elsewhere: only their end is shown. */
export function masked(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === "") return undefined;
  return tag.length <= 4 ? "****" : `****${tag.slice(-4)}`;
}
