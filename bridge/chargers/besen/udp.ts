/**
 * The box on the LAN: the same frames in UDP datagrams. The box announces itself to port 28376 and answers there, so that port is
 * bound once per process and shared by all boxes. A probe to port 7248 wakes a box that has been silent.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock, Unsubscribe } from "../../clock.ts";
import { FrameAssembler } from "./assembler.ts";
import { TO_CHARGER } from "./commands.ts";
import { encodeFrame, PIN_NONE } from "./frame.ts";
import {
  abortReason,
  LinkError,
  underSignal,
  type BoxLink,
  type BoxTransport,
  type LinkListener,
} from "./transport.ts";

export const LISTEN_PORT = 28_376;
export const PROBE_PORT = 7248;
const PROBE_EVERY_MS = 3_000;
const LOOKUP_MS = 5_000;

export interface UdpOptions {
  /**
   * Address or name. With `:port` (a forwarded or simulated box) answers are expected on the socket that asked, and any free local
   * port serves.
   */
  readonly host: string;
  readonly clock: Clock;
}

type Receiver = (chunk: Uint8Array, from: RemoteInfo) => void;

/** One bound socket and those who listen on it. */
class SharedSocket {
  static readonly #open = new Map<number, SharedSocket>();
  readonly #port: number;
  readonly #receivers = new Set<Receiver>();
  readonly #ready: Promise<Socket>;

  private constructor(port: number) {
    this.#port = port;
    this.#ready = bind(port, (chunk, from) => {
      for (const receiver of this.#receivers) receiver(chunk, from);
    });
    this.#ready.catch(() => SharedSocket.#open.delete(port));
  }

  /** Port 0: a socket of its own. @throws LinkError */
  static async join(port: number, receiver: Receiver): Promise<{ socket: Socket; leave: () => Promise<void> }> {
    const shared = port === 0 ? new SharedSocket(0) : (SharedSocket.#open.get(port) ?? new SharedSocket(port));
    if (port !== 0) SharedSocket.#open.set(port, shared);
    shared.#receivers.add(receiver);
    try {
      return { socket: await shared.#ready, leave: () => shared.#leave(receiver) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new LinkError("unavailable", `UDP port ${port} cannot be opened: ${why}`, { cause: error });
    }
  }

  async #leave(receiver: Receiver): Promise<void> {
    this.#receivers.delete(receiver);
    if (this.#receivers.size > 0) return;
    if (SharedSocket.#open.get(this.#port) === this) SharedSocket.#open.delete(this.#port);
    const socket = await this.#ready;
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}

function bind(port: number, receive: Receiver): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", reuseAddr: false });
    socket.once("error", reject);
    socket.on("message", receive);
    socket.bind(port, () => {
      socket.removeListener("error", reject);
      // A refused datagram (ICMP) is reported here; the silence rule deals with the box.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

export function createUdpTransport(options: UdpOptions): BoxTransport {
  const { name, port } = splitHost(options.host);
  return {
    protocol: "udp",
    async open(listener, signal) {
      const address = isIP(name) === 0 ? await resolve(name, options.clock, signal) : name;
      if (signal.aborted) throw abortReason(signal);
      return await openLink(address, port, listener, options.clock);
    },
    close: () => Promise.resolve(),
  };
}

function splitHost(host: string): { readonly name: string; readonly port: number | undefined } {
  const match = /^(.*):(\d+)$/.exec(host);
  return match === null ? { name: host, port: undefined } : { name: match[1] ?? "", port: Number(match[2]) };
}

async function resolve(name: string, clock: Clock, signal: AbortSignal): Promise<string> {
  const deadline = new AbortController();
  const cancel = clock.after(LOOKUP_MS, () =>
    deadline.abort(new LinkError("not_found", `No answer for the name ${name}`)),
  );
  try {
    const found = await underSignal(lookup(name, { family: 4 }), AbortSignal.any([deadline.signal, signal]));
    return found.address;
  } catch (error) {
    if (error instanceof LinkError || signal.aborted) throw error;
    throw new LinkError("not_found", `The name ${name} is not known on this network`, { cause: error });
  } finally {
    cancel();
  }
}

async function openLink(
  address: string,
  port: number | undefined,
  listener: LinkListener,
  clock: Clock,
): Promise<BoxLink> {
  /** Learned from the box's first datagram: it need not be the port that was probed. */
  let boxPort: number | undefined;
  let stopProbing: Unsubscribe = () => undefined;
  let closed = false;
  const { socket, leave } = await SharedSocket.join(port === undefined ? LISTEN_PORT : 0, (chunk, from) => {
    if (closed || from.address !== address || (port !== undefined && from.port !== port)) return;
    boxPort = from.port;
    stopProbing();
    listener.onBytes(chunk);
  });
  const probe = encodeFrame({
    command: TO_CHARGER.login_request,
    serial: "0000000000000000",
    pin: PIN_NONE,
    payload: Uint8Array.of(0),
  });
  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((done, fail) => {
      if (closed) fail(new LinkError("closed", "The connection is closed"));
      else
        socket.send(bytes, boxPort ?? port ?? PROBE_PORT, address, (error) => (error === null ? done() : fail(error)));
    });
  const probeOnce = async (): Promise<void> => {
    if (boxPort === undefined) await send(probe);
  };
  // A failed probe is followed by the next one, and by the rule for a mute box.
  void probeOnce().catch(() => undefined);
  stopProbing = clock.every(PROBE_EVERY_MS, probeOnce, () => undefined);
  return {
    write: (frame, _acknowledged, signal) => underSignal(send(frame), signal),
    async close() {
      if (closed) return;
      closed = true;
      stopProbing();
      await leave();
    },
  };
}

/** Waits for a frame of this box on the LAN. @returns its address; undefined when none came in time or the port is taken */
export async function hearOnLan(
  serial: string,
  clock: Clock,
  withinMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const heard = Promise.withResolvers<string>();
  try {
    const { leave } = await SharedSocket.join(LISTEN_PORT, (chunk, from) => {
      const { frames } = new FrameAssembler({ learnSerial: false }).feed(chunk);
      if (frames.some((frame) => frame.serial === serial)) heard.resolve(from.address);
    });
    try {
      return await underSignal(heard.promise, clock.deadline(withinMs, signal));
    } finally {
      await leave();
    }
  } catch {
    // Not heard is an answer of its own.
    return undefined;
  }
}
