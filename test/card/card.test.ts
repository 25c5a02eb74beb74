import { expect } from "@open-wc/testing";
import { charger, House, root } from "./house.ts";
import { clean, defineHaCard, mount } from "./page.ts";

describe("the card with an empty configuration", () => {
  before(defineHaCard);
  afterEach(clean);

  it("finds the only wallbox and shows state, power, current, energy and reason", async () => {
    const card = await mount(House.garage());
    expect(card.text(".name")).to.equal("Garage");
    expect(card.text(".chip")).to.equal("Charging");
    expect(card.text(".num")).to.equal("6.9kW");
    expect(card.text(".ring .sub")).to.equal("10 A × 3");
    expect(card.text(".stats")).to.contain("9.7kWh");
    expect(card.text(".reason")).to.contain("Following the sun: 7.3 kW to spare");
    expect(card.all(".actions button").map((button) => button.textContent.trim())).to.deep.equal(["Pause", "Stop"]);
  });

  it("draws the site when there are several", async () => {
    const two = new House([
      root([
        { id: "garage", name: "Garage" },
        { id: "carport", name: "Carport" },
      ]),
      ...charger(),
      ...charger({ id: "carport", name: "Carport", status: "available" }),
    ]);
    const card = await mount(two);
    expect(card.all(".box .name").map((name) => name.textContent)).to.deep.equal(["Garage", "Carport"]);
  });

  it("says what to do when there is no bridge", async () => {
    const card = await mount(new House([]));
    expect(card.text()).to.contain("No wallbox found");
  });
});

describe("controls", () => {
  before(defineHaCard);
  afterEach(clean);

  it("press, select and slide call the right service on the helper", async () => {
    const card = await mount(House.garage());
    card.all(".actions button")[0]?.click();
    card.all("[role=radio]")[1]?.click();
    const slider = card.find<HTMLInputElement>("input[type=range]");
    slider.value = "10";
    slider.dispatchEvent(new Event("input"));
    slider.dispatchEvent(new Event("change"));
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(card.house.calls).to.deep.equal([
      { domain: "input_button", service: "press", data: {}, entity: "input_button.garage_pause" },
      { domain: "input_select", service: "select_option", data: { option: "Eco" }, entity: "input_select.garage_mode" },
      {
        domain: "input_number",
        service: "set_value",
        data: { value: 10 },
        entity: "input_number.garage_current_limit",
      },
    ]);
  });
});

describe("a theme", () => {
  before(defineHaCard);
  afterEach(() => {
    document.documentElement.removeAttribute("style");
    clean();
  });

  it("can give each state a colour of its own", async () => {
    const states: [string, House][] = [
      ["charging", House.garage()],
      ["waiting", House.garage({ status: "suspended_evse", reason: ["no_excess", {}] })],
      ["attention", House.garage({ status: "preparing", reason: ["authorization"] })],
      ["fault", House.garage({ status: "faulted", reason: ["fault", { code: "GroundFailure" }] })],
      ["idle", House.garage({ status: "available" })],
    ];
    for (const [name, house] of states) {
      document.documentElement.style.setProperty(`--evse-${name}-color`, "rgb(1, 2, 3)");
      const card = await mount(house);
      expect(getComputedStyle(card.find(".chip")).getPropertyValue("--evse-tint"), name).to.equal("rgb(1, 2, 3)");
      document.documentElement.style.removeProperty(`--evse-${name}-color`);
      expect(getComputedStyle(card.find(".chip")).getPropertyValue("--evse-tint"), name).not.to.equal("rgb(1, 2, 3)");
      clean();
    }
  });
});
