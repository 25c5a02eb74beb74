/** Home Assistant's slug of a name: ASCII letters, digits and underscores. */

const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  ł: "l",
  Ł: "l",
  ø: "o",
  Ø: "o",
  æ: "ae",
  Æ: "ae",
  œ: "oe",
  Œ: "oe",
  đ: "d",
  Đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

/** "Garage wallbox" → `garage_wallbox`, "Büro" → `buro`; empty result becomes `unknown`, as in Home Assistant. */
export function slugify(text: string): string {
  const ascii = Array.from(text)
    .map((letter) => LETTERS[letter] ?? letter)
    .join("")
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return ascii === "" ? "unknown" : ascii;
}
