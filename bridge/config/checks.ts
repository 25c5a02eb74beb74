/** Keys that are each valid but do not fit together: a fuse that would trip, a name that means two things. */
import type { SiteConfig, SitePhase } from "../../shared/site.ts";
import { ConfigError, formatPath, type ConfigProblem } from "./errors.ts";
import type { LoadedConfig } from "./load.ts";
import type { ResolvedCharger } from "./resolve.ts";
import type { RawCharger } from "./schema.ts";

/** Warnings. @throws ConfigError for what cannot be run safely. */
export function checkConfig(
  loaded: LoadedConfig,
  site: SiteConfig,
  chargers: readonly ResolvedCharger[],
): readonly string[] {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  const wrong = (path: readonly (string | number)[], message: string): void => {
    problems.push({ where: loaded.where(path), path: formatPath(path), message });
  };
  checkHass(loaded, wrong, warnings);
  const phasesOfSite = (["A", "B", "C"] as const).slice(0, site.phases);
  const ids = new Map<string, number>();
  const names = new Map<string, number>();
  const addresses = new Map<string, number>();
  const outlets: { readonly station: string; readonly connector: number | undefined; readonly index: number }[] = [];
  checkPlaces(loaded, wrong, warnings);
  chargers.forEach(({ config, raw }, index) => {
    const at = (key: string): (string | number)[] => ["chargers", index, key];
    const twin = ids.get(config.id);
    if (twin !== undefined) wrong(at("id"), `"${config.id}" is chargers[${twin}]'s id already`);
    ids.set(config.id, index);
    if (config.id === "site" || config.id === "bridge") wrong(at("id"), `"${config.id}" is reserved; choose another`);
    const namesake = names.get(config.name);
    if (namesake !== undefined)
      warnings.push(
        `chargers[${index}] (${config.id}) and chargers[${namesake}] are both named "${config.name}": Home Assistant numbers their entities`,
      );
    names.set(config.name, index);
    for (const { key, value, shown } of addressesOf(raw)) {
      const other = addresses.get(value);
      if (other !== undefined) wrong(at(key), `"${shown}" is chargers[${other}]'s ${key} already`);
      addresses.set(value, index);
    }
    if (config.kind === "evse" && config.minA > config.maxA)
      wrong(at("min_current"), `${config.minA} A is above max_current ${config.maxA} A`);
    if (config.failSafeA > config.maxA && config.kind === "evse")
      wrong(at("fail_safe_current"), `${config.failSafeA} A is above max_current ${config.maxA} A`);
    const used = config.phaseMap.slice(0, config.phases ?? site.phases);
    const foreign = used.filter((phase) => !phasesOfSite.includes(phase));
    if (raw.phase_map !== undefined && foreign.length > 0)
      wrong(at("phase_map"), `the site has ${site.phases} phase(s), so no ${foreign.map(nameOf).join(", ")}`);
    if (new Set(used).size < used.length && (config.phases ?? 1) > 1)
      warnings.push(`chargers[${index}] (${config.id}): two legs of phase_map are on the same site phase`);
    if (raw.driver === "ocpp") {
      const other = outlets.find(
        ({ station, connector }) =>
          station === raw.station &&
          (connector === undefined || raw.connector === undefined || connector === raw.connector),
      );
      if (other !== undefined)
        wrong(
          at("station"),
          `"${raw.station}" is chargers[${other.index}]'s station already; chargers of one station need a connector each`,
        );
      outlets.push({ station: raw.station, connector: raw.connector, index });
      const timeout = raw.ocpp_profile_timeout ?? 120;
      if (config.commandIntervalS >= timeout / 2)
        wrong(
          at("command_interval"),
          `${config.commandIntervalS} s is not below half of ocpp_profile_timeout (${timeout} s)`,
        );
    }
    if (raw.driver === "besen") {
      if (
        (raw.transport ?? "ble") === "udp"
          ? raw.host === undefined
          : raw.address === undefined && raw.name_filter === undefined
      )
        wrong(
          at(raw.transport === "udp" ? "host" : "address"),
          raw.transport === "udp" ? "transport udp needs host" : "give address or name_filter",
        );
      if (raw.pin !== undefined && !/^\d{6}$/.test(raw.pin)) wrong(at("pin"), "should be 6 digits");
      if (raw.pin === undefined)
        warnings.push(
          `chargers[${index}] (${config.id}): no pin given, the factory PIN is tried; change it on the box`,
        );
    }
    if (raw.driver === "hass" && raw.entities === undefined && raw.preset === undefined)
      wrong(at("entities"), "give entities, or a preset");
    const car = config.vehicle;
    if (car?.minA !== undefined && car.maxA !== undefined && car.minA > car.maxA)
      wrong([...at("vehicle"), "min_current"], `${car.minA} A is above the car's max_current ${car.maxA} A`);
  });
  checkCircuits(site, ids, wrong, warnings);
  checkFailSafe(site, chargers, wrong);
  const battery = loaded.raw.site?.battery;
  if ((battery?.soc_min ?? 20) >= (battery?.soc_target ?? 80))
    wrong(
      ["site", "battery", "soc_min"],
      `${battery?.soc_min ?? 20} % is not below soc_target ${battery?.soc_target ?? 80} %`,
    );
  if (loaded.raw.site?.circuits !== undefined)
    for (const circuit of site.circuits)
      if (circuit.limitA !== undefined && circuit.limitA > site.breakerA)
        warnings.push(`circuit ${circuit.id}: ${circuit.limitA} A is above the main breaker ${site.breakerA} A`);
  const missing = phasesOfSite.filter((phase) => !site.meteredPhases.includes(phase));
  if (site.meteredPhases.length > 0 && missing.length > 0)
    wrong(
      ["site", "grid"],
      `the site has ${site.phases} phases but no sensor for ${missing.map(nameOf).join(", ")}; a fuse without a meter cannot be protected`,
    );
  if (problems.length > 0) throw new ConfigError(problems);
  return warnings;
}

type Wrong = (path: readonly (string | number)[], message: string) => void;
const nameOf = (phase: SitePhase): string => ({ A: "L1", B: "L2", C: "L3" })[phase];

/** Where a charger is reached: two that share one would fight over it. */
function addressesOf(
  raw: RawCharger,
): readonly { readonly key: string; readonly value: string; readonly shown: string }[] {
  const one = (key: string, shown: string | undefined, more = "") =>
    shown === undefined ? [] : [{ key, value: `${raw.driver} ${key} ${shown.toLowerCase()} ${more}`, shown }];
  switch (raw.driver) {
    case "besen":
      return (raw.transport ?? "ble") === "udp" ? one("host", raw.host) : one("address", raw.address);
    case "ampeco":
      return raw.charge_point === undefined
        ? []
        : one("charge_point", String(raw.charge_point), raw.host.toLowerCase());
    case "plug":
      return one("switch", raw.switch);
    case "ocpp": // its connectors may be shared out: checked on their own
    case "hass":
      return [];
  }
}

/** Ports that exist, dates that are dates, a status page that somebody can open. */
function checkPlaces(loaded: LoadedConfig, wrong: Wrong, warnings: string[]): void {
  const { ocpp, http } = loaded.raw;
  const listens = [
    { path: ["ocpp", "listen"], text: ocpp?.listen },
    { path: ["ocpp", "tls", "listen"], text: ocpp?.tls?.listen },
    { path: ["http", "listen"], text: http?.listen },
  ];
  for (const { path, text } of listens) {
    const port = Number(text?.slice(text.lastIndexOf(":") + 1) ?? 0);
    if (port > 65_535) wrong(path, `there is no port ${port}; allowed: 0 (any free one) to 65535`);
  }
  if (http?.listen !== undefined && http.token === undefined && !/^(127\.|localhost:|\[::1\])/.test(http.listen))
    warnings.push(
      `http.listen ${http.listen} is beyond this machine but there is no http.token: pages answer this machine only`,
    );
  (ocpp?.authorization ?? []).forEach(({ expiry }, index) => {
    if (expiry !== undefined && Number.isNaN(Date.parse(expiry)))
      wrong(["ocpp", "authorization", index, "expiry"], `"${expiry}" is no date, e.g. 2027-12-31`);
  });
}

function checkHass(loaded: LoadedConfig, wrong: Wrong, warnings: string[]): void {
  const hass = loaded.raw.home_assistant ?? {};
  if (hass.url === undefined && hass.token === undefined && (loaded.raw.chargers ?? []).length === 0) {
    warnings.push("nothing is configured yet: `evse-bridge setup` asks for what is needed");
    return;
  }
  if (hass.url === undefined)
    wrong(["home_assistant", "url"], "is required, e.g. http://homeassistant.local:8123 (or HASS_URL)");
  if (hass.token === undefined)
    wrong(
      ["home_assistant", "token"],
      "is required: make a long-lived token in your Home Assistant profile and name its file with token_file (or HASS_TOKEN)",
    );
}

function checkCircuits(
  site: SiteConfig,
  chargers: ReadonlyMap<string, number>,
  wrong: Wrong,
  warnings: string[],
): void {
  const byId = new Map(site.circuits.map((circuit) => [circuit.id, circuit]));
  site.circuits.forEach((circuit, index) => {
    const at = (key: string): (string | number)[] => ["site", "circuits", index, key];
    for (const member of circuit.members)
      if (!chargers.has(member))
        wrong(at("members"), `"${member}" is no charger's id; known: ${[...chargers.keys()].join(", ")}`);
    if (circuit.parent !== undefined && !byId.has(circuit.parent))
      wrong(at("parent"), `"${circuit.parent}" is no circuit's id`);
    if (circuit.limitA === undefined && circuit.powerW === undefined)
      wrong(at("limit"), "give limit (A per phase) or power (W)");
    if (site.circuits.findIndex((other) => other.id === circuit.id) !== index)
      wrong(at("id"), `"${circuit.id}" stands twice`);
    const seen = new Set<string>();
    for (let node: string | undefined = circuit.id; node !== undefined; node = byId.get(node)?.parent) {
      if (seen.has(node)) {
        wrong(at("parent"), "the circuits form a ring");
        break;
      }
      seen.add(node);
    }
    if (circuit.members.length === 0 && !site.circuits.some((other) => other.parent === circuit.id))
      warnings.push(`circuit ${circuit.id} has no members`);
  });
}

/** Without the bridge every charger draws its fail-safe current: together they must fit the breaker and each circuit, on every phase. */
function checkFailSafe(site: SiteConfig, chargers: readonly ResolvedCharger[], wrong: Wrong): void {
  const groups = [
    {
      path: ["site", "main_breaker"] as (string | number)[],
      name: "main breaker",
      limitA: site.breakerA as number | undefined,
      members: chargers.map((charger) => charger.config.id),
    },
    ...site.circuits.map((circuit, index) => ({
      path: ["site", "circuits", index, "limit"] as (string | number)[],
      name: `circuit ${circuit.id}`,
      limitA: circuit.limitA,
      members: membersBelow(site, circuit.id),
    })),
  ];
  for (const group of groups) {
    if (group.limitA === undefined) continue;
    for (const phase of (["A", "B", "C"] as const).slice(0, site.phases)) {
      const sum = chargers
        .filter(
          ({ config }) =>
            group.members.includes(config.id) && config.phaseMap.slice(0, config.phases ?? site.phases).includes(phase),
        )
        .reduce((total, { config }) => total + config.failSafeA, 0);
      if (sum > group.limitA) {
        wrong(
          group.path,
          `without the bridge the chargers' fail-safe currents add up to ${sum} A on ${nameOf(phase)}, ${sum - group.limitA} A above the ${group.name} (${group.limitA} A); lower fail_safe_current (0 = pause) of some`,
        );
        break;
      }
    }
  }
}

function membersBelow(site: SiteConfig, id: string, seen: ReadonlySet<string> = new Set()): string[] {
  if (seen.has(id)) return [];
  const circuit = site.circuits.find((one) => one.id === id);
  const children = site.circuits.filter((one) => one.parent === id);
  return [
    ...(circuit?.members ?? []),
    ...children.flatMap((child) => membersBelow(site, child.id, new Set([...seen, id]))),
  ];
}
