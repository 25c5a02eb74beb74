/** Template entities in front of helpers (pure): which there are, and the form each is made with. */
import type { EvseEntities, HelperSpec } from "../../shared/entities.ts";

export interface NativeControl {
  /** Key of the helper behind it. */
  readonly key: string;
  readonly platform: "switch" | "number" | "select" | "button";
  readonly name: string;
  /** End of the entity id; the ids of automations written for the replaced systems. */
  readonly suffix: string;
}

export const NATIVE_CONTROLS: readonly NativeControl[] = [
  { key: "enabled", platform: "switch", name: "Charging", suffix: "charging" },
  { key: "limit", platform: "number", name: "Current Limit", suffix: "current_limit" },
  { key: "mode", platform: "select", name: "Mode", suffix: "mode" },
  { key: "start", platform: "button", name: "Start Charging", suffix: "start_charging" },
  { key: "stop", platform: "button", name: "Stop Charging", suffix: "stop_charging" },
  { key: "reset", platform: "button", name: "Reset", suffix: "reset" },
];

/** The form without `name`, which only the making takes; undefined when the helper is not there. */
export function nativeForm(
  control: NativeControl,
  specs: readonly HelperSpec[],
  helpers: EvseEntities,
  deviceId: string,
): Record<string, unknown> | undefined {
  const spec = specs.find((one) => one.key === control.key);
  const helper = helpers[control.key];
  if (spec === undefined || helper === undefined) return undefined;
  const call = (action: string, data?: Record<string, unknown>): Record<string, unknown>[] => [
    { action, target: { entity_id: helper }, ...(data === undefined ? {} : { data }) },
  ];
  const common = {
    device_id: deviceId,
    additional_options: {
      // A button that was never pressed is `unknown` and still works.
      availability: `{{ states('${helper}') not in ['unavailable'] and states['${helper}'] is not none }}`,
    },
  };
  switch (control.platform) {
    case "switch":
      return {
        ...common,
        value_template: `{{ is_state('${helper}', 'on') }}`,
        turn_on: call("input_boolean.turn_on"),
        turn_off: call("input_boolean.turn_off"),
      };
    case "number":
      return {
        ...common,
        state: `{{ states('${helper}') | float(0) }}`,
        min: spec.min ?? 0,
        max: spec.max ?? 100,
        step: spec.step ?? 1,
        ...(spec.unit === undefined ? {} : { unit_of_measurement: spec.unit }),
        set_value: call("input_number.set_value", { value: "{{ value }}" }),
      };
    case "select":
      return {
        ...common,
        state: `{{ states('${helper}') }}`,
        options: `{{ state_attr('${helper}', 'options') }}`,
        select_option: call("input_select.select_option", { option: "{{ option }}" }),
      };
    case "button":
      return { ...common, press: call("input_button.press") };
  }
}
