/** Accessibility rules, counted by axe-core. */
import "axe-core/axe.min.js";
import type { Mounted } from "./page.ts";

interface Axe {
  run: (
    node: Element,
    options: unknown,
  ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
}
const { axe } = window as unknown as { axe: Axe };
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function violations(card: Mounted): Promise<string[]> {
  const { violations: found } = await axe.run(card.box, {
    runOnly: TAGS,
    // Rules about a whole page; a card is a part of one.
    rules: {
      region: { enabled: false },
      "page-has-heading-one": { enabled: false },
      "heading-order": { enabled: false },
    },
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ""}`),
  );
}
