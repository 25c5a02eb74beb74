/** Transactions of a simulated box: how they begin and end, and what is told of them meanwhile, with a link or later. */
import type { JsonObject } from "../../ocpp/station.ts";
import type { SimulatedChargePoint } from "./charge-point.ts";
import { eventPayload, eventReadings } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { SimOutlet, SimTransaction } from "./outlet.ts";
import { meterValue } from "./readings.ts";

export class SimSessions {
  readonly #box: SimulatedChargePoint;
  readonly #outbox: Outbox;
  readonly #online: () => boolean;
  #count = 0;

  constructor(box: SimulatedChargePoint, outbox: Outbox, online: () => boolean) {
    this.#box = box;
    this.#outbox = outbox;
    this.#online = online;
  }

  begin(outlet: SimOutlet, tag: string, remoteStartId?: number): void {
    const box = this.#box;
    if (outlet.transaction !== undefined || outlet.fault !== undefined || !outlet.operative) return;
    const tx: SimTransaction = {
      id: box.v16 ? undefined : `${box.options.identity}-${box.nowMs()}-${++this.#count}`,
      tag,
      startedAtMs: box.nowMs(),
      meterStartWh: outlet.registerWh,
      remoteStartId,
      seqNo: 0,
      state: "EVConnected",
      sulking: false,
    };
    outlet.transaction = tx;
    outlet.stopped = false;
    outlet.authorizedTag = undefined;
    outlet.lastValuesAtMs = box.nowMs();
    box.tell("session began");
    if (!box.v16) {
      this.event(outlet, tx, "Started", remoteStartId === undefined ? "CablePluggedIn" : "RemoteStart");
      return;
    }
    const timestamp = box.isoNow();
    this.#outbox.post({
      action: "StartTransaction",
      payload: () => ({ connectorId: outlet.n, idTag: tag, meterStart: Math.round(tx.meterStartWh), timestamp }),
      done: (result) => {
        const id = result["transactionId"];
        if (typeof id === "number") tx.id = String(id);
        const info = result["idTagInfo"];
        const status = typeof info === "object" && info !== null && !Array.isArray(info) ? info["status"] : undefined;
        if (status !== "Accepted" && outlet.transaction === tx) this.finish(outlet, "DeAuthorized", "Deauthorized");
      },
    });
  }

  finish(outlet: SimOutlet, reason: string, trigger: string): void {
    const box = this.#box;
    const tx = outlet.transaction;
    if (tx === undefined) return;
    outlet.currentA = 0;
    outlet.car?.stop();
    outlet.offeredA = 0;
    if (box.v16) {
      const timestamp = box.isoNow();
      const meterStop = Math.round(outlet.registerWh);
      this.#outbox.post({
        action: "StopTransaction",
        payload: () => ({ transactionId: Number(tx.id ?? 0), meterStop, timestamp, reason }),
      });
    } else {
      tx.state = "EVConnected";
      this.event(outlet, tx, "Ended", trigger, reason);
    }
    outlet.transaction = undefined;
    outlet.stopped = true;
    box.profiles.clear((profile) => profile.purpose === "TxProfile" && profile.outlet === outlet.n && !outlet.orphan);
    box.tell(`session ended (${reason})`);
    box.report(outlet);
  }

  /** 2.x. */
  event(
    outlet: SimOutlet,
    tx: SimTransaction,
    eventType: "Started" | "Updated" | "Ended",
    triggerReason: string,
    stoppedReason?: string,
  ): void {
    const { variable, context } = eventReadings(eventType, triggerReason);
    const list = this.#box.config.list(variable);
    const withValues = list.length > 0 && triggerReason !== "ChargingStateChanged";
    const payload = eventPayload(outlet, tx, {
      eventType,
      triggerReason,
      stoppedReason,
      timestamp: this.#box.isoNow(),
      offline: !this.#online(),
      values: withValues ? this.#values(outlet, list, context) : undefined,
    });
    this.#outbox.post({ action: "TransactionEvent", payload: () => payload });
  }

  /** Readings of this moment, as the version tells them. */
  sendValues(outlet: SimOutlet, context: string): void {
    const { v16, config, preset } = this.#box;
    const tx = outlet.transaction;
    outlet.lastValuesAtMs = this.#box.nowMs();
    if (!v16 && tx !== undefined && context === "Sample.Periodic") {
      this.event(outlet, tx, "Updated", "MeterValuePeriodic");
      return;
    }
    const value = this.#values(
      outlet,
      config.list(v16 ? "MeterValuesSampledData" : "SampledDataCtrlr/TxUpdatedMeasurands"),
      context,
    );
    const sampled = value["sampledValue"];
    if (Array.isArray(sampled) && sampled.length === 0) return;
    const list = preset.meterAsObject === true ? value : [value];
    this.#outbox.post({
      action: "MeterValues",
      payload: () =>
        v16
          ? {
              connectorId: outlet.n,
              ...(tx?.id === undefined ? {} : { transactionId: Number(tx.id) }),
              meterValue: list,
            }
          : { evseId: outlet.n, meterValue: list },
    });
  }

  #values(outlet: SimOutlet, measurands: readonly string[], context: string): JsonObject {
    const box = this.#box;
    return meterValue({
      outlet,
      measurands,
      voltageV: box.voltageV,
      legs: box.legs(outlet),
      phases: box.phases,
      preset: box.preset,
      v16: box.v16,
      atMs: box.nowMs(),
      context,
    });
  }
}
