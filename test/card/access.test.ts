import { expect } from "@open-wc/testing";
import { emulateMedia } from "@web/test-runner-commands";
import { violations } from "./axe.ts";
import { House, NOW, root, charger, site } from "./house.ts";
import { clean, defineHaCard, mount, sleep } from "./page.ts";

const LAYOUTS = ["full", "compact", "features", "site"];
const house = (dark: boolean, rtl: boolean): House =>
  House.garage({}, { dark, rtl, language: rtl ? "he" : "en" }, { batteryW: 900, gridW: 1200, solarW: 5900 });

describe("axe finds nothing", function () {
  this.timeout(20_000);
  before(() => {
    defineHaCard();
    document.documentElement.lang = "en";
  });
  afterEach(clean);
  for (const layout of LAYOUTS) {
    for (const dark of [false, true]) {
      for (const rtl of [false, true]) {
        for (const width of [320, 1000]) {
          it(`${layout}, ${dark ? "dark" : "light"}, ${rtl ? "rtl" : "ltr"}, ${String(width)} px`, async () => {
            const card = await mount(house(dark, rtl), { layout }, width);
            await sleep(30);
            expect(await violations(card)).to.deep.equal([]);
          });
        }
      }
    }
  }
  const states: [string, House][] = [
    [
      "waiting",
      House.garage({ status: "suspended_evse", reason: ["insufficient_solar", { short_w: 800, need_w: 1380 }] }),
    ],
    ["fault", House.garage({ status: "faulted", reason: ["fault", { code: "GroundFailure" }] })],
    ["needs you", House.garage({ status: "preparing", reason: ["authorization"] })],
    ["offline", House.garage({ status: "offline" })],
    ["disconnected", House.garage({}, { connected: false })],
    [
      "bridge gone",
      new House([
        root([{ id: "garage", name: "Garage" }], true, new Date(NOW - 600_000).toISOString()),
        ...charger(),
        ...site(),
      ]),
    ],
    ["nothing there", new House([])],
  ];
  for (const [name, at] of states) {
    for (const layout of LAYOUTS) {
      for (const dark of [false, true]) {
        it(`${layout}, ${name}, ${dark ? "dark" : "light"}`, async () => {
          const card = await mount(Object.assign(at, { options: { ...at.options, dark } }), { layout });
          await sleep(30);
          expect(await violations(card)).to.deep.equal([]);
        });
      }
    }
  }
});

describe("space", () => {
  before(defineHaCard);
  afterEach(clean);

  for (const layout of LAYOUTS) {
    it(`${layout} fits 320 px in every language, also with doubled text`, async () => {
      for (const language of ["en", "de", "bg", "fr", "pt", "sl", "da", "nl", "es", "it"]) {
        const card = await mount(
          House.garage(
            {
              modes: ["Standard", "Eco", "Solar", "Excess", "Off"],
              reason: ["limited_by", { source: "breaker", limit_a: 10 }],
            },
            { language },
          ),
          { layout },
          320,
        );
        const { left, right } = card.find(".evse").getBoundingClientRect();
        expect(card.find(".evse").scrollWidth, language).to.be.at.most(card.find(".evse").clientWidth);
        for (const part of card.all("button, p, b, dt, dd, h3, h4, span:not(.vh), .meter, .num")) {
          const { width, left: from, right: to } = part.getBoundingClientRect();
          if (width === 0 || part.closest(".vh, [popover], .graph") !== null) continue;
          expect(from, `${language} ${part.outerHTML.slice(0, 80)}`).to.be.at.least(left);
          expect(to, `${language} ${part.outerHTML.slice(0, 80)}`).to.be.at.most(right + 0.5);
        }
        for (const label of card.all(".stats dt, .stats dd"))
          expect(label.scrollWidth, `${language} ${label.textContent}`).to.be.at.most(label.clientWidth);
        clean();
        const waiting = await mount(
          House.garage(
            { status: "suspended_evse", reason: ["insufficient_solar", { short_w: 800, need_w: 1380 }] },
            { language },
          ),
          { layout },
          320,
        );
        for (const label of waiting.all(".stats dt, .stats dd"))
          expect(label.scrollWidth, `${language} ${label.textContent}`).to.be.at.most(label.clientWidth);
        clean();
      }
      const big = await mount(House.garage(), { layout }, 320);
      for (const size of ["s", "m", "l", "2xl", "4xl"]) {
        const now = Number.parseFloat(
          getComputedStyle(document.documentElement).getPropertyValue(`--ha-font-size-${size}`),
        );
        big.box.style.setProperty(`--ha-font-size-${size}`, `${String(now * 2)}px`);
      }
      await sleep(20);
      expect(big.box.scrollWidth).to.be.at.most(320);
    });
  }

  it("half a section wide, and half a phone, nothing is cut off", async () => {
    for (const [layout, width] of [
      ["features", 180],
      ["full", 228],
      ["site", 228],
    ] as const) {
      const card = await mount(House.garage(), { layout }, width);
      expect(card.find(".evse").scrollWidth, layout).to.be.at.most(card.find(".evse").clientWidth);
      for (const element of card.all(".body *")) {
        const beyond = element.getBoundingClientRect().right - card.box.getBoundingClientRect().right;
        const drawn = element.closest("svg, .vh, .popup, dialog, .stack") === null && element.checkVisibility();
        if (drawn) expect(beyond, `${layout} ${element.className}`).to.be.at.most(0);
      }
      clean();
    }
  });

  it("targets are at least 44 px high, rows of a tile 42 with their reach beyond", async () => {
    for (const layout of ["full", "compact", "site"]) {
      const card = await mount(House.garage(), { layout });
      for (const button of card.all("button:not(.tap), .pill, .menu")) {
        if (button.offsetParent === null || button.closest("[popover]") !== null) continue;
        expect(button.getBoundingClientRect().height, `${layout} ${button.className}`).to.be.at.least(44);
      }
      clean();
    }
  });

  it("getGridOptions tells the real height", async () => {
    for (const [layout, width] of [
      ["compact", 212],
      ["compact", 320],
      ["compact", 480],
    ] as const) {
      const card = await mount(House.garage(), { layout }, width);
      const { rows } = card.card.getGridOptions();
      expect(card.find(".evse").getBoundingClientRect().height, `${layout} ${String(width)}`).to.be.at.most(
        64 * Number(rows) - 8,
      );
      clean();
    }
    const one = await mount(House.garage(), { layout: "compact", grid_options: { rows: 1 } }, 320);
    expect(one.find(".evse").getBoundingClientRect().height).to.be.at.most(56);
    expect(one.find(".why").offsetParent).to.equal(null);
    expect(one.card.getGridOptions()).to.deep.equal({ columns: 6, rows: 2, min_columns: 3, min_rows: 1 });
    for (const layout of ["full", "features", "site"]) {
      const card = await mount(House.garage(), { layout }, 480);
      expect(card.card.getGridOptions()["rows"]).to.equal("auto");
      const units = card.find(".evse").getBoundingClientRect().height / 50;
      expect(Math.abs(card.card.getCardSize() - units), layout).to.be.at.most(6);
      clean();
    }
  });

  it("below 140 px compact is ring and power, below 220 px it has no button", async () => {
    const tiny = await mount(House.garage(), { layout: "compact" }, 104);
    expect(tiny.find(".who").offsetParent).to.equal(null);
    expect(tiny.find(".power").offsetParent).not.to.equal(null);
    const small = await mount(House.garage(), { layout: "compact" }, 216);
    expect(small.find(".act").offsetParent).to.equal(null);
    expect(small.find(".who").offsetParent).not.to.equal(null);
  });

  it("the mode selector turns into a menu where options would be narrower than 64 px", async () => {
    const shown = async (modes: string[], width: number): Promise<string> => {
      const card = await mount(House.garage({ modes }), { layout: "features" }, width);
      const which = card.find(".mode").offsetParent === null ? "menu" : "group";
      clean();
      return which;
    };
    const four = ["Standard", "Eco", "Solar", "Excess"];
    expect(await shown(four, 280)).to.equal("menu");
    expect(await shown(four, 300)).to.equal("group");
    expect(await shown([...four, "Off"], 340)).to.equal("menu");
    expect(await shown([...four, "Off"], 360)).to.equal("group");
  });

  it("animations stop with animate: false and off screen", async () => {
    const card = await mount(House.garage(), { animate: false });
    await sleep(50);
    expect(card.find(".shine").getAnimations()).to.have.length(0);
    const away = await mount(House.garage());
    away.box.style.marginTop = "5000px";
    await sleep(100);
    expect(away.find(".evse").className).to.contain("away");
  });

  it("nothing moves for those who want less motion", async () => {
    await emulateMedia({ reducedMotion: "reduce" });
    try {
      const card = await mount(House.garage());
      card.all("[role=radio]")[0]?.click();
      await sleep(50);
      expect(card.find(".evse").getAnimations({ subtree: true })).to.have.length(0);
    } finally {
      await emulateMedia({ reducedMotion: "no-preference" });
    }
    const card = await mount(House.garage());
    await sleep(50);
    expect(card.find(".shine").getAnimations()).to.have.length(1);
    // Light that drifts along the bands, never a dark bar.
    expect(getComputedStyle(card.find(".shine")).fill).to.equal("rgb(255, 255, 255)");
  });

  it("a control without a value says why it is disabled, to the eye and to a screen reader", async () => {
    const house = House.garage();
    house.set("input_number.garage_current_limit", "unavailable", {});
    house.set("input_select.garage_mode", "unknown", {});
    for (const layout of ["full", "features"]) {
      const card = await mount(house, { layout });
      for (const selector of ["input[type=range]", "[role=radiogroup]", ".menu select"]) {
        const why = card.find(selector).getAttribute("aria-describedby") ?? "";
        expect(card.root.getElementById(why)?.textContent, `${layout} ${selector}`).to.equal("No data");
        expect(card.find(selector).closest("[title]")?.getAttribute("title")).to.equal("No data");
      }
      expect(await violations(card)).to.deep.equal([]);
      clean();
    }
    const site = await mount(house, { layout: "site" });
    const why = site.find(".pick select").getAttribute("aria-describedby") ?? "";
    expect(site.root.getElementById(why)?.textContent).to.equal("No data");
    const well = await mount(House.garage());
    expect(well.find("input[type=range]").hasAttribute("aria-describedby")).to.equal(false);
  });

  it("speaks politely, and not about every tick", async () => {
    const card = await mount(House.garage());
    const live = card.find("[aria-live]");
    expect(live.getAttribute("aria-live")).to.equal("polite");
    card.house.set("sensor.garage_power", 5000);
    await card.push();
    await sleep(20);
    expect(live.textContent).to.equal("");
    card.house.set("sensor.garage_status", "suspended_evse");
    card.house.set("sensor.garage_reason", "no_excess", { params: { export_w: 4000, threshold_w: 13_000 } });
    await card.push();
    await sleep(40);
    expect(live.textContent).to.equal(
      "Waiting. Export 4.0 kW, starts at 13.0 kW. Starts by itself. Nothing to do.".replace(/ (k?W)/g, "\u00a0$1"),
    );
  });
});
