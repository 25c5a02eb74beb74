/** The routes of the window: who asks what, answered from the living bridge. */
import type { Clock } from "../clock.ts";
import type { BridgeConfig } from "../config/resolve.ts";
import { controlReply } from "../http/control.ts";
import { diagnosticsReply, secretsIn } from "../http/diagnostics.ts";
import { healthReply } from "../http/health.ts";
import { metricsReply } from "../http/metrics.ts";
import { json, text, type Route } from "../http/server.ts";
import { setupRoutes, type SetupForm, type SetupParts } from "../http/setup.ts";
import { statusPage } from "../http/status.ts";
import type { OcppServer } from "../ocpp/station.ts";
import type { SiteLoop } from "../site/loop.ts";
import { sessionsCsv, sessionsJson } from "../store/session-text.ts";
import type { Store } from "../store/store.ts";
import { slugify } from "../../shared/slug.ts";
import { checkCertificates, checkEnergy, checkFailSafes, checkHass, checkSettings, type Check } from "./checks.ts";
import { findHomeAssistants } from "./discover.ts";
import {
  breakerComplaint,
  lanAddresses,
  stationComplaint,
  tokenComplaint,
  urlComplaint,
  writeFirstConfig,
} from "./first-config.ts";
import type { Garage } from "./garage.ts";
import type { Interpreter } from "./interpreter.ts";
import type { LastErrors } from "./last-errors.ts";
import { metricsOf } from "./metrics.ts";
import { statusModel } from "./status.ts";

export interface PageParts {
  readonly config: BridgeConfig;
  readonly clock: Clock;
  readonly loop: SiteLoop;
  readonly garage: Garage;
  readonly hass: Interpreter;
  readonly store: Store;
  readonly ocpp: OcppServer;
  readonly errors: LastErrors;
  readonly startedAtMs: number;
  readonly version: string;
  /** There is no configuration yet: the first page writes one to `file` and then calls `done`. */
  readonly firstSteps: { readonly file: string; readonly done: () => void } | undefined;
}

/** The doctor asks Home Assistant and reads files: not on every look at the page. */
const CHECK_MS = 5 * 60_000;

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
      ...checkEnergy(await hass.energyOffer()),
      ...(store.problem === undefined
        ? []
        : [{ id: "store", level: "bad" as const, title: "Storage", detail: store.problem }]),
    ];
  }

  let checked: { readonly checks: readonly Check[]; readonly atMs: number; readonly monotonicMs: number } | undefined;
  let checking = false;
  /** The page shows what was found last; a look finds anew in the background when that is old. */
  function recentChecks(): typeof checked {
    if (!checking && (checked === undefined || clock.monotonicMs() - checked.monotonicMs > CHECK_MS)) {
      checking = true;
      void checks()
        .then((found) => {
          checked = { checks: found, atMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
        })
        .catch((error: unknown) => parts.errors.add({ title: "Checks", detail: String(error) }))
        .finally(() => {
          checking = false;
        });
    }
    return checked;
  }

  function diagnostics(): Readonly<Record<string, unknown>> {
    return {
      version,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      running_s: Math.round((clock.nowMs() - parts.startedAtMs) / 1000),
      memory_mb: Math.round(process.memoryUsage().rss / 1_048_576),
      home_assistant: { ...hass.status, publishing: hass.publishing, limits: hass.limits },
      config: { ...config, hass: config.hass === undefined ? undefined : { ...config.hass, token: "***" } },
      state: loop.state,
      plan: loop.plan,
      errors: parts.errors.list(),
      waiting: parts.ocpp.waiting(),
      wire_logs: Object.fromEntries(
        [...garage.chargers].map(([id, { charger }]) => [id, charger.can.wireLog?.() ?? []]),
      ),
    };
  }

  const front: Route = {
    method: "GET",
    path: "/",
    handle: ({ ingressPath }) => {
      const recent = recentChecks();
      const model = statusModel({
        ...parts,
        checks: recent?.checks ?? [],
        checkedAtMs: recent?.atMs,
        storeProblem: store.problem,
      });
      return statusPage(model, ingressPath);
    },
  };

  return [
    ...(parts.firstSteps === undefined
      ? [front]
      : setupRoutes(firstPage(parts.firstSteps, clock, config.ocpp.listen.port))),
    { method: "GET", path: "/metrics", handle: () => metricsReply(metricsOf(loop, hass, clock)) },
    { method: "GET", path: "/api/diagnostics", handle: () => diagnosticsReply(diagnostics(), secretsIn(config)) },
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

function firstPage(
  { file, done }: { readonly file: string; readonly done: () => void },
  clock: Clock,
  ocppPort: number,
): SetupParts {
  return {
    propose: () => findHomeAssistants(clock),
    addresses: (station) => lanAddresses().map((address) => `ws://${address}:${ocppPort}/${station}`),
    async save(form) {
      const complaints: Partial<Record<keyof SetupForm | "form", string>> = {};
      const note = (field: keyof SetupForm | "form", complaint: string | undefined): void => {
        if (complaint !== undefined) complaints[field] = complaint;
      };
      note("url", await urlComplaint(form.url, clock));
      if (complaints.url === undefined) note("token", await tokenComplaint(form.url, form.token, clock));
      note("phases", /^[123]$/.test(form.phases) ? undefined : "1, 2 or 3.");
      note("breaker", breakerComplaint(form.breaker));
      if (form.station !== "") {
        note("station", stationComplaint(form.station));
        note("name", form.name === "" ? "It needs a name." : undefined);
        note("maximum", Number(form.maximum) >= 6 && Number(form.maximum) <= 80 ? undefined : "6 to 80 A.");
      }
      if (Object.keys(complaints).length > 0) return complaints;
      const charger =
        form.station === ""
          ? undefined
          : {
              id: slugify(form.name),
              name: form.name,
              driver: "ocpp",
              station: form.station,
              max_current: Number(form.maximum),
            };
      const problem = writeFirstConfig(file, {
        url: form.url,
        token: form.token,
        phases: Number(form.phases),
        breakerA: Number(form.breaker),
        charger,
      });
      if (problem !== undefined) return { form: problem };
      done();
      return {};
    },
  };
}
