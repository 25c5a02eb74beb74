/** Device classes that Home Assistant 2026.11 accepts from a registered sensor. */

const TEXT_CLASSES = ["date", "enum", "timestamp"] as const;

export const SENSOR_CLASSES: readonly string[] = [
  ...TEXT_CLASSES,
  ..."absolute_humidity apparent_power aqi area atmospheric_pressure battery blood_glucose_concentration carbon_dioxide carbon_monoxide conductivity current data_rate data_size distance duration energy energy_distance energy_storage frequency gas humidity illuminance irradiance moisture monetary nitrogen_dioxide nitrogen_monoxide nitrous_oxide ozone ph pm1 pm10 pm25 pm4 power power_factor precipitation precipitation_intensity pressure reactive_energy reactive_power signal_strength sound_pressure speed sulphur_dioxide temperature temperature_delta volatile_organic_compounds volatile_organic_compounds_parts voltage volume volume_flow_rate volume_storage water weight wind_direction wind_speed".split(
    " ",
  ),
];

export const BINARY_CLASSES: readonly string[] =
  "battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion moving occupancy opening plug power presence problem running safety smoke sound tamper update vibration window".split(
    " ",
  );

/** A class whose states must be numbers. */
export function isNumericClass(name: string | undefined): boolean {
  return name !== undefined && !TEXT_CLASSES.some((textClass) => textClass === name);
}
