/** What the compliance watchdog asks for: limits set anew, and at last a reboot, never while the user forbids it. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Charger } from "../chargers/charger.ts";
import type { Allocation } from "../../shared/plan.ts";

export interface Remedies {
  apply(allocations: readonly Allocation[]): void;
}

export function createRemedies({
  clock,
  log,
  charger: find,
  forget,
  report,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly charger: (id: string) => Charger | undefined;
  readonly forget: (id: string) => void;
  readonly report: (error: { readonly title: string; readonly detail: string }) => void;
}): Remedies {
  const busy = new Set<string>();
  async function cure(id: string, remedy: "reset_profiles" | "reset"): Promise<void> {
    const charger = find(id);
    if (charger === undefined || charger.snapshot.link === "down") return;
    const signal = clock.deadline(charger.snapshot.facts.commandTimeoutS * 1000);
    log.warn({ charger: id, remedy }, "the box does not obey its limit");
    report({
      title: `${id}: limit not obeyed`,
      detail: remedy === "reset" ? "It is rebooted, as allow_reset permits." : "Its limits are cleared and set anew.",
    });
    if (remedy === "reset") await charger.can.reset?.("soft", signal);
    else await charger.can.resetProfiles?.(signal);
    forget(id);
  }
  return {
    apply(allocations) {
      for (const { charger: id, remedy } of allocations) {
        if (remedy === undefined || busy.has(id)) continue;
        busy.add(id);
        void cure(id, remedy)
          .catch((error: unknown) => log.warn({ err: error, charger: id, remedy }, "remedy failed"))
          .finally(() => busy.delete(id));
      }
    },
  };
}
