/** Checks a configuration written by hand. Every error names the key, what stands there and what is allowed. */
import { ACTIONS, type CardConfig, FEATURES, LAYOUTS, SECTIONS } from "./config.ts";
import { fields, list } from "./hass.ts";
import { CHARGER_ROLES } from "./roles.ts";

const PREFIX = "evse-card: ";
/** Belong to Home Assistant itself. */
const FOREIGN = "visibility layout_options view_layout disabled index view_index".split(" ");
const warned = new Set<string>();

/** Throws when a value is not what its key (the path to it) may hold. */
type Check = (value: unknown, key: string) => void;

/** `told` is what the message says of other values; `%` is the value. */
const is =
  (fits: (value: unknown) => boolean, told: string): Check =>
  (value, key) => {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    if (!fits(value)) throw new Error(`${PREFIX}${key}: ${told.replace("%", `"${shown}"`)}`);
  };
const text = (form: RegExp, told: string): Check => is((value) => typeof value === "string" && form.test(value), told);
const entityId = text(/^[a-z_]+\.[a-z0-9_]+$/, "% is not an entity id");
const slug = text(/^\w+$/, "use letters, digits and _");
const words = text(/^/, "expected text");
const bool = is((value) => typeof value === "boolean", "expected true or false");
const action = is((value) => "action" in fields(value), "expected an action");
const within = (value: unknown, least: number, most: number): boolean =>
  typeof value === "number" && value >= least && value <= most;

const each =
  (check: Check, told = "expected a list"): Check =>
  (value, key) => {
    is(Array.isArray, told)(value, key);
    for (const [index, item] of list(value).entries()) {
      const at = `${key}[${index}]`;
      check(item, at);
      is(() => list(value).indexOf(item) === index, "duplicate %")(item, at);
    }
  };
const some = (allowed: readonly string[], what: string): Check =>
  each(text(new RegExp(`^(${allowed.join("|")})$`), `unknown ${what} %, allowed: ${allowed.join(", ")}`));
/** A table whose parts are checked by their names. */
const table =
  (checkOf: (name: string) => Check, told: string): Check =>
  (value, key) => {
    is(() => fields(value) === value, told)(value, key);
    for (const [name, part] of Object.entries(fields(value))) checkOf(name)(part, `${key}.${name}`);
  };
const unknown = (told: string): Check => is(() => false, `unknown${told}`);

const GRAPH: Readonly<Record<string, Check>> = {
  hours: is((value) => value === "session" || within(value, 1, 48), '1 to 48 or "session"'),
  show_limit: bool,
};
const CHECKS: Readonly<Record<keyof CardConfig, Check>> = {
  type: words,
  entity: entityId,
  charger: slug,
  chargers: (value, key) => {
    if (value !== "all") each(slug, 'expected a list or "all"')(value, key);
  },
  layout: text(new RegExp(`^(${LAYOUTS.join("|")})$`), `% is not one of ${LAYOUTS.join(", ")}`),
  name: is(
    (value) => [value].flat().every((item) => typeof item === "string" || fields(item) === item),
    "expected text or name items",
  ),
  icon: words,
  sections: some(SECTIONS, "section"),
  features: some(FEATURES, "feature"),
  graph: table((part) => GRAPH[part] ?? unknown(", allowed: hours, show_limit"), "expected hours and show_limit"),
  actions: some(ACTIONS, "action"),
  limits: each(is((value) => within(value, 6, 80), "expected 6 to 80 A")),
  currency: words,
  price_entity: entityId,
  read_only: bool,
  confirm_stop: bool,
  animate: bool,
  allowed_users: each(words),
  entities: table((role) => {
    const near = [0, 1, 2].flatMap((steps) => CHARGER_ROLES.filter((known) => alike(role, known, steps)))[0];
    return near === role ? entityId : unknown(` role${near ? `, did you mean "${near}"?` : ""}`);
  }, "expected role: entity id"),
  tap_action: action,
  hold_action: action,
  double_tap_action: action,
  grid_options: () => undefined,
  demo: bool,
};

function isOwn(key: string): key is keyof CardConfig {
  return key in CHECKS;
}

/** Returns the configuration it was given; throws with the path of what is wrong. Unknown keys warn once. */
export function validate(config: unknown): CardConfig {
  is(() => fields(config) === config, "expected a configuration")(config, "config");
  // The visual editor writes null or "" for what was emptied.
  const entries = Object.entries(fields(config)).filter(([, value]) => (value ?? "") !== "");
  for (const [key, value] of entries) {
    if (isOwn(key)) CHECKS[key](value, key);
    else if (!FOREIGN.includes(key) && !warned.has(key)) {
      warned.add(key);
      // eslint-disable-next-line no-console -- the only place where the author of a dashboard can be told
      console.warn(`${PREFIX}${key}: unknown option, ignored`);
    }
  }
  return { type: "custom:evse-card", ...Object.fromEntries(entries) };
}

/** A configuration the form cannot show (it would lose something): the editor then opens as YAML. */
export function assertFormConfig(config: unknown): void {
  const { chargers, sections, features, actions } = validate(config);
  if (Array.isArray(chargers) || sections?.length === 0 || features?.length === 0 || actions?.length === 0) {
    throw new Error(`${PREFIX}this configuration can only be edited as YAML`);
  }
}

/** Can one word be made of the other in so many steps: a letter more, less or another one? */
function alike(a: string, b: string, steps: number): boolean {
  if (a === b) return true;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return alike(restA, restB, steps);
  return (
    steps > 0 && [alike(restA, restB, steps - 1), alike(restA, b, steps - 1), alike(a, restB, steps - 1)].some(Boolean)
  );
}
