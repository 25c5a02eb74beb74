/** Current per phase with the allowed current as a mark. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { DASH } from "../format.ts";
import type { Frame } from "./frame.ts";
import { section } from "./head.ts";

export function phasesPart(scene: Scene, { slim }: Pick<Frame, "slim">): TemplateResult | typeof nothing {
  const { view, t, fmt } = scene;
  const legs = ([1, 2, 3] as const).filter((leg) => leg <= view.phases && view.has(`current_l${leg}`));
  if (legs.length === 0 || view.plugged === false || view.silence === "offline") return nothing;
  const allowed = view.allowedA;
  const share = (amps = 0): string => `${Math.min(100, (amps / view.maxA) * 100).toFixed(1)}%`;
  const full = ["limited_by", "insufficient_power"].includes(view.code ?? "") ? view.params["phase"] : undefined;
  const list = html`<div class="phases">
    ${legs.map((leg) => {
      const name = `L${String(leg)}`;
      const volts = view.num(`voltage_l${leg}`);
      return html`<div class="phase" data-state=${full === name ? "attention" : nothing}>
        <span class="l">${name}</span>
        <span class="meter" style="--v:${share(view.num(`current_l${leg}`))};--o:${share(allowed)}"
          ><i></i>${(allowed ?? 0) > 0 ? html`<u></u>` : nothing}</span
        >
        <span class="a">${fmt.amps(view.num(`current_l${leg}`), 1)}</span>
        <span class="vo sub"
          >${full === name ? html`<b>${t("full")}</b>` : volts === undefined ? DASH : fmt.join({ n: fmt.number(volts), u: "V" })}</span
        >
      </div>`;
    })}
  </div>`;
  return slim ? list : section("phases-box", t("phases"), list);
}
