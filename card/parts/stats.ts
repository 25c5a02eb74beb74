/** Two to four figures beside the dial, chosen by state. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { DASH, type Quantity } from "../format.ts";
import { type HassEntity, number, text, time } from "../hass.ts";
import type { Key, Params } from "../i18n/languages.ts";
import { faultCode, modeLabel } from "../reason.ts";
import { figure } from "./head.ts";

export function statsPart(scene: Scene): TemplateResult | typeof nothing {
  const { view, t, fmt, now } = scene;
  const { params } = view;
  const out: TemplateResult[] = [];
  /** A figure nobody knows is left out. */
  const add = (label: Key, value: Quantity | string | undefined, params?: Params): boolean => {
    if (value === undefined) return false;
    out.push(
      html`<div>
        <dt>${t(label, params)}</dt>
        <dd>${typeof value === "string" ? value : figure(value)}</dd>
      </div>`,
    );
    return true;
  };
  const known = <T>(value: number | undefined, show: (value: number) => T): T | undefined =>
    value === undefined ? undefined : show(value);
  const hours = (minutes: number): Quantity => ({ n: fmt.hours(minutes * 60_000), u: "h" });
  const session = (): void => {
    if (view.has("energy_session")) add("session", fmt.energy(view.num("energy_session")));
  };
  const elapsed = (): void => {
    const start = known(time(view.word("session_start")), (ms) => (now - ms) / 60_000);
    add("time", known(view.num("session_duration") ?? start, hours));
  };
  const since = (when: unknown): boolean =>
    add(
      "since",
      known(time(when), (ms) => fmt.time(ms, now)),
    );
  /** In the user's currency, else in that of the entity, which may be one per kWh. */
  const money = (value: number | undefined, entity: HassEntity | undefined): string | undefined => {
    const [unit] = text(entity?.attributes["unit_of_measurement"])?.split("/") ?? [];
    return known(value, (sum) => fmt.money(sum, view.config.currency ?? unit ?? view.hass.config?.currency));
  };
  const cost = (): void => {
    // `price_entity`: an estimate at the present price, where the bridge keeps no cost.
    const price = view.hass.states[view.config.price_entity ?? ""];
    const estimate = money(number(Number(price?.state) * (view.num("energy_session") ?? NaN)), price);
    add("cost", money(view.num("session_cost"), view.entity("session_cost")) ?? (estimate && `≈ ${estimate}`));
  };
  const sun = (): void => {
    add(
      "sun",
      known(view.num("session_solar"), (value) => ({ n: fmt.number(value), u: "%" })),
    );
  };
  switch (view.silence ? "silent" : view.display) {
    case "silent":
      add(
        "as_of",
        known(view.last("energy_session"), (kwh) => fmt.energy(kwh)),
        { since: fmt.time(view.asOfMs, now) },
      );
      add(
        "last_power",
        known(view.last("power"), (watts) => fmt.power(watts)),
      );
      break;
    case "available":
      add(
        "last_time",
        known(view.num("last_session_energy"), (kwh) => fmt.energy(kwh)),
      );
      add("time", known(view.num("last_session_duration"), hours));
      break;
    case "connected":
    case "awaiting_authorization": {
      const mode = view.word("mode");
      elapsed();
      if (mode) add("mode", modeLabel(mode, t));
      break;
    }
    case "suspended_evse":
    case "scheduled": {
      const need = number(params["need_w"]);
      const short = number(params["short_w"]);
      if (need === undefined || short === undefined) session();
      else {
        add("spare", fmt.power(Math.max(0, need - short)));
        add("needed", fmt.power(need));
      }
      break;
    }
    case "paused":
      if (!since(params["since"])) session();
      sun();
      break;
    case "faulted":
      since(view.entity("status")?.last_changed);
      add("code", faultCode(view));
      break;
    default:
      if (view.display !== "finished") session();
      elapsed();
      cost();
      sun();
      if (view.display !== "finished" && view.has("soc")) add("battery", { n: view.word("soc") ?? DASH, u: "%" });
  }
  if (out.length === 0) return nothing;
  return html`<dl class="stats ${view.display === "faulted" ? "one" : ""}">${out.slice(0, 4)}</dl>`;
}
