/** Checks a configuration written by hand. Every error names the key, what stands there and what is allowed. */
import { ACTIONS, type CardConfig, FEATURES, LAYOUTS, SECTIONS } from "./config.ts";
import { fields } from "./hass.ts";
import { CHARGER_ROLES } from "./roles.ts";

const PREFIX = "evse-card: ";
/** Belong to Home Assistant itself. */
const FOREIGN = "visibility layout_options view_layout disabled index view_index".split(" ");
const warned = new Set<string>();

/** Throws when a value is not what its key (the path to it) may hold. */
type Check = (value: unknown, key: string) => void;

function fail(message: string): never {
  throw new Error(PREFIX + message);
}

/** How a value stands in a message. */
function show(value: unknown): string {
  return `"${typeof value === "string" ? value : JSON.stringify(value)}"`;
}

/** Texts that fit; `told` is what the message says of others. */
const text =
  (fits: RegExp, told: (value: unknown) => string): Check =>
  (value, key) => {
    if (typeof value !== "string" || !fits.test(value)) fail(`${key}: ${told(value)}`);
  };
const word = (allowed: readonly string[], told: (value: unknown) => string): Check =>
  text(new RegExp(`^(${allowed.join("|")})$`), told);
const entityId = text(/^[a-z_]+\.[a-z0-9_]+$/, (value) => `${show(value)} is not an entity id`);
const slug = text(/^\w+$/, () => "use letters, digits and _");
const words = text(/^/, () => "expected text");
const bool: Check = (value, key) => {
  if (typeof value !== "boolean") fail(`${key}: expected true or false`);
};
const table = (value: unknown, wrong: string): [string, unknown][] => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(wrong);
  return Object.entries(value);
};
const each =
  (check: Check, expected = "a list"): Check =>
  (value, key) => {
    if (!Array.isArray(value)) fail(`${key}: expected ${expected}`);
    value.forEach((item: unknown, index) => {
      const at = `${key}[${String(index)}]`;
      check(item, at);
      if (value.indexOf(item) < index) fail(`${at}: duplicate ${show(item)}`);
    });
  };
const some = (allowed: readonly string[], what: string): Check =>
  each(word(allowed, (value) => `unknown ${what} ${show(value)}, allowed: ${allowed.join(", ")}`));
const action: Check = (value, key) => {
  if (!("action" in fields(value))) fail(`${key}: expected an action`);
};

const CHECKS: Readonly<Record<keyof CardConfig, Check>> = {
  type: words,
  entity: entityId,
  charger: slug,
  chargers: (value, key) => {
    if (value !== "all") each(slug, 'a list or "all"')(value, key);
  },
  layout: word(LAYOUTS, (value) => `${show(value)} is not one of ${LAYOUTS.join(", ")}`),
  name: (value, key) => {
    if (![value].flat().every((item) => item && /string|object/.test(typeof item)))
      fail(`${key}: expected text or name items`);
  },
  icon: words,
  sections: some(SECTIONS, "section"),
  features: some(FEATURES, "feature"),
  graph: (value, key) => {
    for (const [name, part] of table(value, `${key}: expected hours and show_limit`)) {
      const at = `${key}.${name}`;
      if (name === "show_limit") bool(part, at);
      else if (name !== "hours") fail(`${at}: unknown, allowed: hours, show_limit`);
      else if (part !== "session" && !within(part, 1, 48)) fail(`${at}: 1 to 48 or "session"`);
    }
  },
  actions: some(ACTIONS, "action"),
  limits: each((value, key) => {
    if (!within(value, 6, 80)) fail(`${key}: expected 6 to 80 A`);
  }),
  currency: words,
  price_entity: entityId,
  read_only: bool,
  confirm_stop: bool,
  animate: bool,
  allowed_users: each(words),
  entities: (value, key) => {
    for (const [role, id] of table(value, `${key}: expected role: entity id`)) {
      const at = `${key}.${role}`;
      const near = [0, 1, 2].flatMap((steps) => CHARGER_ROLES.filter((known) => alike(role, known, steps)))[0];
      if (near !== role) fail(`${at}: unknown role${near ? `, did you mean "${near}"?` : ""}`);
      entityId(id, at);
    }
  },
  tap_action: action,
  hold_action: action,
  double_tap_action: action,
  grid_options: () => undefined,
  demo: bool,
};

function within(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function isOwn(key: string): key is keyof CardConfig {
  return key in CHECKS;
}

/** Returns the configuration it was given; throws with the path of what is wrong. Unknown keys warn once. */
export function validate(config: unknown): CardConfig {
  // The visual editor writes null or "" for what was emptied.
  const entries = table(config, "expected a configuration").filter(([, value]) => (value ?? "") !== "");
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
    fail("this configuration can only be edited as YAML");
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
