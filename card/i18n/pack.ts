/** How the build ships a language: one text, a line per key. Cyrillic takes one byte a letter instead of two. */

/** Cyrillic А…я lie this far above the ASCII characters ?…~ that stand for them. */
const SHIFT = 0x410 - 0x3f;
/** Between two of these, ASCII characters stand for themselves. */
const LATIN = "\t";

export function pack(lines: readonly string[]): string {
  const text = lines.join("\n");
  if (!/[А-я]/.test(text)) return text;
  const marked = text.replace(/[?-~]+/g, (run) => LATIN + run + LATIN);
  return LATIN + marked.replace(/[А-я]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - SHIFT));
}

export function unpack(packed: string): readonly string[] {
  const [first, ...runs] = packed.split(LATIN);
  const text =
    first === ""
      ? runs
          .map((run, index) =>
            index % 2 === 0
              ? run.replace(/[?-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + SHIFT))
              : run,
          )
          .join("")
      : packed;
  return text.split("\n");
}
