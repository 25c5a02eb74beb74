/** What a switchboard is made from, and what it shows beyond the door's contract. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { StationCounters } from "./counters.ts";
import type { OcppServer } from "./station.ts";
import type { TlsFiles } from "./tls.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0 picks a free one; see `ports`. */
  readonly port: number;
}

export interface OcppServerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly listen: ListenAddress;
  /** With `listen` a second, encrypted port; without, `options.listen` itself is encrypted. */
  readonly tls?: TlsFiles & { readonly listen?: ListenAddress };
  readonly pingIntervalS: number;
  /** For stations at the door; registered ones bring their own. */
  readonly callTimeoutMs: number;
  readonly trustedProxies: readonly string[];
  readonly unknownStations: "reject" | "show";
  /** An unknown station is at the door (`show`): offer to adopt it. Called at each of its connections. */
  readonly onUnknown?: (identity: string, remoteAddress: string) => void;
  /** Live stations, 1 or more; 2000 if absent. */
  readonly maxConnections?: number;
  /** Unfinished handshakes per address; 10 if absent. */
  readonly maxPendingPerAddress?: number;
}

/** The server with what only diagnostics want to know. */
export interface Switchboard extends OcppServer {
  /** Undefined for a station that is neither registered nor at the door. */
  counters(identity: string): StationCounters | undefined;
  readonly connections: number;
}
