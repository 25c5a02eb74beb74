/** One configured station: where its link, its model, the limits of its outlets and what is asked of it come together. */
import type { ChargerProblem } from "../../../../shared/charger.ts";
import type { Log } from "../../../log.ts";
import type { CallOptions, InboundMeta, JsonObject, StationHandler, StationLink } from "../../../ocpp/station.ts";
import { ChargerError, type ChargerContext } from "../../charger.ts";
import { Authorisation } from "../authorisation.ts";
import { ask } from "../wire/calling.ts";
import { commands16 } from "../wire/commands16.ts";
import { commands20 } from "../wire/commands20.ts";
import type { Commands, Request, Token, TriggerTopic } from "../wire/dialect.ts";
import { Drawer, nextNumber } from "../drawer.ts";
import { handle16 } from "../wire/inbound16.ts";
import { handle20 } from "../wire/inbound20.ts";
import { StationModel } from "../facts/model.ts";
import type { OcppChargerOptions } from "../options.ts";
import type { Outlet } from "../facts/outlet.ts";
import { makeParts, type OutletParts } from "./outlet-parts.ts";
import { ownTag, startToken } from "./own-tag.ts";
import { Reboot } from "./reboot.ts";
import type { SetupPort } from "../setup/setup-port.ts";
import { Timers } from "./timers.ts";
import { Watch } from "./watch.ts";
import { Welcome } from "./welcome.ts";

const TICK_MS = 2_000;

export class StationDriver implements StationHandler {
  readonly options: OcppChargerOptions;
  readonly context: ChargerContext;
  readonly log: Log;
  readonly drawer: Drawer;
  readonly model: StationModel;
  readonly parts = new Map<Outlet, OutletParts>();
  readonly rebooting: Reboot;
  readonly refusedTriggers = new Set<TriggerTopic>();
  link: StationLink | undefined;
  commands: Commands | undefined;
  reconnects = 0;
  latencyMs: number | undefined;
  lastChangeMs: number;
  readonly #timers: Timers;
  readonly #welcome: Welcome;
  readonly #watch: Watch;
  readonly #changed: (outlet: Outlet) => void;
  readonly #grown: (parts: OutletParts) => void;
  #spoken = false;
  #closed = false;

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
      authorisation: new Authorisation(options, () => this.tag, this.drawer),
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
    this.#timers = new Timers(context.clock);
    this.#welcome = new Welcome(this, this.#timers);
    this.rebooting = new Reboot(this);
    this.#watch = new Watch(this);
    for (const outlet of this.model.outlets) this.parts.set(outlet, makeParts(this, outlet));
  }

  /** The tag of remote starts. */
  get tag(): string {
    return ownTag(this.options, this.drawer);
  }

  token(): Token {
    return startToken(this.options, this.drawer, this.model);
  }

  get online(): boolean {
    return this.#welcome.online;
  }

  /** The box takes commands. */
  get ready(): boolean {
    return this.#welcome.ready;
  }

  /** When the present link was opened, monotonic ms. */
  get linkedAtMs(): number | undefined {
    return this.#welcome.linkedAtMs;
  }

  /** Something was heard on any link since start. */
  get spoken(): boolean {
    return this.#spoken;
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

  /** The stations of a large site start together; their ticks are spread, so that none waits for all the others. */
  start(): void {
    this.#tickAfter(TICK_MS + (spread(this.options.station) % TICK_MS));
  }

  #tickAfter(ms: number): void {
    this.#timers.set("tick", ms, () => {
      try {
        this.#watch.tick();
      } catch (error) {
        this.log.error({ err: error }, "tick failed");
      }
      this.#tickAfter(TICK_MS);
    });
  }

  onLink(link: StationLink): void {
    const { model } = this;
    if (model.version !== undefined && model.version !== link.version) {
      this.log.info({ from: model.version, to: link.version }, "station changed its protocol version");
      model.transactions.forgetSequences();
      model.config.clear();
      this.refusedTriggers.clear();
    }
    model.version = link.version;
    this.link = link;
    this.commands = link.version === "1.6" ? commands16 : commands20(link.version);
    if (this.#spoken) this.reconnects++;
    this.#welcome.linked();
    this.log.info({ version: link.version, address: link.remoteAddress }, "station connected");
  }

  onUnlink(link: StationLink, why: string): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.#welcome.unlinked();
    for (const { limits } of this.parts.values()) limits.linkLost();
    this.log.info({ why }, "station disconnected");
    this.changedAll();
  }

  onCall(action: string, payload: JsonObject, meta: InboundMeta, link: StationLink): JsonObject {
    this.#spoken = true;
    this.model.violations += meta.violations.length;
    this.lastChangeMs = meta.receivedAtMs;
    const result =
      link.version === "1.6"
        ? handle16(this.model, action, payload, meta)
        : handle20(this.model, action, payload, meta);
    if (!this.ready && action !== "BootNotification") this.#welcome.settle();
    if (action !== "Heartbeat") this.changedAll();
    return result;
  }

  onSend(action: string): void {
    this.log.debug({ action }, "unanswered message");
  }

  /** Reboots the box; the persisted wish is the first thing it hears when it is back. @throws ChargerError */
  reboot(kind: "soft" | "hard", signal: AbortSignal): Promise<void> {
    return this.rebooting.request(kind, signal);
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
      learnt: () => this.#welcome.learnt(),
      triggerRefused: (topic) => this.refusedTriggers.add(topic),
    };
  }

  /** All limits anew: the box may have forgotten them, or wants them told another way. */
  relearnLimits(): void {
    for (const { limits } of this.parts.values()) limits.relearn();
  }

  /** Shows a problem of the outlet until it is taken back; told once. */
  problem(outlet: Outlet, problem: ChargerProblem | undefined): void {
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

  changed(outlet: Outlet): void {
    if (!this.#closed) this.#changed(outlet);
  }

  changedAll(): void {
    for (const outlet of this.parts.keys()) this.changed(outlet);
  }

  #booted(reason: string | undefined): void {
    if (!this.#welcome.booted()) return;
    this.rebooting.isBack();
    this.log.info({ ...this.model.identity, reason, quirks: this.model.quirkNames }, "station booted");
  }

  #found(outlet: Outlet): void {
    const parts = makeParts(this, outlet);
    this.parts.set(outlet, parts);
    this.#grown(parts);
    if (this.ready) parts.limits.relearn();
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

  /** Low limits first, then nothing more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#welcome.close();
    const deadline = new AbortController();
    const cancel = this.context.clock.after(5_000, () => deadline.abort(new ChargerError("timeout", "Closing.")));
    await Promise.all([...this.parts.values()].map(({ limits }) => limits.close(deadline.signal)));
    cancel();
    this.#closed = true;
    for (const outlet of this.parts.keys()) outlet.flush();
    this.#timers.close();
  }
}

/** A number of the text's own, the same at each start. */
function spread(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 1_000_003;
  return sum;
}
