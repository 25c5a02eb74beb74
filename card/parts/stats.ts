/** Two to four figures beside the dial, chosen by state. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { currencyOf, type Scene } from "../element.ts";
import { DASH, type Quantity } from "../format.ts";
import { number, text, time } from "../hass.ts";
import { modeLabel } from "../reason.ts";

interface Stat {
  readonly label: string;
  readonly value: Quantity;
}

export function statsOf(scene: Scene): readonly Stat[] {
  const { view, t, fmt, now } = scene;
  const out: Stat[] = [];
  const add = (label: string, value: Quantity | string | undefined): void => {
    if (value !== undefined) out.push({ label, value: typeof value === "string" ? { n: value, u: "" } : value });
  };
  const session = (label = t("session")): void => {
    if (view.has("energy_session")) add(label, fmt.energy(view.num("energy_session")));
  };
  const elapsed = (): Quantity | undefined => {
    const start = time(view.word("session_start"));
    const minutes = view.num("session_duration") ?? (start === undefined ? undefined : (now - start) / 60_000);
    return minutes === undefined ? undefined : { n: fmt.hours(minutes * 60_000), u: "h" };
  };
  const since = (when: unknown): boolean => {
    const ms = time(when);
    if (ms !== undefined) add(t("since"), fmt.time(ms, now));
    return ms !== undefined;
  };
  const cost = (): void => {
    const value = view.num("session_cost");
    if (value !== undefined) add(t("cost"), fmt.money(value, currencyOf(view, "session_cost")));
    else costByPrice(scene, add);
  };
  const sun = (): void => {
    const value = view.num("session_solar");
    if (value !== undefined) add(t("sun"), { n: fmt.number(value), u: "%" });
  };
  const mode = view.word("mode");
  if (view.silence !== undefined) {
    session(t("as_of", { since: fmt.time(view.asOfMs, now) }));
    const power = view.num("power");
    if (power !== undefined) add(t("last_power"), fmt.power(power));
    return out;
  }
  switch (view.display) {
    case "available": {
      const energy = view.num("last_session_energy");
      if (energy !== undefined) add(t("last_time"), fmt.energy(energy));
      const minutes = view.num("last_session_duration");
      if (minutes !== undefined) add(t("time"), { n: fmt.hours(minutes * 60_000), u: "h" });
      break;
    }
    case "connected":
    case "awaiting_authorization":
      add(t("time"), elapsed());
      if (mode !== undefined) add(t("mode"), modeLabel(mode, t));
      break;
    case "suspended_evse":
    case "scheduled": {
      const need = number(view.params["need_w"]);
      const short = number(view.params["short_w"]);
      if (need !== undefined && short !== undefined) {
        add(t("spare"), fmt.power(Math.max(0, need - short)));
        add(t("needed"), fmt.power(need));
      } else session();
      break;
    }
    case "paused": {
      if (!since(view.params["since"])) session();
      sun();
      break;
    }
    case "finished":
      add(t("time"), elapsed());
      cost();
      sun();
      break;
    case "faulted": {
      since(view.entity("status")?.last_changed);
      add(t("code"), text(view.params["code"]) ?? text(view.entity("problem")?.attributes["code"]));
      break;
    }
    default:
      session();
      add(t("time"), elapsed());
      cost();
      sun();
      if (view.has("soc")) add(t("battery"), { n: view.word("soc") ?? DASH, u: "%" });
  }
  return out.slice(0, 4);
}

/** `price_entity`: an estimate at the present price, where the bridge keeps no cost. */
function costByPrice(scene: Scene, add: (label: string, value: string) => void): void {
  const { view, t, fmt } = scene;
  const { price_entity } = view.config;
  const entity = price_entity === undefined ? undefined : view.hass.states[price_entity];
  const price = number(entity?.state);
  const energy = view.num("energy_session");
  if (price === undefined || energy === undefined) return;
  const unit = text(entity?.attributes["unit_of_measurement"])?.split("/")[0];
  add(t("cost"), `≈ ${fmt.money(price * energy, view.config.currency ?? unit ?? view.hass.config?.currency)}`);
}

export function statsPart(scene: Scene): TemplateResult | typeof nothing {
  const stats = statsOf(scene);
  if (stats.length === 0) return nothing;
  const one = scene.view.display === "faulted";
  return html`<dl class="stats ${one ? "one" : ""}">
    ${stats.map(
      ({ label, value }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value.n}${value.u === "" ? nothing : html`<small>${value.u}</small>`}</dd>
        </div>`,
    )}
  </dl>`;
}
