/** Composition root: makes every room and says who talks to whom. Starts in the direction of the data, stops in reverse. */
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import { commandOf } from "./assembly/controls.ts";
import { createSource } from "./assembly/drivers.ts";
import { createGarage } from "./assembly/garage.ts";
import { createInterpreter } from "./assembly/interpreter.ts";
import { adoptionNotices } from "./assembly/adoption.ts";
import { createLastErrors } from "./assembly/last-errors.ts";
import { createSettingsMemory } from "./assembly/memory.ts";
import { createPages } from "./assembly/pages.ts";
import { createRemedies } from "./assembly/remedies.ts";
import { startListening } from "./assembly/switchboard.ts";
import { dataDirOf } from "./config/data-dir.ts";
import type { BridgeConfig } from "./config/resolve.ts";
import { CONTROL_SECRET } from "./http/control.ts";
import { createHttpServer } from "./http/server.ts";
import { createOcppServer } from "./ocpp/server.ts";
import { emptyMemory } from "./planner/memory.ts";
import { plan } from "./planner/plan.ts";
import { createCommander } from "./site/commander.ts";
import { createDispatcher } from "./site/dispatcher.ts";
import { fallbackPlan } from "./site/fallback.ts";
import { createSiteLoop, type SiteLoop } from "./site/loop.ts";
import { createEnergyMeter } from "./site/meters.ts";
import { createServices } from "./site/services.ts";
import { createSessionRecorder } from "./site/sessions.ts";
import { initialState, reduce } from "./site/state.ts";
import { sessionsJson } from "./store/session-text.ts";
import { openStore } from "./store/store.ts";
import type { Command } from "../shared/commands.ts";
import { VERSION } from "./version.ts";

export interface BridgeParts {
  readonly config: BridgeConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the first page may write a configuration, and what is done then; absent: it is not shown. */
  readonly firstSteps?: { readonly file: string; readonly done: () => void };
}

export interface RunningBridge {
  /** Of the status page; undefined when its port is taken. */
  readonly httpPort: number | undefined;
  readonly ocppPorts: { readonly plain: number | undefined; readonly tls: number | undefined };
  /** Readings unavailable, statuses offline, chargers left on their fail-safe. */
  stop(): Promise<void>;
}

/** Written to disk at least this often while something is open. */
const FLUSH_MS = 60_000;

/** Never fails because a peer is down; throws only when the machine itself gives no ground (no memory for a database). */
export async function startBridge({ config, clock, log, firstSteps }: BridgeParts): Promise<RunningBridge> {
  const dataDir = dataDirOf(config, process.env);
  const store = openStore(dataDir, clock, log.child({ room: "store" }));
  const errors = createLastErrors(clock);
  const settings = createSettingsMemory(store.drawer("settings"));
  const meter = createEnergyMeter(store.drawer("energy"));
  const controlToken = await controlTokenOf(store.secrets, log);

  // The loop refers to rooms that refer to it: they meet through these functions.
  const loopNow = (): SiteLoop => loop;
  const ocpp = createOcppServer({
    clock,
    log,
    listen: config.ocpp.listen,
    ...(config.ocpp.tls === undefined ? {} : { tls: tlsOf(config.ocpp.tls) }),
    pingIntervalS: config.ocpp.pingIntervalS,
    callTimeoutMs: config.ocpp.callTimeoutS * 1000,
    trustedProxies: config.ocpp.trustedProxies,
    unknownStations: config.ocpp.unknownStations,
    // With the next round Home Assistant offers its adoption.
    onUnknown: () => loopNow().hurry(),
  });
  const garage = createGarage({
    clock,
    log: log.child({ room: "garage" }),
    loop: loopNow,
    chargers: config.chargers,
    create: (charger, context) =>
      createSource(charger, { ocpp, ocppConfig: config.ocpp, entities: hass.entities, context }),
    context: ({ config: { id } }) => ({
      clock,
      log: log.child({ room: "charger", charger: id }),
      store: store.drawer(`charger:${id}`),
      secrets: { get: (key) => store.secrets.get(id, key), set: (key, value) => store.secrets.set(id, key, value) },
      site: {
        voltageV: config.site.voltageV,
        phases: config.site.phases,
        timeZone: hass.status?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
      report: (problem) => errors.add(problem),
    }),
    remembered: (id) => settings.charger(id),
    onUp: (id) => {
      dispatcher.forget(id);
      loop.hurry();
    },
    energy: (id, registerWh) => meter.total(id, registerWh),
  });
  const chargerOf = (id: string) => garage.chargers.get(id)?.charger;
  const dispatcher = createDispatcher({
    clock,
    log: log.child({ room: "dispatcher" }),
    chargers: () => garage.chargers,
    onError: (id, error) =>
      errors.add({ title: `${garage.chargers.get(id)?.config.name ?? id}: limit not accepted`, detail: error.message }),
  });
  const remedies = createRemedies({
    clock,
    log,
    charger: chargerOf,
    forget: (id) => dispatcher.forget(id),
    report: (error) => errors.add(error),
  });
  const priceNow = (): number | undefined => config.price ?? loop.state.readings.price?.value;
  const currencyNow = (): string | undefined => config.currency ?? hass.status?.currency;
  const sessions = createSessionRecorder({ clock, store: store.sessions, price: priceNow, currency: currencyNow });
  const loop = createSiteLoop({
    clock,
    log: log.child({ room: "site" }),
    initial: initialState(config.site, settings.site(config.siteInitial, config.site)),
    decide: plan,
    memory: emptyMemory(),
    fallback: fallbackPlan,
    act(decided) {
      dispatcher.dispatch(decided.allocations);
      remedies.apply(decided.allocations);
    },
    show(state, decided) {
      sessions.follow(state, decided?.site);
      settings.keep(state);
      hass.show(state, decided);
    },
  });
  const commander = createCommander({
    clock,
    log: log.child({ room: "commands" }),
    loop,
    dispatcher,
    charger: chargerOf,
    reflect: (id) => hass.reflect(id, loop.state),
  });
  const services = createServices({
    clock,
    loop,
    commander,
    charger: chargerOf,
    locate: (word) => hass.locate(word),
    sessions: (filter) => sessionsJson(store.sessions.list(filter)).map((row) => ({ ...row })),
  });
  const hass = createInterpreter({
    config,
    clock,
    log,
    memory: store.drawer("hass"),
    sessionStore: store.sessions,
    sessions,
    currency: currencyNow,
    charger: chargerOf,
    version: VERSION,
    onCommand: (command) => wish(command),
    onReading: (key, reading) => loop.apply({ kind: "reading", key, reading }),
    onUp: (up) => loop.apply({ kind: "hass", up }),
    notices: () => adoptionNotices(ocpp.waiting(), config.ocpp.unknownStations === "show"),
    services,
    commandOf: (event) => commandOf(event, loop.state),
  });
  /** A helper that shows what is already true is no wish. */
  function wish(command: Command): void {
    const idle =
      command.kind.startsWith("set_") &&
      command.kind !== "set_setting" &&
      reduce(loop.state, { kind: "command", command, atMs: clock.nowMs() }) === loop.state;
    if (!idle) void commander.execute(command);
    else if ("charger" in command) hass.reflect(command.charger, loop.state);
    else hass.reflect("site", loop.state);
  }
  sessions.onEvent((event) => {
    log.info(
      { charger: event.charger, session: event.kind, energyWh: Math.round(event.record.energyWh) },
      "charging session",
    );
    hass.fireSession(event);
  });
  const http = createHttpServer({
    log: log.child({ room: "http" }),
    listen: config.http.listen,
    token: config.http.token,
    controlToken,
    routes: createPages({
      config,
      clock,
      loop,
      garage,
      hass,
      store,
      ocpp,
      errors,
      startedAtMs: clock.nowMs(),
      version: VERSION,
      firstSteps,
    }),
  });

  hass.start();
  const listening = startListening({
    ocpp,
    clock,
    log,
    listen: config.ocpp.listen,
    report: (error) => errors.add(error),
  });
  await listening.first;
  await garage.start();
  loop.start();
  try {
    await http.start();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const { host, port } = config.http.listen;
    const detail =
      code === "EADDRINUSE"
        ? `Port ${port} is taken by another program; stop it, or choose another port with http.listen.`
        : `${host}:${port} cannot be opened (${code ?? String(error)}); see http.listen.`;
    log.error({ detail }, "status page cannot listen; the bridge goes on without it");
    errors.add({ title: "Status page", detail });
  }
  const stopFlushing = clock.every(
    FLUSH_MS,
    () => store.flush(),
    (error) => log.error({ err: error }, "flush failed"),
  );
  log.info(
    { version: VERSION, chargers: config.chargers.length, ocpp: ocpp.ports, http: http.port, dataDir },
    "bridge started",
  );

  return {
    get httpPort() {
      return http.port;
    },
    get ocppPorts() {
      return ocpp.ports;
    },
    async stop() {
      stopFlushing();
      listening.stop();
      loop.stop();
      dispatcher.close();
      await http.close();
      await garage.close();
      await hass.close();
      await ocpp.close();
      sessions.flush();
      meter.flush();
      store.close();
    },
  };
}

async function controlTokenOf(
  secrets: {
    get(space: string, key: string): string | undefined;
    set(space: string, key: string, value: string): Promise<void>;
  },
  log: Log,
): Promise<string> {
  const known = secrets.get("http", CONTROL_SECRET);
  if (known !== undefined) return known;
  const made = randomBytes(24).toString("base64url");
  try {
    await secrets.set("http", CONTROL_SECRET, made);
  } catch (error) {
    log.warn({ err: error }, "the control token cannot be saved; `evse-bridge charger` will not find this bridge");
  }
  return made;
}

function tlsOf(tls: NonNullable<BridgeConfig["ocpp"]["tls"]>): {
  cert: readonly string[];
  key: readonly string[];
  clientCa?: readonly string[];
  ciphers?: string;
  listen?: { host: string; port: number };
} {
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === undefined ? {} : { clientCa: tls.clientCa }),
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    ...(tls.listen === undefined ? {} : { listen: tls.listen }),
  };
}
