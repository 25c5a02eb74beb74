/** Checks a configuration written by hand. Every error names the key, what stands there and what is allowed. */
import { ACTIONS, type CardConfig, FEATURES, LAYOUTS, SECTIONS } from "./config.ts";
import { CHARGER_ROLES } from "./roles.ts";

const PREFIX = "evse-card: ";
const ENTITY = /^[a-z_]+\.[a-z0-9_]+$/;
const SLUG = /^[A-Za-z0-9_]+$/;
/** Belong to Home Assistant itself. */
const FOREIGN = [
  "type",
  "visibility",
  "grid_options",
  "layout_options",
  "view_layout",
  "disabled",
  "index",
  "view_index",
];
const warned = new Set<string>();

type Check = (value: unknown, key: string) => void;

function fail(message: string): never {
  throw new Error(PREFIX + message);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

const entityId: Check = (value, key) => {
  if (typeof value !== "string" || !ENTITY.test(value)) fail(`${key}: "${show(value)}" is not an entity id`);
};
const slug: Check = (value, key) => {
  if (typeof value !== "string" || !SLUG.test(value)) fail(`${key}: use letters, digits and _`);
};
const bool: Check = (value, key) => {
  if (typeof value !== "boolean") fail(`${key}: expected true or false`);
};
const words: Check = (value, key) => {
  if (typeof value !== "string") fail(`${key}: expected text`);
};
const named: Check = (value, key) => {
  const item = (each: unknown): boolean => typeof each === "string" || (typeof each === "object" && each !== null);
  if (!(Array.isArray(value) ? value.every(item) : item(value))) fail(`${key}: expected text or name items`);
};
const oneOf =
  (allowed: readonly string[]): Check =>
  (value, key) => {
    if (typeof value !== "string" || !allowed.includes(value)) {
      fail(`${key}: "${show(value)}" is not one of ${allowed.join(", ")}`);
    }
  };
const each =
  (check: Check): Check =>
  (value, key) => {
    if (!Array.isArray(value)) fail(`${key}: expected a list`);
    value.forEach((item: unknown, index) => {
      const at = `${key}[${String(index)}]`;
      check(item, at);
      if (value.indexOf(item) < index) fail(`${at}: duplicate "${show(item)}"`);
    });
  };
const known =
  (allowed: readonly string[], what: string): Check =>
  (value, key) => {
    if (typeof value === "string" && allowed.includes(value)) return;
    fail(`${key}: unknown ${what} "${show(value)}", allowed: ${allowed.join(", ")}`);
  };
const action: Check = (value, key) => {
  if (typeof value !== "object" || value === null || !("action" in value)) fail(`${key}: expected an action`);
};

const CHECKS: Readonly<Record<keyof CardConfig, Check>> = {
  type: words,
  entity: entityId,
  charger: slug,
  chargers: (value, key) => {
    if (value === "all") return;
    if (!Array.isArray(value)) fail(`${key}: expected a list or "all"`);
    each(slug)(value, key);
  },
  layout: oneOf(LAYOUTS),
  name: named,
  icon: words,
  sections: each(known(SECTIONS, "section")),
  features: each(known(FEATURES, "feature")),
  graph: (value, key) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      fail(`${key}: expected hours and show_limit`);
    for (const [name, part] of Object.entries(value)) {
      if (name === "show_limit") bool(part, `${key}.show_limit`);
      else if (name !== "hours") fail(`${key}.${name}: unknown, allowed: hours, show_limit`);
      else if (part !== "session" && !(typeof part === "number" && part >= 1 && part <= 48)) {
        fail(`${key}.hours: 1 to 48 or "session"`);
      }
    }
  },
  actions: each(known(ACTIONS, "action")),
  limits: each((value, key) => {
    if (typeof value !== "number" || !(value >= 6 && value <= 80)) fail(`${key}: expected 6 to 80 A`);
  }),
  currency: words,
  price_entity: entityId,
  read_only: bool,
  confirm_stop: bool,
  animate: bool,
  allowed_users: each(words),
  entities: (value, key) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`${key}: expected role: entity id`);
    for (const [role, id] of Object.entries(value)) {
      if (!CHARGER_ROLES.includes(role)) {
        const near = nearest(role);
        fail(`${key}.${role}: unknown role${near === undefined ? "" : `, did you mean "${near}"?`}`);
      }
      entityId(id, `${key}.${role}`);
    }
  },
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
  if (typeof config !== "object" || config === null || Array.isArray(config)) fail("expected a configuration");
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined || value === null || FOREIGN.includes(key)) continue;
    if (isOwn(key)) CHECKS[key](value, key);
    else if (!warned.has(key)) {
      warned.add(key);
      // eslint-disable-next-line no-console -- the only place where the author of a dashboard can be told
      console.warn(`${PREFIX}${key}: unknown option, ignored`);
    }
  }
  return dropEmpty(config);
}

/** The visual editor writes null for what was emptied. */
function dropEmpty(config: object): CardConfig {
  const entries = Object.entries(config).filter(([, value]) => value !== null && value !== "");
  return { type: "custom:evse-card", ...Object.fromEntries(entries) };
}

/** A configuration the form cannot show (it would lose something): the editor then opens as YAML. */
export function assertFormConfig(config: unknown): void {
  const { chargers, sections, features, actions } = validate(config);
  if (Array.isArray(chargers) || sections?.length === 0 || features?.length === 0 || actions?.length === 0) {
    fail("this configuration can only be edited as YAML");
  }
}

/** The known role that needs the fewest changes, if that is at most two. */
function nearest(role: string): string | undefined {
  const ranked = CHARGER_ROLES.map((known) => ({ known, steps: distance(role, known) })).sort(
    (a, b) => a.steps - b.steps,
  );
  const [best] = ranked;
  return best !== undefined && best.steps <= 2 ? best.known : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
