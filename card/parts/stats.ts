/** Two to four figures beside the dial, chosen by state. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { currencyOf, type Scene } from "../element.ts";
import { DASH, type Quantity } from "../format.ts";
import { number, text, time } from "../hass.ts";
import { modeLabel } from "../reason.ts";
import { figure } from "./head.ts";

interface Stat {
  readonly label: string;
  readonly value: Quantity;
}

export function statsOf(scene: Scene): readonly Stat[] {
  const { view, t, fmt, now } = scene;
  const { params } = view;
  const out: Stat[] = [];
  /** A figure nobody knows is left out. */
  const add = (label: string, value: Quantity | string | undefined): boolean => {
    if (value !== undefined) out.push({ label, value: typeof value === "string" ? { n: value, u: "" } : value });
    return value !== undefined;
  };
  const known = <T>(value: number | undefined, show: (value: number) => T): T | undefined =>
    value === undefined ? undefined : show(value);
  const hours = (minutes: number): Quantity => ({ n: fmt.hours(minutes * 60_000), u: "h" });
  const session = (label = t("session")): void => {
    if (view.has("energy_session")) add(label, fmt.energy(view.num("energy_session")));
  };
  const elapsed = (): void => {
    const start = known(time(view.word("session_start")), (ms) => (now - ms) / 60_000);
    add(t("time"), known(view.num("session_duration") ?? start, hours));
  };
  const since = (when: unknown): boolean =>
    add(
      t("since"),
      known(time(when), (ms) => fmt.time(ms, now)),
    );
  const cost = (): void => {
    add(
      t("cost"),
      known(view.num("session_cost"), (value) => fmt.money(value, currencyOf(view, "session_cost"))) ??
        costByPrice(scene),
    );
  };
  const sun = (): void => {
    add(
      t("sun"),
      known(view.num("session_solar"), (value) => ({ n: fmt.number(value), u: "%" })),
    );
  };
  if (view.silence !== undefined) {
    session(t("as_of", { since: fmt.time(view.asOfMs, now) }));
    add(
      t("last_power"),
      known(view.num("power"), (watts) => fmt.power(watts)),
    );
    return out;
  }
  switch (view.display) {
    case "available":
      add(
        t("last_time"),
        known(view.num("last_session_energy"), (kwh) => fmt.energy(kwh)),
      );
      add(t("time"), known(view.num("last_session_duration"), hours));
      break;
    case "connected":
    case "awaiting_authorization": {
      const mode = view.word("mode");
      elapsed();
      if (mode !== undefined) add(t("mode"), modeLabel(mode, t));
      break;
    }
    case "suspended_evse":
    case "scheduled": {
      const need = number(params["need_w"]);
      const short = number(params["short_w"]);
      if (need === undefined || short === undefined) session();
      else {
        add(t("spare"), fmt.power(Math.max(0, need - short)));
        add(t("needed"), fmt.power(need));
      }
      break;
    }
    case "paused":
      if (!since(params["since"])) session();
      sun();
      break;
    case "faulted":
      since(view.entity("status")?.last_changed);
      add(t("code"), text(params["code"]) ?? text(view.entity("problem")?.attributes["code"]));
      break;
    default:
      if (view.display !== "finished") session();
      elapsed();
      cost();
      sun();
      if (view.display !== "finished" && view.has("soc")) add(t("battery"), { n: view.word("soc") ?? DASH, u: "%" });
  }
  return out.slice(0, 4);
}

/** `price_entity`: an estimate at the present price, where the bridge keeps no cost. */
function costByPrice({ view, fmt }: Scene): string | undefined {
  const { price_entity, currency } = view.config;
  const entity = view.hass.states[price_entity ?? ""];
  const price = number(entity?.state);
  const energy = view.num("energy_session");
  if (price === undefined || energy === undefined) return undefined;
  const unit = text(entity?.attributes["unit_of_measurement"])?.split("/")[0];
  return `≈ ${fmt.money(price * energy, currency ?? unit ?? view.hass.config?.currency)}`;
}

export function statsPart(scene: Scene): TemplateResult | typeof nothing {
  const stats = statsOf(scene);
  if (stats.length === 0) return nothing;
  return html`<dl class="stats ${scene.view.display === "faulted" ? "one" : ""}">
    ${stats.map(
      ({ label, value }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${figure(value)}</dd>
        </div>`,
    )}
  </dl>`;
}
