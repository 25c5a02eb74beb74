/** What the card and the tile features share: hass, discovery, wishes, silence, words. Draws nothing itself. */
import { fireEvent, forwardHaptic } from "custom-card-helpers";
import { ChargerView } from "./charger.ts";
import type { CardConfig } from "./config.ts";
import { type ChargerRef, Discovery, type Found } from "./discovery.ts";
import { Drawn } from "./drawn.ts";
import { type Formatter, formatterFor } from "./format.ts";
import { inFrame, notInFrame, soon } from "./frames.ts";
import { type Fields, type Hass, languageOf } from "./hass.ts";
import { HassController } from "./hass-controller.ts";
import { Heartbeat } from "./heartbeat.ts";
import { type Translate, translator } from "./i18n/languages.ts";
import { commandId, PRESSED, type Refusal, Wishes } from "./optimistic.ts";
import { SHEET } from "./styles/sheet.ts";
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
  config: CardConfig = { type: "custom:evse-card" };
  readonly timers = new Timers();
  readonly discovery = new Discovery();
  readonly wishes = new Wishes(this);
  /** Currents shown while they are chosen, by helper; told when the choice is made. */
  readonly drafts = new Map<string, number>();
  readonly #heartbeat = new Heartbeat();
  readonly #controller = new HassController((before, now) => this.#hassChanged(before, now));
  readonly #draw = (): void => this.drawNow();
  /** Drawings so far; the tests and benchmarks count them. */
  renders = 0;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets.push(SHEET);
  }

  set hass(hass: Hass | undefined) {
    if (!hass) return;
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
    return translator(this.language);
  }

  get fmt(): Formatter {
    return formatterFor(this.hass);
  }

  get language(): string {
    return languageOf(this.hass);
  }

  get rtl(): boolean {
    return this.fmt.rtl;
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
      view,
      found,
      wishes: this.wishes,
      readOnly: read_only === true || allowed_users?.includes(hass.user?.id ?? "") === false,
      deaf: view.silence !== undefined,
      heardMs: this.#heartbeat.heardMs,
      act: this,
    };
  }

  /** Sets a helper: shown at once, sent once, taken back when refused. */
  setValue(view: ChargerView, role: string, target: string | number): void {
    const id = view.id(role);
    if (id) this.setEntity(id, String(target), view);
  }

  /** As `setValue`; `target` is the state that the entity is to show. */
  setEntity(id: string, target: string, view?: ChargerView): void {
    const { hass } = this;
    if (!hass) return;
    const [domain = ""] = id.split(".");
    const [service, data] = /^(switch|input_boolean)$/.test(domain)
      ? [target === "off" ? "turn_off" : "turn_on", {}]
      : target === PRESSED
        ? ["press", {}]
        : domain.endsWith("select")
          ? ["select_option", { option: target }]
          : ["set_value", { value: Number(target) }];
    const command = hass.states[view?.id("command") ?? ""];
    this.wishes.make(
      {
        entity: id,
        target,
        from: hass.states[id]?.state,
        command: command?.entity_id,
        commandBefore: commandId(command),
        timeoutMs: view?.timeoutMs ?? 15_000,
      },
      hass.callService(domain, service, data, { entity_id: id }, false),
    );
  }

  /** Presses a button helper; a second press before the answer is ignored. */
  press(view: ChargerView, role: string): void {
    if (this.wishes.target(view.id(role))) return;
    this.setValue(view, role, PRESSED);
    forwardHaptic("light");
  }

  moreInfo(entityId: string): void {
    fireEvent(this, "hass-more-info", { entityId });
  }

  notify(message: string, more: Fields = {}): void {
    fireEvent(this, "hass-notification", { message, ...more });
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
    this.drafts.clear();
    notInFrame(this.#draw);
    this.drawNow();
  }

  protected override drawSoon(): void {
    soon(this.#draw);
  }

  protected override draw(): void {
    super.draw();
    this.renders += 1;
    this.#heartbeat.arm(this.timers, this.now(), () => this.requestUpdate());
  }

  #hassChanged(before: Hass | undefined, now: Hass): void {
    if (before?.connection !== now.connection || (before?.connected === false && now.connected !== false)) {
      this.discovery.forget();
    }
    const { root = "" } = this.find(now);
    this.#heartbeat.look(now.states[root], this.now());
    this.wishes.settle(now.states);
    if (!before) this.requestUpdate();
    else if (this.isConnected) inFrame(this.#draw);
  }
}
