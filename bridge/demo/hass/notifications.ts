/** `persistent_notification`: create, replace, dismiss. */
import { isoTime, newId } from "./bus.ts";
import type { Core } from "./core.ts";
import { text, texts } from "./json.ts";

export interface Notification {
  readonly notification_id: string;
  readonly title: string | null;
  readonly message: string;
  readonly created_at: string;
}

export interface Notifications {
  all(): readonly Notification[];
  onChange(listener: (type: "added" | "updated" | "removed", notification: Notification) => void): () => void;
}

export function startNotifications(core: Core): Notifications {
  const shown = new Map<string, Notification>();
  const listeners = new Set<(type: "added" | "updated" | "removed", notification: Notification) => void>();
  const tell = (type: "added" | "updated" | "removed", notification: Notification): void => {
    for (const listener of [...listeners]) listener(type, notification);
  };
  core.register("persistent_notification", "create", ({ data }) => {
    const id = text(data["notification_id"]) ?? newId();
    const notification: Notification = {
      notification_id: id,
      title: text(data["title"]) ?? null,
      message: text(data["message"]) ?? "",
      created_at: isoTime(core.clock.nowMs()),
    };
    const known = shown.has(id);
    shown.set(id, notification);
    tell(known ? "updated" : "added", notification);
  });
  core.register("persistent_notification", "dismiss", ({ data }) => {
    for (const id of texts(data["notification_id"])) {
      const notification = shown.get(id);
      shown.delete(id);
      if (notification !== undefined) tell("removed", notification);
    }
  });
  core.register("persistent_notification", "dismiss_all", () => {
    for (const notification of shown.values()) tell("removed", notification);
    shown.clear();
  });
  return {
    all: () => [...shown.values()],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
