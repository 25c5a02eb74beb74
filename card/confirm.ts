/** Asks before something that cannot be undone: Home Assistant's dialog, else one of our own. */

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
  if (helpers?.showConfirmationDialog !== undefined) {
    return await helpers.showConfirmationDialog(node, { ...question, destructive: true });
  }
  return await ownDialog(node, question);
}

function ownDialog(node: HTMLElement, question: Question): Promise<boolean> {
  const dialog = document.createElement("dialog");
  const add = (tag: string, words: string): HTMLElement => {
    const made = document.createElement(tag);
    made.textContent = words;
    return made;
  };
  const form = document.createElement("form");
  form.method = "dialog";
  const no = add("button", question.dismissText);
  const yes = add("button", question.confirmText);
  yes.setAttribute("value", "yes");
  for (const button of [no, yes]) button.className = "btn";
  form.append(no, yes);
  const title = add("h3", question.title);
  dialog.setAttribute("aria-label", question.title);
  dialog.append(title, add("p", question.text), form);
  (node.shadowRoot?.querySelector(".evse") ?? node.shadowRoot ?? document.body).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
