import { expect } from "@open-wc/testing";
import type { CardConfig } from "../../card/config.ts";
import { Discovery, entityOf } from "../../card/discovery.ts";
import { CHARGER_ROLES, defaultEntityId } from "../../card/roles.ts";
import { CHARGER_ENTITIES, CHARGER_HELPERS, suffixOf } from "../../shared/entities.ts";
import { getEntitySuggestion } from "../../card/suggestion.ts";
import { charger, entity, House, root, site } from "./house.ts";
import { clean, defineHaCard, mount } from "./page.ts";

const config = (more: Partial<CardConfig> = {}): CardConfig => ({ type: "custom:evse-card", ...more });
const two = (): House =>
  new House([
    root([
      { id: "garage", name: "Garage" },
      { id: "carport", name: "Carport" },
    ]),
    ...charger(),
    ...charger({ id: "carport", name: "Carport" }),
    ...site(),
  ]);
const ids = (house: House, more: Partial<CardConfig> = {}): string[] =>
  new Discovery().find(house.hass(), config(more)).chargers.map(({ id }) => id);

describe("discovery", () => {
  before(defineHaCard);
  afterEach(clean);

  it("roles live where the shared table says", () => {
    for (const role of CHARGER_ROLES) {
      const reading = (CHARGER_ENTITIES as Record<string, { key: string; platform: string; suffix?: string }>)[role];
      const helper = (CHARGER_HELPERS as Record<string, { key: string; domain: string; suffix?: string }>)[role];
      // `charging` is both a reading and the suffix of a helper: the role is the reading.
      const spec = reading ?? helper;
      expect(spec, role).not.to.equal(undefined);
      const domain = reading?.platform ?? helper?.domain ?? "";
      expect(defaultEntityId("garage", role)).to.equal(`${domain}.garage_${suffixOf(spec!)}`);
    }
  });

  it("entities of the configuration win", () => {
    const house = two();
    const mine = config({ charger: "garage", entities: { power: "sensor.shelly_power" } });
    const found = new Discovery().find(house.hass(), mine);
    expect(entityOf(house.hass(), found.chargers[0]!, "power", mine)).to.equal("sensor.shelly_power");
  });

  it("any entity of a wallbox leads to it", () => {
    expect(ids(two(), { entity: "sensor.carport_power" })).to.deep.equal(["carport"]);
    expect(ids(two(), { entity: "sensor.carport_status" })).to.deep.equal(["carport"]);
    expect(ids(two(), { entity: "sensor.home_grid_power" })).to.deep.equal(["garage", "carport"]);
  });

  it("the configured charger, the list, or all", () => {
    expect(ids(two(), { charger: "carport" })).to.deep.equal(["carport"]);
    expect(ids(two(), { chargers: ["carport"] })).to.deep.equal(["carport"]);
    expect(ids(two(), { chargers: "all" })).to.deep.equal(["garage", "carport"]);
    expect(ids(two())).to.deep.equal(["garage", "carport"]);
    expect(ids(two(), { charger: "nobody" })).to.deep.equal([]);
  });

  it("a role that the map lacks is looked for under its usual name", () => {
    const house = two();
    const status = house.states["sensor.garage_status"]!;
    house.set("sensor.garage_status", "charging", { ...status.attributes, evse_entities: {} });
    const found = new Discovery().find(house.hass(), config({ charger: "garage" }));
    expect(entityOf(house.hass(), found.chargers[0]!, "limit", config())).to.equal("input_number.garage_current_limit");
    expect(entityOf(house.hass(), found.chargers[0]!, "soc", config())).to.equal(undefined);
  });

  it("a renamed helper is followed through the map", async () => {
    const card = await mount(House.garage());
    const status = card.house.states["sensor.garage_status"]!;
    const map = { ...(status.attributes["evse_entities"] as object), mode: "input_select.renamed" };
    card.house.set("input_select.renamed", "Eco", { options: ["Standard", "Eco"] });
    card.house.set("sensor.garage_status", "charging", { ...status.attributes, evse_entities: map });
    await card.push();
    card.all("[role=radio]")[0]?.click();
    expect(card.house.calls[0]?.entity).to.equal("input_select.renamed");
  });

  it("two bridges: the second one's chargers are found by one scan", () => {
    const house = two();
    house.set("sensor.evse_bridge_barn", "x", {
      evse_schema: 1,
      site: {},
      chargers: [{ id: "barn", name: "Barn", status: "sensor.barn_status" }],
    });
    for (const each of charger({ id: "barn", name: "Barn" }))
      house.set(each.entity_id, each.state, { ...each.attributes });
    const discovery = new Discovery();
    const wanted = config({ charger: "barn" });
    for (let i = 0; i < 5; i++)
      expect(discovery.find(house.hass(), wanted).chargers.map(({ id }) => id)).to.deep.equal(["barn"]);
    expect(discovery.scans).to.equal(1);
  });

  it("without the root entity everything is searched once, also among 2,000 entities", () => {
    const crowd = Array.from({ length: 2000 }, (_, index) => entity(`sensor.other_${String(index)}`, index));
    const house = new House([...crowd, ...charger()]);
    const discovery = new Discovery();
    const same = config();
    for (let i = 0; i < 100; i++) expect(discovery.find(house.hass(), same).chargers).to.have.length(1);
    expect(discovery.scans).to.equal(1);
  });

  it("a foreign schema is told as such", async () => {
    const house = House.garage({ schema: 2 });
    expect((await mount(house)).text()).to.contain("versions differ");
  });

  it("entities alone drive a wallbox of another integration", async () => {
    const house = new House([
      entity("sensor.easee_status", "charging"),
      entity("sensor.easee_power", 3680),
      entity("number.easee_limit", 16, { min: 0, max: 16 }),
    ]);
    const card = await mount(house, {
      entities: { status: "sensor.easee_status", power: "sensor.easee_power", limit: "number.easee_limit" },
    });
    expect(card.text(".chip")).to.equal("Charging");
    expect(card.text(".num")).to.equal("3.7kW");
    expect(card.all(".actions")).to.have.length(0);
  });

  it("a missing entity is named, the rest works", async () => {
    const card = await mount(House.garage(), { entities: { power: "sensor.gone" } });
    expect(card.text(".warn")).to.equal("power: sensor.gone not found. Edit the card.");
    expect(card.text(".name")).to.equal("Garage");
  });

  it("comes back by itself after Home Assistant restarted empty", async () => {
    const card = await mount(House.garage());
    const before = { ...card.house.states };
    card.house.clear();
    await card.push();
    expect(card.text()).to.contain("No wallbox found");
    for (const each of Object.values(before)) card.house.set(each!.entity_id, each!.state, { ...each!.attributes });
    await card.push();
    expect(card.text(".chip")).to.equal("Charging");
  });
});

describe("suggestions in the card picker", () => {
  const suggest = (house: House, id: string): unknown => getEntitySuggestion(house.hass(), id);
  it("offers the card for any entity of a wallbox, helpers included", () => {
    const wanted = [
      { config: { type: "custom:evse-card", entity: "sensor.garage_status" } },
      { label: "Compact", config: { type: "custom:evse-card", entity: "sensor.garage_status", layout: "compact" } },
    ];
    for (const id of ["sensor.garage_status", "sensor.garage_power", "input_number.garage_current_limit"]) {
      expect(suggest(House.garage(), id), id).to.deep.equal(wanted);
    }
  });
  it("offers the site view for the site, nothing for strangers", () => {
    const house = House.garage();
    house.set("light.kitchen", "on", {});
    expect(suggest(house, "sensor.home_grid_power")).to.deep.equal([
      { config: { type: "custom:evse-card", layout: "site" } },
    ]);
    expect(suggest(house, "light.kitchen")).to.equal(null);
    expect(suggest(house, "sensor.nowhere")).to.equal(null);
    expect(suggest(new House([entity("sensor.x", 1, { evse_id: "gone" })]), "sensor.x")).to.equal(null);
  });
  it("the stub picks the first wallbox, else example data", async () => {
    const { EvseCard } = await import("../../card/evse-card.ts");
    expect(EvseCard.getStubConfig(House.garage().hass())).to.deep.equal({ entity: "sensor.garage_status" });
    expect(EvseCard.getStubConfig(undefined)).to.deep.equal({ demo: true });
    const card = await mount(new House([]), { demo: true });
    expect(card.text(".chip")).to.equal("Charging");
    clean();
  });
});
