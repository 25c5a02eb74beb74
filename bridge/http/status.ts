/** The status page: who is connected, who waits at the door and why, what went wrong, what to do. Read only. */
import { html, trusted, type Markup } from "./html.ts";
import type { Reply } from "./server.ts";
import { STATUS_CSS } from "./status-css.ts";
import { STATUS_ICONS, type StatusIcon } from "./status-icons.ts";
import type { StatusCharger, StatusModel, Tone } from "./status-model.ts";

/** The page asks for itself anew this often while it is looked at. */
const REFRESH_MS = 5000;

export function statusPage(model: StatusModel, ingressPath = ""): Reply {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>EVSE Bridge</title>
        <link rel="icon" href="data:," />
        <style>
          ${trusted(STATUS_CSS)}
        </style>
      </head>
      <body>
        <svg width="0" height="0" style="position:absolute" aria-hidden="true">${symbols()}</svg>
        <main>
          ${header(model)} ${verdict(model)}
          <section class="links" aria-label="Links">
            ${model.links.map(
              (link) =>
                html`<div class="link" data-tone="${link.tone}">
                  <div class="orb">${icon(link.icon)}</div>
                  <div>
                    <b>${link.name}</b>
                    <div class="sub">${link.detail}</div>
                  </div>
                </div>`,
            )}
          </section>
          ${chargers(model)}
          <div class="two">${waiting(model)}${errors(model)}</div>
          ${checks(model)}
          <footer>
            ${[
              ["/health", "Health"],
              ["/metrics", "Metrics"],
              ["/api/sessions", "Sessions"],
              ["/api/diagnostics", "Diagnostics report"],
            ].map(([path = "", name = ""]) => html`<a href="${ingressPath}${path}">${name}</a>`)}
          </footer>
        </main>
        <script>
          ${trusted(SCRIPT)};
        </script>
      </body>
    </html> `;
  return { status: 200, type: "text/html; charset=utf-8", body: page.markup };
}

/** Theme by choice, kept in this browser; fresh content without a flicker, and word when the bridge no longer answers. */
const SCRIPT = `
const root = document.documentElement;
const chosen = localStorage.getItem("theme");
if (chosen) root.dataset.theme = chosen;
document.addEventListener("click", (event) => {
  if (!event.target.closest("#theme")) return;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});
const refresh = async () => {
  if (document.hidden) return;
  try {
    const reply = await fetch(location.href, { signal: AbortSignal.timeout(4000) });
    if (!reply.ok) throw new Error(String(reply.status));
    const next = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("main");
    const main = document.querySelector("main");
    if (next && !getSelection().toString()) {
      const at = main.contains(document.activeElement) ? [...main.querySelectorAll("a, button")].indexOf(document.activeElement) : -1;
      main.replaceChildren(...next.childNodes);
      if (at >= 0) main.querySelectorAll("a, button")[at]?.focus({ preventScroll: true });
    }
  } catch {
    const sub = document.querySelector(".top .sub");
    if (sub && !sub.dataset.lost) { sub.dataset.lost = "1"; sub.append(" · the bridge does not answer now"); }
  }
};
setInterval(refresh, ${REFRESH_MS});
`;

function header(model: StatusModel): Markup {
  return html`<header class="top" data-tone="good">
    <div class="orb">${icon("station")}</div>
    <div>
      <h1>EVSE Bridge</h1>
      <div class="sub">
        ${model.siteName} · version ${model.version} · running for ${span(model.nowMs - model.startedAtMs)} · as of
        ${clockTime(model.nowMs, model, true)}
      </div>
    </div>
    <button id="theme">Light / dark</button>
  </header>`;
}

function verdict({ needs, chargers: all }: StatusModel): Markup {
  if (needs.length === 0) {
    const words = all.length === 0 ? "Running. No wallbox is configured yet." : "All is well.";
    return html`<section class="verdict" data-tone="good"><h2>${icon("ok-circle")}${words}</h2></section>`;
  }
  const count = ["Nothing", "One thing", "Two things", "Three things"][needs.length] ?? `${needs.length} things`;
  const charging = all.some((charger) => charger.connected && (charger.observedA ?? 0) > 0);
  return html`<section class="verdict" data-tone="warn">
    <h2>
      ${icon("warn-circle")}${count} need${needs.length === 1 ? "s" : ""} you.${charging ? " Charging goes on." : ""}
    </h2>
    <ul>
      ${needs.map((need) => html`<li><a href="#${need.anchor}">${need.text}</a></li>`)}
    </ul>
  </section>`;
}

function chargers(model: StatusModel): Markup {
  if (model.chargers.length === 0) return html``;
  return html`<section class="panel" aria-labelledby="chargers">
    <h2 id="chargers">
      Chargers <span class="sub">bar: observed, mark: accepted, ring: wanted where it differs</span>
    </h2>
    <div class="cols sub">
      <span>Charger</span><span>State</span>
      <dl><span>Wanted</span><span>Accepted</span><span>Observed</span></dl>
      <span>If the link dies</span>
    </div>
    ${model.chargers.map((charger) => chargerBox(charger, model))}
  </section>`;
}

function chargerBox(charger: StatusCharger, model: StatusModel): Markup {
  const { state, failSafe, wantedA, acceptedA, observedA, maxA } = charger;
  const differs = wantedA !== undefined && acceptedA !== undefined && acceptedA < wantedA - 0.05;
  const heard =
    charger.heardAtMs === undefined
      ? "never heard"
      : charger.connected
        ? `heard ${span(model.nowMs - charger.heardAtMs)} ago`
        : `last heard ${clockTime(charger.heardAtMs, model)}`;
  return html`<div class="box" data-tone="${state.tone}" id="charger-${charger.id}">
    <div class="id">
      <div class="orb">${icon(state.icon)}</div>
      <div>
        <h3>${charger.name}</h3>
        <div class="sub">${charger.about} · ${heard}</div>
      </div>
    </div>
    <div class="facts">${tag(state)}</div>
    <div class="amps">
      <dl>
        <div>
          <dt>Wanted</dt>
          <dd>${amps(wantedA)}</dd>
        </div>
        <div>
          <dt>Accepted</dt>
          ${differs ? html`<dd class="off" data-tone="warn">${icon("warn-circle")}${amps(acceptedA)}</dd>` : html`<dd>${amps(acceptedA)}</dd>`}
        </div>
        <div>
          <dt>Observed</dt>
          <dd>${observedA === undefined ? amps(undefined) : `${observedA.toFixed(1)} A`}</dd>
        </div>
      </dl>
      <div
        class="scale"
        role="img"
        aria-label="Wanted ${amps(wantedA)}, accepted ${amps(acceptedA)}, observed ${amps(observedA)}, of ${maxA} amperes"
        style="--w:${wantedA ?? 0};--a:${acceptedA ?? 0};--o:${observedA ?? 0};--max:${maxA}"
      >
        ${(observedA ?? 0) > 0 ? html`<i></i>` : undefined}${differs ? html`<s></s>` : undefined}${(acceptedA ?? 0) > 0 ? html`<u></u>` : undefined}
      </div>
      <div class="sub">${charger.reason}</div>
    </div>
    <div class="facts">${tag(failSafe)}</div>
  </div>`;
}

function waiting(model: StatusModel): Markup {
  return html`<section class="panel" id="waiting">
    <h2>Waiting stations <span class="sub">listed, not controlled</span></h2>
    ${
      model.waiting.length === 0
        ? html`<p class="sub">Nobody waits at the door.</p>`
        : html`<ul class="list">
            ${model.waiting.map(
              (one) =>
                html`<li data-tone="${one.tone}">
                  ${icon(one.icon)}
                  <div>
                    <b>${one.name}</b>
                    <p class="sub todo">${one.detail}</p>
                  </div>
                  <span class="sub when">${clockTime(one.atMs, model)}</span
                  >${one.snippet === undefined ? undefined : html`<pre>${one.snippet}</pre>`}
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function errors(model: StatusModel): Markup {
  return html`<section class="panel" id="errors">
    <h2>Last errors</h2>
    ${
      model.errors.length === 0
        ? html`<p class="sub">None since the start.</p>`
        : html`<ul class="list">
            ${model.errors.map(
              (error) =>
                html`<li data-tone="warn">
                  ${icon("warn-circle")}
                  <div>
                    <b>${error.title}</b>
                    <p class="sub todo">${error.detail}</p>
                  </div>
                  <span class="sub when"
                    >${clockTime(error.atMs, model)}${error.count > 1 ? ` · ${error.count}×` : ""}</span
                  >
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

const CHECK_ICONS: Readonly<Record<Tone, StatusIcon>> = {
  good: "ok-circle",
  info: "ok-circle",
  warn: "warn-circle",
  bad: "bad-circle",
  none: "clock",
};

function checks(model: StatusModel): Markup {
  if (model.checks.length === 0) return html``;
  const good = model.checks.filter((check) => check.tone === "good").length;
  const order: readonly Tone[] = ["bad", "warn", "info", "none", "good"];
  const sorted = model.checks.toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
  const half = Math.ceil(sorted.length / 2);
  const run = model.checkedAtMs === undefined ? "" : ` · run ${clockTime(model.checkedAtMs, model)}`;
  const list = (part: typeof sorted): Markup =>
    html`<ul class="list">
      ${part.map(
        (check) =>
          html`<li data-tone="${check.tone}">
            ${icon(CHECK_ICONS[check.tone])}
            <div>
              <b>${check.title}</b>
              <p class="sub todo">${check.detail}</p>
            </div>
          </li>`,
      )}
    </ul>`;
  return html`<section class="panel" id="checks">
    <h2>Checks <span class="sub">${good} of ${sorted.length} good${run}</span></h2>
    <div class="two" style="gap:0 40px">${list(sorted.slice(0, half))}${list(sorted.slice(half))}</div>
  </section>`;
}

function tag({
  word,
  icon: name,
  tone,
}: {
  readonly word: string;
  readonly icon: StatusIcon;
  readonly tone: Tone;
}): Markup {
  return html`<span class="tag" data-tone="${tone}">${icon(name)}${word}</span>`;
}

function icon(name: StatusIcon): Markup {
  return html`<svg class="i" aria-hidden="true"><use href="#i-${name}" /></svg>`;
}

function symbols(): Markup {
  return trusted(
    Object.entries(STATUS_ICONS)
      .map(([name, path]) => `<symbol id="i-${name}" viewBox="0 0 24 24"><path d="${path}"/></symbol>`)
      .join(""),
  );
}

function amps(value: number | undefined): string {
  return value === undefined ? "–" : `${Number.isInteger(value) ? value : value.toFixed(1)} A`;
}

/** "14:05", with the weekday when it is not of the last day. */
function clockTime(atMs: number, { nowMs, timeZone }: StatusModel, seconds = false): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Intl.DateTimeFormat("en-GB", {
    ...zone,
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  }).format(atMs);
  if (nowMs - atMs < 20 * 3_600_000) return time;
  return `${new Intl.DateTimeFormat("en-GB", { ...zone, weekday: "short", day: "numeric", month: "short" }).format(atMs)} ${time}`;
}

function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
