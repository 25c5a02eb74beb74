/**
 * A custom element drawn by Lit's templates. Lit's own element class brings attributes, converters and controllers that this card never uses and that
 * would be a twentieth of its file; here are the three things it does use: one drawing per microtask, `updateComplete`, shared style sheets.
 */
import { type nothing, render, type TemplateResult } from "lit/html.js";

export abstract class Drawn extends HTMLElement {
  /** Settles when what was asked for has been drawn. */
  updateComplete: Promise<void> = Promise.resolve();
  #drawn: (() => void) | undefined;

  protected abstract render(): TemplateResult | typeof nothing;

  /** Nothing is drawn off the page: the next `connectedCallback` does it. */
  requestUpdate(): void {
    if (this.#drawn || !this.isConnected) return;
    this.updateComplete = new Promise((resolve) => (this.#drawn = resolve));
    queueMicrotask(() => {
      if (this.#drawn) this.drawSoon();
    });
  }

  /** Calls `drawNow`; when several elements ask at the same time, some may be made to wait. */
  protected abstract drawSoon(): void;

  /** What was asked for is drawn with it, or has no meaning any more. */
  protected drawNow(): void {
    const drawn = this.#drawn;
    this.#drawn = undefined;
    if (this.isConnected) this.draw();
    drawn?.();
  }

  connectedCallback(): void {
    this.requestUpdate();
  }

  protected draw(): void {
    render(this.render(), this.shadowRoot ?? this, { host: this });
  }
}
