/** The switchboard: admits stations, keeps one connection for each, and tells their owners. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";
import { ProxyTrust } from "./address.ts";
import { Admission, type Admitted, type Refused } from "./admission.ts";
import { Connection } from "./connection.ts";
import type { StationCounters } from "./counters.ts";
import { listen, type Listener } from "./listener.ts";
import type { ListenAddress, OcppServerOptions, Switchboard } from "./options.ts";
import { pendingStation } from "./pending-station.ts";
import type { OcppServer, StationHandler, StationPolicy, WaitingStation } from "./station.ts";
import { reject } from "./reject.ts";
import { Station } from "./stations.ts";
import { readTlsContext, warnOfExpiry, watchTlsFiles } from "./tls.ts";
import { misfit } from "./misfit.ts";
import { Turn } from "./turn.ts";
import { WaitingList, type Refusal } from "./waiting.ts";
import type { WireFrame } from "./frame-log.ts";

/** Larger than any OCPP message; the WebSocket library's own limit of 100 MiB is an invitation. */
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_FRAGMENTS = 1024;
/**
 * Far above any house or car park, and still a bound: each connection costs some 100 kB with its logs. A limit of 64 would stop larger sites.
 */
const DEFAULT_MAX_CONNECTIONS = 2000;
const DEFAULT_MAX_PENDING = 10;
/** Shared by all stations' frame logs, so that a thousand of them do not cost a gigabyte. */
const FRAME_LOGS_BYTES = 64 * 1024 * 1024;
const FRAME_LOG_MAX_BYTES = 1024 * 1024;
const FRAME_LOG_MIN_BYTES = 32 * 1024;
const GOING_AWAY = 1001;
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;

export type { OcppServerOptions, Switchboard } from "./options.ts";

/** Nothing happens before `start`. */
export function createOcppServer(options: OcppServerOptions): Switchboard {
  return new Server(options);
}

class Server implements Switchboard {
  readonly #options: OcppServerOptions;
  readonly #log: Log;
  readonly #stations = new Map<string, Station>();
  readonly #open = new Set<Connection>();
  readonly #waiting: WaitingList;
  readonly #proxies: ProxyTrust;
  readonly #admission: Admission;
  readonly #pending: StationHandler;
  readonly #tokens = new WeakMap<IncomingMessage, string>();
  readonly #webSockets: WebSocketServer;
  readonly #turn: Turn;
  #listeners: Listener[] = [];
  #unwatch: Unsubscribe = () => undefined;
  #onDrained: () => void = () => undefined;
  #closing = false;

  constructor(options: OcppServerOptions) {
    this.#options = options;
    this.#log = options.log.child({ room: "ocpp" });
    this.#turn = new Turn(this.#log);
    this.#waiting = new WaitingList(options.clock);
    this.#proxies = new ProxyTrust(options.trustedProxies);
    this.#pending = pendingStation(options.clock);
    this.#admission = new Admission({
      clock: options.clock,
      proxies: this.#proxies,
      unknownStations: options.unknownStations,
      policies: () => this.#policies(),
      policyOf: (identity) => this.#stations.get(identity)?.policy,
    });
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      maxFragments: MAX_FRAGMENTS,
      handleProtocols: (_offered, request) => this.#tokens.get(request) ?? false,
    });
  }

  get ports(): OcppServer["ports"] {
    const portOf = (secure: boolean): number | undefined =>
      this.#listeners.find((listener) => listener.secure === secure)?.port;
    return { plain: portOf(false), tls: portOf(true) };
  }

  get connections(): number {
    return this.#open.size;
  }

  async start(): Promise<void> {
    const { clock, listen: address, tls } = this.#options;
    try {
      if (tls === undefined) {
        await this.#listen(address, undefined);
        return;
      }
      const context = await readTlsContext(tls);
      warnOfExpiry(context, clock, this.#log);
      if (tls.listen !== undefined) await this.#listen(address, undefined);
      const secure = await this.#listen(tls.listen ?? address, context);
      this.#unwatch = watchTlsFiles(tls, (next) => secure.setContext(next), clock, this.#log);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#unwatch();
    for (const connection of this.#open) connection.close(GOING_AWAY, "bridge stops");
    const drained = this.#open.size === 0 ? undefined : new Promise<void>((resolve) => (this.#onDrained = resolve));
    await Promise.all([...this.#listeners.map((listener) => listener.close()), drained]);
    this.#listeners = [];
  }

  register(policy: StationPolicy, handler: StationHandler): Unsubscribe {
    const { identity } = policy;
    const present = this.#stations.get(identity);
    if (present?.policy !== undefined) throw new Error(`station ${identity} is registered already`);
    const station = present ?? new Station(identity, policy, handler, this.#frameLogBytes());
    this.#stations.set(identity, station);
    station.policy = policy;
    station.handler = handler;
    if (station.connection !== undefined) this.#adopt(station, station.connection, policy);
    return () => {
      if (this.#stations.get(identity) !== station) return;
      this.#stations.delete(identity);
      station.connection?.close(GOING_AWAY, "no longer configured");
    };
  }

  waiting(): readonly WaitingStation[] {
    return this.#waiting.list();
  }

  wireLog(identity: string): readonly WireFrame[] {
    return this.#stations.get(identity)?.frames.read() ?? [];
  }

  counters(identity: string): StationCounters | undefined {
    return this.#stations.get(identity)?.counters;
  }

  async #listen(address: ListenAddress, context: Parameters<typeof listen>[0]["context"]): Promise<Listener> {
    const listener = await listen({
      ...address,
      context,
      clock: this.#options.clock,
      proxies: this.#proxies,
      maxPendingPerAddress: this.#options.maxPendingPerAddress ?? DEFAULT_MAX_PENDING,
      onUpgrade: (request, socket, head, done) => this.#onUpgrade(request, socket, head, done),
      onMisfit: (remoteAddress, error, spokeTls) =>
        this.#onMisfit(remoteAddress, error, spokeTls && context === undefined),
    });
    this.#listeners.push(listener);
    this.#log.info({ host: address.host, port: listener.port, tls: listener.secure }, "listening for wallboxes");
    return listener;
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: () => void): void {
    if (this.#closing || this.#open.size >= (this.#options.maxConnections ?? DEFAULT_MAX_CONNECTIONS)) {
      if (!this.#closing) this.#log.warn({ connections: this.#open.size }, "too many stations");
      reject(socket, 503);
      return;
    }
    const decision = this.#admission.decide(request);
    if (decision.kind === "refused") {
      this.#refuse(socket, decision);
      return;
    }
    const { negotiated } = decision;
    if (negotiated.kind === "version" && negotiated.token !== undefined) this.#tokens.set(request, negotiated.token);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      done();
      this.#onSocket(webSocket, decision);
    });
  }

  #refuse(socket: Duplex, { status, delayMs, refusal }: Refused): void {
    this.#note(refusal);
    if (delayMs === 0) {
      reject(socket, status);
      return;
    }
    const cancel = this.#options.clock.after(delayMs, () => reject(socket, status));
    socket.once("close", cancel);
  }

  #onSocket(socket: WebSocket, admitted: Admitted): void {
    const { identity, negotiated, remoteAddress } = admitted;
    if (negotiated.kind === "none") {
      const offered = negotiated.offered.join(", ").slice(0, 100);
      const wanted = admitted.policy?.version ?? "auto";
      this.#note({
        identity,
        remoteAddress,
        path: `/${identity.slice(0, 200)}`,
        why: "wrong_subprotocol",
        detail: `It offers ${JSON.stringify(offered)}, wanted is ${wanted === "auto" ? "ocpp1.6, ocpp2.0.1 or ocpp2.1" : `OCPP ${wanted}`}. Choose that version in the charger${wanted === "auto" ? "" : ", or set version: auto here"}.`,
      });
      socket.on("error", () => socket.terminate());
      socket.close(PROTOCOL_ERROR, "no common subprotocol");
      return;
    }
    this.#connect(socket, admitted, negotiated.version);
  }

  #connect(socket: WebSocket, admitted: Admitted, version: Connection["version"]): void {
    const { clock } = this.#options;
    const { identity, policy, remoteAddress } = admitted;
    const station =
      this.#stations.get(identity) ?? new Station(identity, undefined, this.#pending, this.#frameLogBytes());
    this.#stations.set(identity, station);
    const log = this.#log.child({ station: identity });
    if (policy !== undefined) this.#waiting.admitted(identity, remoteAddress);
    const old = station.connection;
    if (old !== undefined) this.#replace(station, old);
    station.replay = station.replay.heir();
    station.counters.connections++;
    const connection = new Connection({
      socket,
      identity,
      version,
      remoteAddress,
      strict: policy?.strict ?? false,
      callTimeoutMs: policy?.callTimeoutMs ?? this.#options.callTimeoutMs,
      pingIntervalMs: this.#options.pingIntervalS * 1000,
      clock,
      log,
      turn: this.#turn,
      frames: station.frames,
      replay: station.replay,
      counters: station.counters,
      handler: station.handler,
      onClose: (closed, why) => this.#onClose(station, closed, why, log),
    });
    station.connection = connection;
    this.#open.add(connection);
    log.info({ version, remoteAddress, profile: admitted.profile }, "station connected");
    if (policy === undefined) this.#shown(admitted);
    else if (admitted.profile === 0) log.warn("station is let in without a password, for a trusted network only");
    connection.open();
    this.#tell(connection, () => connection.handler.onLink(connection));
  }

  #shown({ identity, remoteAddress }: Admitted): void {
    this.#note({
      identity,
      remoteAddress,
      path: `/${identity.slice(0, 200)}`,
      why: "unknown_station",
      detail: `It waits to be adopted: add a charger with driver ocpp and station: ${JSON.stringify(identity)}.`,
    });
    this.#options.onUnknown?.(identity, remoteAddress);
  }

  #replace(station: Station, old: Connection): void {
    const often = station.replaced(this.#options.clock.monotonicMs());
    station.connection = undefined;
    old.close(NORMAL, "replaced");
    if (!often) return;
    this.#note({
      identity: station.identity,
      remoteAddress: old.remoteAddress,
      path: `/${station.identity.slice(0, 200)}`,
      why: "duplicate",
      detail: "Two boxes seem to share this identity: they push each other out. Give each its own in its settings.",
    });
  }

  #onClose(station: Station, connection: Connection, why: string, log: Log): void {
    this.#open.delete(connection);
    if (this.#open.size === 0) this.#onDrained();
    if (station.connection !== connection) return; // replaced: its owner has a newer link
    station.connection = undefined;
    log.info({ why }, "station disconnected");
    if (station.policy === undefined) this.#stations.delete(station.identity);
    this.#tell(connection, () => connection.handler.onUnlink(connection, why));
  }

  /** A station that waited at the door belongs to somebody now. What was not asked of it before it must still show. */
  #adopt(station: Station, connection: Connection, policy: StationPolicy): void {
    const free =
      policy.passwords().length === 0 && (policy.version === "auto" || policy.version === connection.version);
    if (!free || policy.strict) {
      station.connection = undefined;
      connection.close(NORMAL, "adopted, please connect again");
      return;
    }
    connection.handler = station.handler;
    this.#waiting.admitted(station.identity, connection.remoteAddress);
    this.#tell(connection, () => connection.handler.onLink(connection));
  }

  /** An owner that fails must not take the others down. */
  #tell(connection: Connection, event: () => void): void {
    try {
      event();
    } catch (error) {
      this.#log.error({ err: error, station: connection.identity }, "station's owner failed");
    }
  }

  #onMisfit(remoteAddress: string, error: NodeJS.ErrnoException, tlsOnPlain: boolean): void {
    if (error.code === "ECONNRESET") return; // hung up during the handshake: port scans, health checks
    this.#note({ identity: remoteAddress, remoteAddress, path: "", ...misfit(error, tlsOnPlain) });
  }

  #note(refusal: Refusal): void {
    const tries = this.#waiting.add(refusal);
    const { identity, remoteAddress, path, why } = refusal;
    const level = tries === 1 ? "warn" : "debug";
    this.#log[level]({ station: identity, remoteAddress, path, why }, "station not admitted");
  }

  *#policies(): Iterable<StationPolicy> {
    for (const station of this.#stations.values()) if (station.policy !== undefined) yield station.policy;
  }

  #frameLogBytes(): number {
    const fair = Math.floor(FRAME_LOGS_BYTES / (this.#stations.size + 1));
    return Math.max(FRAME_LOG_MIN_BYTES, Math.min(FRAME_LOG_MAX_BYTES, fair));
  }
}
