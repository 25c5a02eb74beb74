/**
 * Starts a real Home Assistant on a fresh configuration folder and a free port, onboards it and hands out a long-lived token.
 * `HASS_URL` + `HASS_TOKEN` point at another one instead (then it is never stopped, killed or frozen).
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

export interface HassOptions {
  /** Configuration folder; kept on `stop` when given. A folder that was onboarded before needs `token`. */
  readonly dir?: string;
  readonly token?: string;
  readonly port?: number;
  /** Lines appended to configuration.yaml, e.g. `template:` sensors. */
  readonly extraYaml?: string;
  /** Integrations left out of configuration.yaml, e.g. `mobile_app` to see the bridge fall back. */
  readonly without?: readonly string[];
}

export interface RealHass {
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  readonly url: string;
  /** Long-lived token of the owner, an admin. */
  readonly token: string;
  readonly dir: string;
  readonly pid: number | undefined;
  /** SIGTERM, waits for the end; removes the folder unless it was given. */
  stop(): Promise<void>;
  /** SIGTERM and up again, RUNNING on return. */
  restart(): Promise<void>;
  /** SIGKILL, waits for the end. */
  kill(): Promise<void>;
  /** Up again after `kill`, RUNNING on return. */
  start(): Promise<void>;
  /** SIGSTOP: the sockets stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** One WebSocket message on a connection of its own, for looking at things from outside. */
  ask<T = unknown>(message: Record<string, unknown>): Promise<T>;
  /** State of one entity over REST; undefined when there is none. */
  state(entityId: string): Promise<{ state: string; attributes: Record<string, unknown> } | undefined>;
  /** Calls a service over REST as the owner. */
  call(domain: string, service: string, data?: Record<string, unknown>, response?: boolean): Promise<any>;
  /** Everything the process printed. */
  readonly output: () => string;
}

/** Why no real Home Assistant can be used here; undefined when one can. */
export function hassMissing(): string | undefined {
  if (process.env["HASS_URL"] !== undefined && process.env["HASS_TOKEN"] !== undefined) return undefined;
  try {
    execFileSync("sh", ["-c", "command -v hass"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no Home Assistant: there is no `hass` command on the PATH and no HASS_URL with HASS_TOKEN";
  }
}

const PARTS = [
  "frontend",
  "api",
  "websocket_api",
  "config",
  "recorder",
  "history",
  "logbook",
  "mobile_app",
  "energy",
  "input_button",
  "input_number",
  "input_select",
  "input_boolean",
  "input_text",
  "input_datetime",
  "template",
];

export async function startHass(options: HassOptions = {}): Promise<RealHass> {
  const missing = hassMissing();
  if (missing !== undefined) throw new Error(missing);
  const { HASS_URL, HASS_TOKEN } = process.env;
  if (HASS_URL !== undefined && HASS_TOKEN !== undefined) return foreignHass(HASS_URL.replace(/\/$/, ""), HASS_TOKEN);

  const port = options.port ?? (await freePort());
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "evse-hass-")));
  await mkdir(dir, { recursive: true });
  if (!existsSync(join(dir, "configuration.yaml"))) {
    const parts = PARTS.filter((part) => options.without?.includes(part) !== true);
    await writeFile(
      join(dir, "configuration.yaml"),
      [
        `http:\n  server_port: ${port}`,
        ...parts.map((part) => `${part}:`),
        "script: !include scripts.yaml",
        "automation: !include automations.yaml",
        "logger:\n  default: warning",
        options.extraYaml ?? "",
      ].join("\n"),
    );
    await writeFile(join(dir, "scripts.yaml"), "");
    await writeFile(join(dir, "automations.yaml"), "[]\n");
  }

  const url = `http://127.0.0.1:${port}`;
  let output = "";
  let child: ChildProcess | undefined;
  let token = options.token ?? "";

  const launch = async (): Promise<void> => {
    const process_ = spawn("hass", ["-c", dir], { stdio: ["ignore", "pipe", "pipe"] });
    child = process_;
    process_.stdout.on("data", (data: Buffer) => (output += data.toString()));
    process_.stderr.on("data", (data: Buffer) => (output += data.toString()));
    process_.on("error", (error) => (output += String(error)));
    if (token === "") {
      await until(
        async () => (await fetch(`${url}/api/onboarding`)).ok,
        120_000,
        () => output,
      );
      token = await onboard(url);
    }
    await until(
      async () => {
        if (process_.exitCode !== null) throw new Stop(`hass ended with ${process_.exitCode}`);
        const answer = await fetch(`${url}/api/config`, { headers: { authorization: `Bearer ${token}` } });
        return answer.ok && ((await answer.json()) as { state: string }).state === "RUNNING";
      },
      120_000,
      () => output,
    );
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const process_ = child;
    child = undefined;
    if (process_ === undefined || process_.exitCode !== null || process_.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => process_.once("exit", () => resolve()));
    process_.kill("SIGCONT");
    process_.kill(signal);
    const last = setTimeout(() => process_.kill("SIGKILL"), 30_000);
    await gone;
    clearTimeout(last);
  };

  await launch();
  // A port other than 8123 is a trial that Home Assistant ends after five minutes unless it is confirmed.
  await ask(url, token, { type: "http/config/promote" }).catch(() => undefined);

  return {
    url,
    token,
    dir,
    get pid() {
      return child?.pid;
    },
    async stop() {
      await end("SIGTERM");
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
    async restart() {
      await end("SIGTERM");
      await launch();
    },
    kill: () => end("SIGKILL"),
    start: launch,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    ask: (message) => ask(url, token, message),
    state: (entityId) => stateOf(url, token, entityId),
    call: (domain, service, data, response) => callService(url, token, domain, service, data, response),
    output: () => output,
  };
}

function foreignHass(url: string, token: string): RealHass {
  const never = (): never => {
    throw new Error("The Home Assistant of HASS_URL is not ours to stop");
  };
  return {
    url,
    token,
    dir: "",
    pid: undefined,
    stop: async () => undefined,
    restart: never,
    kill: never,
    start: never,
    freeze: never,
    thaw: never,
    ask: (message) => ask(url, token, message),
    state: (entityId) => stateOf(url, token, entityId),
    call: (domain, service, data, response) => callService(url, token, domain, service, data, response),
    output: () => "",
  };
}

async function onboard(url: string): Promise<string> {
  const clientId = `${url}/`;
  const post = async (path: string, body: unknown, access?: string): Promise<any> => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(access === undefined ? {} : { authorization: `Bearer ${access}` }),
      },
      body: JSON.stringify(body),
    });
    return answer.json().catch(() => undefined);
  };
  const user = await post("/api/onboarding/users", {
    client_id: clientId,
    name: "Owner",
    username: "owner",
    password: "owner",
    language: "en",
  });
  const form = new URLSearchParams({ grant_type: "authorization_code", code: user.auth_code, client_id: clientId });
  const { access_token: access } = (await (
    await fetch(`${url}/auth/token`, { method: "POST", body: form })
  ).json()) as {
    access_token: string;
  };
  for (const step of ["core_config", "analytics"])
    await post(`/api/onboarding/${step}`, { client_id: clientId }, access);
  await post("/api/onboarding/integration", { client_id: clientId, redirect_uri: clientId }, access);
  return ask<string>(url, access, {
    type: "auth/long_lived_access_token",
    client_name: `tests ${Math.random()}`,
    lifespan: 3650,
  });
}

/** One question on a connection of its own. */
export async function ask<T = unknown>(url: string, token: string, message: Record<string, unknown>): Promise<T> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/websocket`);
  try {
    return await new Promise<T>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${String(message["type"])}`)), 20_000);
      socket.on("error", reject);
      socket.on("close", () => {
        clearTimeout(late);
        reject(new Error("connection closed"));
      });
      socket.on("message", (data: Buffer) => {
        const answer = JSON.parse(data.toString());
        if (answer.type === "auth_required") socket.send(JSON.stringify({ type: "auth", access_token: token }));
        else if (answer.type === "auth_ok") socket.send(JSON.stringify({ id: 1, ...message }));
        else if (answer.type === "auth_invalid") reject(new Error("auth_invalid"));
        else if (answer.type === "result") {
          clearTimeout(late);
          if (answer.success) resolve(answer.result);
          else reject(new Error(`${answer.error.code}: ${answer.error.message}`));
        }
      });
    });
  } finally {
    socket.close();
  }
}

async function stateOf(url: string, token: string, entityId: string): Promise<any> {
  const answer = await fetch(`${url}/api/states/${entityId}`, { headers: { authorization: `Bearer ${token}` } });
  return answer.ok ? answer.json() : undefined;
}

async function callService(
  url: string,
  token: string,
  domain: string,
  service: string,
  data: Record<string, unknown> = {},
  response = false,
): Promise<any> {
  const answer = await fetch(`${url}/api/services/${domain}/${service}${response ? "?return_response" : ""}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(data),
  });
  if (!answer.ok) throw new Error(`${domain}.${service}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Asks again every 100 ms until it is true; the last error and `context` are shown when it never is. */
export async function until(
  ask_: () => Promise<boolean> | boolean,
  timeoutMs = 15_000,
  context: () => string = () => "",
): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      if (await ask_()) return;
      last = undefined;
    } catch (error) {
      if (error instanceof Stop) throw error;
      last = error;
    }
    if (performance.now() > end)
      throw new Error(
        `did not happen within ${timeoutMs} ms ${last instanceof Error ? last.message : ""}\n${context()}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

class Stop extends Error {}

/** Below the range that the system hands out itself: a port asked for by number must still be free seconds later. */
const [FIRST_PORT, LAST_PORT] = [15_000, 32_000];

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
