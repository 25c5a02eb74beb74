/** What the demo serves beside Home Assistant's own paths: its page, the card, and the controls of the simulated world. */
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { themeCss } from "../../shared/theme.ts";
import { parseJson, readBody, respond } from "./hass/http-api.ts";
import { isRecord, number, record } from "./hass/json.ts";
import type { World, WorldWish } from "./world.ts";

export interface PageParts {
  readonly world: () => World | undefined;
  /** How the page reaches Home Assistant; `url` undefined = where the page came from. */
  readonly session: () => {
    readonly url: string | undefined;
    readonly token: string;
    readonly root: string;
    /** The bridge's own page; undefined before it listens. */
    readonly status: string | undefined;
  };
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page's files lie beside the sources, also when the program runs compiled. */
function folder(name: string): string {
  const found = ["./", "../../../bridge/demo/"]
    .map((up) => fileURLToPath(new URL(`${up}${name}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`The demo's ${name} is missing`);
  return found;
}

/** The built card; undefined where it was not built yet. */
export function cardFile(): string | undefined {
  return ["../../dist/evse-bridge.js", "../../../dist/evse-bridge.js"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
}

/** Serves GET of pages and `/demo/...`; false: not mine. */
export function createPages({
  world,
  session,
}: PageParts): (request: IncomingMessage, response: ServerResponse) => boolean {
  const page = folder("page");
  const sendFile = (response: ServerResponse, file: string): void => {
    response
      .writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "cache-control": "no-cache",
        // A real Home Assistant's frontend loads the card from here.
        "access-control-allow-origin": "*",
      })
      .end(readFileSync(file));
  };
  const control = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    if (path === "/demo/session" && request.method === "GET") {
      respond(response, { status: 200, body: session() });
      return;
    }
    const running = world();
    if (path !== "/demo/world" || running === undefined) {
      respond(response, { status: running === undefined ? 503 : 404, body: { message: "not there" } });
      return;
    }
    if (request.method === "POST") {
      const wish = wishOf(parseJson(await readBody(request)));
      if (wish === undefined) {
        respond(response, { status: 400, body: { message: "malformed" } });
        return;
      }
      running.apply(wish);
    }
    respond(response, { status: 200, body: running.view });
  };

  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.startsWith("/demo/")) {
      // Another site's page must not read the token through a name that points here.
      if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? "")) {
        respond(response, { status: 403, body: { message: "only from this machine" } });
        return true;
      }
      control(request, response, pathname).catch((error: unknown) =>
        respond(response, { status: 400, body: { message: error instanceof Error ? error.message : "malformed" } }),
      );
      return true;
    }
    if (request.method !== "GET") return false;
    if (pathname === "/evse-bridge.js") {
      const card = cardFile();
      if (card === undefined) respond(response, { status: 404, body: "The card is not built: npm run build:card" });
      else sendFile(response, card);
      return true;
    }
    if (pathname === "/page/theme.css") {
      response.writeHead(200, { "content-type": TYPES[".css"], "cache-control": "no-cache" }).end(themeCss());
      return true;
    }
    const file = pathname === "/" ? "index.html" : /^\/page\/([a-z-]+\.(?:js|css|svg))$/.exec(pathname)?.[1];
    if (file === undefined || !existsSync(`${page}/${file}`)) return false;
    sendFile(response, `${page}/${file}`);
    return true;
  };
}

function wishOf(json: unknown): WorldWish | undefined {
  if (!isRecord(json)) return undefined;
  const sun = json["sun"] === null ? null : share(json["sun"]);
  const loadW = number(json["loadW"]);
  const batteryPct = number(json["batteryPct"]);
  const plugs: Record<string, boolean> = {};
  for (const [id, on] of Object.entries(record(json["plugs"]))) if (typeof on === "boolean") plugs[id] = on;
  return {
    ...(sun === undefined ? {} : { sun }),
    ...(loadW === undefined ? {} : { loadW: Math.min(30_000, loadW) }),
    ...(batteryPct === undefined ? {} : { batteryPct: Math.min(100, Math.max(0, batteryPct)) }),
    plugs,
  };
}

function share(value: unknown): number | undefined {
  const parsed = number(value);
  return parsed === undefined ? undefined : Math.min(1, Math.max(0, parsed));
}
