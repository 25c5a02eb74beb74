/** From the file's words to what the rooms work with: defaults filled in, units settled, cross-checks made. */
import type { ChargeMode } from "../../shared/modes.ts";
import type {
  ChargerConfig,
  ChargerSettings,
  CircuitConfig,
  PhaseMap,
  SiteConfig,
  SitePhase,
  SiteSettings,
  VehicleConfig,
} from "../../shared/site.ts";
import { checkConfig } from "./checks.ts";
import type { LoadedConfig } from "./load.ts";
import { resolveSensors, type SensorBinding } from "./sensors.ts";
import type { RawCharger, RawConfig } from "./schema.ts";

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface HassConfig {
  readonly url: string;
  readonly token: string;
  readonly publish: "device" | "states";
  /** Plain states only: whether what a device has off by default is published. */
  readonly advancedSensors: boolean;
  readonly nativeControls: boolean;
  readonly services: boolean;
  readonly instance: string | undefined;
}

export interface OcppConfig {
  readonly listen: Listen;
  readonly tls:
    | {
        readonly cert: readonly string[];
        readonly key: readonly string[];
        readonly clientCa: readonly string[] | undefined;
        readonly ciphers: string | undefined;
        readonly listen: Listen | undefined;
      }
    | undefined;
  readonly unknownStations: "reject" | "show";
  readonly pingIntervalS: number;
  readonly callTimeoutS: number;
  readonly meterIntervalS: number;
  readonly trustedProxies: readonly string[];
  readonly authorization: readonly {
    readonly tag: string;
    readonly name: string | undefined;
    readonly status: "accepted" | "blocked" | "expired" | "invalid";
    readonly expiryMs: number | undefined;
  }[];
}

export interface ResolvedCharger {
  readonly config: ChargerConfig;
  /** First values of the helpers; later the helpers' own count. */
  readonly initial: ChargerSettings;
  /** `max_current` was given: a ceiling even where the box reports more. */
  readonly maxAGiven: number | undefined;
  readonly raw: RawCharger;
}

export interface BridgeConfig {
  readonly hass: HassConfig | undefined;
  readonly ocpp: OcppConfig;
  readonly site: SiteConfig;
  readonly siteInitial: SiteSettings;
  readonly sensors: readonly SensorBinding[];
  readonly gridAuto: boolean;
  /** Per kWh; an entity's price arrives as a reading. */
  readonly price: number | undefined;
  readonly currency: string | undefined;
  readonly chargers: readonly ResolvedCharger[];
  readonly dataDir: string | undefined;
  readonly http: { readonly listen: Listen; readonly token: string | undefined };
  readonly log: { readonly level: string; readonly format: "json" | "pretty" | undefined };
  /** Set-ups that work but deserve a word; shown by `check` and on the status page. */
  readonly warnings: readonly string[];
  readonly file: string | undefined;
}

const PHASES: readonly SitePhase[] = ["A", "B", "C"];

/** @throws ConfigError when keys that are each valid do not fit together. */
export function resolveConfig(loaded: LoadedConfig): BridgeConfig {
  const { raw } = loaded;
  const site = resolveSite(raw);
  const chargers = (raw.chargers ?? []).map((charger, index) => resolveCharger(charger, index, site));
  const warnings = checkConfig(loaded, site, chargers);
  const hass = raw.home_assistant ?? {};
  return {
    hass:
      hass.url === undefined || hass.token === undefined
        ? undefined
        : {
            url: hass.url.replace(/\/+$/, ""),
            token: hass.token,
            publish: hass.publish ?? "device",
            advancedSensors: hass.advanced_sensors ?? true,
            nativeControls: hass.native_controls ?? true,
            services: hass.services ?? true,
            instance: hass.instance,
          },
    ocpp: resolveOcpp(raw),
    site,
    siteInitial: initialSettings(raw, site),
    sensors: resolveSensors(raw),
    gridAuto: raw.site?.grid?.auto ?? false,
    price: typeof raw.site?.price === "number" ? raw.site.price : undefined,
    currency: raw.site?.currency,
    chargers,
    dataDir: raw.data_dir,
    http: { listen: parseListen(raw.http?.listen ?? "127.0.0.1:8099"), token: raw.http?.token },
    log: { level: raw.log?.level ?? "info", format: raw.log?.format },
    warnings,
    file: loaded.file,
  };
}

export function parseListen(text: string): Listen {
  const split = text.lastIndexOf(":");
  const host = text.slice(0, split).replace(/^\[|\]$/g, "");
  return { host: host === "" ? "0.0.0.0" : host, port: Number(text.slice(split + 1)) };
}

const list = (files: string | string[]): string[] => (typeof files === "string" ? [files] : files);

function resolveOcpp(raw: RawConfig): OcppConfig {
  const ocpp = raw.ocpp ?? {};
  return {
    listen: parseListen(ocpp.listen ?? "0.0.0.0:9000"),
    tls:
      ocpp.tls === undefined
        ? undefined
        : {
            cert: list(ocpp.tls.cert),
            key: list(ocpp.tls.key),
            clientCa: ocpp.tls.client_ca === undefined ? undefined : list(ocpp.tls.client_ca),
            ciphers: ocpp.tls.ciphers,
            listen: ocpp.tls.listen === undefined ? undefined : parseListen(ocpp.tls.listen),
          },
    unknownStations: ocpp.unknown_stations ?? "reject",
    pingIntervalS: ocpp.ping_interval ?? 20,
    callTimeoutS: ocpp.call_timeout ?? 30,
    meterIntervalS: ocpp.meter_interval ?? 10,
    trustedProxies: ocpp.trusted_proxies ?? [],
    authorization: (ocpp.authorization ?? []).map((entry) => ({
      tag: entry.tag,
      name: entry.name,
      status: entry.status ?? "accepted",
      expiryMs: entry.expiry === undefined ? undefined : Date.parse(entry.expiry),
    })),
  };
}

function resolveSite(raw: RawConfig): SiteConfig {
  const site = raw.site ?? {};
  const phases = site.phases ?? 3;
  const grid = site.grid ?? {};
  const metered = PHASES.filter((_, index) => [grid.l1, grid.l2, grid.l3][index] !== undefined);
  const stale = site.stale_after ?? 15;
  const staleOf = (value: unknown): number =>
    typeof value === "object" && value !== null && "stale_after" in value && typeof value.stale_after === "number"
      ? value.stale_after
      : stale;
  const battery = site.battery;
  return {
    id: site.id ?? "home",
    name: site.name ?? "Home",
    phases,
    voltageV: site.voltage ?? 230,
    breakerA: site.main_breaker ?? 25,
    meteredPhases: metered,
    hasSolar: site.solar !== undefined,
    hasBattery: battery?.soc !== undefined,
    hasInverterSensors: site.inverter?.outputs !== undefined,
    staleAfterS: { A: staleOf(grid.l1), B: staleOf(grid.l2), C: staleOf(grid.l3) },
    tickS: site.tick ?? 2,
    batteryMaxChargeW: battery?.max_charge ?? 5000,
    batteryMaxDischargeW: battery?.max_discharge ?? 5000,
    socHysteresisPct: battery?.soc_hysteresis ?? 5,
    inverterMaxW: site.inverter?.max_power ?? 0,
    inverterMaxPerPhaseW: site.inverter?.max_power_per_phase ?? 0,
    inverterAsymmetric: site.inverter?.asymmetric ?? false,
    topology: site.inverter?.topology ?? (battery?.soc === undefined ? "parallel" : "series"),
    maxImportW: site.max_import !== undefined && "power" in site.max_import ? site.max_import.power : undefined,
    maxImportFromEntity: site.max_import !== undefined && "entity" in site.max_import,
    offGrid: site.off_grid ?? false,
    netMeteringAcrossPhases: site.net_metering_across_phases ?? false,
    circuits: (site.circuits ?? []).map((circuit): CircuitConfig => ({
      id: circuit.id,
      name: circuit.name ?? circuit.id,
      limitA: circuit.limit,
      powerW: circuit.power,
      members: circuit.members ?? [],
      parent: circuit.parent,
      metered: circuit.meter !== undefined,
    })),
    detectPhaseMapping: site.detect_phase_mapping ?? true,
  };
}

function initialSettings(raw: RawConfig, site: SiteConfig): SiteSettings {
  return {
    distribution: raw.site?.distribution ?? "priority",
    maxImportW: site.maxImportW,
    powerBufferW: raw.site?.power_buffer ?? 0,
    excessThresholdW: raw.site?.excess_threshold ?? 13000,
    allowGridCharging: raw.site?.allow_grid_charging ?? true,
    socTargetPct: raw.site?.battery?.soc_target ?? 80,
    socMinPct: raw.site?.battery?.soc_min ?? 20,
  };
}

/** A, B, C mean the same as L1, L2, L3; legs not named follow the first. */
export function parsePhaseMap(words: readonly string[] | undefined): PhaseMap {
  const named: Readonly<Record<string, SitePhase>> = { L1: "A", L2: "B", L3: "C", A: "A", B: "B", C: "C" };
  if (words === undefined) return ["A", "B", "C"];
  const legs = words.map((word) => named[word] ?? "A");
  const first = legs[0] ?? "A";
  return [first, legs[1] ?? first, legs[2] ?? first];
}

function resolveCharger(raw: RawCharger, index: number, site: SiteConfig): ResolvedCharger {
  const phases = raw.phases;
  const plug = raw.driver === "plug";
  const ratingA = plug ? (raw.power ?? 2000) / (site.voltageV * (phases ?? 1)) : undefined;
  const ceiling = raw.max_current ?? (raw.driver === "ocpp" ? 32 : 16);
  const config: ChargerConfig = {
    id: raw.id,
    name: raw.name ?? raw.id,
    kind: plug ? "plug" : "evse",
    priority: raw.priority ?? index + 1,
    minA: ratingA ?? raw.min_current ?? 6,
    maxA: ratingA ?? ceiling,
    failSafeA: plug ? 0 : (raw.fail_safe_current ?? 6),
    phases: phases ?? (plug ? 1 : undefined),
    phaseMap: parsePhaseMap(raw.phase_map),
    phaseSwitching: raw.phase_switching ?? "off",
    commandIntervalS: raw.command_interval ?? (raw.driver === "besen" ? 60 : 15),
    enableDelayS: raw.enable_delay ?? 60,
    solarGraceS: raw.solar_grace ?? 300,
    pauseTimeS: raw.pause_time ?? 180,
    minOnS: raw.min_on ?? 300,
    minOffS: raw.min_off ?? 300,
    limitWritesPerDay: raw.limit_writes_per_day,
    vehicle: vehicleOf(raw),
    powerW: plug ? (raw.power ?? 2000) : undefined,
    allowReset: raw.driver === "ocpp" ? (raw.allow_reset ?? "failed_pause") : "never",
  };
  const mode: ChargeMode = raw.mode ?? (plug ? "continuous" : "standard");
  return {
    config,
    maxAGiven: raw.max_current,
    raw,
    initial: {
      mode,
      limitA: config.maxA,
      minA: config.minA,
      enabled: true,
      pausedSinceMs: undefined,
      dynamicControl: true,
    },
  };
}

function vehicleOf(raw: RawCharger): VehicleConfig | undefined {
  const car = raw.vehicle;
  if (car === undefined) return undefined;
  return {
    name: car.name,
    tags: car.tags ?? [],
    phases: car.phases,
    minA: car.min_current,
    maxA: car.max_current,
    capacityKwh: car.capacity,
    limitSocPct: car.limit_soc,
    limitEnergyKwh: car.limit_energy,
    minSocPct: car.min_soc,
  };
}
