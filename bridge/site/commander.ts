/** Carries out what a person asked for and tells its fate: `sensor.<charger>_command` goes pending → accepted, rejected or timeout. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { ChargerError, type Charger } from "../chargers/charger.ts";
import { shownStatus } from "../../shared/charger.ts";
import type { ChargerCommand, Command, CommandState } from "../../shared/commands.ts";
import type { ChargerSettings, ChargerState } from "../../shared/site.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { asChargerError } from "./dispatcher.ts";
import type { SiteLoop } from "./loop.ts";
import { chargerOf } from "./state.ts";

export type CommandResult =
  { readonly ok: true; readonly detail?: string } | { readonly ok: false; readonly error: string };

export interface Commander {
  /** Never rejects; resolves when the box has answered, in bounded time. */
  execute(command: Command, options?: { readonly maxA?: number }): Promise<CommandResult>;
}

export interface CommanderParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly loop: SiteLoop;
  readonly dispatcher: Dispatcher;
  readonly charger: (id: string) => Charger | undefined;
  /** The helpers are to show the truth again (a refused wish, an unchanged setting). */
  readonly reflect: (charger: string) => void;
}

/** One early round of the loop, with room to spare. */
const ROUND_MS = 60;

export function createCommander({ clock, log, loop, dispatcher, charger: find, reflect }: CommanderParts): Commander {
  async function execute(command: Command, options: { readonly maxA?: number } = {}): Promise<CommandResult> {
    if (!("charger" in command)) {
      loop.apply({ kind: "command", command, atMs: clock.nowMs() });
      return { ok: true };
    }
    const state = chargerOf(loop.state, command.charger);
    const charger = find(command.charger);
    if (state === undefined || charger === undefined)
      return { ok: false, error: `There is no charger "${command.charger}".` };
    if (isAction(command) && state.command.state === "pending" && state.command.name === command.kind)
      return { ok: false, error: `${command.kind} is under way already.` };
    const commandId = randomUUID();
    const told: Pick<CommandState, "commandId" | "name" | "value"> = {
      commandId,
      name: command.kind,
      value: valueOf(command),
    };
    const tell = (fate: CommandState["state"], detail?: string): void => {
      // A newer command owns the entity by now.
      const current = chargerOf(loop.state, command.charger)?.command;
      if (fate !== "pending" && current?.commandId !== commandId) return;
      loop.apply({
        kind: "command_state",
        charger: command.charger,
        state: { ...told, state: fate, detail, atMs: clock.nowMs() },
      });
    };
    tell("pending");
    try {
      const detail = await run(command, state, charger, options);
      tell("accepted", detail);
      log.info({ charger: command.charger, command: command.kind, value: told.value }, "command accepted");
      return { ok: true, ...(detail === undefined ? {} : { detail }) };
    } catch (error) {
      const failure = asChargerError(error);
      tell(failure.code === "timeout" ? "timeout" : "rejected", failure.message);
      log.warn(
        {
          charger: command.charger,
          command: command.kind,
          value: told.value,
          code: failure.code,
          detail: failure.message,
        },
        "command not accepted",
      );
      return { ok: false, error: failure.message };
    } finally {
      reflect(command.charger);
    }
  }

  async function run(
    command: ChargerCommand,
    state: ChargerState,
    charger: Charger,
    options: { readonly maxA?: number },
  ): Promise<string | undefined> {
    const signal = clock.deadline(charger.snapshot.facts.commandTimeoutS * 1000);
    switch (command.kind) {
      case "set_mode":
      case "set_min_current":
      case "set_dynamic_control":
        loop.apply({ kind: "command", command, atMs: clock.nowMs() });
        return undefined;
      case "set_max_current":
      case "set_enabled":
      case "pause":
        return await wish(command, state, charger);
      case "start":
        return await start(command, state, charger, signal, options.maxA);
      case "stop":
        return await stop(command, state, charger, signal);
      case "reset": {
        await use(charger, charger.can.reset?.bind(undefined, "soft"), "be rebooted from here", signal);
        return;
      }
      case "reset_profiles":
        await use(charger, charger.can.resetProfiles, "reset its limits", signal);
        dispatcher.forget(command.charger);
        loop.hurry();
        return undefined;
      case "unlock": {
        await use(charger, charger.can.unlock, "be unlocked from here", signal);
        return;
      }
      case "refresh": {
        await use(charger, charger.can.refresh, "be asked for readings", signal);
        return;
      }
      case "set_setting":
        requireLink(charger);
        if (charger.can.settings === undefined) throw new ChargerError("unsupported", "This charger has no settings.");
        await charger.can.settings.set(command.key, command.value, signal);
        return undefined;
    }
  }

  /** A change of the user's limit or pause: reduced, planned, sent; then the box's answer decides. */
  async function wish(command: ChargerCommand, before: ChargerState, charger: Charger): Promise<string | undefined> {
    const id = command.charger;
    loop.apply({ kind: "command", command, atMs: clock.nowMs() });
    loop.hurry();
    const wanted = chargerOf(loop.state, id)?.settings;
    await clock.sleep(ROUND_MS);
    const refused = await dispatcher.settled(id);
    if (refused === undefined) return undefined;
    if (refused.code === "offline" || charger.snapshot.link === "down")
      return "The wallbox is not connected; this is applied when it is back.";
    // A wish to pause stands even when the box refuses it: nothing may raise the current after a failed pause.
    if (wanted !== undefined && !pauses(wanted)) {
      const now = chargerOf(loop.state, id)?.settings;
      if (now === wanted) loop.apply({ kind: "settings", charger: id, settings: before.settings });
    }
    throw refused;
  }

  async function start(
    command: ChargerCommand,
    state: ChargerState,
    charger: Charger,
    signal: AbortSignal,
    maxA: number | undefined,
  ): Promise<string | undefined> {
    requireLink(charger);
    if (state.settings.mode === "off")
      throw new ChargerError("rejected", "The mode is Off; choose another mode first.");
    if (maxA !== undefined)
      loop.apply({
        kind: "command",
        command: { kind: "set_max_current", charger: command.charger, limitA: maxA },
        atMs: clock.nowMs(),
      });
    loop.apply({ kind: "command", command, atMs: clock.nowMs() });
    loop.hurry();
    // The limit is in place before the session begins, else the car draws the box's maximum for a while.
    await clock.sleep(ROUND_MS);
    const refused = await dispatcher.settled(command.charger);
    if (refused !== undefined && refused.code !== "offline") throw refused;
    await charger.can.session?.start(signal, maxA);
    return undefined;
  }

  async function stop(
    command: ChargerCommand,
    state: ChargerState,
    charger: Charger,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const session = charger.can.session;
    if (session === undefined || !session.stopEnds) {
      await wish({ kind: "pause", charger: command.charger }, state, charger);
      return session === undefined ? undefined : "Paused: on this wallbox an ended session would need a replug.";
    }
    requireLink(charger);
    try {
      await session.stop(signal);
    } catch (error) {
      // What cannot be ended must at least not charge on: the next plan knows of the pause as well.
      if (error instanceof ChargerError && error.code === "rejected") {
        loop.apply({ kind: "command", command: { kind: "pause", charger: command.charger }, atMs: clock.nowMs() });
        loop.hurry();
      }
      throw error;
    }
    return undefined;
  }

  async function use(
    charger: Charger,
    action: ((signal: AbortSignal) => Promise<void>) | undefined,
    what: string,
    signal: AbortSignal,
  ): Promise<undefined> {
    requireLink(charger);
    if (action === undefined) throw new ChargerError("unsupported", `This charger cannot ${what}.`);
    await action(signal);
    return undefined;
  }

  return { execute };
}

function requireLink(charger: Charger): void {
  if (shownStatus(charger.snapshot) === "offline") throw new ChargerError("offline", "The wallbox is not connected.");
}

function pauses(settings: ChargerSettings): boolean {
  return !settings.enabled || settings.limitA === 0 || settings.mode === "off";
}

function isAction(command: ChargerCommand): boolean {
  return ["start", "stop", "pause", "reset", "reset_profiles", "unlock", "refresh"].includes(command.kind);
}

function valueOf(command: ChargerCommand): string | number | boolean | undefined {
  switch (command.kind) {
    case "set_mode":
      return command.mode;
    case "set_max_current":
    case "set_min_current":
      return command.limitA;
    case "set_enabled":
    case "set_dynamic_control":
      return command.on;
    case "set_setting":
      return command.value;
    case "start":
    case "stop":
    case "pause":
    case "reset":
    case "reset_profiles":
    case "unlock":
    case "refresh":
      return undefined;
  }
}
