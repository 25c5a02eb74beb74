/** Current per phase with the allowed current as a mark. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Scene } from "../element.ts";
import { DASH } from "../format.ts";

export function phasesPart(scene: Scene, titled: boolean): TemplateResult | typeof nothing {
  const { view, t, fmt } = scene;
  const legs = ([1, 2, 3] as const).filter((leg) => leg <= view.phases && view.has(`current_l${leg}`));
  if (legs.length === 0 || view.plugged === false || view.silence === "offline") return nothing;
  const max = view.maxA;
  const allowed = view.allowedA;
  const share = (amps: number): string => `${Math.min(100, (amps / max) * 100).toFixed(1)}%`;
  const full = ["limited_by", "insufficient_power"].includes(view.code ?? "") ? view.params["phase"] : undefined;
  const rows = legs.map((leg) => {
    const name = `L${String(leg)}`;
    const amps = view.num(`current_l${leg}`);
    const volts = view.num(`voltage_l${leg}`);
    const stuffed = full === name;
    return html`<div class="phase" data-state=${stuffed ? "attention" : nothing}>
      <span class="l">${name}</span>
      <span class="meter" style="--v:${share(amps ?? 0)};--o:${share(allowed ?? 0)}"
        ><i></i>${allowed === undefined || allowed <= 0 ? nothing : html`<u></u>`}</span
      >
      <span class="a">${fmt.amps(amps, 1)}</span>
      <span class="vo sub"
        >${stuffed ? html`<b>${t("full")}</b>` : volts === undefined ? DASH : fmt.join({ n: fmt.number(volts), u: "V" })}</span
      >
    </div>`;
  });
  const list = html`<div class="phases">${rows}</div>`;
  if (!titled) return list;
  return html`<section class="phases-box">
    <h4>${t("phases")}</h4>
    ${list}
  </section>`;
}
