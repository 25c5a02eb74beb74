/** The outlets of one station, and which of them a message means. */
import type { JsonValue } from "../../charger.ts";
import type { OutletRef } from "../wire/dialect.ts";
import type { Drawer } from "../drawer.ts";
import { Outlet } from "./outlet.ts";

const MOST_OUTLETS = 16;

export class Outlets {
  readonly list: Outlet[] = [];
  readonly #drawer: Drawer;
  readonly #only: number | undefined;
  readonly #found: (outlet: Outlet) => void;
  /** Outlet 1 has not been told of yet: the first that is becomes it. */
  #provisional: boolean;

  /** @param only of all outlets of the station this one, where it is configured */
  constructor(drawer: Drawer, only: number | undefined, found: (outlet: Outlet) => void) {
    this.#drawer = drawer;
    this.#only = only;
    this.#found = found;
    const refs = readRefs(drawer.read("outlets"));
    this.#provisional = refs.length === 0;
    const first = { n: 1, evseId: only ?? 1, connectorId: only ?? 1 };
    for (const { n, ...ref } of refs.length === 0 ? [first] : refs) this.#add(n, ref);
  }

  /** 1.6: connectors are numbered through. */
  ofConnector(connectorId: number | undefined, mayGrow: boolean): Outlet | undefined {
    if (connectorId === undefined) return this.#likely(this.list);
    const same = (outlet: Outlet): boolean => outlet.ref.connectorId === connectorId;
    return this.#find({ evseId: connectorId, connectorId }, same, mayGrow);
  }

  /** 2.x: connectors are numbered within their EVSE. */
  ofEvse(evseId: number | undefined, connectorId: number | undefined, mayGrow: boolean): Outlet | undefined {
    if (evseId === undefined) return this.#likely(this.list);
    const [first] = this.list;
    if (!this.#provisional && first?.ref.evseId === evseId && first.ref.connectorId === connectorId) return first;
    if (connectorId === undefined) {
      const known = this.list.filter((outlet) => outlet.ref.evseId === evseId);
      return known.length > 0 ? this.#likely(known) : this.#find({ evseId, connectorId: 1 }, () => false, mayGrow);
    }
    const same = (outlet: Outlet): boolean => outlet.ref.evseId === evseId && outlet.ref.connectorId === connectorId;
    return this.#find({ evseId, connectorId }, same, mayGrow);
  }

  /** The outlet meant when none was named: the only one, else the one with a transaction or a car. */
  #likely(among: readonly Outlet[]): Outlet | undefined {
    if (among.length === 1) return among[0];
    const busy = among.filter((outlet) => outlet.tx !== undefined);
    const plugged = among.filter((outlet) => outlet.plugged === true);
    return busy.length === 1 ? busy[0] : plugged.length === 1 ? plugged[0] : undefined;
  }

  #find(ref: OutletRef, same: (outlet: Outlet) => boolean, mayGrow: boolean): Outlet | undefined {
    if (ref.evseId < 1 || ref.connectorId < 1) return undefined;
    if (this.#only !== undefined && ref.evseId !== this.#only) return undefined;
    const known = this.list.find(same);
    const first = this.list[0];
    if (known !== undefined) {
      if (this.#provisional && mayGrow) this.#settleFirst();
      return known;
    }
    if (!mayGrow) return undefined;
    if (this.#provisional && first !== undefined) {
      first.ref = ref;
      this.#settleFirst();
      return first;
    }
    if (this.list.length >= MOST_OUTLETS || ref.connectorId > MOST_OUTLETS || ref.evseId > MOST_OUTLETS)
      return undefined;
    const outlet = this.#add(Math.max(0, ...this.list.map((item) => item.n)) + 1, ref);
    this.#saveRefs();
    this.#found(outlet);
    return outlet;
  }

  #settleFirst(): void {
    this.#provisional = false;
    this.#saveRefs();
  }

  #add(n: number, ref: OutletRef): Outlet {
    const outlet = new Outlet(n, ref, this.#drawer.of(String(n)));
    this.list.push(outlet);
    return outlet;
  }

  #saveRefs(): void {
    this.#drawer.write(
      "outlets",
      this.list.map((outlet) => ({ n: outlet.n, evseId: outlet.ref.evseId, connectorId: outlet.ref.connectorId })),
    );
  }
}

function readRefs(value: JsonValue | undefined): readonly { n: number; evseId: number; connectorId: number }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const { n, evseId, connectorId } = item as Record<string, unknown>;
    return typeof n === "number" && typeof evseId === "number" && typeof connectorId === "number"
      ? [{ n, evseId, connectorId }]
      : [];
  });
}
