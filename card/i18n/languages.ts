/** The ten languages. The build packs every file but English into one text: a line per key of English. */
import bg from "./bg.json";
import da from "./da.json";
import de from "./de.json";
import en from "./en.json";
import es from "./es.json";
import fr from "./fr.json";
import it from "./it.json";
import nl from "./nl.json";
import pt from "./pt.json";
import { unpack } from "./pack.ts";
import sl from "./sl.json";

export type Key = keyof typeof en;
export type Params = Readonly<Record<string, string | number>>;

type Table = Readonly<Record<string, string>>;
const KEYS = Object.keys(en);
const FILES: Readonly<Record<string, Table | string>> = { en, bg, da, de, es, fr, it, nl, pt, sl };
export const LANGUAGES = Object.keys(FILES);

const unpacked = new Map<string, Table>();

function table(language: string): Table {
  const ready = unpacked.get(language);
  if (ready !== undefined) return ready;
  const file: Table | string = FILES[language] ?? en;
  let made: Table;
  if (typeof file === "string") {
    const lines = unpack(file, Object.values(en));
    made = Object.fromEntries(KEYS.map((key, index) => [key, lines[index] ?? ""]));
  } else made = file;
  unpacked.set(language, made);
  return made;
}

export function isKey(key: string): key is Key {
  return key in en;
}

export type Translate = (key: Key, params?: Params) => string;

/** `pt-BR` → `pt`; a language we lack → English. */
export function languageFor(tag: string | undefined): string {
  const base = (tag ?? "en").toLowerCase().split(/[-_]/)[0] ?? "en";
  return base in FILES ? base : "en";
}

/** Texts of one language. Plurals are written `one:…|other:…` and chosen by `n`. */
export function translator(tag: string | undefined): Translate {
  const language = languageFor(tag);
  const words = table(language);
  let rules: Intl.PluralRules | undefined;
  return (key, params = {}) => {
    let found = words[key] ?? en[key];
    const count = params["n"];
    if (typeof count === "number" && found.includes("other:")) {
      rules ??= new Intl.PluralRules(language);
      const form = rules.select(count);
      const forms = found.split("|").map((part) => part.split(/:(.*)/s));
      found = (forms.find(([name]) => name === form) ?? forms.at(-1))?.[1] ?? found;
    }
    return found.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
  };
}
