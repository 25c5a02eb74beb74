/** What the telemetry of the box says. Field names and scales follow the wire's documentation; null = "none" by the wire's own marker. */

export interface LoginInfo {
  readonly kind: "login_beacon" | "login_response";
  readonly type: number;
  readonly phases: 1 | 3;
  readonly brand: string;
  readonly model: string;
  readonly hardwareVersion: string;
  /** W */
  readonly maxPowerW: number;
  /** Upper bound of every current control, A. */
  readonly maxAmps: number;
  readonly hotLine: string;
}

export interface BoxStatus {
  readonly kind: "status";
  readonly lineId: number;
  readonly l1V: number;
  readonly l1A: number;
  /** W as reported; three-phase units may tell one phase only (`truePowerW`). */
  readonly powerW: number;
  readonly totalKwh: number;
  /** °C */
  readonly innerTempC: number | null;
  readonly outerTempC: number | null;
  readonly innerTempRaw: number;
  readonly outerTempRaw: number;
  /** 1 = released, 0 = pressed. */
  readonly emergencyButton: number;
  readonly plugState: number;
  readonly outputState: number;
  readonly currentState: number;
  /** 8 hex digits. */
  readonly errorBits: string;
  /** Indices of all set bits, 0 = most significant. */
  readonly errors: readonly number[];
  /** Only on three-phase units. */
  readonly l2V?: number;
  readonly l2A?: number;
  readonly l3V?: number;
  readonly l3A?: number;
  /** State 14 with the output on. */
  readonly charging: boolean;
  /** The vendor app's own derivation; null where it has none. */
  readonly statusCode: number | null;
}

export interface BoxSession {
  readonly kind: "session";
  readonly port: number;
  readonly currentState: number;
  readonly chargeId: string;
  readonly startType: number;
  readonly chargeType: number;
  readonly maxDurationMinutes: number | null;
  readonly maxEnergyKwh: number | null;
  readonly param3: number | null;
  readonly reservationWire: number | null;
  readonly userId: string;
  readonly maxAmps: number | null;
  readonly startWire: number | null;
  readonly durationSeconds: number | null;
  /** 0 once finished. */
  readonly startKwh: number;
  readonly currentKwh: number;
  readonly chargeKwh: number;
  readonly price: number;
  readonly feeType: number;
  readonly fee: number;
}

export interface ChargeRecord {
  readonly kind: "charge_record";
  readonly lineId: number;
  readonly startUserId: string;
  readonly endUserId: string;
  readonly chargeId: string;
  readonly hasReservation: number;
  readonly startType: number;
  readonly chargeType: number;
  /** Minutes. */
  readonly param1: number | null;
  readonly param2: number | null;
  readonly param3: number | null;
  readonly stopReason: number;
  readonly hasStopCharge: number;
  readonly reservationWire: number | null;
  readonly startWire: number | null;
  readonly endWire: number | null;
  readonly durationSeconds: number | null;
  readonly startKwh: number;
  readonly endKwh: number;
  readonly chargeKwh: number;
  readonly price: number;
  readonly feeType: number;
  readonly fee: number;
  readonly logKwLength: number;
  /** Power logs behind the head, opaque: sources disagree on their layout. Hex. */
  readonly logsHex: string;
}

export interface StartResponse {
  readonly kind: "charge_start_response";
  readonly lineId: number;
  readonly reservationResult: number;
  /** 1 = started. */
  readonly startResult: number;
  readonly errorReason: number;
  readonly maxAmps: number;
}

export interface StopResponse {
  readonly kind: "charge_stop_response";
  readonly lineId: number;
  readonly stopResult: number;
  /** 0 = ok. */
  readonly failReason: number;
}

export interface BoxVersion {
  readonly kind: "version";
  readonly hardwareVersion: string;
  readonly softwareVersion: string;
  readonly feature: number;
  readonly supportNew: number | null;
}

/** `report` = unsolicited or a set's echo with action 0 (1 and 2 as in requests). */
export type Action = "set" | "get" | "report";

export interface ScheduleSlot {
  readonly on: boolean;
  readonly hour: number;
  readonly minute: number;
  readonly durationMinutes: number;
}

export type Setting =
  | { readonly kind: "system_time"; readonly action: Action; readonly wireTimestamp: number | null }
  | { readonly kind: "output_amps"; readonly action: Action; readonly amps: number }
  | { readonly kind: "name"; readonly action: Action; readonly name: string }
  | { readonly kind: "offline_charge"; readonly action: Action; readonly mode: number }
  | { readonly kind: "language"; readonly action: Action; readonly language: number }
  | { readonly kind: "temperature_unit"; readonly action: Action; readonly unit: string }
  | { readonly kind: "lcd_brightness"; readonly action: number; readonly percent: number | null }
  | { readonly kind: "weekly_schedule"; readonly action: Action; readonly slots: readonly ScheduleSlot[] };
export type SettingKind = Setting["kind"];

export type FromCharger =
  | LoginInfo
  | BoxStatus
  | BoxSession
  | ChargeRecord
  | StartResponse
  | StopResponse
  | BoxVersion
  | Setting
  | { readonly kind: "heartbeat" }
  | { readonly kind: "password_error" }
  /** Layout unknown: only that it came. */
  | { readonly kind: "set_password" | "charge_fee" | "service_fee"; readonly payloadHex: string }
  /** First byte only: the rest can hold the Wi-Fi passphrase in clear. */
  | { readonly kind: "wifi_reply"; readonly ack: number | null }
  | { readonly kind: "unknown"; readonly payloadHex: string }
  /** A known command too short for its layout. */
  | { readonly kind: "malformed"; readonly of: string; readonly length: number };

/** W: the reported figure, or the sum of the phases where that is more. */
export function truePowerW(status: BoxStatus): number {
  const sum = status.l1V * status.l1A + (status.l2V ?? 0) * (status.l2A ?? 0) + (status.l3V ?? 0) * (status.l3A ?? 0);
  return status.l2V === undefined ? status.powerW : Math.max(status.powerW, Math.round(sum));
}
