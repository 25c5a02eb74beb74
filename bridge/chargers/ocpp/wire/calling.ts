/** Calls to a station as the driver makes them: results or `ChargerError`, nothing else. */
import { OcppError } from "../../../ocpp/errors.ts";
import type { CallOptions, JsonObject, StationLink } from "../../../ocpp/station.ts";
import { ChargerError } from "../../charger.ts";
import type { Request } from "./dialect.ts";
import { text } from "./json.ts";

/** @throws ChargerError `offline`, `timeout`, `unsupported` (the box does not know the action), `rejected`, `protocol` */
export async function ask(link: StationLink | undefined, request: Request, options: CallOptions): Promise<JsonObject> {
  if (link === undefined) throw new ChargerError("offline", "The wallbox is not connected.");
  try {
    return await link.call(request.action, request.payload, options);
  } catch (error) {
    throw translate(error, request.action, options.signal);
  }
}

/** As `ask`, and anything but `Accepted` (or the other words given) is `rejected`. */
export async function demand(
  link: StationLink | undefined,
  request: Request,
  options: CallOptions,
  good: readonly string[] = ["Accepted"],
): Promise<JsonObject> {
  const result = await ask(link, request, options);
  const status = text(result, "status") ?? "no status";
  if (good.includes(status)) return result;
  const unsupported = status === "NotSupported" || status === "NotImplemented";
  throw new ChargerError(
    unsupported ? "unsupported" : "rejected",
    `The wallbox answered ${request.action} with ${status}${reasonText(result)}.`,
  );
}

function reasonText(result: JsonObject): string {
  const info = result["statusInfo"];
  const code = text(info, "reasonCode");
  const more = text(info, "additionalInfo");
  return code === undefined ? "" : ` (${code}${more === undefined ? "" : `: ${more}`})`;
}

export function translate(error: unknown, action: string, signal?: AbortSignal): ChargerError {
  if (error instanceof ChargerError) return error;
  const cause = { cause: error };
  if (!(error instanceof OcppError)) return new ChargerError("protocol", `${action} failed.`, cause);
  switch (error.code) {
    case "Disconnected":
      return new ChargerError("offline", `The wallbox disconnected before it answered ${action}.`, cause);
    case "Timeout":
      return new ChargerError("timeout", `The wallbox did not answer ${action} in time.`, cause);
    case "Aborted":
    case "Superseded":
      return signal?.reason instanceof ChargerError
        ? signal.reason
        : new ChargerError("timeout", `${action} was given up.`, cause);
    case "InvalidResult":
    case "ProtocolError":
    case "FormatViolation":
    case "RpcFrameworkError":
    case "MessageTypeNotSupported":
      return new ChargerError("protocol", `The wallbox's answer to ${action} makes no sense.`, cause);
    case "NotImplemented":
    case "NotSupported":
      return new ChargerError("unsupported", `The wallbox does not know ${action}.`, cause);
    case "SecurityError":
      return new ChargerError("auth", `The wallbox refused ${action} for security reasons.`, cause);
    default:
      return new ChargerError("rejected", `The wallbox refused ${action} (${error.code}).`, cause);
  }
}

/** Resolves or rejects with `work`, or rejects at once when the signal aborts; `work` goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void =>
      reject(new ChargerError("timeout", "Given up by the caller.", { cause: signal.reason }));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
