/** Command ids. Requests and acknowledgements of the client have bit 15 set; a response's id is the request's AND 0x7FFF. */

export const TO_CHARGER = {
  login_confirm: 0x8001,
  login_request: 0x8002,
  heartbeat_reply: 0x8003,
  status_ack: 0x8004,
  session_ack: 0x8005,
  request_session: 0x8006,
  charge_start: 0x8007,
  charge_stop: 0x8008,
  charge_record_ack: 0x8009,
  stored_record_ack: 0x800a,
  request_status_record: 0x800d,
  system_time: 0x8101,
  set_password: 0x8102,
  charge_fee: 0x8104,
  service_fee: 0x8105,
  get_version: 0x8106,
  output_amps: 0x8107,
  name: 0x8108,
  wifi: 0x810a,
  offline_charge: 0x810d,
  weekly_schedule: 0x810e,
  language: 0x810f,
  temperature_unit: 0x8112,
  lcd_brightness: 0x8162,
} as const;
export type RequestKind = keyof typeof TO_CHARGER;

export const FROM_CHARGER = {
  login_beacon: 0x0001,
  login_response: 0x0002,
  heartbeat: 0x0003,
  status: 0x0004,
  session: 0x0005,
  session_answer: 0x0006,
  charge_start_response: 0x0007,
  charge_stop_response: 0x0008,
  charge_record: 0x0009,
  stored_record: 0x000a,
  status_answer: 0x000d,
  system_time: 0x0101,
  set_password: 0x0102,
  charge_fee: 0x0104,
  service_fee: 0x0105,
  version: 0x0106,
  output_amps: 0x0107,
  name: 0x0108,
  wifi_reply: 0x010a,
  offline_charge: 0x010d,
  weekly_schedule: 0x010e,
  language: 0x010f,
  temperature_unit: 0x0112,
  password_error: 0x0155,
  lcd_brightness: 0x0162,
} as const;

/** Requests of the app whose layout nobody has published; only the expert's raw command may try them. */
export const LAYOUT_UNKNOWN: Readonly<Record<number, string>> = {
  0x800b: "request_history_records",
  0x800c: "request_history_records_by_date",
  0x8154: "reset_device",
};

export function responseOf(request: number): number {
  return request & 0x7fff;
}

/**
 * Ids that the expert's raw command may send: those with a known meaning, and those whose layout is still to be found. Not on the
 * list: firmware upgrades (0x8150-0x8153), the ids that the vendor keeps to itself (secret, BLE password, server address, switch
 * pipe, counters), and PIN and Wi-Fi, which have commands of their own.
 */
export function mayBeSentRaw(id: number): boolean {
  if (id === TO_CHARGER.set_password || id === TO_CHARGER.wifi) return false;
  return Object.values(TO_CHARGER).some((known) => known === id) || id in LAYOUT_UNKNOWN;
}

/** Frames whose payload can hold a secret: masked wherever they are shown. */
export function payloadIsSecret(command: number): boolean {
  const base = command & 0x7fff;
  return [0x0102, 0x0103, 0x0109, 0x010a].includes(base);
}
