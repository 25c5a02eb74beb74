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
import { kept } from "../kept.ts";
import { unpack } from "./pack.ts";
import sl from "./sl.json";

export type Key = keyof typeof en;
export type Params = Readonly<Record<string, string | number>>;

type Table = Readonly<Record<string, string>>;
const KEYS = Object.keys(en);
const FILES: Readonly<Record<string, Table | string>> = { en, bg, da, de, es, fr, it, nl, pt, sl };
export const LANGUAGES = Object.keys(FILES);

/** Every word of a language. */
function table(language: string): Table {
  const file: Table | string = FILES[language] ?? en;
  if (typeof file !== "string") return file;
  const lines = unpack(file, Object.values(en));
  return Object.fromEntries(KEYS.map((key, index) => [key, lines[index] ?? ""]));
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

const made = new Map<string, Translate>();

/** Texts of one language. Plurals are written `one:…|other:…` and chosen by `n`. */
export function translator(tag: string | undefined): Translate {
  const language = languageFor(tag);
  return kept(made, language, () => {
    const words = table(language);
    const rules = new Intl.PluralRules(language);
    return (key, params = {}) => {
      let text = words[key] ?? en[key];
      const form = (name: string): string | undefined => new RegExp(`\\b${name}:([^|]*)`).exec(text)?.[1];
      const { n } = params;
      if (typeof n === "number") text = form(rules.select(n)) ?? form("other") ?? text;
      return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
    };
  });
}
