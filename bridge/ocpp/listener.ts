/** The HTTP side: sockets, their limits and deadlines, and every request that is no WebSocket. */
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import type { Clock } from "../clock.ts";
import { plainAddress, type ProxyTrust } from "./address.ts";

const HANDSHAKE_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly context: SecureContextOptions | undefined;
  /** Handshakes at a time and address; a reverse proxy is not counted. */
  readonly maxPendingPerAddress: number;
  readonly clock: Clock;
  readonly proxies: ProxyTrust;
  /** A request to become a WebSocket; `done` once it is one, or refused. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: () => void): void;
  /** A TLS handshake failed, or somebody spoke TLS to a plain port. */
  onMisfit(address: string, error: NodeJS.ErrnoException, spokeTls: boolean): void;
}

export interface Listener {
  readonly port: number;
  readonly secure: boolean;
  /** @throws Error when OpenSSL refuses it; the old one stays */
  setContext(context: SecureContextOptions): void;
  close(): Promise<void>;
}

/** Resolves when connections are accepted. @throws Error with the system's code, e.g. EADDRINUSE */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { context } = options;
  const socketOptions = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, noDelay: true };
  const secure =
    context === undefined
      ? undefined
      : createTls({
          ...socketOptions,
          ...context,
          requestCert: context.ca !== undefined,
          rejectUnauthorized: context.ca !== undefined,
          handshakeTimeout: HANDSHAKE_MS,
        });
  const server = secure ?? createPlain(socketOptions);
  const pending = new PendingSockets(options);
  server.on("connection", (socket) => pending.admit(socket as Socket));
  server.on("request", answerRequest);
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", ignoreReset);
    options.onUpgrade(request, socket, head, () => pending.done(keyOf(request.socket)));
  });
  server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    if (secure === undefined && error.rawPacket?.[0] === TLS_HANDSHAKE_BYTE)
      options.onMisfit(plainAddress(addressOf(socket)), error, true);
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    socket.destroy();
  });
  secure?.on("tlsClientError", (error, socket) => {
    // Node cuts a connection with a bad client certificate itself, and leaves the reason on the socket, as a code.
    const refused: unknown = socket.authorizationError;
    const reason = typeof refused === "string" ? Object.assign(new Error(refused), { code: refused }) : error;
    options.onMisfit(plainAddress(addressOf(socket)), reason, true);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    secure: secure !== undefined,
    setContext: (next) => secure?.setSecureContext(next),
    close: () =>
      new Promise((resolve, reject) => {
        pending.close();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

const TLS_HANDSHAKE_BYTE = 0x16;

/** The HTTP parser hands sockets back as mere streams. */
function addressOf(stream: Duplex): string | undefined {
  return "remoteAddress" in stream && typeof stream.remoteAddress === "string" ? stream.remoteAddress : undefined;
}

/** Sockets that are not WebSockets yet: few per address, and not for long. */
class PendingSockets {
  readonly #options: ListenerOptions;
  readonly #sockets = new Map<string, { socket: Socket; finish: () => void }>();
  readonly #perAddress = new Map<string, number>();

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  admit(socket: Socket): void {
    const { clock, maxPendingPerAddress, proxies } = this.#options;
    socket.on("error", ignoreReset);
    const address = plainAddress(socket.remoteAddress);
    const count = (this.#perAddress.get(address) ?? 0) + 1;
    if (count > maxPendingPerAddress && !proxies.trusts(address)) {
      socket.destroy();
      return;
    }
    this.#perAddress.set(address, count);
    const cancelDeadline = clock.after(HANDSHAKE_MS, () => socket.destroy());
    const key = keyOf(socket);
    const finish = (): void => {
      if (!this.#sockets.delete(key)) return;
      cancelDeadline();
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(address);
      else this.#perAddress.set(address, left);
    };
    this.#sockets.set(key, { socket, finish });
    socket.once("close", finish);
  }

  done(key: string): void {
    this.#sockets.get(key)?.finish();
  }

  close(): void {
    for (const { socket } of [...this.#sockets.values()]) socket.destroy();
  }
}

/** TLS wraps the socket it was admitted as, but both tell the same peer. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function answerRequest(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Connection", "close");
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  if ((request.url ?? "").split("?", 1)[0] === "/health") {
    response.end("ok");
    return;
  }
  response.writeHead(426, { Upgrade: "websocket" });
  response.end("This port speaks OCPP over WebSocket; a browser has nothing to see here.\n");
}

/** A peer that hangs up in the middle of a handshake is nothing to tell. */
function ignoreReset(): void {
  // The socket closes by itself after an error, and the close is what we act on.
}
