/**
 * Proposes the site's sensors from what Home Assistant has, by the names that inverter and meter integrations give them.
 * Only proposes: a person accepts, and the sign of what is proposed is checked while running. Pure.
 */

/** One entity with a state, as the caller lists them. */
export interface EntityListing {
  readonly entityId: string;
  readonly name?: string | undefined;
  readonly unit: string | undefined;
  readonly deviceClass: string | undefined;
  readonly state: string | undefined;
  /** Integration that made it; the bridge's own are left out by the caller's mark or by `evse_id`. */
  readonly platform: string | undefined;
  /** Published by this bridge (its entities carry `evse_id`). */
  readonly own?: boolean | undefined;
}

export interface SensorProposal {
  readonly entityId: string;
  /** Turn the sign so that grid + = import and battery + = discharge. */
  readonly invert: boolean;
  /** Brand whose names matched. */
  readonly brand: string;
}

export interface SiteProposal {
  readonly grid: { readonly l1?: SensorProposal; readonly l2?: SensorProposal; readonly l3?: SensorProposal };
  readonly inverter: { readonly l1?: SensorProposal; readonly l2?: SensorProposal; readonly l3?: SensorProposal };
  readonly solar: SensorProposal | undefined;
  readonly batterySoc: SensorProposal | undefined;
  readonly batteryPower: SensorProposal | undefined;
  /** W, nine tenths of what the inverter states. */
  readonly batteryMaxChargeW: number | undefined;
  readonly batteryMaxDischargeW: number | undefined;
  readonly maxImport: SensorProposal | undefined;
  readonly topology: "parallel" | "series";
}

interface Brand {
  readonly name: string;
  /** Part of its integration's name in Home Assistant. */
  readonly platform?: string;
  /** Kind of its grid sensors where another brand's names look alike. */
  readonly gridUnit?: "A" | "W";
  readonly grid?: readonly [RegExp, RegExp, RegExp];
  readonly inverter?: readonly [RegExp, RegExp, RegExp];
  readonly soc?: RegExp;
  readonly battery?: RegExp;
  /** The brand's battery power is + while charging. */
  readonly batteryInverted?: true;
  readonly solar?: RegExp;
}

type Lines = readonly [RegExp, RegExp, RegExp];

/** A pattern for each phase; `%` stands for the phase's letter a-c, `#` for its number 1-3. From the start of the id. */
function lines(pattern: string): Lines {
  const one = (letter: string, number: string): RegExp =>
    new RegExp(`^(?:${pattern.replaceAll("%", letter).replaceAll("#", number)})`);
  return [one("a", "1"), one("b", "2"), one("c", "3")];
}

const PORTABLE =
  "(?!.*(?:phone|pixel|iphone|ipad|galaxy|oneplus|xiaomi|xperia|xq_|sm_|huawei_p|huawei_mate|samsung_|macbook|laptop|tablet|watch|ring))";
const DEYE_INVERTER = lines("sensor\\..*(?:output|inverter)_(?:current_)?(?:l#|#|phase_?%)");
const DEYE = {
  inverter: DEYE_INVERTER,
  soc: /^sensor\..*_battery_capacity$/,
  battery: /^sensor\..*battery.*charge.*discharge.*power/,
  solar: /^sensor\..*_total_dc_power$/,
} as const;

/** In the order in which they are tried. */
const BRANDS: readonly Brand[] = [
  {
    name: "SolarEdge",
    grid: lines("sensor\\..*m.*ac_current_%"),
    inverter: lines("sensor\\..*i.*ac_current_%"),
    soc: /^sensor\..*storage.*state_of_charge/,
    battery: /^sensor\..*storage.*power/,
    solar: /^sensor\..*(?:solar|site).*power/,
  },
  { name: "Deye (external clamps)", grid: lines("sensor\\..*_external_ct#_current"), ...DEYE },
  { name: "Deye (internal clamps)", grid: lines("sensor\\..*_internal_ct#_current"), ...DEYE },
  { name: "Deye (grid power)", gridUnit: "W", grid: lines("sensor\\..*grid_(?:#|l#|power_#|power_l#)"), ...DEYE },
  {
    name: "Fronius",
    grid: lines("sensor\\..*_current_ac_phase_#$"),
    inverter: lines("sensor\\..*_power_real_phase_#$"),
    soc: /^sensor\..*_state_of_charge$/,
    solar: /^sensor\..*_power_photovoltaics$/,
  },
  {
    name: "Huawei",
    platform: "huawei",
    grid: lines("sensor\\..*power_meter_phase_%_current$"),
    soc: /^sensor\..*battery_state_of_capacity$/,
    battery: /^sensor\..*battery_charge_discharge_power$/,
    batteryInverted: true,
    solar: /^sensor\..*inverter_input_power$/,
  },
  {
    name: "Enphase",
    grid: lines("sensor\\.envoy.*_consumption_phase_%$"),
    soc: /^sensor\.encharge.*_soc$/,
    battery: /^sensor\.encharge.*_power$/,
    solar: /^sensor\.envoy.*_current_power_production$/,
  },
  { name: "Victron", grid: lines("sensor\\..*_grid_l#_current$"), battery: /^sensor\..*_battery_power_system$/ },
  {
    name: "Sofar",
    grid: lines("sensor\\..*_current_grid_l#$"),
    inverter: lines("sensor\\..*_(?:current|active_power)_output_l#$"),
  },
  {
    name: "Sungrow",
    grid: lines("sensor\\..*meter_phase_%_current$"),
    soc: /^sensor\.(?:battery_level|sungrow.*_battery_level)$/,
    solar: /^sensor\..*_total_pv_generation$/,
  },
  { name: "SMA", soc: /^sensor\..*_battery_soc_total$/ },
  { name: "GoodWe", solar: /^sensor\..*goodwe.*_pv_power$/ },
  { name: "Growatt", solar: /^sensor\..*_solar_total_power$/ },
  {
    name: "Fox ESS",
    soc: /^sensor\.(?:foxess.*battery_soc|fox_bat_?soc)$/,
    battery: /^sensor\.foxess.*battery_power$/,
    solar: /^sensor\.foxess.*pv_power$/,
  },
  {
    name: "generic",
    inverter: lines("sensor\\..*inverter.*(?:power|current).*(?:phase_?%|l#|_#)"),
    soc: new RegExp(`^sensor\\.${PORTABLE}.*battery(?:_soc$|.*(?:soc|state_of_charge))`),
    battery: new RegExp(`^sensor\\.${PORTABLE}.*(?:_battery_power|battery_charge.*power)$`),
    solar: /^sensor\..*(?:_pv_power$|solar.*(?:production|power|generation)|pv.*(?:generation|production))/,
  },
];

/** Part of a stated battery limit that is proposed: the rest keeps the inverter out of its own limiter. */
const BATTERY_LIMIT_SHARE = 0.9;
const CHARGE_LIMIT =
  /^(?:number|sensor)\..*(?:(?:battery|inverter_program).*charge.*power|charge.*power.*limit|max.*charge.*power|charge.*power.*max)/;
const DISCHARGE = /discharge/;
const POWER_UNITS = new Set(["W", "kW"]);
const CURRENT_OR_POWER = new Set(["A", "mA", "W", "kW"]);

/** What fits best among the entities that have a number for a state. */
export function proposeSite(entities: readonly EntityListing[]): SiteProposal {
  const usable = entities.filter((entity) => entity.own !== true && isNumber(entity.state));
  const batterySoc = first(usable, "soc", (entity) => entity.unit === "%");
  const batteryPower = first(usable, "battery", isPower);
  const limits = usable.filter((entity) => CHARGE_LIMIT.test(entity.entityId) && isPower(entity));
  return {
    grid: phases(usable, "grid"),
    inverter: phases(usable, "inverter"),
    solar: first(usable, "solar", isPower),
    batterySoc,
    batteryPower,
    batteryMaxChargeW: limitOf(limits.find((entity) => !DISCHARGE.test(entity.entityId))),
    batteryMaxDischargeW: limitOf(limits.find((entity) => DISCHARGE.test(entity.entityId))),
    maxImport: importLimit(usable),
    topology: batterySoc === undefined ? "parallel" : "series",
  };
}

export interface PlugProposal {
  readonly meter: string;
  /** The switch of the same name, where there is one. */
  readonly switch: string | undefined;
}

const PLUG_METER =
  /^sensor\.(?:shelly.*plug.*power|shelly.*1pm.*power|shelly.*pm.*mini.*power|sonoff.*(?:pow|plug|s[234]0).*power|tasmota.*power|.*kasa.*(?:current_consumption|power)|.*tuya.*plug.*(?:power|current_consumption)|.*plug.*power)$/;

/** Entities that look like the power of a smart plug, each with the switch whose name it begins with. */
export function proposePlugMeters(entities: readonly EntityListing[]): readonly PlugProposal[] {
  const foreign = entities.filter((entity) => entity.own !== true);
  const switches = foreign.map((entity) => entity.entityId).filter((id) => id.startsWith("switch."));
  return foreign
    .filter((entity) => PLUG_METER.test(entity.entityId) && isPower(entity))
    .map(({ entityId }) => {
      const name = entityId.slice("sensor.".length);
      const fits = switches.filter((id) => name.startsWith(`${id.slice("switch.".length)}_`));
      // The longest name is the closest: `plug_2` before `plug`.
      return { meter: entityId, switch: fits.sort((left, right) => right.length - left.length)[0] };
    });
}

function phases(
  entities: readonly EntityListing[],
  kind: "grid" | "inverter",
): { l1?: SensorProposal; l2?: SensorProposal; l3?: SensorProposal } {
  const fits = (entity: EntityListing): boolean =>
    CURRENT_OR_POWER.has(entity.unit ?? "") &&
    (entity.deviceClass === undefined || entity.deviceClass === "current" || entity.deviceClass === "power");
  const find = (brand: Brand, line: 0 | 1 | 2): SensorProposal | undefined => {
    const pattern = brand[kind]?.[line];
    const match =
      pattern === undefined
        ? undefined
        : entities.find((entity) => pattern.test(entity.entityId) && fits(entity) && unitFits(brand, kind, entity));
    return match === undefined ? undefined : { entityId: match.entityId, invert: false, brand: brand.name };
  };
  const complete = BRANDS.find((brand) => ([0, 1, 2] as const).every((line) => find(brand, line) !== undefined));
  const pick = (line: 0 | 1 | 2): SensorProposal | undefined => {
    if (complete !== undefined) return find(complete, line);
    for (const brand of BRANDS) {
      const match = find(brand, line);
      if (match !== undefined) return match;
    }
    return undefined;
  };
  const [l1, l2, l3] = [pick(0), pick(1), pick(2)];
  return {
    ...(l1 === undefined ? {} : { l1 }),
    ...(l2 === undefined ? {} : { l2 }),
    ...(l3 === undefined ? {} : { l3 }),
  };
}

function unitFits(brand: Brand, kind: "grid" | "inverter", entity: EntityListing): boolean {
  return kind !== "grid" || brand.gridUnit === undefined || (entity.unit ?? "").endsWith(brand.gridUnit);
}

function first(
  entities: readonly EntityListing[],
  kind: "soc" | "battery" | "solar",
  fits: (entity: EntityListing) => boolean,
): SensorProposal | undefined {
  // The integration that made an entity says more than its name.
  const made = (brand: Brand): boolean =>
    brand.platform !== undefined && entities.some((entity) => entity.platform?.includes(brand.platform ?? "") === true);
  for (const brand of [...BRANDS.filter(made), ...BRANDS]) {
    const pattern = brand[kind];
    if (pattern === undefined) continue;
    const match = entities.find((entity) => pattern.test(entity.entityId) && fits(entity));
    if (match !== undefined)
      return {
        entityId: match.entityId,
        invert: kind === "battery" && brand.batteryInverted === true,
        brand: brand.name,
      };
  }
  return undefined;
}

function importLimit(entities: readonly EntityListing[]): SensorProposal | undefined {
  const match = entities.find(
    (entity) =>
      entity.entityId.startsWith("sensor.") &&
      (entity.entityId.includes("power_limit") || (entity.name ?? "").includes("Power Limit")) &&
      isPower(entity),
  );
  return match === undefined ? undefined : { entityId: match.entityId, invert: false, brand: "generic" };
}

function isPower(entity: EntityListing): boolean {
  return POWER_UNITS.has(entity.unit ?? "") && (entity.deviceClass === undefined || entity.deviceClass === "power");
}

function isNumber(state: string | undefined): boolean {
  return state !== undefined && state.trim() !== "" && Number.isFinite(Number(state));
}

function limitOf(entity: EntityListing | undefined): number | undefined {
  if (entity === undefined) return undefined;
  const watts = Number(entity.state) * (entity.unit === "kW" ? 1000 : 1);
  return watts > 0 ? watts * BATTERY_LIMIT_SHARE : undefined;
}
