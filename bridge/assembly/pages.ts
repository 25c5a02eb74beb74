/** The routes of the window: who asks what, answered from the living bridge. */
import type { Clock } from "../clock.ts";
import type { BridgeConfig } from "../config/resolve.ts";
import { controlReply } from "../http/control.ts";
import { healthReply } from "../http/health.ts";
import { json, text, type Route } from "../http/server.ts";
import type { SiteLoop } from "../site/loop.ts";
import { sessionsCsv, sessionsJson } from "../store/session-text.ts";
import type { Store } from "../store/store.ts";
import { checkCertificates, checkFailSafes, checkHass, checkSettings, type Check } from "./checks.ts";
import type { Garage } from "./garage.ts";
import type { Interpreter } from "./interpreter.ts";

export interface PageParts {
  readonly config: BridgeConfig;
  readonly clock: Clock;
  readonly loop: SiteLoop;
  readonly garage: Garage;
  readonly hass: Interpreter;
  readonly store: Store;
  readonly version: string;
}

export function createPages(parts: PageParts): readonly Route[] {
  const { config, clock, loop, garage, hass, store, version } = parts;

  async function checks(): Promise<readonly Check[]> {
    const failSafes = loop.state.chargers.map((charger) => ({
      name: charger.config.name,
      failSafe: charger.snapshot.failSafe,
    }));
    const links = loop.state.chargers.map(({ config: { id, name }, snapshot }): Check =>
      snapshot.link === "up"
        ? {
            id: `charger:${id}`,
            level: "good",
            title: `${name} connected`,
            detail: [snapshot.facts.vendor, snapshot.facts.model, snapshot.facts.protocol]
              .filter((word) => word !== undefined)
              .join(" "),
          }
        : {
            id: `charger:${id}`,
            level: "bad",
            title: `${name} connected`,
            detail:
              "No link. Its own page of the manual says what to look at; waiting stations are listed on the status page.",
          },
    );
    return [
      ...checkSettings(config),
      ...(await checkHass(config, clock)),
      ...checkCertificates(config, clock.nowMs()),
      ...links,
      ...checkFailSafes(failSafes),
      ...(store.problem === undefined
        ? []
        : [{ id: "store", level: "bad" as const, title: "Storage", detail: store.problem }]),
    ];
  }

  return [
    {
      method: "GET",
      path: "/health",
      open: true,
      handle: () =>
        healthReply({
          version,
          hass: hass.status ?? { state: "down", detail: "not configured" },
          chargers: loop.state.chargers.map((charger) => ({ id: charger.config.id, link: charger.snapshot.link })),
          planAgeS: loop.plannedAtMs === undefined ? undefined : (clock.monotonicMs() - loop.plannedAtMs) / 1000,
          tickS: config.site.tickS,
          store: store.problem,
        }),
    },
    {
      method: "GET",
      path: "/api/sessions",
      handle: ({ query }) => {
        const from = timeOf(query.get("from"));
        const to = timeOf(query.get("to"));
        if (from === "wrong" || to === "wrong") return text(400, "from and to should be dates such as 2026-11-01.");
        const charger = query.get("charger");
        const records = store.sessions.list({
          ...(charger === null ? {} : { charger }),
          ...(from === undefined ? {} : { fromMs: from }),
          ...(to === undefined ? {} : { toMs: to }),
        });
        if (query.get("format") !== "csv") return json(200, sessionsJson(records));
        return {
          status: 200,
          type: "text/csv; charset=utf-8",
          body: sessionsCsv(records),
          headers: { "Content-Disposition": 'attachment; filename="sessions.csv"' },
        };
      },
    },
    { method: "GET", path: "/api/checks", handle: async () => json(200, await checks()) },
    {
      method: "POST",
      path: "/api/charger",
      control: true,
      handle: ({ body }) =>
        controlReply(body, async ({ charger: id, action, args }) => {
          const charger = garage.chargers.get(id)?.charger;
          if (charger === undefined)
            throw new Error(`There is no charger "${id}"; known: ${[...garage.chargers.keys()].join(", ")}.`);
          const act = charger.can.admin?.[action];
          if (act === undefined)
            throw new Error(`"${id}" knows: ${Object.keys(charger.can.admin ?? {}).join(", ") || "no such actions"}.`);
          return await act(args, clock.deadline(110_000));
        }),
    },
  ];
}

function timeOf(value: string | null): number | "wrong" | undefined {
  if (value === null || value === "") return undefined;
  const ms = new Date(value).getTime();
  return Number.isNaN(ms) ? "wrong" : ms;
}
