/** What a wallbox and its car do, in the words of each protocol version, on top of the third-party charge point. */
import type { ThirdParty } from "./charge-point.ts";

export interface Box {
  readonly point: ThirdParty;
  boot(): Promise<void>;
  /** The cable goes in (or out). */
  plug(on: boolean): Promise<unknown>;
  /** A session begins, as the box does after being asked to or by itself. */
  begin(tag: string, remoteStartId?: number, registerWh?: number): Promise<void>;
  /** Power flows at this current on three phases, and the register moves on to `registerWh`. */
  report(
    currentA: number,
    registerWh: number,
    status?: "charging" | "suspended_evse" | "suspended_ev",
  ): Promise<unknown>;
  end(reason: string, registerWh: number): Promise<unknown>;
  /** Tells a session of half an hour from a time without a link, begun `agoMs` ago; answers its id. */
  replay(agoMs: number, fromWh: number, toWh: number): Promise<string>;
}

const stamp = (): string => new Date().toISOString();
const VOLTAGE = 230;
const HALF_AN_HOUR_MS = 1_800_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

export function box(point: ThirdParty): Box {
  return point.version === "1.6" ? box16(point) : box2(point);
}

function sampled(currentA: number, registerWh: number, v16: boolean): object[] {
  const unit = (name: string): object => (v16 ? { unit: name } : { unit_of_measure: { unit: name } });
  const value = (amount: number): string | number => (v16 ? String(amount) : amount);
  return [
    { measurand: "Energy.Active.Import.Register", value: value(registerWh), ...unit("Wh") },
    { measurand: "Power.Active.Import", value: value(currentA * VOLTAGE * 3), ...unit("W") },
    ...["L1", "L2", "L3"].map((phase) => ({
      measurand: "Current.Import",
      phase,
      value: value(currentA),
      ...unit("A"),
    })),
    ...["L1-N", "L2-N", "L3-N"].map((phase) => ({ measurand: "Voltage", phase, value: value(VOLTAGE), ...unit("V") })),
  ];
}

function box16(point: ThirdParty): Box {
  let transactionId: number | undefined;
  const status = (word: string): Promise<unknown> =>
    point.send("StatusNotification", { connector_id: 1, error_code: "NoError", status: word, timestamp: stamp() });
  return {
    point,
    async boot() {
      const answer = await point.send("BootNotification", {
        charge_point_vendor: "Third",
        charge_point_model: "Party 16",
        charge_point_serial_number: point.id,
        firmware_version: "1.0",
      });
      if (answer.status !== "Accepted") throw new Error(`boot was answered ${String(answer.status)}`);
      await point.send("StatusNotification", { connector_id: 0, error_code: "NoError", status: "Available" });
      await status("Available");
    },
    plug: async (on) => await status(on ? "Preparing" : "Available"),
    async begin(tag, _remoteStartId, registerWh = 1000) {
      const answer = await point.send("StartTransaction", {
        connector_id: 1,
        id_tag: tag,
        meter_start: registerWh,
        timestamp: stamp(),
      });
      transactionId = answer.transaction_id;
      await status("Charging");
    },
    async report(currentA, registerWh, word = "charging") {
      await status({ charging: "Charging", suspended_evse: "SuspendedEVSE", suspended_ev: "SuspendedEV" }[word]);
      await point.send("MeterValues", {
        connector_id: 1,
        transaction_id: transactionId,
        meter_value: [{ timestamp: stamp(), sampled_value: sampled(currentA, registerWh, true) }],
      });
    },
    async end(reason, registerWh) {
      await point.send("StopTransaction", {
        meter_stop: registerWh,
        timestamp: stamp(),
        transaction_id: transactionId,
        reason,
      });
      await status("Finishing");
      transactionId = undefined;
    },
    async replay(agoMs, fromWh, toWh) {
      const { transaction_id: id } = await point.send("StartTransaction", {
        connector_id: 1,
        id_tag: "OFFLINE",
        meter_start: fromWh,
        timestamp: ago(agoMs),
      });
      await point.send("MeterValues", {
        connector_id: 1,
        transaction_id: id,
        meter_value: [
          {
            timestamp: ago(agoMs - HALF_AN_HOUR_MS / 2),
            sampled_value: [{ value: String((fromWh + toWh) / 2), measurand: "Energy.Active.Import.Register" }],
          },
        ],
      });
      await point.send("StopTransaction", {
        transaction_id: id,
        meter_stop: toWh,
        timestamp: ago(agoMs - HALF_AN_HOUR_MS),
        reason: "EVDisconnected",
      });
      return String(id);
    },
  };
}

function box2(point: ThirdParty): Box {
  let transactionId = "";
  let sequence = 0;
  let count = 0;
  const connector = (word: string): Promise<unknown> =>
    point.send("StatusNotification", { timestamp: stamp(), connector_status: word, evse_id: 1, connector_id: 1 });
  const event = (type: string, trigger: string, info: object, more: object = {}): Promise<unknown> =>
    point.send("TransactionEvent", {
      event_type: type,
      timestamp: stamp(),
      trigger_reason: trigger,
      seq_no: sequence++,
      transaction_info: { transaction_id: transactionId, ...info },
      ...more,
    });
  return {
    point,
    async boot() {
      const answer = await point.send("BootNotification", {
        charging_station: { vendor_name: "Third", model: "Party 2", serial_number: point.id, firmware_version: "2.0" },
        reason: "PowerUp",
      });
      if (answer.status !== "Accepted") throw new Error(`boot was answered ${String(answer.status)}`);
      await connector("Available");
    },
    plug: async (on) => await connector(on ? "Occupied" : "Available"),
    async begin(tag, remoteStartId, registerWh = 1000) {
      // Never one that it had before, as a real box counts on.
      transactionId = `${point.id}-${Date.now()}-${++count}`.slice(0, 36);
      sequence = 0;
      await event(
        "Started",
        remoteStartId === undefined ? "Authorized" : "RemoteStart",
        { charging_state: "Charging", ...(remoteStartId === undefined ? {} : { remote_start_id: remoteStartId }) },
        {
          evse: { id: 1, connector_id: 1 },
          id_token: { id_token: tag, type: "Central" },
          meter_value: [{ timestamp: stamp(), sampled_value: sampled(0, registerWh, false) }],
        },
      );
    },
    report: async (currentA, registerWh, word = "charging") =>
      await event(
        "Updated",
        "MeterValuePeriodic",
        {
          charging_state: { charging: "Charging", suspended_evse: "SuspendedEVSE", suspended_ev: "SuspendedEV" }[word],
        },
        {
          evse: { id: 1, connector_id: 1 },
          meter_value: [{ timestamp: stamp(), sampled_value: sampled(currentA, registerWh, false) }],
        },
      ),
    end: async (reason, registerWh) =>
      await event(
        "Ended",
        "RemoteStop",
        { charging_state: "EVConnected", stopped_reason: reason },
        {
          evse: { id: 1, connector_id: 1 },
          meter_value: [{ timestamp: stamp(), sampled_value: sampled(0, registerWh, false) }],
        },
      ),
    async replay(agoMs, fromWh, toWh) {
      const id = `offline-${fromWh}`;
      const tell = (
        type: string,
        trigger: string,
        seq: number,
        at: string,
        wh: number,
        info: object,
      ): Promise<unknown> =>
        point.send("TransactionEvent", {
          event_type: type,
          timestamp: at,
          trigger_reason: trigger,
          seq_no: seq,
          offline: true,
          transaction_info: { transaction_id: id, ...info },
          evse: { id: 1, connector_id: 1 },
          meter_value: [
            {
              timestamp: at,
              sampled_value: [
                { value: wh, measurand: "Energy.Active.Import.Register", unit_of_measure: { unit: "Wh" } },
              ],
            },
          ],
        });
      const charging = { charging_state: "Charging" };
      await tell("Started", "CablePluggedIn", 0, ago(agoMs), fromWh, charging);
      await tell("Updated", "MeterValuePeriodic", 1, ago(agoMs - HALF_AN_HOUR_MS / 2), (fromWh + toWh) / 2, charging);
      await tell("Ended", "EVDeparted", 2, ago(agoMs - HALF_AN_HOUR_MS), toWh, { stopped_reason: "EVDisconnected" });
      return id;
    },
  };
}
