/** Page of the visual tests: draws one card, or several, on request of the test outside. */
import { charger, House, type HouseOptions, NOW, root, site, type SiteOptions, type ChargerOptions } from "./house.ts";
import { clean, defineHaCard, mount } from "./page.ts";

export interface Shot {
  readonly layout: string;
  readonly state: string;
  readonly dark: boolean;
  readonly width: number;
  readonly language?: string;
  readonly rtl?: boolean;
  readonly config?: Record<string, unknown>;
}

const STATES: Record<string, ChargerOptions> = {
  charging: {},
  waiting: {
    status: "suspended_evse",
    reason: ["insufficient_solar", { short_w: 800, need_w: 1380 }],
    allocatedA: 0,
  },
  offline: { status: "offline" },
  fault: { status: "faulted", reason: ["fault", { code: "GroundFailure" }], allocatedA: 0 },
  silent: {},
  authorise: { status: "preparing", reason: ["authorization"] },
  available: { status: "available" },
  limited: { reason: ["limited_by", { source: "breaker", phase: "L2", limit_a: 10 }] },
};

/** A session of 102 minutes with a cloud in its middle and some grid power before it. */
function curve(): Record<string, { s: string; lu: number }[]> {
  const power: { s: string; lu: number }[] = [];
  const grid: { s: string; lu: number }[] = [];
  for (let minute = 0; minute < 102; minute++) {
    const lu = (NOW - (102 - minute) * 60_000) / 1000;
    const cloud = minute > 44 && minute < 54 ? 0 : Math.min(1, Math.abs(minute - 49) / 14);
    const sun = Math.min(1, minute / 14) * cloud * (5600 + 1300 * Math.sin(minute / 9));
    power.push({ s: String(Math.round(sun)), lu });
    grid.push({
      s: minute > 22 && minute < 42 ? String(Math.round(700 * Math.sin(((minute - 22) / 20) * Math.PI))) : "-400",
      lu,
    });
  }
  const start = power[0]?.lu ?? 0;
  return {
    "sensor.garage_power": power,
    "sensor.home_grid_power": grid,
    "input_number.garage_current_limit": [
      { s: "11", lu: start },
      { s: "13", lu: start + 3300 },
    ],
  };
}

async function draw(shot: Shot): Promise<void> {
  clean();
  document.documentElement.style.colorScheme = shot.dark ? "dark" : "light";
  const options: HouseOptions = {
    dark: shot.dark,
    language: shot.language ?? (shot.rtl === true ? "he" : "en"),
    rtl: shot.rtl === true,
  };
  const one = STATES[shot.state] ?? {};
  const beat = new Date(shot.state === "silent" ? NOW - 3_600_000 : NOW).toISOString();
  const three = shot.layout === "site";
  const rest = shot.state === "charging" || shot.state === "silent";
  // Each house's energy adds up: what comes in is what is used.
  const flowing = one.status === undefined && one.allocatedA === undefined;
  const mix: SiteOptions = !three
    ? flowing
      ? {}
      : shot.state === "waiting"
        ? { gridW: -580, solarW: 1680 }
        : { solarW: 1500 }
    : rest
      ? { batteryW: 900, gridW: 1200, solarW: 7200, houseW: 1000 }
      : { batteryW: -580, gridW: 0, solarW: 1580, houseW: 1000, legsA: [3, 4, 1] };
  const entities = three
    ? [
        ...charger(one),
        ...charger({
          id: "carport",
          name: "Carport",
          ...(rest
            ? {
                amps: 6,
                powerW: 1400,
                allocatedA: 6,
                reason: ["limited_by", { source: "breaker", phase: "L2", limit_a: 6 }],
              }
            : { status: "available" }),
          mode: "Eco",
          more: { phases_used: 1 },
        }),
        ...charger({
          id: "office",
          name: "Office",
          status: "suspended_evse",
          reason: ["battery_priority", { soc: 64, target: 80 }],
          allocatedA: 0,
          mode: "Standard",
        }),
      ]
    : charger(one);
  const names = [
    { id: "garage", name: "Garage" },
    { id: "carport", name: "Carport" },
    { id: "office", name: "Office" },
  ];
  const house = new House([root(three ? names : names.slice(0, 1), true, beat), ...entities, ...site(mix)], options);
  house.answer = curve();
  const config = { layout: shot.layout, animate: false, ...(three ? { name: "Home" } : {}), ...shot.config };
  const { card, box } = await mount(house, config, shot.width);
  box.style.margin = "8px";
  box.id = "shot";
  await Promise.all([document.fonts.load("400 14px Roboto"), document.fonts.load("500 14px Roboto")]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await card.updateComplete;
}

defineHaCard();
Object.assign(window, { draw });
