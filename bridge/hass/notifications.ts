/** Persistent notifications: one per id, replaced by the next of the same id. */
import type { Log } from "../log.ts";
import type { HassLink } from "./doors.ts";
import { toHassError } from "./errors.ts";
import { withInstance } from "./identity.ts";

export interface Notice {
  /** Stable within the bridge: the same notice replaces itself. */
  readonly id: string;
  readonly title: string;
  readonly message: string;
}

export interface Notifications {
  /** The notices that stand now: new and changed ones are shown, those no longer there are dismissed. Never throws. */
  show(notices: readonly Notice[]): void;
  close(): void;
}

export function createNotifications({
  link,
  log: parent,
  instance,
}: {
  link: HassLink;
  log: Log;
  instance: string | undefined;
}): Notifications {
  const log = parent.child({ room: "hass", part: "notifications" });
  let wanted = new Map<string, Notice>();
  const shown = new Map<string, string>();
  let busy = false;

  const textOf = (notice: Notice): string => `${notice.title}\n${notice.message}`;
  const call = (service: string, data: Record<string, unknown>): Promise<unknown> =>
    link.send({ type: "call_service", domain: "persistent_notification", service, service_data: data });
  const idOf = (id: string): string => `${withInstance("evse_bridge", instance)}_${id}`;

  async function work(): Promise<void> {
    for (const notice of [...wanted.values()]) {
      if (shown.get(notice.id) === textOf(notice)) continue;
      await call("create", { notification_id: idOf(notice.id), title: notice.title, message: notice.message });
      shown.set(notice.id, textOf(notice));
    }
    for (const id of [...shown.keys()]) {
      if (wanted.has(id)) continue;
      await call("dismiss", { notification_id: idOf(id) });
      shown.delete(id);
    }
  }

  const differs = (): boolean =>
    wanted.size !== shown.size || [...wanted.values()].some((notice) => shown.get(notice.id) !== textOf(notice));

  const run = (): void => {
    if (busy || !link.up || !differs()) return;
    busy = true;
    work().then(
      () => {
        busy = false;
        run();
      },
      (error: unknown) => {
        busy = false;
        log.debug({ err: toHassError(error, "notify") }, "notification not shown");
      },
    );
  };

  const stop = link.onStatus((status) => {
    if (status.state !== "up") return;
    shown.clear(); // a restart of Home Assistant forgets them
    run();
  });
  return {
    show(notices) {
      wanted = new Map(notices.map((notice) => [notice.id, notice]));
      run();
    },
    close: stop,
  };
}
