/** Fills `{{ word }}` in a service's data. A text that is one placeholder becomes the value itself, so numbers stay numbers. */

export type Words = Readonly<Record<string, string | number>>;

export function filled(value: unknown, words: Words): unknown {
  if (typeof value === "string") {
    const alone = /^\{\{\s*(\w+)\s*\}\}$/.exec(value)?.[1];
    if (alone !== undefined && alone in words) return words[alone];
    return value.replace(/\{\{\s*(\w+)\s*\}\}/g, (all, word: string) => String(words[word] ?? all));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, words));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, words)]));
  return value;
}
