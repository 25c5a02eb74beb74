/** What the card reads of Home Assistant's frontend object, and nothing more. */

declare global {
  /** Events that Home Assistant's root listens for, beside those the helpers' package knows. */
  interface HASSDomEvents {
    "hass-action": Readonly<Record<string, unknown>>;
    "hass-notification": Readonly<Record<string, unknown>>;
  }
}

export interface HassEntity {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly last_changed: string;
  readonly last_updated: string;
}

export interface HassLocale {
  readonly language: string;
  readonly number_format?: string;
  readonly time_format?: string;
  readonly time_zone?: string;
}

export interface Hass {
  readonly states: Readonly<Record<string, HassEntity | undefined>>;
  readonly connected?: boolean;
  readonly language?: string;
  readonly locale?: HassLocale;
  readonly themes?: { readonly darkMode?: boolean };
  readonly user?: { readonly id: string; readonly is_admin?: boolean };
  readonly config?: { readonly time_zone?: string; readonly currency?: string };
  readonly translationMetadata?: {
    readonly translations: Readonly<Record<string, { readonly isRTL?: boolean } | undefined>>;
  };
  readonly connection?: object;
  formatEntityName?(entity: HassEntity, name: unknown): string;
  callService(
    domain: string,
    service: string,
    data: Readonly<Record<string, unknown>>,
    target?: { readonly entity_id: string },
    notifyOnError?: boolean,
  ): Promise<unknown>;
  callWS(message: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Attributes come from outside: anything may be in them. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function number(value: unknown): number | undefined {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An ISO time in ms since 1970. */
export function time(value: unknown): number | undefined {
  return number(Date.parse(text(value) ?? ""));
}

/** The user's language. */
export function languageOf(hass: Pick<Hass, "locale" | "language"> | undefined): string {
  return hass?.locale?.language ?? hass?.language ?? "en";
}

/** What a select offers. */
export function optionsOf(entity: HassEntity | undefined): readonly string[] {
  return list(entity?.attributes["options"]).filter((option) => typeof option === "string");
}
