/** Puts a limit into the box by one rung of the ladder, and knows what stands in it. */
import type { CallPriority } from "../../../ocpp/station.ts";
import { ChargerError } from "../../charger.ts";
import { text } from "../wire/json.ts";
import type { Rung } from "./ladder.ts";
import type { LimitPort } from "./limit-port.ts";
import { profileIds, toWire, type Profile } from "./profile.ts";

/** Boxes refuse profiles just after they connect (Delta, bmw-wallbox-ha #14): tried again once after this, ms. */
export const SETTLE_MS = 10_000;

export interface Installation {
  readonly rung: Rung;
  /** A per phase. */
  readonly limitA: number;
  /** What stands beneath a lease, A per phase. */
  readonly beneathA: number;
  readonly priority: CallPriority;
  /** More than the box offers now. */
  readonly raises: boolean;
}

export class LimitInstaller {
  readonly #port: LimitPort;
  /** The standing limit beneath the lease as the box has taken it; undefined = not known to be there. */
  base: number | undefined;
  /** When the lease was last set in full, monotonic ms. */
  leaseAtMs: number | undefined;
  /** A dynamic lease stands in the box, and its limit may be moved in place. */
  #movable = false;
  /** The newest rung whose default for transactions the box has taken on this link. */
  standing: Rung | undefined;
  /** Phases set on purpose; undefined = the box's own affair. */
  phases: 1 | 3 | undefined;
  writes: number;

  constructor(port: LimitPort) {
    this.#port = port;
    this.writes = port.drawer.number("limit_writes") ?? 0;
    const phases = port.drawer.number("phases");
    this.phases = phases === 1 || phases === 3 ? phases : undefined;
  }

  /** Nothing is known to be in the box. */
  forget(): void {
    this.base = undefined;
    this.leaseAtMs = undefined;
    this.standing = undefined;
    this.#movable = false;
  }

  /** What stands may have been lost or is about to end: the next lease is set in full. */
  stale(): void {
    this.#movable = false;
  }

  /** A lease at this limit that ends by itself; the next `install` takes its place. @throws ChargerError */
  async lease(rung: Rung, limitA: number, lastsS: number, signal: AbortSignal): Promise<void> {
    this.stale();
    await this.#set(this.#leaseOf(rung, limitA, lastsS), rung.purpose, 5, signal);
    this.leaseAtMs = this.#port.clock.monotonicMs();
  }

  /** From now on each profile names this number of phases. */
  usePhases(count: 1 | 3): void {
    this.phases = count;
    this.#port.drawer.write("phases", count);
  }

  /** The box has taken this rung. */
  took(rung: Rung): void {
    if (rung.purpose === "tx_default")
      this.standing = { ...rung, layers: 1, stackLevel: rung.layers === 2 ? rung.stackLevel - 1 : rung.stackLevel };
    if (rung.layers === 2) return;
    this.leaseAtMs = undefined;
    this.base = undefined;
  }

  /** `patient`: a refusal just after connecting is waited out once. @throws ChargerError */
  async install(order: Installation, patient: boolean, signal: AbortSignal): Promise<void> {
    try {
      await this.#install(order, signal);
    } catch (error) {
      if (!patient || !(error instanceof ChargerError) || error.code !== "rejected") throw error;
      await this.#port.clock.sleep(SETTLE_MS, signal);
      await this.#install(order, signal);
    }
  }

  /** The limit itself first, then what stands beneath it. */
  async #install(
    { rung, limitA: wanted, beneathA, priority, raises }: Installation,
    signal: AbortSignal,
  ): Promise<void> {
    const { n, clock } = this.#port;
    if (rung.name === "vendor_key") return this.#installVendorKey(wanted, priority, signal);
    // Only where it must: a clear opens a window in which nothing but the standing limit binds.
    if (this.#port.traits().clearBeforeSet && raises)
      await this.clearOwn(rung.layers === 2 ? profileIds.lease(n) : profileIds.base(n), signal);
    if (rung.layers === 1) {
      const id = rung.purpose === "station_max" ? profileIds.stationMax : profileIds.base(n);
      await this.#set(this.#profile(rung, id, rung.stackLevel, wanted), rung.purpose, priority, signal);
      if (rung.purpose === "station_max") await this.#follow(wanted, priority, signal);
      if (rung.alsoTx) {
        const transactionId = this.#port.transactionId();
        if (transactionId === undefined) {
          this.#countWrite();
          return;
        }
        const profile = {
          ...this.#profile(rung, profileIds.tx(n), rung.stackLevel, wanted),
          purpose: "tx",
          transactionId,
        } as const;
        await this.#set(profile, "tx", priority, signal);
      }
      this.#countWrite();
      return;
    }
    if (!(await this.#moved(rung, wanted, priority, signal))) {
      await this.#set(this.#leaseOf(rung, wanted, this.#port.traits().leaseS), rung.purpose, priority, signal);
      this.leaseAtMs = clock.monotonicMs();
      this.#movable = rung.kind === "dynamic";
    }
    if (this.base === beneathA) return;
    const { kind, kindFixed } = this.#port.traits();
    const standing: Rung = { ...rung, kind: kindFixed ? kind : "relative" };
    await this.#set(
      this.#profile(standing, profileIds.base(n), rung.stackLevel - 1, beneathA),
      rung.purpose,
      priority,
      signal,
    );
    this.base = beneathA;
    this.#countWrite();
  }

  /** A dynamic lease that stands is moved in place. Answers whether it was. */
  async #moved(rung: Rung, wanted: number, priority: CallPriority, signal: AbortSignal): Promise<boolean> {
    if (!this.#movable || rung.kind !== "dynamic") return false;
    const request = this.#port.commands()?.updateLimit(profileIds.lease(this.#port.n), this.#inUnit(wanted));
    if (request === undefined) return false;
    try {
      return text(await this.#port.ask(request, priority, signal), "status") === "Accepted";
    } catch (error) {
      if (!(error instanceof ChargerError) || error.code === "offline" || error.code === "timeout") throw error;
      return false;
    }
  }

  /** A default that was taken before binds as well: it follows, and is never cleared, lest the way that replaced it is not obeyed. */
  async #follow(wanted: number, priority: CallPriority, signal: AbortSignal): Promise<void> {
    const standing = this.standing;
    if (standing === undefined) return;
    try {
      const profile = this.#profile(standing, profileIds.base(this.#port.n), standing.stackLevel, wanted);
      await this.#set(profile, standing.purpose, priority, signal);
    } catch (error) {
      if (!(error instanceof ChargerError) || error.code === "offline" || error.code === "timeout") throw error;
      this.#port.log.debug({ err: error }, "default limit does not follow");
    }
  }

  /** In the box's unit, never rounded up. */
  #inUnit(limitA: number): number {
    const electric = this.#port.electric();
    return toWire(limitA, this.#port.traits().unit, { ...electric, phases: this.phases ?? electric.phases });
  }

  #leaseOf(rung: Rung, limitA: number, lastsS: number): Profile {
    const profile = this.#profile(rung, profileIds.lease(this.#port.n), rung.stackLevel, limitA);
    const updateEveryS = rung.kind === "dynamic" ? Math.floor(lastsS / 4) : undefined;
    return rung.lease === "duration"
      ? { ...profile, durationS: lastsS }
      : { ...profile, validToMs: this.#boxNowMs() + lastsS * 1000, updateEveryS };
  }

  /** The box compares with its own clock; below half a minute it is good enough. */
  #boxNowMs(): number {
    const skew = this.#port.skewMs() ?? 0;
    return this.#port.clock.nowMs() - (Math.abs(skew) > 30_000 ? skew : 0);
  }

  #profile(rung: Rung, id: number, stackLevel: number, limitA: number): Profile {
    return {
      id,
      stackLevel,
      purpose: rung.purpose,
      kind: rung.kind,
      unit: this.#port.traits().unit,
      limit: this.#inUnit(limitA),
      phases: this.phases,
      startMs: rung.kind === "absolute" ? this.#boxNowMs() - 60_000 : undefined,
      validToMs: undefined,
      durationS: undefined,
      updateEveryS: undefined,
      transactionId: undefined,
    };
  }

  async #set(
    profile: Profile,
    purpose: Profile["purpose"],
    priority: CallPriority,
    signal: AbortSignal,
  ): Promise<void> {
    const commands = this.#port.commands();
    if (commands === undefined) throw new ChargerError("offline", "The wallbox is not connected.");
    const request = commands.setProfile(purpose === "station_max" ? undefined : this.#port.ref(), profile);
    const result = await this.#port.ask(request, priority, signal);
    const status = text(result, "status") ?? "no status";
    if (status !== "Accepted")
      throw new ChargerError("rejected", `The wallbox answered SetChargingProfile with ${status}.`);
  }

  async #installVendorKey(wanted: number, priority: CallPriority, signal: AbortSignal): Promise<void> {
    const vendorKey = this.#port.traits().vendorKey;
    const commands = this.#port.commands();
    if (vendorKey === undefined || commands === undefined)
      throw new ChargerError("unsupported", "No vendor key is known.");
    const result = await this.#port.ask(
      commands.writeConfig(vendorKey.key, String(Math.round(wanted * vendorKey.scale))),
      priority,
      signal,
    );
    const status = commands.writeStatus(result);
    if (status !== "Accepted")
      throw new ChargerError("rejected", `The wallbox answered ${vendorKey.key} with ${status}.`);
    this.#countWrite();
  }

  /** Absence and refusal are fine. */
  async clearOwn(id: number, signal: AbortSignal): Promise<void> {
    const commands = this.#port.commands();
    if (commands === undefined) return;
    try {
      await this.#port.ask(commands.clearProfiles({ id }), 1, signal);
    } catch (error) {
      if (error instanceof ChargerError && (error.code === "rejected" || error.code === "unsupported")) return;
      throw error;
    }
  }

  #countWrite(): void {
    this.writes++;
    this.#port.drawer.write("limit_writes", this.writes);
  }
}
