/** Numbers, times and money as the user has set them in Home Assistant. */
import { type Hass, languageOf } from "./hass.ts";
import { kept } from "./kept.ts";

export interface Quantity {
  readonly n: string;
  readonly u: string;
}

const NUMBER_LOCALE: Readonly<Record<string, string | undefined>> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
  none: "en-US",
};
/** Shown for a value nobody knows. */
export const DASH = "–";
const NBSP = "\u00a0";

export class Formatter {
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  /** Last unit of each wallbox, so that a power around 1 kW does not flicker. */
  readonly #kilo = new Map<string, boolean>();
  readonly #locale: string | undefined;
  readonly #grouping: boolean;
  readonly rtl: boolean;
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(hass: Hass | undefined) {
    const locale = hass?.locale;
    const language = languageOf(hass);
    this.rtl = hass?.translationMetadata?.translations[language]?.isRTL === true;
    const format = locale?.number_format ?? "language";
    this.#locale = format === "system" ? undefined : (NUMBER_LOCALE[format] ?? language);
    this.#grouping = format !== "none";
    const zone = locale?.time_zone === "server" ? hass?.config?.time_zone : undefined;
    const at = locale?.time_format === "system" ? undefined : language;
    const day = locale?.time_format === "24";
    const options: Intl.DateTimeFormatOptions = {
      hour: day ? "2-digit" : "numeric",
      minute: "2-digit",
      hourCycle: day ? "h23" : locale?.time_format === "12" ? "h12" : undefined,
      timeZone: zone,
    };
    this.#clock = new Intl.DateTimeFormat(at, options);
    this.#day = new Intl.DateTimeFormat(at, { ...options, weekday: "short" });
  }

  number(value: number, digits = 0, most = digits): string {
    const key = `${digits}/${most}`;
    const options = { minimumFractionDigits: digits, maximumFractionDigits: most, useGrouping: this.#grouping };
    const format = kept(this.#numbers, key, () => new Intl.NumberFormat(this.#locale, options));
    return format.format(value === 0 ? 0 : value);
  }

  /** W below 1 kW, kW above, with a hold between 950 and 1000 W per `place` (a wallbox). */
  power(watts: number | undefined, place = ""): Quantity {
    if (watts === undefined) return { n: DASH, u: "" };
    const size = Math.abs(watts);
    const kilo = size >= 1000 || (size >= 950 && this.#kilo.get(place) === true);
    if (place !== "") this.#kilo.set(place, kilo);
    return kilo ? { n: this.number(watts / 1000, 1), u: "kW" } : { n: this.number(Math.round(watts)), u: "W" };
  }

  watts(value: number | undefined, place = ""): string {
    return this.join(this.power(value, place));
  }

  /** Keeps number and unit on one line, and left to right inside a right-to-left sentence. */
  join({ n, u }: Quantity): string {
    return u === "" ? n : this.ltr(n + NBSP + u);
  }

  ltr(text: string): string {
    return this.rtl ? `\u2066${text}\u2069` : text;
  }

  /** A; whole amperes without decimals. */
  amps(value: number | undefined, digits = 0): string {
    return value === undefined ? DASH : this.join({ n: this.number(value, digits, 1), u: "A" });
  }

  energy(kwh: number | undefined): Quantity {
    return kwh === undefined ? { n: DASH, u: "" } : { n: this.number(kwh, kwh < 100 ? 1 : 0), u: "kWh" };
  }

  percent(value: number): string {
    return this.join({ n: this.number(value), u: "%" });
  }

  money(value: number, currency: string | undefined, digits = 2): string {
    if (currency === undefined) return this.number(value, digits);
    try {
      const style = { style: "currency", currency } as const;
      return kept(this.#numbers, currency, () => new Intl.NumberFormat(this.#locale, style)).format(value);
    } catch (error) {
      // A unit that is no ISO code (a user's own word): shown behind the number.
      if (error instanceof RangeError) return this.join({ n: this.number(value, digits), u: currency });
      throw error;
    }
  }

  /** Clock time; with the weekday when it is not within half a day. */
  time(ms: number, now: number): string {
    return (Math.abs(ms - now) > 43_200_000 ? this.#day : this.#clock).format(ms);
  }

  /** `1:42` hours. */
  hours(ms: number): string {
    return sixtieths(ms / 60_000, (hours) => this.number(hours));
  }

  /** `0:45` minutes, or `1:05:09`. */
  countdown(ms: number): string {
    const seconds = Math.ceil(ms / 1000);
    return sixtieths(seconds, (minutes) => (minutes < 60 ? String(minutes) : sixtieths(minutes, String)));
  }
}

/** `0:45`; `whole` writes what is before the colon. Nothing runs below zero. */
function sixtieths(count: number, whole: (sixties: number) => string): string {
  const rest = Math.max(0, Math.floor(count));
  return `${whole(Math.floor(rest / 60))}:${String(rest % 60).padStart(2, "0")}`;
}

const made = new Map<string, Formatter>();
/** One per set of user settings: to make Intl's formatters is the dearest part of a first drawing. */
export function formatterFor(hass: Hass | undefined): Formatter {
  return kept(made, JSON.stringify([hass?.locale, hass?.language, hass?.config?.time_zone]), () => new Formatter(hass));
}
