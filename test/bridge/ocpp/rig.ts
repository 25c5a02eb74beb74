/** A real server on a free port, under fake time, and bare WebSocket stations to throw things at it. */
import type { ClientRequestArgs, IncomingMessage } from "node:http";
import { WebSocket, type ClientOptions } from "ws";
import { silentLog, type Log } from "../../../bridge/log.ts";
import { createOcppServer, type OcppServerOptions, type Switchboard } from "../../../bridge/ocpp/server.ts";
import type {
  InboundMeta,
  Json,
  JsonObject,
  OcppVersion,
  StationHandler,
  StationLink,
  StationPolicy,
} from "../../../bridge/ocpp/station.ts";
import { fakeClock, type FakeClock } from "../../fakes/fake-clock.ts";

export const PROTOCOL = { "1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1", "2.1": "ocpp2.1" } as const;

export interface Heard {
  readonly action: string;
  readonly payload: JsonObject;
  readonly meta: InboundMeta;
}

/** An owner that remembers what it was told. */
export class Owner implements StationHandler {
  readonly links: StationLink[] = [];
  readonly gone: string[] = [];
  readonly heard: Heard[] = [];
  readonly sent: Heard[] = [];
  answer: (action: string, payload: JsonObject) => JsonObject = answers;
  #onLink: (() => void)[] = [];
  #onGone: (() => void)[] = [];

  get link(): StationLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error("no link yet");
    return link;
  }

  onLink(link: StationLink): void {
    this.links.push(link);
    for (const resolve of this.#onLink.splice(0)) resolve();
  }

  onUnlink(_link: StationLink, why: string): void {
    this.gone.push(why);
    for (const resolve of this.#onGone.splice(0)) resolve();
  }

  onCall(action: string, payload: JsonObject, meta: InboundMeta): JsonObject {
    this.heard.push({ action, payload, meta });
    return this.answer(action, payload);
  }

  onSend(action: string, payload: JsonObject, meta: InboundMeta): void {
    this.sent.push({ action, payload, meta });
  }

  async linked(count = 1): Promise<StationLink> {
    while (this.links.length < count) await new Promise<void>((resolve) => this.#onLink.push(resolve));
    return this.link;
  }

  async unlinked(count = 1): Promise<string> {
    while (this.gone.length < count) await new Promise<void>((resolve) => this.#onGone.push(resolve));
    return this.gone.at(-1) ?? "";
  }
}

export function answers(action: string): JsonObject {
  const currentTime = "2026-01-01T12:00:00.000Z";
  if (action === "BootNotification") return { status: "Accepted", currentTime, interval: 60 };
  if (action === "Heartbeat") return { currentTime };
  if (action === "StartTransaction") return { transactionId: 7, idTagInfo: { status: "Accepted" } };
  if (action === "Authorize") return { idTokenInfo: { status: "Accepted" } };
  if (action === "DataTransfer") return { status: "Accepted" };
  return {};
}

/** A station's end of the line: frames in the order they came, and how it ended. */
export class Client {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #inbox: string[] = [];
  #wanted: ((text: string) => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      const text = data.toString();
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted === undefined) this.#inbox.push(text);
      else wanted(text);
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  send(frame: string | Buffer | readonly Json[]): void {
    this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  async nextText(): Promise<string> {
    return this.#inbox.shift() ?? (await new Promise((resolve) => (this.#wanted = resolve)));
  }

  async next(): Promise<Json[]> {
    return JSON.parse(await this.nextText()) as Json[];
  }

  async ask(frame: string | Buffer | readonly Json[]): Promise<Json[]> {
    this.send(frame);
    return this.next();
  }

  /** Everything sent before has been handled, and nothing was answered to it. */
  async silence(): Promise<void> {
    const id = `silence-${Math.random()}`;
    const answer = await this.ask([2, id, "Heartbeat", {}]);
    if (answer[1] !== id) throw new Error(`expected nothing, got ${JSON.stringify(answer)}`);
  }

  /** Both directions are flushed: a ping came back. */
  async settled(): Promise<void> {
    const pong = new Promise((resolve) => this.socket.once("pong", resolve));
    this.socket.ping();
    await pong;
  }
}

export interface Rig {
  readonly server: Switchboard;
  readonly clock: FakeClock;
  readonly url: string;
  add(identity: string, policy?: Partial<StationPolicy>): Owner;
  /** Connects and waits for the handshake. @throws Error with the HTTP status */
  connect(path: string, version?: OcppVersion | string[], options?: ClientOptions): Promise<Client>;
  /** The HTTP status of a refused handshake, with its headers. */
  refused(path: string, version?: OcppVersion | string[], options?: ClientOptions): Promise<IncomingMessage>;
  close(): Promise<void>;
}

export const policyOf = (identity: string, policy: Partial<StationPolicy> = {}): StationPolicy => ({
  identity,
  passwords: () => [],
  version: "auto",
  anonymous: false,
  strict: false,
  certificateNames: [],
  callTimeoutMs: 30_000,
  ...policy,
});

export async function startRig(options: Partial<OcppServerOptions> = {}, log: Log = silentLog()): Promise<Rig> {
  const clock = fakeClock();
  const server = createOcppServer({
    clock,
    log,
    listen: { host: "127.0.0.1", port: 0 },
    pingIntervalS: 20,
    callTimeoutMs: 30_000,
    trustedProxies: [],
    unknownStations: "reject",
    ...options,
  });
  await server.start();
  const sockets = new Set<WebSocket>();
  const secure = server.ports.plain === undefined;
  const url = `${secure ? "wss" : "ws"}://127.0.0.1:${server.ports.plain ?? server.ports.tls}`;
  const open = (path: string, version: OcppVersion | string[], extra: ClientOptions): WebSocket => {
    const protocols = typeof version === "string" ? [PROTOCOL[version]] : version;
    const target = path.startsWith("ws") ? path : url + path;
    const socket = new WebSocket(target, protocols, { perMessageDeflate: false, ...extra });
    sockets.add(socket);
    return socket;
  };
  return {
    server,
    clock,
    url,
    add(identity, policy = {}) {
      const owner = new Owner();
      server.register(policyOf(identity, policy), owner);
      return owner;
    },
    connect(path, version = "2.0.1", extra = {}) {
      const socket = open(path, version, extra);
      const client = new Client(socket);
      return new Promise((resolve, reject) => {
        socket.once("open", () => resolve(client));
        socket.once("error", reject);
      });
    },
    refused(path, version = "2.0.1", extra = {}) {
      const socket = open(path, version, extra);
      return new Promise((resolve, reject) => {
        socket.on("error", () => undefined);
        socket.once("open", () => reject(new Error(`${path} was let in`)));
        socket.once("unexpected-response", (request, response) => {
          request.destroy();
          resolve(response);
        });
        socket.once("close", () => reject(new Error(`${path} was cut off`)));
      });
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      await server.close();
    },
  };
}

export function basic(user: string, password: string | Buffer): ClientOptions {
  const bytes = Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password)]);
  return { headers: { authorization: `Basic ${bytes.toString("base64")}` } };
}

/** Sends a request path exactly as written; `ws` would tidy it up. */
export function rawPath(path: string): ClientOptions {
  return {
    finishRequest: (request: { path: string; end: () => void } & ClientRequestArgs) => {
      request.path = path;
      request.end();
    },
  };
}
