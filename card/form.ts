/** The visual editor: a schema for Home Assistant's own form. It gets no hass, so the newest one seen is used. */
import { ACTIONS, FEATURES, LAYOUTS, SECTIONS } from "./config.ts";
import { readRoot } from "./discovery.ts";
import { lastSeenHass } from "./element.ts";
import { type Fields, fields, type Hass, languageOf } from "./hass.ts";
import { isKey, translator } from "./i18n/languages.ts";
import { assertFormConfig } from "./validate.ts";

interface FormItem {
  readonly name: string;
  readonly type?: string;
  readonly flatten?: boolean;
  readonly schema?: readonly FormItem[];
  readonly selector?: Fields;
  readonly context?: Fields;
}

/** The newest one seen, else what the page's root element holds. */
function anyHass(): Hass | undefined {
  const hass = lastSeenHass() ?? fields(document.querySelector("home-assistant"))["hass"];
  return isHass(hass) ? hass : undefined;
}

function isHass(hass: unknown): hass is Hass {
  return "states" in fields(hass);
}

/** Words for keys whose name is not itself a text. */
const LABELS: Readonly<Record<string, string>> = {
  flow: "energy_now",
  show_limit: "limit",
  sections_fold: "sections",
};

export function getConfigForm(): unknown {
  const hass = anyHass();
  const t = translator(languageOf(hass));
  /** Words that every card's editor has are Home Assistant's own. */
  const word = ({ name }: FormItem, localize?: (key: string) => string): string => {
    const key = LABELS[name] ?? name;
    return isKey(key) ? t(key) : localize?.(`ui.panel.lovelace.editor.card.generic.${name}`) || name;
  };
  const chargers = hass ? readRoot(hass).chargers.map(({ status }) => status) : [];
  const one = (name: string, selector: string, settings: Fields = {}): FormItem => ({
    name,
    selector: { [selector]: settings },
  });
  const select = (name: string, values: readonly string[], settings: Fields): FormItem =>
    one(name, "select", { options: values.map((value) => ({ value, label: word({ name: value }) })), ...settings });
  const many = (name: string, values: readonly string[]): FormItem =>
    select(name, values, { multiple: true, reorder: true });
  const fold = (name: string, schema: readonly FormItem[], flatten = true): FormItem => ({
    name,
    type: "expandable",
    flatten,
    schema,
  });
  const schema: readonly FormItem[] = [
    one("entity", "entity", chargers.length > 0 ? { include_entities: chargers } : { filter: { domain: "sensor" } }),
    {
      name: "",
      type: "grid",
      schema: [
        select("layout", LAYOUTS, { mode: "dropdown" }),
        one("icon", "icon"),
        { ...one("name", "entity_name"), context: { entity: "entity" } },
      ],
    },
    fold("sections_fold", [many("sections", SECTIONS), many("features", FEATURES), many("actions", ACTIONS)]),
    fold(
      "graph",
      [
        one("hours", "number", { min: 1, max: 48, mode: "box", unit_of_measurement: "h" }),
        one("show_limit", "boolean"),
      ],
      false,
    ),
    fold(
      "interactions",
      ["tap_action", "hold_action", "double_tap_action"].map((name) => one(name, "ui_action")),
    ),
    fold("advanced", [
      ...["read_only", "confirm_stop", "animate"].map((name) => one(name, "boolean")),
      one("entities", "object"),
    ]),
  ];
  return {
    schema,
    assertConfig: assertFormConfig,
    computeLabel: word,
    computeHelper: (): undefined => undefined,
  };
}
