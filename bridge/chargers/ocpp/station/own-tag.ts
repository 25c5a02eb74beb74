/** Whose name sessions carry that are started from here. */
import { makeTag } from "../authorisation.ts";
import type { Token } from "../wire/dialect.ts";
import type { Drawer } from "../drawer.ts";
import type { StationModel } from "../facts/model.ts";
import type { OcppChargerOptions } from "../options.ts";

/** The configured tag, else one made up once and kept. */
export function ownTag(options: OcppChargerOptions, drawer: Drawer): string {
  if (options.idTag !== undefined) return options.idTag;
  const kept = drawer.text("tag");
  if (kept !== undefined) return kept;
  const made = makeTag(Math.random);
  drawer.write("tag", made);
  return made;
}

/** What a remote start of this box must show: some want a tag of their own, some none at all. */
export function startToken(options: OcppChargerOptions, drawer: Drawer, model: StationModel): Token {
  const { deviations, config } = model;
  const fromBox = deviations.tagKey === undefined ? undefined : config.get(deviations.tagKey.toLowerCase())?.value;
  if (fromBox !== undefined && fromBox !== "") return { tag: fromBox, type: "Central" };
  if (deviations.tokenType !== undefined)
    return options.idTag === undefined
      ? { tag: "", type: "NoAuthorization" }
      : { tag: options.idTag, type: deviations.tokenType };
  return { tag: ownTag(options, drawer), type: "Central" };
}
