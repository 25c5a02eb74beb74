/** Structured logs: object first, fixed lower-case phrase second. Secrets are redacted by name wherever they appear. */
import { pino, type Logger, type DestinationStream } from "pino";
import { pinoPretty } from "./pretty.ts";

export type Log = Logger;

const SECRET_KEYS = [
  "token",
  "access_token",
  "refresh_token",
  "client_secret",
  "password",
  "pin",
  "authorization",
  "Authorization",
  "AuthorizationKey",
  "BasicAuthPassword",
  "idTag",
  "idToken",
  "webhookId",
  "webhook_id",
  "secret",
];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);

export interface LogOptions {
  readonly level: string;
  readonly format: "json" | "pretty";
  readonly destination?: DestinationStream;
}

export function createLog(options: LogOptions): Log {
  const settings = {
    level: options.level,
    base: null,
    redact: { paths: REDACTED_PATHS, censor: "***" },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (options.destination !== undefined) return pino(settings, options.destination);
  if (options.format === "pretty") return pino(settings, pinoPretty());
  return pino(settings);
}

/** For tests and one-shot commands that have nothing to say. */
export function silentLog(): Log {
  return pino({ level: "silent" });
}
