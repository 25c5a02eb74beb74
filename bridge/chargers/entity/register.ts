/** Another integration's energy register, made to run forward only: resets and exchanged meters go on where the last one stopped. */
import type { DriverStore } from "../charger.ts";

const KEY = "register";
/** So many lower readings in a row are a new register, fewer a slip. */
const SURE = 3;

export interface ForwardRegister {
  readonly wh: number | undefined;
  take(rawWh: number): void;
}

export function forwardRegister(store: DriverStore): ForwardRegister {
  const kept = store.get(KEY);
  let offsetWh = 0;
  let wh: number | undefined;
  if (typeof kept === "object" && kept !== null && "offsetWh" in kept && "wh" in kept) {
    if (typeof kept["offsetWh"] === "number") offsetWh = kept["offsetWh"];
    if (typeof kept["wh"] === "number") wh = kept["wh"];
  }
  let lower = 0;
  return {
    get wh() {
      return wh;
    },
    take(rawWh) {
      let now = offsetWh + rawWh;
      if (wh !== undefined && now < wh) {
        lower++;
        if (lower < SURE) return;
        offsetWh = wh - rawWh;
        now = wh;
      }
      lower = 0;
      if (now === wh) return;
      wh = now;
      store.set(KEY, { offsetWh, wh });
    },
  };
}
