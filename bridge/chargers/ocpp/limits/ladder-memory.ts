/** What was learnt about telling limits to boxes of this model and firmware. */
import type { FailSafe } from "../../../../shared/charger.ts";
import type { Drawer } from "../drawer.ts";
import { RUNG_NAMES, type RungName } from "./ladder.ts";
import type { StationModel } from "../facts/model.ts";

export interface Learnt {
  readonly rung: RungName | undefined;
  readonly failSafe: "proven" | "unproven" | undefined;
}

export function recall(drawer: Drawer, model: StationModel): Learnt {
  const stored = drawer.record("ladder");
  if (stored === undefined || stored["kind"] !== (model.kind ?? "")) return { rung: undefined, failSafe: undefined };
  const failSafe = stored["failSafe"];
  return {
    rung: RUNG_NAMES.find((name) => name === stored["rung"]),
    failSafe: failSafe === "proven" || failSafe === "unproven" ? failSafe : undefined,
  };
}

export function remember(drawer: Drawer, model: StationModel, rung: RungName | undefined, failSafe: FailSafe): void {
  drawer.write("ladder", { kind: model.kind ?? "", rung: rung ?? null, failSafe });
}
