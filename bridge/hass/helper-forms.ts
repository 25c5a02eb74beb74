/** The wire forms of `input_*` helpers: how each is made, changed, read and written. */
import type { HelperDomain, HelperSpec } from "../../shared/entities.ts";

export type HelperValue = string | number | boolean;

/** Body of `<domain>/create` and `<domain>/update`. No `initial`: Home Assistant would set it again at each of its starts. */
export function helperForm(spec: HelperSpec, name: string): Record<string, unknown> {
  const common = { name, ...(spec.icon === undefined ? {} : { icon: spec.icon }) };
  switch (spec.domain) {
    case "input_number":
      return {
        ...common,
        min: spec.min ?? 0,
        max: spec.max ?? 100,
        step: spec.step ?? 1,
        mode: spec.mode ?? "slider",
        ...(spec.unit === undefined ? {} : { unit_of_measurement: spec.unit }),
      };
    case "input_select":
      return { ...common, options: [...(spec.options ?? [])] };
    case "input_text":
      return { ...common, min: 0, max: Math.min(255, spec.maxLength ?? 100) };
    case "input_datetime":
      return { ...common, has_date: true, has_time: true };
    case "input_boolean":
    case "input_button":
      return common;
  }
}

/** The helper's value, undefined while Home Assistant does not know it. A button has none. */
export function helperValue(domain: HelperDomain, state: string): HelperValue | undefined {
  if (state === "unknown" || state === "unavailable" || domain === "input_button") return undefined;
  if (domain === "input_boolean") return state === "on";
  if (domain === "input_number") {
    const number = Number(state);
    return state.trim() !== "" && Number.isFinite(number) ? number : undefined;
  }
  return state;
}

export interface ServiceCall {
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The service call that writes `value`; undefined where the value does not fit the helper. */
export function helperWrite(spec: HelperSpec, value: HelperValue): ServiceCall | undefined {
  switch (spec.domain) {
    case "input_number": {
      if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
      if (value < (spec.min ?? -Infinity) || value > (spec.max ?? Infinity)) return undefined;
      return { service: "set_value", data: { value } };
    }
    case "input_select":
      return spec.options?.includes(String(value)) === true
        ? { service: "select_option", data: { option: String(value) } }
        : undefined;
    case "input_boolean":
      return { service: value === true ? "turn_on" : "turn_off", data: {} };
    case "input_text":
      return { service: "set_value", data: { value: String(value) } };
    case "input_datetime":
      return { service: "set_datetime", data: { datetime: String(value) } };
    case "input_button":
      return undefined;
  }
}
