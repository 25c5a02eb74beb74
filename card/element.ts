/** What the card and the tile features share: hass, discovery, wishes, silence, words. Draws nothing itself. */
import { fireEvent, forwardHaptic } from "custom-card-helpers";
import { ChargerView } from "./charger.ts";
import type { CardConfig } from "./config.ts";
import { type ChargerRef, Discovery, type Found } from "./discovery.ts";
import { Drawn } from "./drawn.ts";
import { type Formatter, formatterFor } from "./format.ts";
import { inFrame, notInFrame, soon } from "./frames.ts";
import { type Hass, text } from "./hass.ts";
import { HassController } from "./hass-controller.ts";
import { Heartbeat } from "./heartbeat.ts";
import { languageFor, type Translate, translator } from "./i18n/languages.ts";
import { commandId, PRESSED, type Refusal, type Value, Wishes } from "./optimistic.ts";
import { SHEETS } from "./styles/sheet.ts";
import { Timers } from "./timers.ts";

/** The last hass any instance saw: the editor's form gets none. */
let lastHass: Hass | undefined;
export function lastSeenHass(): Hass | undefined {
  return lastHass;
}

/** All that a part needs to draw one charger. */
export interface Scene {
  readonly t: Translate;
  readonly fmt: Formatter;
  readonly now: number;
  readonly lang: string;
  readonly view: ChargerView;
  readonly found: Found;
  readonly wishes: Wishes;
  /** Controls are drawn as values. */
  readonly readOnly: boolean;
  /** Buttons cannot reach the wallbox now; helpers keep a wish. */
  readonly deaf: boolean;
  readonly heardMs: number | undefined;
  readonly act: EvseElement;
}

export abstract class EvseElement extends Drawn {
  protected override readonly sheets = SHEETS;
  config: CardConfig = { type: "custom:evse-card" };
  readonly timers = new Timers();
  readonly discovery = new Discovery();
  readonly wishes = new Wishes(
    this.timers,
    () => this.requestUpdate(),
    (refusal) => this.refused(refusal),
  );
  readonly #heartbeat = new Heartbeat(this.timers, () => this.requestUpdate());
  readonly #controller = new HassController((before, now) => this.#hassChanged(before, now));
  readonly #draw = (): void => this.drawNow();
  #fmt: Formatter | undefined;
  #t: Translate = translator("en");
  /** Drawings so far; the tests and benchmarks count them. */
  renders = 0;

  set hass(hass: Hass | undefined) {
    if (hass === undefined) return;
    lastHass = hass;
    this.#controller.set(hass);
  }

  get hass(): Hass | undefined {
    return this.#controller.hass;
  }

  /** Frozen in tests. */
  now(): number {
    return Date.now();
  }

  get t(): Translate {
    return this.#t;
  }

  get fmt(): Formatter {
    return (this.#fmt ??= formatterFor(this.hass ?? NO_HASS));
  }

  get language(): string {
    const hass = this.hass;
    return hass?.locale?.language ?? hass?.language ?? "en";
  }

  get rtl(): boolean {
    return this.hass?.translationMetadata?.translations[this.language]?.isRTL === true;
  }

  /** For a drawing: what it reads is watched. */
  get watched(): Hass | undefined {
    return this.#controller.watched;
  }

  find(hass: Hass): Found {
    return this.discovery.find(hass, this.config, this.hass?.states);
  }

  scene(hass: Hass, found: Found, ref: ChargerRef): Scene {
    const now = this.now();
    const link = hass.connected === false ? "disconnected" : this.#heartbeat.silent(now) ? "silent" : undefined;
    const { read_only, allowed_users } = this.config;
    const view = new ChargerView(hass, ref, this.config, link);
    return {
      t: this.t,
      fmt: this.fmt,
      now,
      lang: languageFor(this.language),
      view,
      found,
      wishes: this.wishes,
      readOnly: read_only === true || (allowed_users !== undefined && !allowed_users.includes(hass.user?.id ?? "")),
      deaf: view.silence !== undefined,
      heardMs: this.#heartbeat.heardMs,
      act: this,
    };
  }

  /** Sets a helper: shown at once, sent once, taken back when refused. */
  setValue(view: ChargerView, role: string, target: Value): void {
    const id = view.id(role);
    if (id === undefined) return;
    this.setEntity(id, target, view);
  }

  setEntity(id: string, target: Value, view: ChargerView | undefined): void {
    const hass = this.hass;
    if (hass === undefined) return;
    const domain = id.split(".")[0] ?? "";
    const [service, data] =
      typeof target === "boolean"
        ? [target ? "turn_on" : "turn_off", {}]
        : domain === "input_select" || domain === "select"
          ? ["select_option", { option: target }]
          : ["set_value", { value: target }];
    this.#wish(hass, id, target, view, () => hass.callService(domain, service, data, { entity_id: id }, false));
  }

  /** Presses a button helper; a second press before the answer is ignored. */
  press(view: ChargerView, role: string): void {
    const hass = this.hass;
    const id = view.id(role);
    if (hass === undefined || id === undefined || this.wishes.has(id)) return;
    const domain = id.split(".")[0] ?? "";
    const service = domain === "switch" || domain === "input_boolean" ? "turn_on" : "press";
    this.#wish(hass, id, PRESSED, view, () => hass.callService(domain, service, {}, { entity_id: id }, false));
    forwardHaptic("light");
  }

  moreInfo(entityId: string): void {
    fireEvent(this, "hass-more-info", { entityId });
  }

  notify(message: string, action?: { readonly text: string; readonly action: () => void }): void {
    fireEvent(this, "hass-notification", { message, ...(action === undefined ? {} : { action, duration: 10_000 }) });
  }

  refused(refusal: Refusal): void {
    forwardHaptic("failure");
    const t = this.t;
    const what = t(refusal.kind === "timeout" ? "r_timeout" : "r_refused");
    this.notify(refusal.detail === undefined ? what : `${what}: ${refusal.detail}`);
  }

  disconnectedCallback(): void {
    this.timers.clearAll();
    this.wishes.drop();
    notInFrame(this.#draw);
    this.drawNow();
  }

  protected override drawSoon(): void {
    soon(this.#draw);
  }

  protected override draw(): void {
    super.draw();
    this.renders += 1;
    this.#heartbeat.arm(this.now());
  }

  #wish(hass: Hass, entity: string, target: Value, view: ChargerView | undefined, run: () => Promise<unknown>): void {
    const command = view?.entity("command");
    this.wishes.make(
      {
        entity,
        target,
        from: hass.states[entity]?.state ?? "",
        atMs: this.now(),
        command: command?.entity_id,
        commandBefore: commandId(command),
        timeoutMs: view?.timeoutMs ?? 15_000,
      },
      run,
    );
  }

  #hassChanged(before: Hass | undefined, now: Hass): void {
    if (before?.connection !== now.connection || (before?.connected === false && now.connected !== false)) {
      this.discovery.forget();
    }
    if (
      before?.locale !== now.locale ||
      before?.language !== now.language ||
      before?.config?.time_zone !== now.config?.time_zone
    ) {
      this.#fmt = undefined;
      this.#t = translator(now.locale?.language ?? now.language);
    }
    const root = this.find(now).root;
    this.#heartbeat.look(root === undefined ? undefined : now.states[root], this.now());
    this.wishes.settle(now.states);
    if (before === undefined) this.requestUpdate();
    else if (this.isConnected) inFrame(this.#draw);
  }
}

const NO_HASS: Hass = {
  states: {},
  callService: () => Promise.reject(new Error("no connection")),
  callWS: () => Promise.reject(new Error("no connection")),
};

/** The unit of money: the user's word, the sensor's unit, Home Assistant's. */
export function currencyOf(view: ChargerView, role: string): string | undefined {
  return (
    view.config.currency ??
    text(view.entity(role)?.attributes["unit_of_measurement"]) ??
    view.hass.config?.currency ??
    undefined
  );
}
