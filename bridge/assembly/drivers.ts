/** From a charger's configuration to its driver: the one place that knows them all. */
import type { ChargerContext, ChargerOptions, ChargerSource } from "../chargers/charger.ts";
import type { EntityPort } from "../chargers/entity/port.ts";
import type { OcppConfig, ResolvedCharger } from "../config/resolve.ts";
import type { OcppServer } from "../ocpp/station.ts";

export interface DriverParts {
  readonly ocpp: OcppServer;
  readonly ocppConfig: OcppConfig;
  readonly entities: EntityPort;
  readonly context: ChargerContext;
}

/** Loaded when first configured: nobody pays for a driver that is not used. @throws Error when it cannot be loaded */
export async function createSource(
  charger: ResolvedCharger,
  { ocpp, ocppConfig, entities, context }: DriverParts,
): Promise<ChargerSource> {
  const { raw, config } = charger;
  const common: ChargerOptions = {
    id: config.id,
    name: config.name,
    minA: config.minA,
    maxA: charger.maxAGiven,
    failSafeA: config.failSafeA,
    phases: raw.phases,
  };
  switch (raw.driver) {
    case "ocpp":
      return (await import("../chargers/ocpp/driver.ts")).createOcppSource(
        {
          ...common,
          station: raw.station,
          serial: raw.serial,
          password: raw.password,
          version: raw.version ?? "auto",
          connector: raw.connector,
          anonymous: raw.anonymous ?? false,
          chargeRateUnit: raw.charge_rate_unit ?? "auto",
          layers: raw.layers ?? "auto",
          profileValidityMode: raw.profile_validity_mode ?? "auto",
          stackLevel: raw.stack_level,
          profileTimeoutS: raw.ocpp_profile_timeout ?? 120,
          auth: raw.auth ?? "accept_all",
          idTag: raw.id_tag,
          autoStart: raw.auto_start ?? false,
          stop: raw.stop,
          allowReset: raw.allow_reset ?? "failed_pause",
          strict: raw.strict ?? false,
          quirks: raw.quirks,
          meterIntervalS: ocppConfig.meterIntervalS,
          callTimeoutMs: ocppConfig.callTimeoutS * 1000,
          authorization: ocppConfig.authorization,
        },
        ocpp,
        context,
      );
    case "besen":
      return (await import("../chargers/besen/driver.ts")).createBesenSource(
        {
          ...common,
          address: raw.address,
          nameFilter: raw.name_filter,
          host: raw.host,
          pin: raw.pin,
          transport: raw.transport ?? "ble",
          bleDriver: raw.ble_driver ?? "auto",
          adapter: raw.adapter,
          zone: raw.zone,
          keepRecordsForApp: raw.keep_records_for_app ?? true,
          rssi: raw.rssi ?? false,
          minOffS: config.minOffS,
        },
        context,
      );
    case "ampeco":
      return (await import("../chargers/ampeco/driver.ts")).createAmpecoSource(
        {
          ...common,
          host: raw.host,
          token: raw.token ?? "",
          api: raw.api ?? "auto",
          chargePoint: raw.charge_point === undefined ? undefined : String(raw.charge_point),
          powerUnit: raw.power_unit ?? "W",
          energyUnit: raw.energy_unit ?? "Wh",
          appMaxCurrent: raw.app_max_current ?? false,
          headers: raw.headers ?? {},
          pollActiveS: raw.poll_active ?? 30,
          pollIdleS: raw.poll_idle ?? 300,
          oauth:
            raw.oauth === undefined
              ? undefined
              : {
                  clientId: raw.oauth.client_id,
                  clientSecret: raw.oauth.client_secret,
                  refreshToken: raw.oauth.refresh_token,
                },
        },
        context,
      );
    case "hass":
      return (await import("../chargers/entity/driver.ts")).createEntitySource(
        {
          ...common,
          preset: raw.preset,
          device: raw.device,
          entities: raw.entities ?? {},
          values: raw.values ?? {},
          limitService: raw.limit_service,
        },
        entities,
        context,
      );
    case "plug":
      return (await import("../chargers/entity/plug.ts")).createPlugSource(
        { ...common, switch: raw.switch, powerW: raw.power ?? 2000, meter: raw.meter },
        entities,
        context,
      );
  }
}
