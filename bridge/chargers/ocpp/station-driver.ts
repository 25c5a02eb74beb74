/**
 * One configured station: holds the link, feeds the model, keeps the limits of its outlets, asks for readings.
 * Longer than two screens: it is the one place where link, model, limits and set-up meet.
 */
import type { ChargerProblem } from "../../../shared/charger.ts";
import type { Unsubscribe } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { CallOptions, InboundMeta, JsonObject, StationHandler, StationLink } from "../../ocpp/station.ts";
import { ChargerError, type ChargerContext } from "../charger.ts";
import { Authorisation, makeTag } from "./authorisation.ts";
import { ask } from "./calling.ts";
import { commands16 } from "./commands16.ts";
import { commands20 } from "./commands20.ts";
import type { Commands, Request, Token, TriggerTopic } from "./dialect.ts";
import { Drawer, nextNumber } from "./drawer.ts";
import { handle16 } from "./inbound16.ts";
import { handle20 } from "./inbound20.ts";
import { LastResort } from "./last-resort.ts";
import { LimitController } from "./limit-controller.ts";
import { present } from "./meter.ts";
import { StationModel } from "./model.ts";
import type { OcppChargerOptions } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import { Polling } from "./polling.ts";
import { setUp, trigger, type SetupPort } from "./setup.ts";
import { ceilingA, electricOf, limitTraits, offeredSince } from "./traits.ts";
import { RUNG_NAMES } from "./ladder.ts";
import type { RungName } from "./ladder.ts";

const TICK_MS = 2_000;
/** After a close the box counts as connected for this long: many drop and dial again at once. */
const GRACE_MS = 15_000;
/** A link without a BootNotification is a plain reconnect after this, ms. */
const RECONNECT_MS = 2_000;
const BOOT_TRIGGER_MS = 5_000;
const SETUP_MS = 10_000;
const SETUP_DEBOUNCE_MS = 2_000;
/** Back after a reboot within this, else something is wrong. */
const REBOOT_MS = 180_000;
const HISTORY_SHOWN_MS = 5_000;
const SKEW_PROBLEM_MS = 60_000;
/** A box with a refused tag has this long to stop by itself, ms. */
const REFUSED_MS = 5_000;
const REFUSED_AGAIN_MS = 60_000;

export interface OutletParts {
  readonly outlet: Outlet;
  readonly limits: LimitController;
  readonly lastResort: LastResort;
  problem: ChargerProblem | undefined;
}

export class StationDriver implements StationHandler {
  readonly options: OcppChargerOptions;
  readonly context: ChargerContext;
  readonly log: Log;
  readonly drawer: Drawer;
  readonly model: StationModel;
  readonly parts = new Map<Outlet, OutletParts>();
  link: StationLink | undefined;
  commands: Commands | undefined;
  reconnects = 0;
  latencyMs: number | undefined;
  readonly refusedTriggers = new Set<TriggerTopic>();
  readonly #polling: Polling;
  readonly #timers = new Map<string, Unsubscribe>();
  #linkedAtMs: number | undefined;
  #ready = false;
  #graceUntilMs: number | undefined;
  #rebootSinceMs: number | undefined;
  #setup: AbortController | undefined;
  #historyAtMs: number | undefined;
  #spoken = false;
  #bootedAtMs: number | undefined;
  #bootedAgain = false;
  #closed = false;
  #changed: (outlet: Outlet) => void;
  #grown: (parts: OutletParts) => void;
  lastChangeMs: number;

  constructor(
    options: OcppChargerOptions,
    context: ChargerContext,
    hooks: { readonly changed: (outlet: Outlet) => void; readonly grown: (parts: OutletParts) => void },
  ) {
    this.options = options;
    this.context = context;
    this.log = context.log;
    this.drawer = new Drawer(context.store);
    this.#changed = hooks.changed;
    this.#grown = hooks.grown;
    this.lastChangeMs = context.clock.nowMs();
    this.model = new StationModel({
      clock: context.clock,
      log: context.log,
      drawer: this.drawer,
      authorisation: new Authorisation(options, () => this.tag),
      quirks: options.quirks,
      connector: options.connector,
      events: {
        booted: (reason) => this.#booted(reason),
        outletFound: (outlet) => this.#found(outlet),
        started: (outlet) => this.#pushAgain(outlet, "session began"),
        charging: (outlet) => this.#pushAgain(outlet, "charging began"),
        ended: (outlet) => this.changed(outlet),
        preparing: (outlet) => this.#carCame(outlet),
        dynamicLimit: (id) => {
          const limits = [...this.parts.values()].map((parts) => parts.limits.dynamicLimit(id));
          return limits.find((limit) => limit !== undefined);
        },
        unknownTag: () => this.log.info("a tag that is not in the list was shown"),
        identified: () => undefined,
      },
    });
    this.#polling = new Polling(this);
    for (const outlet of this.model.outlets) this.parts.set(outlet, this.#partsOf(outlet));
  }

  /** The tag of remote starts. */
  get tag(): string {
    if (this.options.idTag !== undefined) return this.options.idTag;
    const kept = this.drawer.text("tag");
    if (kept !== undefined) return kept;
    const made = makeTag(Math.random);
    this.drawer.write("tag", made);
    return made;
  }

  token(): Token {
    const { deviations, config } = this.model;
    const fromBox = deviations.tagKey === undefined ? undefined : config.get(deviations.tagKey.toLowerCase())?.value;
    if (fromBox !== undefined && fromBox !== "") return { tag: fromBox, type: "Central" };
    if (deviations.tokenType !== undefined)
      return this.options.idTag === undefined
        ? { tag: "", type: "NoAuthorization" }
        : { tag: this.options.idTag, type: deviations.tokenType };
    return { tag: this.tag, type: "Central" };
  }

  get online(): boolean {
    if (this.#ready && this.link !== undefined) return true;
    return this.#graceUntilMs !== undefined && this.context.clock.monotonicMs() < this.#graceUntilMs;
  }

  /** Something was heard on any link since start. */
  get spoken(): boolean {
    return this.#spoken;
  }

  get ready(): boolean {
    return this.#ready && this.link !== undefined;
  }

  /** @throws ChargerError */
  async ask(request: Request, options: Partial<CallOptions> = {}): Promise<JsonObject> {
    const startedMs = this.context.clock.monotonicMs();
    const result = await ask(this.link, request, { priority: 3, ...options });
    this.latencyMs = Math.round(this.context.clock.monotonicMs() - startedMs);
    return result;
  }

  nextRemoteStartId(): number {
    return nextNumber(this.drawer, "remote_start", 1);
  }

  start(): void {
    this.#every();
  }

  #every(): void {
    this.#timer("tick", TICK_MS, () => {
      try {
        this.#tick();
      } catch (error) {
        this.log.error({ err: error }, "tick failed");
      }
      this.#every();
    });
  }

  #timer(name: string, ms: number, task: () => void): void {
    this.#timers.get(name)?.();
    if (!this.#closed) this.#timers.set(name, this.context.clock.after(ms, task));
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  onLink(link: StationLink): void {
    const { clock } = this.context;
    this.#setup?.abort();
    if (this.model.version !== undefined && this.model.version !== link.version) {
      this.log.info({ from: this.model.version, to: link.version }, "station changed its protocol version");
      this.model.sequences.clear();
      this.model.config.clear();
      this.refusedTriggers.clear();
    }
    this.model.version = link.version;
    this.link = link;
    this.commands = link.version === "1.6" ? commands16 : commands20(link.version);
    this.#ready = false;
    this.#linkedAtMs = clock.monotonicMs();
    if (this.#spoken) this.reconnects++;
    this.#timer("reconnect", RECONNECT_MS, () => this.#settle());
    if (this.model.deviations.neverTriggerBoot !== true)
      this.#timer("boot", BOOT_TRIGGER_MS, () => void this.#triggerBoot());
    this.#timer("setup", SETUP_MS, () => void this.#runSetup());
    this.log.info({ version: link.version, address: link.remoteAddress }, "station connected");
  }

  onUnlink(link: StationLink, why: string): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.#ready = false;
    this.#setup?.abort();
    for (const name of ["reconnect", "boot", "setup"]) this.#cancel(name);
    this.#graceUntilMs = this.context.clock.monotonicMs() + GRACE_MS;
    for (const { limits } of this.parts.values()) limits.linkLost();
    this.log.info({ why }, "station disconnected");
    this.#timer("grace", GRACE_MS + 1, () => this.#changedAll());
    this.#changedAll();
  }

  onCall(action: string, payload: JsonObject, meta: InboundMeta, link: StationLink): JsonObject {
    this.#spoken = true;
    this.model.violations += meta.violations.length;
    this.lastChangeMs = meta.receivedAtMs;
    const result =
      link.version === "1.6"
        ? handle16(this.model, action, payload, meta)
        : handle20(this.model, action, payload, meta);
    if (!this.#ready && action !== "BootNotification") this.#settle();
    if (action !== "Heartbeat") this.#changedAll();
    return result;
  }

  onSend(action: string): void {
    this.log.debug({ action }, "unanswered message");
  }

  #booted(reason: string | undefined): void {
    const now = this.context.clock.monotonicMs();
    const flood = this.#bootedAtMs !== undefined && now - this.#bootedAtMs < SETUP_DEBOUNCE_MS;
    this.#bootedAtMs = now;
    this.#timer("setup", SETUP_DEBOUNCE_MS, () => void this.#runSetup());
    // A box that repeats itself is heard once; what it may have forgotten is set again after the last time.
    if (flood) {
      this.#bootedAgain = true;
      return;
    }
    this.#rebootSinceMs = undefined;
    this.log.info({ ...this.model.identity, reason, quirks: this.model.quirkNames }, "station booted");
    this.#cancel("boot");
    this.#ready = false;
    // The answer to BootNotification goes out first: a box may ignore calls before it.
    this.#timer("reconnect", 0, () => this.#settle());
  }

  /** The link can be used: the limit comes first. */
  #settle(): void {
    this.#cancel("reconnect");
    if (this.#ready || this.link === undefined) return;
    this.#ready = true;
    this.#graceUntilMs = undefined;
    this.#learntTraits = JSON.stringify(limitTraits(this.options, this.model));
    for (const { limits } of this.parts.values()) limits.relearn();
    this.#changedAll();
  }

  async #triggerBoot(): Promise<void> {
    const request = this.commands?.trigger("BootNotification", undefined);
    if (request === undefined || this.model.deviations.noTriggers?.includes("BootNotification") === true) return;
    try {
      await this.ask(request, { priority: 4 });
    } catch (error) {
      this.log.debug({ err: error }, "boot notification not sent on request");
    }
  }

  async #runSetup(): Promise<void> {
    const { commands } = this;
    this.#cancel("setup");
    if (commands === undefined || this.link === undefined) return;
    this.#settle();
    if (this.#bootedAgain) for (const { limits } of this.parts.values()) limits.relearn();
    this.#bootedAgain = false;
    this.#setup?.abort();
    const controller = new AbortController();
    this.#setup = controller;
    try {
      await setUp(this.setupPort(commands, controller.signal));
      this.log.info("station set up");
    } catch (error) {
      if (!controller.signal.aborted) this.log.warn({ err: error }, "setup not finished");
    }
    this.#changedAll();
  }

  setupPort(commands: Commands, signal: AbortSignal): SetupPort {
    return {
      model: this.model,
      commands,
      log: this.log,
      meterIntervalS: this.options.meterIntervalS,
      tags: this.options.authorization,
      signal,
      ask: (request, options = {}) => this.ask(request, { priority: 4, signal, ...options }),
      learnt: () => this.#learnt(),
      triggerRefused: (topic) => this.refusedTriggers.add(topic),
    };
  }

  #learntTraits = "";

  /** The box's own words may change how limits are told. */
  #learnt(): void {
    const traits = JSON.stringify(limitTraits(this.options, this.model));
    if (traits === this.#learntTraits) return;
    this.#learntTraits = traits;
    for (const { limits } of this.parts.values()) limits.relearn();
  }

  #found(outlet: Outlet): void {
    const parts = this.#partsOf(outlet);
    this.parts.set(outlet, parts);
    this.#grown(parts);
    if (this.#ready) parts.limits.relearn();
  }

  #pushAgain(outlet: Outlet, why: string): void {
    this.parts.get(outlet)?.limits.pushAgain(why);
    this.changed(outlet);
  }

  #carCame(outlet: Outlet): void {
    this.changed(outlet);
    // A box that needs a remote start gets it, unless a card is asked for.
    const wants =
      this.options.autoStart || (this.model.deviations.needsRemoteStart === true && this.options.auth === "accept_all");
    if (!wants || this.parts.get(outlet)?.limits.held === true) return;
    const commands = this.commands;
    if (commands === undefined) return;
    this.ask(commands.start(outlet.ref, this.token(), this.nextRemoteStartId()), { priority: 2 }).catch(
      (error: unknown) => this.log.warn({ err: error }, "automatic start refused"),
    );
  }

  #partsOf(outlet: Outlet): OutletParts {
    const { clock } = this.context;
    const drawer = this.drawer.of(String(outlet.n));
    const electric = (): ReturnType<typeof electricOf> =>
      electricOf(this.options, this.model, outlet, this.context.site.voltageV);
    const lastResort = new LastResort(clock, drawer, this.options.allowReset);
    const limits = new LimitController({
      clock,
      log: this.log,
      drawer,
      n: outlet.n,
      ref: () => outlet.ref,
      commands: () => (this.#ready && this.link !== undefined ? this.commands : undefined),
      linkUpAtMs: () => this.#linkedAtMs,
      ask: (request, priority, signal) => this.ask(request, { priority, ...(signal === undefined ? {} : { signal }) }),
      traits: () => limitTraits(this.options, this.model),
      electric,
      maxA: () => ceilingA(this.options, outlet),
      failSafeA: () => this.options.failSafeA,
      transactionId: () => outlet.liveTx?.id,
      measured: () => {
        const legs = present(outlet.meter.legs("Current.Import"));
        const powerW = outlet.meter.total("Power.Active.Import", this.model.deviations.preferPhases === true);
        const headline = outlet.meter.headlineA(powerW, outlet.meter.phasesCarrying());
        return { currentA: legs.length > 0 ? Math.max(...legs) : headline, powerW, atMs: outlet.meter.flowAtMs };
      },
      idle: () => outlet.plugged === false && outlet.tx === undefined,
      askReadings: async (signal) => {
        const { commands } = this;
        if (commands !== undefined) await trigger(this.setupPort(commands, signal), "MeterValues", outlet);
      },
      offeredSince: (sinceMs) => offeredSince(outlet, electric(), sinceMs),
      skewMs: () => this.model.skew.ms,
      recall: () => this.#recall(),
      remember: (rung, failSafe) => this.#remember(rung, failSafe),
      changed: () => this.changed(outlet),
      disobeyed: (kind, limitA, detail) => {
        if (limitA === 0) lastResort.pauseFailed();
        this.#problem(outlet, {
          code: kind === "refused" ? "limit_refused" : "limit_ignored",
          text: detail,
          remedy: `Press Reset Profiles, check the wallbox's own limits${this.model.deviations.hint === undefined ? "" : `. ${this.model.deviations.hint}`}`,
        });
      },
      obeyed: () => {
        if (this.parts.get(outlet)?.problem?.code.startsWith("limit_") === true) this.#problem(outlet, undefined);
      },
    });
    return { outlet, limits, lastResort, problem: undefined };
  }

  #recall(): { readonly rung: RungName | undefined; readonly failSafe: "proven" | "unproven" | undefined } {
    const stored = this.drawer.record("ladder");
    if (stored === undefined || stored["kind"] !== (this.model.kind ?? ""))
      return { rung: undefined, failSafe: undefined };
    const failSafe = stored["failSafe"];
    return {
      rung: RUNG_NAMES.find((name) => name === stored["rung"]),
      failSafe: failSafe === "proven" || failSafe === "unproven" ? failSafe : undefined,
    };
  }

  #remember(rung: RungName | undefined, failSafe: string): void {
    this.drawer.write("ladder", { kind: this.model.kind ?? "", rung: rung ?? null, failSafe });
  }

  #problem(outlet: Outlet, problem: ChargerProblem | undefined): void {
    const parts = this.parts.get(outlet);
    if (parts === undefined || parts.problem?.code === problem?.code) return;
    parts.problem = problem;
    if (problem !== undefined) {
      this.log.warn({ problem: problem.code, detail: problem.text }, "wallbox needs attention");
      this.context.report({
        title: `${this.options.name}: ${problem.code}`,
        detail: `${problem.text} ${problem.remedy}`,
      });
    }
    this.changed(outlet);
  }

  /** Reboots the box; the persisted wish is the first thing it hears when it is back. @throws ChargerError */
  async reboot(kind: "soft" | "hard", signal: AbortSignal): Promise<void> {
    const commands = this.commands;
    if (commands === undefined || !this.ready) throw new ChargerError("offline", "The wallbox is not connected.");
    try {
      const result = await this.ask(commands.reset(kind), { signal });
      const status = result["status"];
      if (status !== "Accepted" && status !== "Scheduled")
        throw new ChargerError(
          "rejected",
          `The wallbox answered Reset with ${typeof status === "string" ? status : "no status"}.`,
        );
    } catch (error) {
      // The socket closing before the answer is an answer too.
      if (!(error instanceof ChargerError) || error.code !== "offline") throw error;
    }
    this.model.expecting = "reboot";
    this.#rebootSinceMs = this.context.clock.monotonicMs();
    this.#changedAll();
  }

  #tick(): void {
    const { clock } = this.context;
    const now = clock.monotonicMs();
    if (this.#rebootSinceMs !== undefined && now - this.#rebootSinceMs > REBOOT_MS) {
      this.#rebootSinceMs = undefined;
      this.model.expecting = undefined;
      for (const outlet of this.parts.keys())
        this.#problem(outlet, {
          code: "not_back_after_reset",
          text: "The wallbox has not come back three minutes after its reboot.",
          remedy: "Switch it off and on at its breaker.",
        });
    }
    this.#checkClock();
    for (const { outlet, limits, lastResort } of this.parts.values()) {
      if (outlet.liveTx !== undefined)
        outlet.meter.expire(clock.nowMs(), Math.max(60_000, 3000 * this.options.meterIntervalS));
      this.#showHistory(outlet, now);
      if (!this.ready) continue;
      limits.tick();
      this.#stopRefused(outlet, now);
      const powerW = outlet.meter.total("Power.Active.Import");
      if (lastResort.due({ paused: limits.desiredA === 0, plugged: outlet.plugged === true, powerW })) {
        lastResort.done();
        this.log.warn({ powerW }, "pause defied, rebooting the wallbox");
        this.reboot("hard", clock.deadline(60_000)).catch((error: unknown) =>
          this.log.warn({ err: error }, "reboot refused"),
        );
      }
    }
    if (this.ready) this.#polling.tick();
    this.#changedAll();
  }

  /** A session whose tag was refused and that charges on is ended from here. */
  #stopRefused(outlet: Outlet, now: number): void {
    const tx = outlet.liveTx;
    if (tx?.refusedAtMs === undefined || now - tx.refusedAtMs < REFUSED_MS) return;
    const { status } = outlet.status(this.model.family, this.model.stationStatus, this.model.expecting);
    const request = this.commands?.stop(tx.id);
    if (status !== "charging" || request === undefined) return;
    tx.refusedAtMs = now + REFUSED_AGAIN_MS;
    this.ask(request, { priority: 1 }).catch((error: unknown) =>
      this.log.warn({ err: error }, "session with a refused tag not stopped"),
    );
  }

  #checkClock(): void {
    const skew = this.model.skew.ms;
    for (const parts of this.parts.values()) {
      const off = skew !== undefined && Math.abs(skew) > SKEW_PROBLEM_MS;
      if (off && parts.problem === undefined)
        this.#problem(parts.outlet, {
          code: "clock_skew",
          text: `The wallbox's clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? "behind" : "ahead"}.`,
          remedy: "Let it set its time from this server or from NTP.",
        });
      else if (!off && parts.problem?.code === "clock_skew") this.#problem(parts.outlet, undefined);
    }
  }

  /** Sessions of an offline time are shown one after the other, long enough to be written down. */
  #showHistory(outlet: Outlet, now: number): void {
    if (outlet.history.length === 0) return;
    this.#historyAtMs ??= now;
    if (now - this.#historyAtMs < HISTORY_SHOWN_MS) return;
    const shown = outlet.history.shift();
    if (outlet.liveTx === undefined && shown !== undefined) outlet.last = shown;
    this.#historyAtMs = outlet.history.length > 0 ? now : undefined;
  }

  changed(outlet: Outlet): void {
    if (!this.#closed) this.#changed(outlet);
  }

  #changedAll(): void {
    for (const outlet of this.parts.keys()) this.changed(outlet);
  }

  /** Low limits first, then nothing more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#setup?.abort();
    const deadline = new AbortController();
    const cancel = this.context.clock.after(5_000, () => deadline.abort(new ChargerError("timeout", "Closing.")));
    await Promise.all([...this.parts.values()].map(({ limits }) => limits.close(deadline.signal)));
    cancel();
    this.#closed = true;
    for (const outlet of this.parts.keys()) outlet.flush();
    for (const stop of this.#timers.values()) stop();
    this.#timers.clear();
  }
}
