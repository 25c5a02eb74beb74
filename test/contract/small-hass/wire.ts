/** A plain WebSocket client of Home Assistant, without any library between test and wire. */
import { WebSocket } from "ws";

export interface Wire {
  ask<T = any>(message: Record<string, unknown>): Promise<T>;
  askAs(id: number, message: Record<string, unknown>): Promise<unknown>;
  subscribe(message: Record<string, unknown>): Promise<Subscription>;
  /** Asks again until true, for at most 10 s. */
  until(check: () => Promise<boolean>): Promise<void>;
  close(): void;
}

export interface Subscription {
  /** The next event that fits, from those that came and those to come; others are dropped. */
  next(fits: (event: any) => boolean): Promise<any>;
  end(): Promise<void>;
}

const PATIENCE_MS = 10_000;

export async function wire(at: { url: string; token: string }): Promise<Wire> {
  const socket = new WebSocket(`${at.url.replace(/^http/, "ws")}/api/websocket`);
  let lastId = 0;
  const answers = new Map<number, (message: any) => void>();
  const events = new Map<number, (event: any) => void>();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString());
      for (const message of Array.isArray(frame) ? frame : [frame]) {
        if (message.type === "auth_required") socket.send(JSON.stringify({ type: "auth", access_token: at.token }));
        else if (message.type === "auth_ok") resolve();
        else if (message.type === "auth_invalid") reject(new Error("auth_invalid"));
        else if (message.type === "event") events.get(message.id)?.(message.event);
        else answers.get(message.id)?.(message);
      }
    });
  });
  const askAs = (id: number, message: Record<string, unknown>): Promise<any> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${String(message["type"])}`)), PATIENCE_MS);
      answers.set(id, (answer) => {
        clearTimeout(late);
        if (answer.success === false)
          reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
        else resolve(answer.result);
      });
      socket.send(JSON.stringify({ id, ...message }));
    });
  const ask = (message: Record<string, unknown>): Promise<any> => askAs(++lastId, message);
  // Coalescing, as the clients of bridge and card ask for it.
  await ask({ type: "supported_features", features: { coalesce_messages: 1 } });
  return {
    ask,
    askAs,
    async subscribe(message) {
      const seen: any[] = [];
      let wake: () => void = () => undefined;
      const id = ++lastId;
      events.set(id, (event) => {
        seen.push(event);
        wake();
      });
      await askAs(id, message);
      return {
        async next(fits) {
          for (;;) {
            const event = seen.shift();
            if (event !== undefined && fits(event)) return event;
            if (event !== undefined) continue;
            await new Promise<void>((resolve, reject) => {
              const late = setTimeout(
                () => reject(new Error(`no such event of ${String(message["type"])}`)),
                PATIENCE_MS,
              );
              wake = () => {
                clearTimeout(late);
                resolve();
              };
            });
          }
        },
        async end() {
          await ask({ type: "unsubscribe_events", subscription: id });
          events.delete(id);
        },
      };
    },
    async until(check) {
      const end = performance.now() + PATIENCE_MS;
      while (!(await check())) {
        if (performance.now() > end) throw new Error("did not happen within 10 s");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: () => socket.close(),
  };
}
