/** What seldom happens: houses with fewer meters, wallboxes with fewer helpers, answers that are no answers. */
import { expect } from "@open-wc/testing";
import { charger, entity, House, NOW, root, site } from "./house.ts";
import { clean, defineHaCard, frame, mount, sleep } from "./page.ts";

const minutes = (n: number): string => new Date(NOW + n * 60_000).toISOString();

describe("corners", () => {
  before(defineHaCard);
  afterEach(clean);

  it("without phase currents the house connection is told in watts against the import cap", async () => {
    const beat = root([{ id: "garage", name: "Garage" }]);
    const map = {
      grid_power: "sensor.home_grid_power",
      site_limit: "sensor.home_site_limit",
      house_power: "sensor.home_house_power",
    };
    const house = new House([
      { ...beat, attributes: { ...beat.attributes, site: map } },
      ...charger(),
      ...site({ gridW: 8000, houseW: 1100 }),
      entity("sensor.home_site_limit", 12_000, {}),
    ]);
    const card = await mount(house, { layout: "site" });
    expect(card.text(".house-line .total").replaceAll("\u00a0", " ")).to.equal("House connection 8.0 kW / 12.0 kW");
    expect(card.text(".stack-ends").replaceAll("\u00a0", " ")).to.equal("4.0 kW free");
    clean();
    house.set("sensor.home_site_limit", "unknown", {});
    const dumb = await mount(house, { layout: "site" });
    expect(dumb.all(".house-line")).to.have.length(0);
  });

  it("Start now is a plain start where the mode is Standard already or cannot be chosen", async () => {
    for (const prepare of [
      (house: House) => house.set("input_select.garage_mode", "Standard"),
      (house: House) => house.remove("input_select.garage_mode"),
    ]) {
      const house = House.garage({ status: "suspended_evse", reason: ["insufficient_power", { short_a: 3 }] });
      prepare(house);
      const card = await mount(house);
      const [first] = card.all(".actions button");
      expect(first?.textContent.trim()).to.equal("Start now");
      first?.click();
      expect(house.calls.map(({ entity: id }) => id)).to.deep.equal(["input_button.garage_start"]);
      clean();
    }
  });

  it("the round button of compact presses, and the tile around it does not open", async () => {
    const card = await mount(House.garage(), { layout: "compact" });
    let opened = 0;
    card.box.addEventListener("hass-action", () => (opened += 1));
    card.find(".act button").click();
    expect(card.house.calls.map(({ entity: id }) => id)).to.deep.equal(["input_button.garage_pause"]);
    expect(opened).to.equal(0);
  });

  it("a double tap is one action, not three", async () => {
    const told: string[] = [];
    const card = await mount(House.garage(), {
      tap_action: { action: "more-info" },
      double_tap_action: { action: "navigate", navigation_path: "/energy" },
    });
    card.box.addEventListener("hass-action", (event) =>
      told.push((event as CustomEvent<{ action: string }>).detail.action),
    );
    const head = card.find(".tap");
    for (const detail of [1, 2]) head.dispatchEvent(new MouseEvent("click", { detail, bubbles: true }));
    await sleep(300);
    expect(told).to.deep.equal(["double_tap"]);
    head.dispatchEvent(new MouseEvent("click", { detail: 1, bubbles: true }));
    await sleep(300);
    expect(told).to.deep.equal(["double_tap", "tap"]);
  });

  it("a recorder that refuses leaves a card without a past, which grows from now on", async () => {
    const house = House.garage();
    const hass = house.hass.bind(house);
    house.hass = (connected) => ({ ...hass(connected), callWS: () => Promise.reject(new Error("no recorder")) });
    const card = await mount(house);
    await sleep(100);
    expect(card.text(".chip")).to.equal("Charging");
    for (const [index, watts] of [5000, 6000].entries()) {
      house.set("sensor.garage_power", watts, {}, minutes(index - 3));
      await card.push();
    }
    expect(card.find(".graph .line").getAttribute("d")).to.match(/^M\d+ [\d.]+L/);
  });

  it("a curve of hours is named by its hours", async () => {
    const house = House.garage();
    house.answer = {
      "sensor.garage_power": [
        { s: "4000", lu: NOW / 1000 - 3600 },
        { s: "5000", lu: NOW / 1000 - 600 },
      ],
    };
    const card = await mount(house, { graph: { hours: 3, show_limit: false } });
    await sleep(100);
    expect(card.text(".graph-box h4")).to.equal("3 h");
    expect(card.all(".graph .cap")).to.have.length(0);
  });

  it("a refusal that is no Error is told by its message, or at least as one", async () => {
    for (const [answer, told] of [
      [{ code: "unauthorized", message: "Not for guests" }, "The wallbox refused: Not for guests"],
      ["odd", "The wallbox refused"],
    ] as const) {
      const card = await mount(House.garage());
      const messages: string[] = [];
      card.box.addEventListener("hass-notification", (event) =>
        messages.push((event as CustomEvent<{ message: string }>).detail.message),
      );
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the frontend's rejections are plain objects
      card.card.hass = { ...card.house.hass(), callService: () => Promise.reject(answer) };
      await frame();
      card.all("[role=radio]")[0]?.click();
      await sleep(20);
      expect(messages).to.deep.equal([told]);
      clean();
    }
  });

  it("a cost in a unit that is no currency keeps the user's word", async () => {
    const house = House.garage();
    house.set("sensor.garage_session_cost", 12.5, { unit_of_measurement: "points" });
    const card = await mount(house);
    expect(card.text(".stats")).to.contain("12.50");
    expect(card.text(".stats")).to.contain("points");
  });

  it("one charger of a newer bridge does not hide the others, all of them do", async () => {
    const names = [
      { id: "garage", name: "Garage" },
      { id: "carport", name: "Carport" },
    ];
    const mixed = new House([root(names), ...charger(), ...charger({ id: "carport", name: "Carport", schema: 2 })]);
    expect((await mount(mixed, { charger: "garage" })).text(".chip")).to.equal("Charging");
    clean();
    const newer = new House([
      root(names),
      ...charger({ schema: 2 }),
      ...charger({ id: "carport", name: "Carport", schema: 2 }),
    ]);
    expect((await mount(newer)).text()).to.contain("Card and bridge versions differ");
  });
});
