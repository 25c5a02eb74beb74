import { expect } from "@open-wc/testing";
import { sendKeys } from "@web/test-runner-commands";
import { House } from "./house.ts";
import { clean, defineHaCard, frame, mount, type Mounted, sleep } from "./page.ts";

const MODE = "input_select.garage_mode";
const LIMIT = "input_number.garage_current_limit";
const COMMAND = "sensor.garage_command";

/** What Home Assistant and the bridge answer. */
const helper = async (card: Mounted, id: string, value: string | number): Promise<void> => {
  card.house.set(id, value);
  await card.push();
};
const command = async (card: Mounted, state: string, id = "c1", detail?: string): Promise<void> => {
  card.house.set(COMMAND, state, { command_id: id, name: "set_mode", detail });
  await card.push();
};
const checked = (card: Mounted): string => card.find("[aria-checked=true]").textContent?.trim() ?? "";
const events = (card: Mounted, type: string): unknown[] => {
  const seen: unknown[] = [];
  card.card.addEventListener(type, (event) => seen.push((event as CustomEvent).detail));
  return seen;
};

describe("a wish", () => {
  before(defineHaCard);
  afterEach(clean);

  it("shows at once, stays after confirmation", async () => {
    const card = await mount(House.garage());
    card.all("[role=radio]")[1]?.click();
    await card.card.updateComplete;
    await frame();
    expect(checked(card)).to.equal("Eco");
    expect(card.all(".mode.pending")).to.have.length(1);
    await helper(card, MODE, "Eco");
    await command(card, "pending");
    expect(card.all(".mode.pending")).to.have.length(1);
    await command(card, "accepted");
    await frame();
    expect(card.all(".mode.pending")).to.have.length(0);
    expect(checked(card)).to.equal("Eco");
    expect(card.card.timers.has(`wish:${MODE}`)).to.equal(false);
  });

  it("is taken back when refused, and the refusal is told", async () => {
    const card = await mount(House.garage());
    const told = events(card, "hass-notification");
    const haptic: unknown[] = [];
    window.addEventListener("haptic", (event) => haptic.push((event as CustomEvent).detail));
    card.card.setValue(
      card.card.scene(
        card.house.hass(),
        card.card.find(card.house.hass()),
        card.card.find(card.house.hass()).chargers[0]!,
      ).view,
      "limit",
      16,
    );
    await command(card, "pending");
    await helper(card, LIMIT, 16);
    card.house.set(LIMIT, 13);
    await command(card, "rejected", "c1", "Its cable takes 13 A at most.");
    await frame();
    expect(card.text(".reason")).to.equal("Wallbox refused 16 A. Still 13 A Its cable takes 13 A at most.");
    expect(card.find(".reason").dataset["state"]).to.equal("attention");
    expect(card.text(".limit output")).to.equal("13 A");
    expect(told).to.deep.equal([{ message: "The wallbox refused: Its cable takes 13 A at most." }]);
    expect(haptic).to.contain("failure");
  });

  it("is taken back when Home Assistant itself says no", async () => {
    const card = await mount(House.garage());
    card.house.refuse = "Not allowed";
    card.all("[role=radio]")[0]?.click();
    await sleep(0);
    await frame();
    expect(checked(card)).to.equal("Solar");
    expect(card.text(".reason")).to.contain("The wallbox refused Not allowed");
  });

  it("times out", async () => {
    const house = House.garage();
    const status = house.states["sensor.garage_status"]!;
    house.set("sensor.garage_status", "charging", {
      ...status.attributes,
      evse: { ...(status.attributes["evse"] as object), command_timeout_s: 0.1 },
    });
    const card = await mount(house);
    card.all(".actions button")[0]?.click();
    await card.card.updateComplete;
    expect(card.text(".chip")).to.equal("Pause …");
    expect(card.all(".actions button").every((each) => (each as HTMLButtonElement).disabled)).to.equal(true);
    await sleep(150);
    await frame();
    expect(card.text(".reason")).to.contain("No answer from the wallbox");
  });

  it("gives way to a newer change by somebody else", async () => {
    const card = await mount(House.garage());
    card.all("[role=radio]")[1]?.click();
    await helper(card, MODE, "Excess");
    await frame();
    expect(checked(card)).to.equal("Excess");
    expect(card.all(".mode.pending")).to.have.length(0);
  });

  it("the last of two wishes wins", async () => {
    const card = await mount(House.garage());
    card.all("[role=radio]")[0]?.click();
    card.all("[role=radio]")[1]?.click();
    await frame();
    expect(checked(card)).to.equal("Eco");
    expect(card.house.calls.map((call) => call.data["option"])).to.deep.equal(["Standard", "Eco"]);
  });

  it("a double press is one press", async () => {
    const card = await mount(House.garage());
    const pause = card.all(".actions button")[0];
    pause?.click();
    pause?.click();
    expect(card.house.calls).to.have.length(1);
    await command(card, "accepted");
    await frame();
    expect(card.all(".actions .spinner")).to.have.length(0);
  });

  it("leaves nothing behind when the card goes away meanwhile", async () => {
    const card = await mount(House.garage());
    card.all("[role=radio]")[1]?.click();
    card.box.remove();
    expect(card.card.timers.size).to.equal(0);
    document.body.append(card.box);
    await card.push();
    expect(checked(card)).to.equal("Solar");
  });

  it("Start now turns to Standard and offers the way back", async () => {
    const card = await mount(
      House.garage({ status: "suspended_evse", reason: ["insufficient_solar", { short_w: 800, need_w: 1380 }] }),
    );
    const told = events(card, "hass-notification") as { action: { text: string; action: () => void } }[];
    card.all(".actions button")[0]?.click();
    expect(card.house.calls[0]?.data).to.deep.equal({ option: "Standard" });
    expect(told[0]?.action.text).to.equal("Undo");
    told[0]?.action.action();
    expect(card.house.calls[1]?.data).to.deep.equal({ option: "Solar" });
  });
});

describe("the limit slider", () => {
  before(defineHaCard);
  afterEach(clean);

  it("starts at the smallest current and ends at the helper's maximum, and says amperes", async () => {
    const card = await mount(House.garage());
    const input = card.find<HTMLInputElement>("input[type=range]");
    expect([input.min, input.max, input.value]).to.deep.equal(["6", "16", "13"]);
    expect(input.getAttribute("aria-valuetext")).to.equal("13 amperes");
    expect(card.text(".limit .now")).to.contain("now 10 A");
  });

  it("keys become one command", async () => {
    const card = await mount(House.garage());
    card.find<HTMLInputElement>("input[type=range]").focus();
    await sendKeys({ press: "ArrowRight" });
    await sendKeys({ press: "ArrowRight" });
    expect(card.text(".limit output")).to.equal("13 A");
    expect(card.house.calls).to.have.length(0);
    await sleep(480);
    expect(card.house.calls).to.deep.equal([
      { domain: "input_number", service: "set_value", data: { value: 15 }, entity: LIMIT },
    ]);
  });

  it("plus and minus gather too, presets are at once", async () => {
    const card = await mount(House.garage(), { limits: [6, 10, 40] });
    const [less, more] = card.all(".limit-row .icon-button");
    more?.click();
    more?.click();
    less?.click();
    await sleep(480);
    card.all(".presets button")[1]?.click();
    expect(card.house.calls.map((call) => call.data["value"])).to.deep.equal([14, 10]);
    expect(card.text(".warn")).to.equal("limits: 40 A > 16 A");
  });
});

describe("dangerous buttons", () => {
  before(defineHaCard);
  afterEach(() => {
    delete window.loadCardHelpers;
    clean();
  });

  it("Reset asks through Home Assistant's dialog", async () => {
    const asked: unknown[] = [];
    let yes = false;
    window.loadCardHelpers = async () => ({
      showConfirmationDialog: async (_node, question) => {
        asked.push(question);
        return yes;
      },
    });
    const card = await mount(House.garage({ status: "faulted", reason: ["fault", { code: "GroundFailure" }] }));
    card.all(".actions button")[0]?.click();
    await sleep(0);
    expect(card.house.calls).to.have.length(0);
    expect(asked).to.deep.equal([
      {
        title: "Restart wallbox?",
        text: "The running session ends.",
        confirmText: "Restart wallbox",
        dismissText: "Cancel",
        destructive: true,
      },
    ]);
    yes = true;
    card.all(".actions button")[0]?.click();
    await sleep(0);
    expect(card.house.calls[0]?.entity).to.equal("input_button.garage_reset");
  });

  it("without Home Assistant's helpers a dialog of our own asks", async () => {
    const card = await mount(House.garage(), { confirm_stop: true });
    card.all(".actions button")[1]?.click();
    await sleep(0);
    const dialog = card.find<HTMLDialogElement>("dialog");
    expect(dialog.open).to.equal(true);
    [...dialog.querySelectorAll("button")].find((button) => button.textContent === "Cancel")?.click();
    await sleep(60);
    expect(card.house.calls).to.have.length(0);
    card.all(".actions button")[1]?.click();
    await sleep(0);
    card.find<HTMLButtonElement>("dialog button[value=yes]").click();
    await sleep(60);
    expect(card.house.calls[0]?.entity).to.equal("input_button.garage_stop");
  });

  it("the menu holds restart, unlock and details", async () => {
    const card = await mount(House.garage());
    const seen = events(card, "hass-more-info");
    card.find(".head .icon-button").click();
    expect(card.all("[role=menuitem]").map((item) => item.textContent?.trim())).to.deep.equal([
      "Restart wallbox",
      "Unlock cable",
      "Details",
    ]);
    await sendKeys({ press: "ArrowDown" });
    expect(card.root.activeElement?.textContent?.trim()).to.equal("Unlock cable");
    card.all("[role=menuitem]")[2]?.click();
    expect(seen).to.deep.equal([{ entityId: "sensor.garage_status" }]);
  });

  it("a box whose stop only pauses has no Stop", async () => {
    const card = await mount(House.garage({ caps: ["start_stop", "pause", "limit", "mode"] }));
    expect(card.all(".actions button").map((each) => each.textContent?.trim())).to.deep.equal(["Pause"]);
  });
});

describe("who may", () => {
  before(defineHaCard);
  afterEach(clean);
  const controls = (card: Mounted): number => card.all(".actions button, input, select, [role=radio]").length;

  it("read_only shows values only", async () => {
    for (const layout of ["full", "compact", "features", "site"]) {
      const card = await mount(House.garage(), { read_only: true, layout });
      expect(controls(card), layout).to.equal(0);
      clean();
    }
    const card = await mount(House.garage(), { read_only: true });
    expect(card.all(".value-row b").map((value) => value.textContent)).to.deep.equal(["Solar", "13\u00a0A"]);
    card.find(".head .icon-button").click();
    expect(card.all("[role=menuitem]")).to.have.length(1);
  });

  it("allowed_users lets only those in", async () => {
    expect(controls(await mount(House.garage({}, { user: "guest" }), { allowed_users: ["u1"] }))).to.equal(0);
    expect(controls(await mount(House.garage(), { allowed_users: ["u1"] }))).to.be.greaterThan(3);
  });
});

describe("the keyboard", () => {
  before(defineHaCard);
  afterEach(clean);

  it("arrows move in the mode group without choosing, Enter chooses", async () => {
    const card = await mount(House.garage());
    card.find("[aria-checked=true]").focus();
    await sendKeys({ press: "ArrowLeft" });
    expect(card.root.activeElement?.textContent?.trim()).to.equal("Eco");
    expect(card.house.calls).to.have.length(0);
    await sendKeys({ press: "End" });
    expect(card.root.activeElement?.textContent?.trim()).to.equal("Excess");
    await sendKeys({ press: "ArrowRight" });
    expect(card.root.activeElement?.textContent?.trim()).to.equal("Standard");
    await sendKeys({ press: "Enter" });
    expect(card.house.calls[0]?.data).to.deep.equal({ option: "Standard" });
  });

  it("arrows are mirrored from right to left", async () => {
    const card = await mount(House.garage({}, { language: "he", rtl: true }));
    card.find("[aria-checked=true]").focus();
    await sendKeys({ press: "ArrowLeft" });
    expect(card.root.activeElement?.textContent?.trim()).to.equal("Excess");
  });

  it("Tab walks menu, mode, slider and buttons in the order shown", async () => {
    const card = await mount(House.garage());
    const walk: string[] = [];
    card.find(".head .icon-button").focus();
    for (let i = 0; i < 6; i++) {
      await sendKeys({ press: "Tab" });
      const at = card.root.activeElement;
      walk.push(at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "");
    }
    expect(walk).to.deep.equal([
      "Solar",
      "Current limit: −1\u00a0A",
      "Current limit",
      "Current limit: +1\u00a0A",
      "Pause",
      "Stop",
    ]);
  });
});

describe("actions of the header", () => {
  before(defineHaCard);
  afterEach(clean);

  it("tap goes to Home Assistant's own handler, hold after half a second", async () => {
    const card = await mount(House.garage(), {
      tap_action: { action: "navigate", navigation_path: "/x" },
      hold_action: { action: "more-info" },
    });
    const seen = events(card, "hass-action") as { action: string; config: { entity: string } }[];
    const head = card.find(".tap");
    head.click();
    head.dispatchEvent(new PointerEvent("pointerdown"));
    await sleep(520);
    head.click();
    expect(seen.map(({ action }) => action)).to.deep.equal(["tap", "hold"]);
    expect(seen[0]?.config.entity).to.equal("sensor.garage_status");
  });

  it("full has no header button without an action, compact opens more-info", async () => {
    expect((await mount(House.garage())).all(".tap")).to.have.length(0);
    expect((await mount(House.garage(), { layout: "compact" })).all("button.tap")).to.have.length(1);
    expect(
      (await mount(House.garage(), { layout: "compact", tap_action: { action: "none" } })).all(".tap"),
    ).to.have.length(0);
  });
});

describe("the site", () => {
  before(defineHaCard);
  afterEach(clean);

  it("sets a wallbox's mode, unfolds it, and changes the site's own helpers", async () => {
    const card = await mount(House.garage({}, {}, { batteryW: 900, gridW: 1200 }), { layout: "site" });
    const select = card.find<HTMLSelectElement>(".pick select");
    select.value = "Eco";
    select.dispatchEvent(new Event("change"));
    expect(card.house.calls[0]).to.deep.include({ entity: MODE, data: { option: "Eco" } });
    card.find(".tail button").click();
    await card.card.updateComplete;
    expect(card.all(".inner .reason")).to.have.length(1);
    expect(card.find(".tail button").getAttribute("aria-expanded")).to.equal("true");
    const cap = card.find<HTMLInputElement>(".fold input[type=number]");
    cap.value = "9000";
    cap.dispatchEvent(new Event("change"));
    const grid = card.find<HTMLInputElement>(".fold input[type=checkbox]");
    grid.click();
    expect(card.house.calls.slice(1).map(({ entity, service }) => `${service} ${entity}`)).to.deep.equal([
      "set_value input_number.home_max_import_power",
      "turn_off input_boolean.home_allow_grid_charging",
    ]);
  });

  it("shows the fullest phase, who takes what, and the flow with its hidden table", async () => {
    const card = await mount(House.garage({}, {}, { batteryW: 900, gridW: 1200, solarW: 5900 }), { layout: "site" });
    expect(card.text(".house-line")).to.contain("21 A / 25 A").and.contain("Fullest phase: L2").and.contain("4 A free");
    expect(card.text(".flow-box table")).to.contain("Sun 5.9 kW");
    expect(card.text(".chip")).to.equal("1 charging");
  });
});
