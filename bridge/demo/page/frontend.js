/** What a card finds in Home Assistant's frontend besides `hass`: `ha-card`, dialogs, notifications, more-info. */

class HaCard extends HTMLElement {
  constructor() {
    super();
    const style = `:host{display:block;position:relative;box-sizing:border-box;
background:var(--ha-card-background,var(--card-background-color));color:var(--primary-text-color);
border:var(--ha-card-border-width,1px) solid var(--ha-card-border-color,var(--divider-color));
border-radius:var(--ha-card-border-radius,12px);box-shadow:var(--ha-card-box-shadow,none);
transition:all .3s ease-out}`;
    this.attachShadow({ mode: "open" }).innerHTML = `<style>${style}</style><slot></slot>`;
  }
}
customElements.define("ha-card", HaCard);

function dialog(title, fill, buttons) {
  const made = document.createElement("dialog");
  made.className = "ha";
  made.setAttribute("aria-label", title);
  const head = document.createElement("h2");
  head.textContent = title;
  const form = document.createElement("form");
  form.method = "dialog";
  for (const { text, value, danger } of buttons) {
    const button = document.createElement("button");
    button.textContent = text;
    button.value = value;
    button.classList.toggle("danger", danger === true);
    form.append(button);
  }
  made.append(head, ...fill, form);
  document.body.append(made);
  made.showModal();
  return new Promise((resolve) =>
    made.addEventListener("close", () => {
      made.remove();
      resolve(made.returnValue);
    }),
  );
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

window.loadCardHelpers = async () => ({
  showConfirmationDialog: async (_node, { title, text, confirmText = "OK", dismissText = "Cancel", destructive }) =>
    (await dialog(
      title,
      [paragraph(text)],
      [
        { text: dismissText, value: "no" },
        { text: confirmText, value: "yes", danger: destructive === true },
      ],
    )) === "yes",
  showAlertDialog: (_node, { title, text }) =>
    dialog(title ?? "", [paragraph(text ?? "")], [{ text: "OK", value: "" }]),
});

const TOAST_MS = 5000;

function toast(message) {
  const made = paragraph(message);
  document.querySelector("#toasts").append(made);
  setTimeout(() => made.remove(), TOAST_MS);
}

function moreInfo(hass, entityId) {
  const entity = hass.states[entityId];
  if (entity === undefined) return;
  const table = document.createElement("table");
  const rows = { Entity: entityId, State: hass.formatEntityState(entity), ...entity.attributes };
  for (const [name, value] of Object.entries(rows)) {
    const row = table.insertRow();
    row.insertCell().textContent = name;
    row.insertCell().textContent = typeof value === "string" ? value : JSON.stringify(value);
  }
  void dialog(entity.attributes.friendly_name ?? entityId, [table], [{ text: "Close", value: "" }]);
}

/** Events that the frontend's root handles for every card. */
export function handleEvents(hassNow) {
  window.addEventListener("hass-notification", (event) => toast(event.detail.message));
  window.addEventListener("hass-more-info", (event) => moreInfo(hassNow(), event.detail.entityId));
  window.addEventListener("hass-action", (event) => {
    const { config, action } = event.detail;
    const wish = config[`${action}_action`] ?? { action: "more-info" };
    if (wish.action === "more-info") moreInfo(hassNow(), wish.entity ?? config.entity);
  });
}
