/** Writes the charging history: follows each charger's session, adds up energy by mode, sun and cost, survives restarts. */
import type { Clock } from "../clock.ts";
import type { SessionRecord, SessionStore } from "../store/sessions.ts";
import type { ChargerId, SessionSnapshot } from "../../shared/charger.ts";
import type { SitePicture } from "../../shared/plan.ts";
import type { ChargerState, SiteState } from "../../shared/site.ts";

export interface SessionEvent {
  readonly kind: "started" | "ended";
  readonly charger: ChargerId;
  readonly record: SessionRecord;
}

export interface SessionRecorder {
  /** Once a round. */
  follow(state: SiteState, site: SitePicture | undefined): void;
  /** The session going on, else undefined. */
  current(charger: ChargerId): SessionRecord | undefined;
  onEvent(listener: (event: SessionEvent) => void): void;
  flush(): void;
}

export interface SessionRecorderParts {
  readonly clock: Clock;
  readonly store: SessionStore;
  /** Per kWh now; undefined = no price known. */
  readonly price: () => number | undefined;
  readonly currency: () => string | undefined;
}

/** An open session is written this often; kill -9 loses no energy, since the box's own figure counts. */
const SAVE_MS = 60_000;

export function createSessionRecorder({ clock, store, price, currency }: SessionRecorderParts): SessionRecorder {
  const open = new Map<ChargerId, { record: SessionRecord; savedMs: number }>();
  const resumed = new Set<ChargerId>();
  const listeners: ((event: SessionEvent) => void)[] = [];
  const emit = (event: SessionEvent): void => listeners.forEach((listener) => listener(event));

  function begin(charger: ChargerState, session: SessionSnapshot, nowMs: number): SessionRecord {
    const before = store.open(charger.config.id);
    // A box may use an id again after a reset: the start makes it unique.
    if (before !== undefined && before.session.startsWith(`${session.id}#`)) return before;
    if (before !== undefined) close(before, before.updatedMs, "lost");
    const startedMs = session.startedAtMs ?? nowMs;
    const record: SessionRecord = {
      charger: charger.config.id,
      session: `${session.id}#${Math.round(startedMs)}`,
      startedMs,
      endedMs: undefined,
      updatedMs: nowMs,
      energyWh: 0,
      solarWh: 0,
      maxW: 0,
      cost: undefined,
      currency: currency(),
      tag: session.idTag,
      vehicle: vehicleName(charger, session),
      stopReason: undefined,
      perModeWh: {},
      evidence: session.evidence,
    };
    store.save(record);
    emit({ kind: "started", charger: record.charger, record });
    return record;
  }

  function close(record: SessionRecord, endedMs: number, reason: string | undefined): void {
    const ended = {
      ...record,
      endedMs,
      updatedMs: Math.max(record.updatedMs, endedMs),
      stopReason: reason ?? record.stopReason,
    };
    store.save(ended);
    emit({ kind: "ended", charger: record.charger, record: ended });
  }

  function followOne(charger: ChargerState, share: number | undefined, nowMs: number): void {
    const id = charger.config.id;
    const { session, powerW } = charger.snapshot;
    let entry = open.get(id);
    if (session === undefined) {
      // A box that is away says nothing about its session: it stays open until the box has spoken.
      if (charger.snapshot.link === "down" || charger.snapshot.status === undefined) return;
      const left = entry?.record ?? (resumed.has(id) ? undefined : store.open(id));
      resumed.add(id);
      if (left !== undefined) close(left, left.updatedMs, undefined);
      open.delete(id);
      return;
    }
    resumed.add(id);
    if (entry !== undefined && !entry.record.session.startsWith(`${session.id}#`)) {
      close(entry.record, entry.record.updatedMs, "lost");
      open.delete(id);
      entry = undefined;
    }
    if (entry === undefined) {
      if (session.endedAtMs !== undefined && isKnown(id, session)) return;
      entry = { record: begin(charger, session, nowMs), savedMs: nowMs };
      open.set(id, entry);
    }
    const grown = grow(entry.record, charger, session, powerW, share, nowMs);
    if (session.endedAtMs !== undefined) {
      close({ ...grown, evidence: session.evidence ?? grown.evidence }, session.endedAtMs, session.stopReason);
      open.delete(id);
      return;
    }
    entry.record = grown;
    if (nowMs - entry.savedMs >= SAVE_MS) {
      store.save(grown);
      entry.savedMs = nowMs;
    }
  }

  /** An ended session that stands in the history already (drivers show it until the next one starts). */
  function isKnown(id: ChargerId, session: SessionSnapshot): boolean {
    if (store.open(id)?.session.startsWith(`${session.id}#`) === true) return false;
    if (session.startedAtMs !== undefined)
      return store.hasEnded(id, `${session.id}#${Math.round(session.startedAtMs)}`);
    return store.last(id)?.session.startsWith(`${session.id}#`) === true;
  }

  function grow(
    record: SessionRecord,
    charger: ChargerState,
    session: SessionSnapshot,
    powerW: number | undefined,
    share: number | undefined,
    nowMs: number,
  ): SessionRecord {
    const energyWh = Math.max(record.energyWh, session.energyWh ?? record.energyWh);
    const addedWh = energyWh - record.energyWh;
    const maxW = Math.max(record.maxW, powerW ?? 0);
    const tag = session.idTag ?? record.tag;
    if (addedWh === 0 && maxW === record.maxW && tag === record.tag) return record;
    const mode = charger.settings.mode;
    const perKwh = price();
    const paid =
      session.cost ??
      (perKwh === undefined ? record.cost : (record.cost ?? 0) + (addedWh / 1000) * perKwh * (1 - (share ?? 0)));
    return {
      ...record,
      updatedMs: nowMs,
      energyWh,
      maxW,
      tag,
      vehicle: vehicleName(charger, session) ?? record.vehicle,
      solarWh: record.solarWh + addedWh * (share ?? 0),
      cost: paid,
      perModeWh:
        addedWh === 0 ? record.perModeWh : { ...record.perModeWh, [mode]: (record.perModeWh[mode] ?? 0) + addedWh },
    };
  }

  return {
    follow(state, site) {
      const nowMs = clock.nowMs();
      const share = site === undefined ? undefined : solarShare(site);
      for (const charger of state.chargers) followOne(charger, share, nowMs);
    },
    current: (charger) => open.get(charger)?.record,
    onEvent(listener) {
      listeners.push(listener);
    },
    flush() {
      for (const { record } of open.values()) store.save(record);
    },
  };
}

/** Part of what house and chargers draw that comes straight from the sun, 0..1; undefined without a solar sensor. */
export function solarShare(site: SitePicture): number | undefined {
  const { solarW, gridW, batteryW, houseW, chargersW } = site;
  if (solarW === undefined || houseW === undefined || chargersW === undefined) return undefined;
  const load = houseW + chargersW;
  if (load <= 0) return undefined;
  const away = Math.max(0, -(gridW ?? 0)) + Math.max(0, -(batteryW ?? 0));
  return Math.min(1, Math.max(0, (solarW - away) / load));
}

function vehicleName(charger: ChargerState, session: SessionSnapshot): string | undefined {
  const car = charger.config.vehicle;
  if (car === undefined) return undefined;
  const fits = car.tags.length === 0 || (session.idTag !== undefined && car.tags.includes(session.idTag));
  return fits ? car.name : undefined;
}
