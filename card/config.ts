/** The card's configuration as users write it; `validate.ts` checks it, the README of the card documents it. */
export const LAYOUTS = ["full", "compact", "features", "site"] as const;
export type Layout = (typeof LAYOUTS)[number];

export const SECTIONS = ["gauge", "session", "reason", "mode", "limit", "actions", "phases", "flow", "graph"] as const;
export type Section = (typeof SECTIONS)[number];

export const FEATURES = ["mode", "limit", "actions", "phases", "graph"] as const;
export type Feature = (typeof FEATURES)[number];

export const ACTIONS = ["start", "stop", "pause", "reset", "unlock"] as const;
export type Action = (typeof ACTIONS)[number];

export interface GraphConfig {
  readonly hours?: number | "session";
  readonly show_limit?: boolean;
}

export interface CardConfig {
  readonly type: string;
  readonly entity?: string;
  readonly charger?: string;
  readonly chargers?: readonly string[] | "all";
  readonly layout?: Layout;
  readonly name?: unknown;
  readonly icon?: string;
  readonly sections?: readonly Section[];
  readonly features?: readonly Feature[];
  readonly graph?: GraphConfig;
  readonly actions?: readonly Action[];
  readonly limits?: readonly number[];
  readonly currency?: string;
  readonly price_entity?: string;
  readonly read_only?: boolean;
  readonly confirm_stop?: boolean;
  readonly animate?: boolean;
  readonly allowed_users?: readonly string[];
  readonly entities?: Readonly<Record<string, string>>;
  readonly tap_action?: Readonly<Record<string, unknown>>;
  readonly hold_action?: Readonly<Record<string, unknown>>;
  readonly double_tap_action?: Readonly<Record<string, unknown>>;
  readonly grid_options?: { readonly rows?: unknown };
  /** Set by the picker's stub: draws built-in example data. */
  readonly demo?: boolean;
}
