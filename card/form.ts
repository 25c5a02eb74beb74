/** The visual editor: a schema for Home Assistant's own form. It gets no hass, so the newest one seen is used. */
import { ACTIONS, FEATURES, LAYOUTS, SECTIONS } from "./config.ts";
import { readRoot } from "./discovery.ts";
import { lastSeenHass } from "./element.ts";
import { type Hass, languageOf } from "./hass.ts";
import { type Key, isKey, translator } from "./i18n/languages.ts";
import { assertFormConfig } from "./validate.ts";

interface FormItem {
  readonly name: string;
  readonly type?: string;
  readonly flatten?: boolean;
  readonly schema?: readonly FormItem[];
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, string>>;
  readonly visible?: unknown;
}

function anyHass(): Hass | undefined {
  const seen = lastSeenHass();
  if (seen !== undefined) return seen;
  const root = document.querySelector("home-assistant");
  const hass: unknown = root !== null && "hass" in root ? root.hass : undefined;
  return typeof hass === "object" && hass !== null && "states" in hass && "callService" in hass && "callWS" in hass
    ? asHass(hass)
    : undefined;
}

/** The frontend's own object; its shape is checked above. */
function asHass(hass: object): Hass {
  return hass as Hass;
}

/** Words for keys whose name is not itself a text. */
const LABELS: Readonly<Record<string, Key>> = {
  flow: "energy_now",
  show_limit: "limit",
};

export function getConfigForm(): unknown {
  const hass = anyHass();
  const t = translator(languageOf(hass));
  const word = (name: string): string => {
    const key = LABELS[name] ?? name;
    return isKey(key) ? t(key) : name;
  };
  const chargers = hass === undefined ? [] : readRoot(hass).chargers.map(({ status }) => status);
  const options = (values: readonly string[]): readonly unknown[] =>
    values.map((value) => ({ value, label: word(value) }));
  const many = (name: string, values: readonly string[]): FormItem => ({
    name,
    selector: { select: { multiple: true, reorder: true, options: options(values) } },
  });
  const fold = (name: string, schema: readonly FormItem[]): FormItem => ({
    name,
    type: "expandable",
    flatten: true,
    schema,
  });
  const flag = (name: string): FormItem => ({ name, selector: { boolean: {} } });
  const doing = (name: string): FormItem => ({ name, selector: { ui_action: {} } });
  const schema: readonly FormItem[] = [
    {
      name: "entity",
      selector: { entity: chargers.length > 0 ? { include_entities: chargers } : { filter: { domain: "sensor" } } },
    },
    {
      name: "",
      type: "grid",
      schema: [
        { name: "layout", selector: { select: { mode: "dropdown", options: options(LAYOUTS) } } },
        { name: "icon", selector: { icon: {} } },
        { name: "name", selector: { entity_name: {} }, context: { entity: "entity" } },
      ],
    },
    fold("sections_fold", [many("sections", SECTIONS), many("features", FEATURES), many("actions", ACTIONS)]),
    {
      name: "graph",
      type: "expandable",
      schema: [
        { name: "hours", selector: { number: { min: 1, max: 48, mode: "box", unit_of_measurement: "h" } } },
        flag("show_limit"),
      ],
    },
    fold("interactions", [doing("tap_action"), doing("hold_action"), doing("double_tap_action")]),
    fold("advanced", [
      flag("read_only"),
      flag("confirm_stop"),
      flag("animate"),
      { name: "entities", selector: { object: {} } },
    ]),
  ];
  return {
    schema,
    assertConfig: assertFormConfig,
    computeLabel: (item: FormItem, localize?: (key: string) => string): string => {
      const name = item.name === "sections_fold" ? "sections" : item.name;
      const key = LABELS[name] ?? name;
      if (isKey(key)) return t(key);
      // Words that every card's editor has are Home Assistant's own.
      const theirs = localize?.(`ui.panel.lovelace.editor.card.generic.${name}`);
      return theirs === undefined || theirs === "" ? name : theirs;
    },
    computeHelper: (): undefined => undefined,
  };
}
