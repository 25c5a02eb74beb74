/** A line between two processes that can go silent, as a pulled cable does: nothing is closed, nothing arrives; joined again, it all goes on. */
import { createConnection, createServer, type Socket } from "node:net";

export interface Relay {
  readonly port: number;
  /** Bytes that the far end has sent. */
  readonly received: number;
  /** Nothing passes any more; sockets stay open, new ones are taken and wait. */
  cut(): void;
  join(): void;
  stop(): Promise<void>;
}

/** To a port of this machine. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const pairs = new Set<{ readonly near: Socket; far: Socket | undefined }>();
  let joined = true;
  let received = 0;
  const flow = (pair: { readonly near: Socket; far: Socket | undefined }): void => {
    const { near } = pair;
    if (pair.far === undefined) {
      const far = createConnection({ host: "127.0.0.1", port: targetPort });
      pair.far = far;
      far.on("data", (chunk: Buffer) => (received += chunk.length));
      far.on("error", () => near.destroy());
      far.on("close", () => near.destroy());
      if (!joined) far.pause();
    }
    const { far } = pair;
    if (!joined) return;
    near.pipe(far);
    far.pipe(near);
  };
  const server = createServer((near) => {
    const pair = { near, far: undefined as Socket | undefined };
    pairs.add(pair);
    near.on("error", () => pair.far?.destroy());
    near.on("close", () => {
      pairs.delete(pair);
      pair.far?.destroy();
    });
    if (joined) flow(pair);
    else near.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    get received() {
      return received;
    },
    cut() {
      joined = false;
      for (const { near, far } of pairs) {
        if (far === undefined) continue;
        near.unpipe(far);
        far.unpipe(near);
        near.pause();
        far.pause();
      }
    },
    join() {
      joined = true;
      for (const pair of pairs) flow(pair);
    },
    stop() {
      for (const { near } of pairs) near.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
