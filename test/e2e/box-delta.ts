/** A Delta Gen 4 and its car, in the messages that this box sends, on top of the third-party charge point with the Delta preset. */
import type { Box } from "./box.ts";
import type { ThirdParty } from "./charge-point.ts";

const VOLTAGE = 230;
const stamp = (): string => new Date().toISOString();

export interface DeltaBox extends Omit<Box, "replay"> {
  /** Comes back after a reboot with the car still plugged in: it begins a session by itself. */
  back(): Promise<void>;
}

export function deltaBox(point: ThirdParty): DeltaBox {
  let transactionId = "";
  let sequence = 0;
  let count = 0;
  /** Its unphased figure keeps the value from before the first limit. */
  let frozenA = 0;
  const evse = { id: 1, connector_id: 1 };
  const connector = (word: string): Promise<unknown> =>
    point.send("StatusNotification", { timestamp: stamp(), connector_status: word, evse_id: 1, connector_id: 1 });
  const event = (type: string, trigger: string, info: object, more: object = {}): Promise<unknown> =>
    point.send("TransactionEvent", {
      event_type: type,
      timestamp: stamp(),
      trigger_reason: trigger,
      seq_no: sequence++,
      transaction_info: { transaction_id: transactionId, ...info },
      evse,
      ...more,
    });
  const values = (currentA: number, registerWh: number): object => {
    frozenA ||= currentA;
    const sample = (measurand: string, value: number, unit: string): object => ({
      measurand,
      value,
      unit_of_measure: { unit },
    });
    return {
      timestamp: stamp(),
      sampled_value: [
        sample("Energy.Active.Import.Register", registerWh, "Wh"),
        sample("Power.Active.Import", currentA * VOLTAGE, "W"),
        sample("Current.Import", frozenA, "A"),
        sample("Voltage", VOLTAGE, "V"),
      ],
    };
  };
  /** What it floods a server with. */
  const chatter = (): Promise<unknown> =>
    point.send("NotifyEvent", {
      generated_at: stamp(),
      seq_no: 0,
      event_data: [
        {
          event_id: 1,
          timestamp: stamp(),
          trigger: "Periodic",
          actual_value: "false",
          event_notification_type: "HardWiredNotification",
          component: { name: "ChargingStation" },
          variable: { name: "Problem" },
        },
      ],
    });
  const boot = async (): Promise<void> => {
    const answer = await point.send("BootNotification", {
      charging_station: {
        vendor_name: "Delta",
        model: "EIAW-E22KTSE6B04",
        serial_number: "DELTA-0001",
        firmware_version: "01.20.06.71",
      },
      reason: "PowerUp",
    });
    if (answer.status !== "Accepted") throw new Error(`boot was answered ${String(answer.status)}`);
    await chatter();
  };
  const begin = async (tag: string, remoteStartId?: number): Promise<void> => {
    transactionId = `DELTA-${Date.now()}-${++count}`;
    sequence = 0;
    const remote = remoteStartId === undefined ? {} : { remote_start_id: remoteStartId };
    // No reading comes with it.
    await event(
      "Started",
      remoteStartId === undefined ? "CablePluggedIn" : "RemoteStart",
      { charging_state: "EVConnected", ...remote },
      { id_token: { id_token: tag, type: tag === "" ? "NoAuthorization" : "Local" } },
    );
  };
  return {
    point,
    async boot() {
      await boot();
      await connector("Available");
    },
    async back() {
      await boot();
      await connector("Occupied");
      await begin("");
    },
    async plug(on) {
      await connector(on ? "Occupied" : "Available");
      if (on)
        await point.send("NotifyEVChargingNeeds", {
          evse_id: 1,
          charging_needs: { requested_energy_transfer: "AC_single_phase" },
        });
    },
    begin,
    async report(currentA, registerWh, word = "charging") {
      const state = { charging: "Charging", suspended_evse: "SuspendedEVSE", suspended_ev: "SuspendedEV" }[word];
      await event("Updated", "ChargingStateChanged", { charging_state: state });
      await point.send("MeterValues", { evse_id: 1, meter_value: [values(currentA, registerWh)] });
    },
    end: (reason, registerWh) =>
      event(
        "Ended",
        "RemoteStop",
        { charging_state: "EVConnected", stopped_reason: reason },
        { meter_value: [values(0, registerWh)] },
      ),
  };
}
