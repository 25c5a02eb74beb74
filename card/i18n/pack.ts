/**
 * How the build ships a language: one text, a line per key of English. What English already tells is left out: the names of the
 * parameters, a capital at the beginning, a full stop at the end, a line that is the same. Cyrillic is spelt in Latin letters, which take one byte instead of two.
 */

const SMALL = "abvgdežzijklmnoprstufhcčšqy1x2ôw";
/** А…Я, а…я in the order of Unicode, where Bulgarian has no ы and no э. */
const SPELT = SMALL.toUpperCase() + SMALL;
const FIRST = 0x410;
/** The first, second and third parameter of the English line. */
const PARAMS = "^_~";
/** Begins a line that keeps its small letter, or ends one that has no full stop, although English does. */
const UNLIKE = "=";
/** Between two of these, Latin letters stand for themselves. */
const LATIN = "\t";

const params = (english: string): readonly string[] => [...new Set(english.match(/\{\w+\}/g))];

const capital = (english: string): boolean => /^[A-Z]/.test(english);

function packLine(line: string, english: string): string {
  if (line === english) return "";
  let packed = line;
  for (const [index, name] of params(english).entries()) packed = packed.replaceAll(name, PARAMS.charAt(index));
  if (english.endsWith(".")) packed = packed.endsWith(".") ? packed.slice(0, -1) : packed + UNLIKE;
  const first = packed.charAt(0);
  if (!capital(english)) return packed;
  return first === first.toUpperCase() ? first.toLowerCase() + packed.slice(1) : UNLIKE + packed;
}

function unpackLine(packed: string, english: string): string {
  if (packed === "") return english;
  let line = packed;
  if (capital(english)) line = line.replace(/^./u, (first) => (first === UNLIKE ? "" : first.toUpperCase()));
  if (english.endsWith(".")) line = `${line}.`.replace(`${UNLIKE}.`, "");
  const names = params(english);
  return line.replace(/[\^_~]/g, (mark) => names[PARAMS.indexOf(mark)] ?? mark);
}

export function pack(lines: readonly string[], english: readonly string[]): string {
  const text = english.map((line, index) => packLine(lines[index] ?? "", line)).join("\n");
  if (!/[а-я]/.test(text)) return text;
  const marked = text.replace(/[A-Za-z]+/g, `${LATIN}$&${LATIN}`);
  return LATIN + marked.replace(/[А-Яа-я]/g, (letter) => SPELT.charAt(letter.charCodeAt(0) - FIRST));
}

export function unpack(packed: string, english: readonly string[]): readonly string[] {
  const lines = packed
    .split(LATIN)
    .map((run, at) =>
      at % 2 === 0 ? run : run.replace(/[a-zčšžô]/gi, (letter) => String.fromCharCode(FIRST + SPELT.indexOf(letter))),
    )
    .join("")
    .split("\n");
  return english.map((line, index) => unpackLine(lines[index] ?? "", line));
}
