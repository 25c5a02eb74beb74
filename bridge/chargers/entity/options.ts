import type { ChargerOptions } from "../charger.ts";

/** Which entity plays which part. */
export interface EntityRoles {
  readonly status?: string | undefined;
  readonly power?: string | undefined;
  readonly current?: string | undefined;
  readonly current_l1?: string | undefined;
  readonly current_l2?: string | undefined;
  readonly current_l3?: string | undefined;
  readonly energy_total?: string | undefined;
  readonly soc?: string | undefined;
  /** `number`, `input_number`, `select` or `input_select`: the limit in A. */
  readonly current_limit?: string | undefined;
  /** `switch` or `input_boolean`. */
  readonly enable?: string | undefined;
  /** `button`, `input_button`, `script` or `switch`. */
  readonly start?: string | undefined;
  readonly stop?: string | undefined;
  /** What the box offers, A or W. */
  readonly current_offered?: string | undefined;
  readonly power_offered?: string | undefined;
}

export interface LimitService {
  /** `domain.service`. */
  readonly service: string;
  /** Words in double braces are filled in: `{{ limit }}` (A), `{{ watts }}`, `{{ phases }}`. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** The `hass:` keys of the configuration. */
export interface EntityChargerOptions extends ChargerOptions {
  readonly preset: string | undefined;
  /** The preset's device id: the prefix of its entities. */
  readonly device: string | undefined;
  readonly entities: EntityRoles;
  /** Raw state to status word, case ignored. */
  readonly values: Readonly<Record<string, string>>;
  readonly limitService: LimitService | undefined;
}

/** The `plug:` keys of the configuration. */
export interface PlugChargerOptions extends ChargerOptions {
  readonly switch: string;
  /** Rating of the load, W, 100-25000. */
  readonly powerW: number;
  readonly meter: string | undefined;
}
