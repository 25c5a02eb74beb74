/** The first page, shown while there is no configuration: the one page that writes. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { html, trusted, type Markup } from "./html.ts";
import type { Reply, Route } from "./server.ts";
import { STATUS_CSS } from "./status-css.ts";

export interface SetupForm {
  readonly url: string;
  readonly token: string;
  readonly phases: string;
  readonly breaker: string;
  readonly name: string;
  /** Empty = no wallbox yet. */
  readonly station: string;
  readonly maximum: string;
}

export interface SetupParts {
  /** Home Assistants found on this network, best first. */
  readonly propose: () => Promise<readonly string[]>;
  /** Checks and writes; complaints by field (`form` = the whole), empty when it is written. */
  readonly save: (form: SetupForm) => Promise<Partial<Record<keyof SetupForm | "form", string>>>;
  /** `ws://...` for the wallbox, after saving. */
  readonly addresses: (station: string) => readonly string[];
}

const EMPTY: SetupForm = {
  url: "",
  token: "",
  phases: "3",
  breaker: "25",
  name: "Wallbox",
  station: "CP-0001",
  maximum: "16",
};

export function setupRoutes(parts: SetupParts): readonly Route[] {
  // A page of a foreign site cannot read this, so it cannot post in a visitor's name.
  const seal = randomBytes(18).toString("base64url");
  return [
    {
      method: "GET",
      path: "/",
      handle: async () => {
        const [found] = await parts.propose();
        return page(form({ ...EMPTY, url: found ?? "http://homeassistant.local:8123" }, {}, seal));
      },
    },
    {
      method: "POST",
      path: "/setup",
      handle: async ({ body }) => {
        const fields = new URLSearchParams(body);
        const given = Buffer.from(fields.get("seal") ?? "");
        if (given.length !== seal.length || !timingSafeEqual(given, Buffer.from(seal)))
          return page(
            html`<section class="panel">
              <p>This form is from an earlier start. <a href="./">Begin again</a>.</p>
            </section>`,
            403,
          );
        const of = (name: keyof SetupForm): string => (fields.get(name) ?? "").trim();
        const filled: SetupForm = {
          url: of("url"),
          token: of("token"),
          phases: of("phases"),
          breaker: of("breaker"),
          name: of("name"),
          station: of("station"),
          maximum: of("maximum"),
        };
        const complaints = await parts.save(filled);
        if (Object.keys(complaints).length > 0) return page(form(filled, complaints, seal), 400);
        return page(done(filled, parts.addresses(filled.station)));
      },
    },
  ];
}

function form(values: SetupForm, complaints: Partial<Record<keyof SetupForm | "form", string>>, seal: string): Markup {
  const field = (name: keyof SetupForm, label: string, hint: string, type = "text"): Markup =>
    html`<label for="${name}">${label}<span class="sub">${hint}</span></label>
      <input
        id="${name}"
        name="${name}"
        type="${type}"
        value="${type === "password" ? "" : values[name]}"
        autocomplete="off"
        ${trusted(complaints[name] === undefined ? "" : ' aria-invalid="true"')}
      />${complaints[name] === undefined ? undefined : html`<p class="bad" data-tone="bad">${complaints[name]}</p>`}`;
  return html`<form class="panel" method="post" action="setup">
      <input type="hidden" name="seal" value="${seal}" />
      ${complaints.form === undefined ? undefined : html`<p class="bad" data-tone="bad">${complaints.form}</p>`}
      <h2>Home Assistant</h2>
      ${field("url", "Address", "as in your browser, with http:// and the port")}
      ${field("token", "Long-lived access token", "your profile → Security → Create token; the user must be an administrator", "password")}
      <h2>House</h2>
      ${field("phases", "Phases", "1 or 3")}
      ${field("breaker", "Main fuse, A per phase", "never exceeded; it stands on the fuse")}
      <h2>First wallbox (OCPP)</h2>
      ${field("name", "Name", "as it shall be called in Home Assistant")}
      ${field("station", "Identity", "last part of the address typed into the wallbox; empty = none yet")}
      ${field("maximum", "Most it may draw, A per phase", "6 to 80")}
      <button type="submit">Check and save</button>
    </form>
    <p class="sub">
      Nothing is written before every answer was tried. Besen, AMPECO and other chargers: see the manual, or
      <code>evse-bridge setup</code> on a terminal. To look around first: <code>evse-bridge demo</code>.
    </p>`;
}

function done({ station }: SetupForm, addresses: readonly string[]): Markup {
  return html`<section class="panel" data-tone="good">
    <h2>Saved. The bridge starts with it now.</h2>
    ${
      station === ""
        ? undefined
        : html`<p>Type one of these into the wallbox as its OCPP server:</p>
            <pre>${addresses.join("\n")}</pre>`
    }
    <p><a href="./">To the status page</a></p>
  </section>`;
}

const FORM_CSS = `
form.panel { gap: 8px; }
label { display: grid; margin-block-start: 8px; font-weight: 500; }
label .sub { font-weight: 400; }
input { font: inherit; color: inherit; background: var(--quiet); border: 1px solid var(--divider-color); border-radius: 8px; min-height: 44px; padding: 0 12px; width: 100%; }
input[aria-invalid] { border-color: var(--error-color); }
input:focus-visible { outline: 2px solid var(--ha-color-focus); outline-offset: 1px; }
form button { font: inherit; font-weight: 500; min-height: 44px; border: 0; border-radius: 12px; padding: 0 20px; margin-block-start: 16px; justify-self: start; background: var(--primary-color); color: #fff; cursor: pointer; }
.bad { color: var(--primary-text-color); border-inline-start: 3px solid var(--graphic); padding-inline-start: 8px; }
main { max-width: 640px; }
`;

function page(content: Markup, status = 200): Reply {
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>EVSE Bridge: first steps</title>
        <link rel="icon" href="data:," />
        <style>
          ${trusted(STATUS_CSS + FORM_CSS)}
        </style>
      </head>
      <body>
        <main>
          <header class="top">
            <div>
              <h1>EVSE Bridge</h1>
              <div class="sub">First steps: three minutes to a wallbox in Home Assistant</div>
            </div>
          </header>
          ${content}
        </main>
      </body>
    </html>`;
  return { status, type: "text/html; charset=utf-8", body: body.markup };
}
