/** An outlet with what keeps its limits, and the station as its limit controller sees it. */
import type { ChargerProblem } from "../../../../shared/charger.ts";
import { recall, remember } from "../limits/ladder-memory.ts";
import { LastResort } from "../limits/last-resort.ts";
import { LimitController } from "../limits/limit-controller.ts";
import type { LimitPort } from "../limits/limit-port.ts";
import { present } from "../facts/meter.ts";
import type { Outlet } from "../facts/outlet.ts";
import { trigger } from "../setup/setup.ts";
import type { StationDriver } from "./station-driver.ts";
import { ceilingA, electricOf, limitTraits, offeredSince } from "../boxes/traits.ts";

export interface OutletParts {
  readonly outlet: Outlet;
  readonly limits: LimitController;
  readonly lastResort: LastResort;
  problem: ChargerProblem | undefined;
}

export function makeParts(driver: StationDriver, outlet: Outlet): OutletParts {
  const drawer = driver.drawer.of(String(outlet.n));
  const lastResort = new LastResort(driver.context.clock, drawer, driver.options.allowReset);
  const limits = new LimitController({
    ...stationOf(driver, outlet),
    drawer,
    disobeyed(kind, limitA, detail) {
      if (limitA === 0) lastResort.pauseFailed();
      const { hint } = driver.model.deviations;
      driver.problem(outlet, {
        code: kind === "refused" ? "limit_refused" : "limit_ignored",
        text: detail,
        remedy: `Press Reset Profiles, check the wallbox's own limits${hint === undefined ? "" : `. ${hint}`}`,
      });
    },
    obeyed() {
      if (driver.parts.get(outlet)?.problem?.code.startsWith("limit_") === true) driver.problem(outlet, undefined);
    },
  });
  return { outlet, limits, lastResort, problem: undefined };
}

function stationOf(driver: StationDriver, outlet: Outlet): Omit<LimitPort, "drawer" | "disobeyed" | "obeyed"> {
  const { context, model, options } = driver;
  const electric = (): ReturnType<typeof electricOf> => electricOf(options, model, outlet, context.site.voltageV);
  return {
    clock: context.clock,
    log: driver.log,
    n: outlet.n,
    ref: () => outlet.ref,
    commands: () => (driver.ready ? driver.commands : undefined),
    linkUpAtMs: () => driver.linkedAtMs,
    ask: (request, priority, signal) => driver.ask(request, { priority, ...(signal === undefined ? {} : { signal }) }),
    traits: () => limitTraits(options, model),
    electric,
    maxA: () => ceilingA(options, outlet),
    failSafeA: () => options.failSafeA,
    transactionId: () => outlet.liveTx?.id,
    measured: () => {
      const legs = present(outlet.meter.legs("Current.Import"));
      const powerW = outlet.meter.total("Power.Active.Import", model.deviations.preferPhases === true);
      const headline = outlet.meter.headlineA(powerW, outlet.meter.phasesCarrying());
      return { currentA: legs.length > 0 ? Math.max(...legs) : headline, powerW, atMs: outlet.meter.flowAtMs };
    },
    idle: () => outlet.plugged === false && outlet.tx === undefined,
    askReadings: async (signal) => {
      const { commands } = driver;
      if (commands !== undefined) await trigger(driver.setupPort(commands, signal), "MeterValues", outlet);
    },
    offeredSince: (sinceMs) => offeredSince(outlet, electric(), sinceMs),
    skewMs: () => model.skew.ms,
    recall: () => recall(driver.drawer, model),
    remember: (rung, failSafe) => remember(driver.drawer, model, rung, failSafe),
    changed: () => driver.changed(outlet),
  };
}
