/** Words for the numbers of the wire. An unknown number is `unknown_<n>`, never an error. */

function namer(table: Readonly<Record<number, string>>): (value: number) => string {
  return (value) => table[value] ?? `unknown_${value}`;
}

export const ERROR_BITS: Readonly<Record<number, string>> = {
  0: "relay_stuck_l1",
  1: "relay_stuck_l2",
  2: "relay_stuck_l3",
  3: "offline",
  4: "cc",
  5: "cp",
  6: "emergency_stop",
  7: "over_temperature_inner",
  8: "over_temperature_outer",
  9: "unknown",
  10: "leakage",
  11: "short_circuit",
  12: "over_current",
  13: "ungrounded",
  14: "over_voltage",
  15: "under_voltage",
  25: "input_power",
  26: "mains_overload",
  27: "diode_short",
  28: "rtc",
  29: "flash",
  30: "eeprom",
  31: "metering_module",
};
export const errorWord = namer(ERROR_BITS);

export const plugWord = namer({ 1: "disconnected", 2: "connected_unlocked", 4: "connected_locked" });
export const outputWord = namer({ 1: "charging", 2: "idle" });

/** The box's own state, 1-based. */
export const BOX_STATES: Readonly<Record<number, string>> = {
  1: "fault",
  2: "charging_fault_a",
  3: "charging_fault_b",
  10: "waiting_card",
  11: "waiting_button",
  12: "not_connected",
  13: "ready",
  14: "charging",
  15: "completed",
  17: "completed_full",
  18: "session_18",
  19: "session_19",
  20: "scheduled",
};
export const boxStateWord = namer(BOX_STATES);

export const startErrorText = namer({
  0: "started",
  1: "no car is plugged in",
  2: "the box reports a system error",
  3: "it is charging already",
  4: "the box is under maintenance",
  5: "the box refuses because of its fee setting",
  6: "the box refuses the energy limit",
  7: "the box finds the time wrong",
  8: "the box gives no reason",
  20: "a reservation is pending",
});
export const reservationText = namer({
  0: "immediate",
  1: "reservation made",
  2: "the box does not support reservations",
  3: "the start lies more than 24 h ahead",
  4: "the start lies in the past: started at once",
  5: "the box reports a system error",
  6: "a reservation exists already",
  7: "it is charging already",
  8: "the box refuses because of its fee setting",
  9: "the box refuses the energy limit",
  10: "the box finds the time wrong",
});
/** Reservation results that come with a successful start. */
export const RESERVATION_OK: readonly number[] = [0, 1, 4];

export const stopReasonWord = namer({
  0: "reservation_cancelled",
  1: "reservation_without_car",
  11: "app",
  12: "card",
  13: "full",
  14: "cost_limit",
  15: "energy_limit",
  16: "time_limit",
  17: "unplugged",
  18: "power_failure",
  19: "over_current",
  20: "short_circuit",
  21: "board_temperature",
  22: "plug_temperature",
  23: "emergency_stop",
  24: "key",
  30: "over_48_h",
  31: "over_400_kwh",
  32: "over_cost_limit",
});

export const LANGUAGES = ["English", "Italian", "German", "French", "Spanish", "Hebrew", "Polish", "Chinese"] as const;
export const TEMPERATURE_UNITS = ["Celsius", "Fahrenheit"] as const;
/** 0 app and button (offline charge allowed), 1 app only, 2 on plug-in. */
export const START_MODES = ["App and button", "App only", "Automatic"] as const;
