/** Drives the third-party charge point (PyPI ocpp in Python): a box that nobody of this project wrote. */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type ThirdPartyVersion = "1.6" | "2.0.1" | "2.1";

export interface ThirdPartyCall {
  readonly action: string;
  readonly payload: any;
}

export interface ThirdParty {
  readonly id: string;
  readonly version: ThirdPartyVersion;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Sends a request in the library's snake_case. @throws when it is answered with an error */
  send(action: string, payload: Record<string, unknown>): Promise<any>;
  /** What it answers to an action from now on. */
  answer(action: string, payload: Record<string, unknown>): void;
  /** Everything the bridge called, oldest first. */
  readonly calls: readonly ThirdPartyCall[];
  /** Limit in force after the last SetChargingProfile, A. */
  readonly limitA: number | undefined;
  /** Times its connection was closed from outside. */
  readonly closings: number;
  readonly errors: readonly string[];
  /** Waits for a call that fits, among those after `since` (default: all). */
  called(action: string, fits?: (payload: any) => boolean, since?: number): Promise<ThirdPartyCall>;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;
let python: string | undefined;

/** The interpreter with the library; the environment is made on first use. */
export function thirdPartyPython(): string {
  const script = fileURLToPath(new URL("../../scripts/python-venv.sh", import.meta.url));
  python ??= execFileSync("sh", [script], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
  return python;
}

export function startThirdParty(options: {
  readonly url: string;
  readonly id: string;
  readonly version: ThirdPartyVersion;
  readonly password?: string;
  /** Manners of a real box; default: none of its own. */
  readonly preset?: "standard" | "delta" | "dynamic";
}): ThirdParty {
  const script = fileURLToPath(new URL("./python/charge_point.py", import.meta.url));
  const child = spawn(
    thirdPartyPython(),
    [
      script,
      "--url",
      options.url,
      "--id",
      options.id,
      "--version",
      options.version,
      "--preset",
      options.preset ?? "standard",
      ...(options.password === undefined ? [] : ["--password", options.password]),
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const calls: ThirdPartyCall[] = [];
  const errors: string[] = [];
  const waiting = new Map<number, (event: any) => void>();
  const wakers = new Set<() => void>();
  let limitA: number | undefined;
  let closings = 0;
  let nextId = 0;
  let connected: ((event: any) => void) | undefined;
  let noise = "";
  child.stderr.on("data", (data: Buffer) => (noise += data.toString()));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = JSON.parse(line);
    if (event.event === "call") calls.push({ action: event.action, payload: event.payload });
    else if (event.event === "limit") limitA = event.limit;
    else if (event.event === "result") waiting.get(event.id)?.(event);
    else if (event.event === "connected" || event.event === "refused") connected?.(event);
    else if (event.event === "closed") closings++;
    else if (event.event === "error") errors.push(event.error);
    for (const wake of [...wakers]) wake();
  });
  const tell = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  const late = (what: string): Error =>
    new Error(
      `${options.id}: ${what} did not happen\ncalls: ${calls.map((call) => call.action).join(" ")}\nerrors: ${errors.join("; ")}\n${noise}`,
    );
  const patiently = <T>(
    what: string,
    task: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(late(what)), PATIENCE_MS);
      task(
        (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        (error) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });

  return {
    id: options.id,
    version: options.version,
    calls,
    errors,
    get limitA() {
      return limitA;
    },
    get closings() {
      return closings;
    },
    connect: () =>
      patiently("connect", (resolve, reject) => {
        connected = (event) => (event.event === "connected" ? resolve() : reject(new Error(event.error)));
        tell({ do: "connect" });
      }),
    disconnect: async () => {
      const before = closings;
      tell({ do: "disconnect" });
      await patiently<void>("disconnect", (resolve) => {
        const wake = (): void => {
          if (closings === before) return;
          wakers.delete(wake);
          resolve();
        };
        wakers.add(wake);
        wake();
      });
    },
    send: (action, payload) =>
      patiently(`answer to ${action}`, (resolve, reject) => {
        const id = ++nextId;
        waiting.set(id, (event) =>
          event.error === undefined ? resolve(event.payload) : reject(new Error(event.error)),
        );
        tell({ do: "send", id, action, payload });
      }),
    answer: (action, payload) => tell({ do: "answer", action, payload }),
    called: (action, fits = () => true, since = 0) =>
      patiently(`call ${action}`, (resolve) => {
        const look = (): void => {
          const found = calls.slice(since).find((call) => call.action === action && fits(call.payload));
          if (found === undefined) return;
          wakers.delete(look);
          resolve(found);
        };
        wakers.add(look);
        look();
      }),
    async close() {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      const last = setTimeout(() => child.kill("SIGKILL"), 3000);
      await gone;
      clearTimeout(last);
    },
  };
}
