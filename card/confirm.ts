/** Asks before something that cannot be undone: Home Assistant's dialog, else one of our own. */
import { html, render } from "lit/html.js";

export interface Question {
  readonly title: string;
  readonly text: string;
  readonly confirmText: string;
  readonly dismissText: string;
}

interface CardHelpers {
  showConfirmationDialog?(node: HTMLElement, question: Question & { readonly destructive: boolean }): Promise<boolean>;
}

declare global {
  interface Window {
    loadCardHelpers?: () => Promise<CardHelpers>;
  }
}

export async function confirm(node: HTMLElement, question: Question): Promise<boolean> {
  const helpers = await window.loadCardHelpers?.().catch(() => undefined);
  return await (helpers?.showConfirmationDialog?.(node, { ...question, destructive: true }) ??
    ownDialog(node, question));
}

function ownDialog(node: HTMLElement, { title, text, confirmText, dismissText }: Question): Promise<boolean> {
  const dialog = document.createElement("dialog");
  dialog.ariaLabel = title;
  render(
    html`<h3>${title}</h3>
      <p>${text}</p>
      <form method="dialog">
        <button class="btn">${dismissText}</button><button class="btn" value="yes">${confirmText}</button>
      </form>`,
    dialog,
  );
  (node.shadowRoot?.querySelector(".evse") ?? document.body).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
