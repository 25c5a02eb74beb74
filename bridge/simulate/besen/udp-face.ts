/** A simulated BS20 on the LAN: UDP datagrams, one client at a time. */
import { createSocket } from "node:dgram";
import type { Bs20Port, SimulatedBs20 } from "./simulated-bs20.ts";

export interface UdpFaceOptions {
  /** 0 = any free one. Real boxes: 7248. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly address?: string;
}

export interface UdpFace {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers whoever speaks to it, at the port it spoke from; a new client takes the old one's place. */
export async function openUdpFace(box: SimulatedBs20, options: UdpFaceOptions): Promise<UdpFace> {
  const socket = createSocket("udp4");
  let client: { readonly key: string; readonly port: Bs20Port } | undefined;
  socket.on("message", (bytes, from) => {
    const key = `${from.address}:${from.port}`;
    if (client?.key !== key) {
      client?.port.detach();
      client = {
        key,
        port: box.attach(
          // A client that has gone is told by ICMP; the next one takes its place.
          (out) => socket.send(out, from.port, from.address, () => undefined),
          () => (client = undefined),
        ),
      };
    }
    client.port.receive(bytes);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(options.port, options.address ?? "127.0.0.1", () => {
      socket.removeListener("error", reject);
      socket.on("error", () => undefined);
      resolve();
    });
  });
  return {
    port: socket.address().port,
    close: () =>
      new Promise((resolve) => {
        client?.port.detach();
        socket.close(() => resolve());
      }),
  };
}
