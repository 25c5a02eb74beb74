import { expect } from "@open-wc/testing";
import { charger, entity, House, NOW, root, site } from "./house.ts";
import { clean, defineHaCard, frame, mount, setClock, sleep } from "./page.ts";

const minutes = (n: number): string => new Date(NOW + n * 60_000).toISOString();

describe("four kinds of no data", () => {
  before(defineHaCard);
  afterEach(clean);

  it("Home Assistant lost: everything stands still and says so, before all others", async () => {
    const card = await mount(House.garage({ status: "offline" }, { connected: false }));
    expect(card.text(".reason")).to.contain("Home Assistant is not connected").and.contain("Shown as of 12:05");
    expect(card.find(".evse").className).to.contain("off");
    for (const control of card.all("button[role=radio], input")) {
      expect((control as HTMLButtonElement).disabled, control.outerHTML.slice(0, 80)).to.equal(true);
    }
  });

  it("bridge silent: buttons rest, mode and limit keep a wish, figures are marked", async () => {
    const house = new House([root([{ id: "garage", name: "Garage" }], true, minutes(-10)), ...charger(), ...site()]);
    const card = await mount(house);
    expect(card.text(".chip")).to.equal("No news");
    expect(card.text(".reason")).to.contain("No word from the bridge since 11:55");
    expect(card.text(".stats")).to.contain("As of 12:05");
    expect((card.all(".actions button")[0] as HTMLButtonElement).disabled).to.equal(true);
    expect((card.all("[role=radio]")[0] as HTMLButtonElement).disabled).to.equal(false);
  });

  it("wallbox offline", async () => {
    const card = await mount(House.garage({ status: "offline" }));
    expect(card.text(".reason")).to.equal("Wallbox not connected since 12:05 It keeps to its own safe limit.");
    expect(card.all(".actions")).to.have.length(0);
    // What it said last is told with its time, and is not drawn as if it flowed now.
    expect(card.text(".stats")).to.equal("As of 12:05 9.7kWh Last power 6.9kW");
    expect(card.text(".flow")).not.to.contain("Car");
    clean();
    const unproven = await mount(House.garage({ status: "offline", more: { fail_safe: "unproven" } }));
    expect(unproven.text(".reason")).to.contain("What it does now is not known.");
  });

  it("a single value unknown: a dash, and a control that says why it is off", async () => {
    const house = House.garage();
    house.set("sensor.garage_power", "unavailable");
    house.set("input_number.garage_current_limit", "unavailable", { min: 0, max: 16 });
    const card = await mount(house);
    expect(card.text(".num")).to.equal("–");
    expect(card.text(".limit output")).to.equal("–");
    expect(card.find<HTMLInputElement>("input[type=range]").disabled).to.equal(true);
    expect(card.find(".limit").title).to.equal("No data");
  });

  it("the heartbeat runs out by one timer, and a beat brings all back", async () => {
    const card = await mount(House.garage());
    expect(card.card.timers.has("heartbeat")).to.equal(true);
    setClock(NOW + 239_000);
    card.card.requestUpdate();
    await card.card.updateComplete;
    expect(card.text(".chip")).to.equal("Charging");
    setClock(NOW + 241_000);
    card.card.requestUpdate();
    await card.card.updateComplete;
    expect(card.text(".chip")).to.equal("No news");
    expect(card.card.timers.has("heartbeat")).to.equal(false);
    const old = card.house.states["sensor.evse_bridge"]!;
    card.house.set("sensor.evse_bridge", minutes(4), { ...old.attributes });
    await card.push();
    expect(card.text(".chip")).to.equal("Charging");
  });

  it("a browser clock that is wrong does not make a living bridge silent", async () => {
    const card = await mount(House.garage());
    setClock(NOW + 3_600_000);
    const old = card.house.states["sensor.evse_bridge"]!;
    card.house.set("sensor.evse_bridge", minutes(1), { ...old.attributes });
    await card.push();
    setClock(NOW + 3_600_000 + 120_000);
    card.card.requestUpdate();
    await card.card.updateComplete;
    expect(card.text(".chip")).to.equal("Charging");
  });
});

describe("a bridge that comes back while somebody looks", () => {
  before(defineHaCard);
  afterEach(clean);

  it("is alive at once, also for a browser clock that is wrong", async () => {
    const card = await mount(House.garage());
    setClock(NOW + 3_600_000);
    const old = card.house.states["sensor.evse_bridge"]!;
    card.house.remove("sensor.evse_bridge");
    await card.push();
    card.house.set("sensor.evse_bridge", minutes(1), { ...old.attributes }, minutes(1));
    await card.push();
    expect(card.text(".chip")).to.equal("Charging");
  });
});

describe("cheapness", () => {
  before(defineHaCard);
  afterEach(clean);

  it("a thousand foreign state changes cause no drawing", async () => {
    const card = await mount(House.garage());
    await sleep(100);
    const before = card.card.renders;
    for (let i = 0; i < 1000; i++) {
      card.house.set("sensor.stranger", i);
      card.card.hass = card.house.hass();
    }
    await frame();
    await card.card.updateComplete;
    expect(card.card.renders - before).to.equal(0);
  });

  it("a hundred own changes within a frame cause one drawing", async () => {
    const card = await mount(House.garage());
    await sleep(100);
    const before = card.card.renders;
    for (let i = 0; i < 100; i++) {
      card.house.set("sensor.garage_power", 6000 + i);
      card.card.hass = card.house.hass();
    }
    await frame();
    await card.card.updateComplete;
    expect(card.card.renders - before).to.equal(1);
    expect(card.text(".num")).to.equal("6.1kW");
  });

  it("a power tick repaints texts, not controls", async () => {
    const card = await mount(House.garage());
    const slider = card.find("input[type=range]");
    const mode = card.find("[role=radiogroup]");
    let touched = 0;
    const watcher = new MutationObserver((records) => (touched += records.length));
    watcher.observe(slider.parentElement!, { subtree: true, childList: true, attributes: true });
    watcher.observe(mode, { subtree: true, childList: true, attributes: true });
    card.house.set("sensor.garage_power", 6200);
    await card.push();
    watcher.disconnect();
    expect(touched).to.equal(0);
    expect(card.text(".num")).to.equal("6.2kW");
  });

  it("two hundred connects and disconnects leave no timer and no listener behind", async () => {
    const card = await mount(
      House.garage({ status: "suspended_evse", reason: ["start_delay", { until: minutes(1) }] }),
    );
    for (let i = 0; i < 200; i++) {
      card.box.remove();
      expect(card.card.timers.size).to.equal(0);
      document.body.append(card.box);
    }
    await sleep(50);
    card.box.remove();
    expect(card.card.timers.size).to.equal(0);
  });

  it("hass set while detached starts nothing", async () => {
    const card = await mount(House.garage());
    card.box.remove();
    card.house.set("sensor.garage_power", 5000);
    card.card.hass = card.house.hass();
    await sleep(30);
    expect(card.card.timers.size).to.equal(0);
  });
});

describe("the curve", () => {
  before(defineHaCard);
  afterEach(clean);
  const past = (step: number): { s: string; lu: number }[] =>
    Array.from({ length: 100 }, (_, index) => ({ s: String(index * step), lu: (NOW - (100 - index) * 60_000) / 1000 }));

  it("asks once, draws what came and goes on with what it sees", async () => {
    const house = House.garage();
    house.answer = {
      "sensor.garage_power": past(60),
      "input_number.garage_current_limit": [{ s: "13", lu: (NOW - 6_000_000) / 1000 }],
    };
    const card = await mount(house);
    await sleep(120);
    expect(house.asked).to.have.length(1);
    expect(house.asked[0]).to.deep.include({
      type: "history/history_during_period",
      minimal_response: true,
      no_attributes: true,
    });
    expect(house.asked[0]?.["entity_ids"]).to.deep.equal([
      "sensor.garage_power",
      "input_number.garage_current_limit",
      "sensor.home_grid_power",
    ]);
    expect(card.find(".graph .line").getAttribute("d")?.split("L").length).to.be.greaterThan(50);
    for (let i = 0; i < 5; i++) {
      house.set("sensor.garage_power", 5000 + i);
      await card.push();
    }
    expect(house.asked).to.have.length(1);
  });

  it("asks for statistics beyond a day, never in a fresh preview, not at all when unseen", async () => {
    const house = House.garage();
    await mount(house, { graph: { hours: 48 } });
    await sleep(100);
    expect(house.asked[0]).to.deep.include({ type: "recorder/statistics_during_period", period: "5minute" });
    clean();
    const compact = House.garage();
    await mount(compact, { layout: "compact" });
    await sleep(100);
    expect(compact.asked).to.have.length(0);
    const previewed = House.garage();
    const card = await mount(previewed);
    card.card.preview = true;
    await sleep(100);
    expect(previewed.asked.length).to.be.at.most(1);
  });

  it("keeps peaks when it thins out", async () => {
    const { reduce, valueAt } = await import("../../card/history.ts");
    const many = Array.from({ length: 5000 }, (_, index) => ({ ms: index, v: index === 2500 ? 11_000 : index % 7 }));
    const few = reduce(many);
    expect(few.length).to.be.at.most(240);
    expect(Math.max(...few.map(({ v }) => v))).to.equal(11_000);
    expect(valueAt(many, 10.5)).to.equal(3);
    expect(valueAt(many, -1)).to.equal(undefined);
  });
});

describe("energy flow", () => {
  it("gives the sun to the house first, exports only what nobody took", async () => {
    const { carShares, energyFlow } = await import("../../card/energy.ts");
    const flow = energyFlow({
      gridW: 3000,
      solarW: 5000,
      batteryW: undefined,
      houseW: 1100,
      cars: [{ name: "Garage", w: 6900 }],
    });
    const shares = carShares(flow, "Garage")!;
    expect(Math.round(shares.sun * 100)).to.equal(57);
    expect(Math.round(shares.grid * 100)).to.equal(43);
    const spare = energyFlow({
      gridW: -400,
      solarW: 8400,
      batteryW: -500,
      houseW: 600,
      cars: [{ name: "a", w: 6900 }],
    })!;
    expect(spare.sinks.map(({ kind, w }) => `${kind} ${String(w)}`)).to.deep.equal([
      "house 600",
      "car 6900",
      "battery 500",
      "export 400",
    ]);
    expect(energyFlow({ gridW: undefined, solarW: 1, batteryW: 1, houseW: 1, cars: [] })).to.equal(undefined);
  });
});

describe("tile features", () => {
  before(defineHaCard);
  it("are offered for a wallbox only, and act", async () => {
    const house = House.garage();
    house.set("light.kitchen", "on", {});
    const entries = window.customCardFeatures as {
      type: string;
      isSupported: (hass: unknown, context: unknown) => boolean;
      supported: (entity: unknown) => boolean;
    }[];
    expect(entries.map(({ type }) => type)).to.deep.equal([
      "evse-mode-feature",
      "evse-limit-feature",
      "evse-actions-feature",
    ]);
    for (const entry of entries) {
      expect(entry.isSupported(house.hass(), { entity_id: "sensor.garage_status" })).to.equal(true);
      expect(entry.isSupported(house.hass(), { entity_id: "light.kitchen" })).to.equal(false);
      expect(entry.supported(entity("x.y", 1, { evse_id: "garage" }))).to.equal(true);
      const element = document.createElement(entry.type) as HTMLElement & {
        hass: unknown;
        context: unknown;
        setConfig: (c: unknown) => void;
        updateComplete: Promise<unknown>;
      };
      element.setConfig({ type: `custom:${entry.type}` });
      element.hass = house.hass();
      element.context = { entity_id: "sensor.garage_status" };
      document.body.append(element);
      await element.updateComplete;
      element.shadowRoot?.querySelector<HTMLElement>("[role=radio], .actions button")?.click();
      element.remove();
    }
    expect(house.calls.map(({ service }) => service)).to.deep.equal(["select_option", "press"]);
  });
});
