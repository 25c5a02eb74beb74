import { expect } from "@open-wc/testing";
import { REASON_CODES } from "../../shared/reasons.ts";
import { CHARGER_STATUSES } from "../../shared/charger.ts";
import bg from "../../card/i18n/bg.json";
import da from "../../card/i18n/da.json";
import de from "../../card/i18n/de.json";
import en from "../../card/i18n/en.json";
import es from "../../card/i18n/es.json";
import fr from "../../card/i18n/fr.json";
import itJson from "../../card/i18n/it.json";
import nl from "../../card/i18n/nl.json";
import pt from "../../card/i18n/pt.json";
import sl from "../../card/i18n/sl.json";
import { House, NOW } from "./house.ts";
import { clean, defineHaCard, mount } from "./page.ts";

const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
/** Parameters of every code, as the bridge publishes them. */
const PARAMS: Record<string, Record<string, unknown>> = {
  fault: { code: "GroundFailure" },
  paused_by_user: { since: at(-20) },
  target_reached: { soc: 80 },
  limited_by: { source: "breaker", limit_a: 10, phase: "L2" },
  following_solar: { surplus_w: 7300 },
  insufficient_solar: { short_w: 800, need_w: 1380 },
  no_excess: { export_w: 4200, threshold_w: 13_000 },
  battery_priority: { soc: 64, target: 80 },
  insufficient_power: { phase: "L1", short_a: 3 },
  start_delay: { until: at(0.75) },
  grace: { until: at(4) },
  pause_timer: { until: at(2) },
  cooldown: { until: at(3) },
  phase_switch: { to: 3 },
  meter_stale: { since: at(-3) },
  limit_ignored: { wanted_a: 10, observed_a: 16 },
  external_limit: { limit_a: 8 },
  planned: { from: at(300), target: 80, by: at(600) },
  cheap_tariff: { price: 0.11, until: at(300) },
  waiting_tariff: { from: at(300) },
};
const LANGUAGES: Record<string, Record<string, string>> = { en, bg, da, de, es, fr, it: itJson, nl, pt, sl };

describe("every status in every layout", () => {
  before(defineHaCard);
  afterEach(clean);
  const expected: Record<string, [string, string, string[]]> = {
    available: ["Unplugged", "idle", []],
    preparing: ["Plugged in", "waiting", ["Start"]],
    charging: ["Charging", "charging", ["Pause", "Stop"]],
    suspended_ev: ["Car is idle", "waiting", ["Stop"]],
    suspended_evse: ["Waiting", "waiting", ["Start now", "Stop"]],
    finishing: ["Finished", "finished", ["Start again"]],
    reserved: ["Reserved", "idle", []],
    out_of_service: ["Out of service", "idle", []],
    faulted: ["Fault", "fault", ["Restart wallbox"]],
    offline: ["Offline", "idle", []],
  };
  for (const status of CHARGER_STATUSES) {
    for (const layout of ["full", "compact", "features"]) {
      it(`${status} in ${layout}`, async () => {
        const reason: [string] = status === "suspended_evse" ? ["insufficient_solar"] : ["ev_full"];
        const card = await mount(House.garage({ status, reason }), { layout });
        const [word, tint, buttons] = expected[status]!;
        expect(card.find(".evse").dataset["state"]).to.equal(tint);
        if (layout !== "features") expect(card.text()).to.contain(word);
        const shown = card.all(".actions button span:last-child").map((each) => each.textContent);
        if (layout === "compact") {
          const primary = card.root.querySelector(".act button")?.getAttribute("aria-label") ?? undefined;
          expect(primary).to.equal(buttons[0]);
        } else expect(shown).to.deep.equal(buttons);
      });
    }
    it(`${status} in site`, async () => {
      const card = await mount(House.garage({ status }), { layout: "site" });
      expect(card.find(".box").dataset["state"]).to.equal(expected[status]![1]);
    });
  }

  const derived: [string, [string, Record<string, unknown>?], string][] = [
    ["suspended_evse", ["paused_by_user"], "Paused"],
    ["preparing", ["authorization"], "Needs you"],
    ["suspended_evse", ["planned", { from: at(300) }], "Scheduled"],
    ["charging", ["firmware"], "Updating"],
  ];
  for (const [status, reason, word] of derived) {
    it(`${status} with ${reason[0]} is shown as ${word}`, async () => {
      const card = await mount(House.garage({ status, reason }));
      expect(card.text(".chip")).to.equal(word);
    });
  }

  it("a status nobody has reported yet is no data, not a guess", async () => {
    const card = await mount(House.garage({ status: "unknown" }));
    expect(card.text(".chip")).to.equal("No data");
  });
});

describe("every reason in every language", () => {
  before(defineHaCard);
  afterEach(clean);
  for (const language of Object.keys(LANGUAGES)) {
    it(`${String(REASON_CODES.length)} codes in ${language}`, async () => {
      for (const code of REASON_CODES) {
        const status = code === "offline" ? "offline" : code === "fault" ? "faulted" : "suspended_evse";
        const card = await mount(House.garage({ status, reason: [code, PARAMS[code]] }, { language }), {
          sections: ["reason"],
        });
        const [first, next] = card.all(".reason p").map((line) => line.textContent.trim());
        expect(first, code).to.match(/\S{2}/);
        expect(`${String(first)} ${next ?? ""}`, code).not.to.match(/[{}]|undefined|NaN|English text|_/);
        if (language !== "en") {
          const english = translate(code);
          if (english !== undefined) expect(first, `${code} is translated`).not.to.equal(english);
        }
        clean();
      }
    });
  }
  /** The English line, where it holds no figures. */
  function translate(code: string): string | undefined {
    const line = (en as Record<string, string>)[`r_${code}`];
    return line?.includes("{") === true ? undefined : line;
  }

  it("an unknown code shows the bridge's English text", async () => {
    const card = await mount(House.garage({ reason: ["something_new"] }));
    expect(card.text(".reason")).to.equal("English text");
  });

  it("limits name what binds", async () => {
    for (const source of [
      "user",
      "import",
      "circuit",
      "site",
      "inverter",
      "charger",
      "cable",
      "car",
      "schedule",
      "temperature",
      "fail_safe",
    ]) {
      const card = await mount(House.garage({ reason: ["limited_by", { source, limit_a: 8, circuit: "garage" }] }));
      expect(card.text(".reason p")).to.match(/^Limited to 8 A by \w+/);
      expect(card.text(".reason p")).not.to.match(/[{}]/);
      clean();
    }
  });

  it("counts down by itself, second by second", async () => {
    const card = await mount(House.garage({ status: "suspended_evse", reason: ["start_delay", { until: at(0.75) }] }));
    expect(card.text(".reason p")).to.equal("Starts in 0:45");
  });
});

describe("languages", () => {
  const holes = (text: string): string[] =>
    (text.match(/\{\w+\}/g) ?? []).sort().filter((hole, i, all) => all.indexOf(hole) === i);
  for (const [language, words] of Object.entries(LANGUAGES)) {
    it(`${language} has every key, no other, and the same placeholders`, () => {
      expect(Object.keys(words).sort()).to.deep.equal(Object.keys(en).sort());
      for (const [key, text] of Object.entries(words)) {
        expect(holes(text), `${language} ${key}`).to.deep.equal(holes((en as Record<string, string>)[key]!));
        expect(text.trim(), `${language} ${key}`).to.equal(text);
        expect(text, `${language} ${key}`).not.to.equal("");
      }
    });
  }

  it("what the build packs is read back letter by letter", async () => {
    const { pack, unpack } = await import("../../card/i18n/pack.ts");
    for (const words of Object.values(LANGUAGES)) {
      const lines = Object.values<string>(words);
      expect(unpack(pack(lines, Object.values(en)), Object.values(en))).to.deep.equal(lines);
    }
    const unlike = ["малка, без точка", "Голяма {b} и {a} на EVSE."];
    const english = ["Small, with a stop.", "big {a} and {b}"];
    expect(unpack(pack(unlike, english), english)).to.deep.equal(unlike);
    const bytes = (lines: string): number => new TextEncoder().encode(lines).length;
    expect(bytes(pack(Object.values(bg), Object.values(en)))).to.be.below(0.6 * bytes(Object.values(bg).join("\n")));
  });

  it("no key is unused", async () => {
    const files = [
      "evse-card",
      "charger",
      "reason",
      "element",
      "form",
      "parts/actions",
      "parts/flow",
      "parts/gauge",
      "parts/graph",
      "parts/head",
      "parts/limit",
      "parts/modes",
      "parts/phases",
      "parts/reason",
      "parts/stats",
      "layouts/site",
      "layouts/features",
    ];
    const source = (await Promise.all(files.map(async (name) => await (await fetch(`/card/${name}.ts`)).text()))).join(
      "\n",
    );
    const built = [
      ...REASON_CODES.flatMap((code) => [`r_${code}`, `n_${code}`]),
      ...[
        "user",
        "breaker",
        "phase",
        "import",
        "circuit",
        "site",
        "inverter",
        "charger",
        "cable",
        "car",
        "schedule",
        "temperature",
        "fail_safe",
      ].map((word) => `l_${word}`),
      ...["standard", "eco", "solar", "excess", "off", "continuous", "mixed"].flatMap((mode) => [
        `m_${mode}`,
        `h_${mode}`,
      ]),
      ...[
        "available",
        "connected",
        "awaiting_authorization",
        "charging",
        "suspended_ev",
        "suspended_evse",
        "scheduled",
        "paused",
        "finished",
        "reserved",
        "updating",
        "out_of_service",
        "faulted",
        "offline",
        "unknown",
        "silent",
        "disconnected",
      ].map((word) => `s_${word}`),
      "sun",
      "battery",
      "grid",
      "house",
      "car",
      "export",
      "layout",
      "features",
      "sections",
      "read_only",
      "confirm_stop",
      "animate",
      "actions",
      "graph",
      "empty_next",
      "version_next",
      "f_groundfailure",
      "f_hightemperature",
      "f_overcurrentfailure",
      "f_connectorlockfailure",
    ];
    const unused = Object.keys(en).filter((key) => !built.includes(key) && !source.includes(`"${key}"`));
    expect(unused).to.deep.equal([]);
  });

  it("first lines are short in English", () => {
    for (const [key, line] of Object.entries(en)) {
      if (/^[rf]_/.test(key)) expect(line.replace(/\{\w+\}/g, "10 A").length, line).to.be.at.most(36);
    }
  });

  it("plurals follow the language: Slovenian has a dual", async () => {
    const { translator } = await import("../../card/i18n/languages.ts");
    const t = translator("sl-SI");
    expect([1, 2, 3, 5].map((n) => t("amperes", { n }))).to.deep.equal([
      "1 amper",
      "2 ampera",
      "3 amperi",
      "5 amperov",
    ]);
    expect(translator("pt-BR")("pause")).to.equal("Pausa");
    expect(translator("fi")("pause")).to.equal("Pause");
  });

  it("numbers, times and money follow the user's settings", async () => {
    const { Formatter } = await import("../../card/format.ts");
    const hass = House.garage({}, { language: "de" }).hass();
    const de = new Formatter(hass);
    expect(de.watts(6900)).to.equal("6,9\u00a0kW");
    expect(de.money(2.31, "EUR").replace(/\s/g, " ")).to.equal("2,31 €");
    expect(de.money(2.31, "points")).to.equal("2,31\u00a0points");
    expect(de.time(NOW, NOW)).to.equal("12:05");
    expect(de.hours(102 * 60_000)).to.equal("1:42");
    expect(de.countdown(3_909_000)).to.equal("1:05:09");
    const us = new Formatter({
      ...hass,
      locale: { language: "en", number_format: "space_comma", time_format: "12", time_zone: "server" },
    });
    expect(us.watts(12_340).replace(/\s/g, " ")).to.equal("12,3 kW");
    expect(us.time(NOW, NOW).replace(/\s/g, " ")).to.equal("12:05 PM");
  });

  it("a power around 1 kW does not change its unit with every tick", async () => {
    const { Formatter } = await import("../../card/format.ts");
    const fmt = new Formatter(House.garage().hass());
    expect([900, 960, 1001, 980, 949, 999].map((w) => fmt.power(w, "x").u)).to.deep.equal([
      "W",
      "W",
      "kW",
      "kW",
      "W",
      "W",
    ]);
  });
});
