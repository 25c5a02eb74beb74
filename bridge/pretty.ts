/** Human log lines on a terminal. */
import { PinoPretty } from "pino-pretty";
import type { DestinationStream } from "pino";

export function pinoPretty(): DestinationStream {
  return PinoPretty({ colorize: true, translateTime: "SYS:HH:MM:ss", ignore: "pid,hostname", singleLine: true });
}
