/** Puts cards on the test page, at a width, with Home Assistant's default tokens and a frozen clock. */
import "../../card/index.ts";
import { EvseElement } from "../../card/element.ts";
import { EvseCard } from "../../card/evse-card.ts";
import { NOW, type House } from "./house.ts";
import { TOKENS } from "./tokens.ts";

export { defineHaCard } from "./ha-card.ts";

let clock = NOW;
/** Every card of the tests lives at this time. */
EvseElement.prototype.now = () => clock;
export function setClock(ms: number): void {
  clock = ms;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(TOKENS);
document.adoptedStyleSheets.push(sheet);

export interface Mounted {
  card: EvseCard;
  root: ShadowRoot;
  box: HTMLElement;
  house: House;
  /** Hands the card the present states and waits until it has drawn. */
  push: (connected?: boolean) => Promise<void>;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as querySelector itself
  find: <T extends Element = HTMLElement>(selector: string) => T;
  all: (selector: string) => HTMLElement[];
  text: (selector?: string) => string;
}

const mounted: HTMLElement[] = [];

export async function mount(house: House, config: Record<string, unknown> = {}, width = 400): Promise<Mounted> {
  const box = document.createElement("div");
  box.style.width = `${String(width)}px`;
  const { dark, rtl } = house.options;
  document.documentElement.dataset["theme"] = dark === true ? "dark" : "light";
  box.dir = rtl === true ? "rtl" : "ltr";
  const card = document.createElement("evse-card");
  if (!(card instanceof EvseCard)) throw new Error("evse-card is not defined");
  card.setConfig({ type: "custom:evse-card", ...config });
  box.append(card);
  document.body.append(box);
  mounted.push(box);
  card.hass = house.hass();
  await card.updateComplete;
  const root = card.shadowRoot;
  if (root === null) throw new Error("no shadow root");
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as querySelector itself
  const found = <T extends Element = HTMLElement>(selector: string): T => {
    const hit = root.querySelector<T>(selector);
    if (hit === null) throw new Error(`${selector} is not on the card`);
    return hit;
  };
  return {
    card,
    root,
    box,
    house,
    push: async (connected) => {
      card.hass = house.hass(connected);
      await frame();
      await card.updateComplete;
    },
    find: found,
    all: (selector) => [...root.querySelectorAll<HTMLElement>(selector)],
    text: (selector = ".evse") => (found(selector).textContent ?? "").replace(/\s+/g, " ").trim(),
  };
}

export function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function clean(): void {
  for (const box of mounted.splice(0)) box.remove();
  clock = NOW;
  document.documentElement.dataset["theme"] = "light";
}
