/** The demo page: one dashboard with the real card in all its layouts. */
import { Connection } from "./connection.js";
import { handleEvents } from "./frontend.js";
import { createHass } from "./hass.js";
import { startWorld } from "./world.js";
import "/evse-bridge.js";

const dashboard = document.querySelector("#dashboard");
const link = document.querySelector("#link");
const cards = [];
let hass;
let shape = "";

function card(config) {
  const made = document.createElement("evse-card");
  made.setConfig({ type: "custom:evse-card", ...config });
  made.hass = hass;
  cards.push(made);
  return made;
}

function section(title, wide, ...made) {
  const box = document.createElement("div");
  box.classList.toggle("wide", wide);
  const head = document.createElement("h2");
  head.textContent = title;
  box.append(head, ...made);
  return box;
}

/** Built anew when wallboxes come or go. */
function layOut(chargers) {
  cards.length = 0;
  const [first] = chargers;
  dashboard.replaceChildren(
    section("The whole site", true, card({ layout: "site" })),
    ...chargers.map((charger) => section(charger.name, false, card({ entity: charger.status }))),
    section("Compact", false, ...chargers.map((charger) => card({ entity: charger.status, layout: "compact" }))),
    section(
      "Features",
      false,
      card({ entity: first.status, layout: "features", features: ["mode", "limit", "actions", "phases", "graph"] }),
    ),
  );
}

function show(next) {
  hass = next;
  const chargers = hass.states[session.root]?.attributes.chargers ?? [];
  const now = JSON.stringify(chargers.map(({ id, status }) => [id, status]));
  if (chargers.length > 0 && now !== shape) {
    shape = now;
    layOut(chargers);
  }
  for (const one of cards) one.hass = hass;
  link.textContent = hass.connected
    ? chargers.length > 0
      ? ""
      : "Waiting for the bridge…"
    : "Connection to Home Assistant lost…";
}

const session = await (await fetch("/demo/session")).json();
if (session.status !== undefined) {
  const status = document.getElementById("status");
  status.href = session.status;
  status.hidden = false;
}
const connection = new Connection(session.url ?? location.origin, session.token);
const { setDark } = createHass(connection, show);
handleEvents(() => hass);
connection.open();
startWorld();

const themeButton = document.querySelector("#theme");
function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  themeButton.setAttribute("aria-pressed", String(dark));
  themeButton.textContent = dark ? "Light" : "Dark";
  setDark(dark);
}
themeButton.addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));
const wanted = location.hash.slice(1);
theme(wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches));
