import { expect } from "@open-wc/testing";
import { assertFormConfig, validate } from "../../card/validate.ts";
import { House } from "./house.ts";
import { clean, defineHaCard, mount } from "./page.ts";

const type = "custom:evse-card";

describe("the validator", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ entity: "x" }, 'entity: "x" is not an entity id'],
    [{ entity: 3 }, 'entity: "3" is not an entity id'],
    [{ charger: "my car" }, "charger: use letters, digits and _"],
    [{ chargers: "garage" }, 'chargers: expected a list or "all"'],
    [{ chargers: ["garage", "carport", "garage"] }, 'chargers[2]: duplicate "garage"'],
    [{ layout: "big" }, 'layout: "big" is not one of full, compact, features, site'],
    [{ name: 5 }, "name: expected text or name items"],
    [{ icon: 5 }, "icon: expected text"],
    [{ sections: ["gauge", "foo"] }, 'sections[1]: unknown section "foo"'],
    [{ sections: "gauge" }, "sections: expected a list"],
    [{ features: ["flow"] }, 'features[0]: unknown feature "flow"'],
    [{ actions: ["explode"] }, 'actions[0]: unknown action "explode"'],
    [{ graph: 5 }, "graph: expected hours and show_limit"],
    [{ graph: { hours: 0 } }, 'graph.hours: 1 to 48 or "session"'],
    [{ graph: { show_limit: "yes" } }, "graph.show_limit: expected true or false"],
    [{ graph: { colour: 1 } }, "graph.colour: unknown"],
    [{ limits: [3] }, "limits[0]: expected 6 to 80 A"],
    [{ limits: [10, 10] }, 'limits[1]: duplicate "10"'],
    [{ read_only: "yes" }, "read_only: expected true or false"],
    [{ confirm_stop: 1 }, "confirm_stop: expected true or false"],
    [{ animate: "no" }, "animate: expected true or false"],
    [{ allowed_users: "me" }, "allowed_users: expected a list"],
    [{ price_entity: "price" }, 'price_entity: "price" is not an entity id'],
    [{ entities: { powr: "sensor.x" } }, 'entities.powr: unknown role, did you mean "power"?'],
    [{ entities: { nonsense_role: "sensor.x" } }, "entities.nonsense_role: unknown role"],
    [{ entities: { power: "x" } }, 'entities.power: "x" is not an entity id'],
    [{ entities: [] }, "entities: expected role: entity id"],
    [{ tap_action: "more-info" }, "tap_action: expected an action"],
  ];
  for (const [config, message] of wrong) {
    it(`refuses ${JSON.stringify(config)}`, () => {
      expect(() => validate({ type, ...config })).to.throw(`evse-card: ${message}`);
    });
  }

  it("takes an empty configuration and every documented key", () => {
    expect(validate({ type })).to.deep.equal({ type });
    const full = {
      type,
      entity: "sensor.garage_status",
      chargers: "all",
      layout: "site",
      name: [{ type: "device" }],
      sections: ["gauge", "graph"],
      graph: { hours: 24, show_limit: false },
      limits: [6, 10, 16],
      allowed_users: ["a"],
      entities: { power: "sensor.x" },
      tap_action: { action: "none" },
      visibility: [],
      grid_options: { rows: 2 },
    };
    expect(validate(full)).to.deep.equal(full);
    expect(validate({ type, name: null, icon: "" })).to.deep.equal({ type });
  });

  it("warns once about an unknown key and goes on", () => {
    const warned: unknown[] = [];
    const real = console.warn;
    console.warn = (...words: unknown[]) => warned.push(words);
    validate({ type, colour: "red" });
    validate({ type, colour: "red" });
    console.warn = real;
    expect(warned).to.deep.equal([["evse-card: colour: unknown option, ignored"]]);
  });

  it("setConfig throws, so that Home Assistant shows its error card", () => {
    const card = document.createElement("evse-card") as HTMLElement & { setConfig: (config: unknown) => void };
    expect(() => card.setConfig({ type, layout: "big" })).to.throw("layout");
    expect(() => card.setConfig(undefined)).to.throw("expected a configuration");
  });
});

describe("the editor's form", () => {
  before(defineHaCard);
  afterEach(clean);

  interface Item {
    name: string;
    type?: string;
    schema?: Item[];
    selector?: Record<string, Record<string, unknown>>;
  }
  interface Form {
    schema: Item[];
    computeLabel: (item: Item, localize?: (key: string) => string) => string;
    assertConfig: (config: unknown) => void;
  }

  it("offers known wallboxes, all layouts, and labels in the user's language", async () => {
    await mount(House.garage({}, { language: "de" }));
    const { EvseCard } = await import("../../card/evse-card.ts");
    const form = EvseCard.getConfigForm() as Form;
    expect(form.schema[0]?.selector?.["entity"]?.["include_entities"]).to.deep.equal(["sensor.garage_status"]);
    const names = form.schema.flatMap((item) => [item.name, ...(item.schema ?? []).map(({ name }) => name)]);
    for (const key of [
      "entity",
      "layout",
      "icon",
      "name",
      "sections",
      "features",
      "actions",
      "graph",
      "hours",
      "show_limit",
      "read_only",
      "confirm_stop",
      "animate",
      "tap_action",
      "hold_action",
      "double_tap_action",
      "entities",
    ]) {
      expect(names).to.contain(key);
    }
    expect(form.computeLabel({ name: "layout" })).to.equal("Ansicht");
    expect(form.computeLabel({ name: "icon" }, (key) => (key.endsWith(".icon") ? "Symbol" : ""))).to.equal("Symbol");
    expect(form.computeLabel({ name: "hold_action" })).to.equal("hold_action");
  });

  it("opens as YAML what a form would lose", () => {
    expect(() => assertFormConfig({ type, chargers: ["a"] })).to.throw("YAML");
    expect(() => assertFormConfig({ type, sections: [] })).to.throw("YAML");
    expect(() => assertFormConfig({ type, layout: "compact" })).not.to.throw();
  });
});
