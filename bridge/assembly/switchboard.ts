/** Opens the OCPP ports, and goes on trying while another process holds them. */
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import type { OcppServer } from "../ocpp/station.ts";

const RETRY_MS = 10_000;

export function startListening({
  ocpp,
  clock,
  log,
  listen,
  report,
}: {
  readonly ocpp: OcppServer;
  readonly clock: Clock;
  readonly log: Log;
  readonly listen: { readonly host: string; readonly port: number };
  readonly report: (error: { readonly title: string; readonly detail: string }) => void;
}): { readonly first: Promise<void>; stop(): void } {
  let waiting: Unsubscribe | undefined;
  let stopped = false;
  let told = false;
  async function attempt(): Promise<void> {
    if (stopped) return;
    try {
      await ocpp.start();
      if (told) log.info({ listen }, "wallboxes can connect now");
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      if (!told) {
        log.error({ listen, detail }, "the port for wallboxes cannot be opened; trying again");
        report({
          title: "OCPP server",
          detail: `${listen.host}:${listen.port} cannot be opened (${detail}). Stop what uses it, or change ocpp.listen.`,
        });
      }
      told = true;
      waiting = clock.after(RETRY_MS, () => void attempt());
    }
  }
  return {
    first: attempt(),
    stop() {
      stopped = true;
      waiting?.();
    },
  };
}
