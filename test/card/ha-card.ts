/** Stands for Home Assistant's own card element in tests and benchmarks; draws its box as that does. */
const sheet = new CSSStyleSheet();
sheet.replaceSync(`:host {
  display: block;
  box-sizing: border-box;
  background: var(--ha-card-background, var(--card-background-color, white));
  border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
  border-radius: var(--ha-card-border-radius, var(--ha-border-radius-lg));
  box-shadow: var(--ha-card-box-shadow, none);
}`);

class StubHaCard extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets.push(sheet);
    root.append(document.createElement("slot"));
  }
}

/** Some tests run without it. */
export function defineHaCard(): void {
  if (customElements.get("ha-card") === undefined) customElements.define("ha-card", StubHaCard);
}
