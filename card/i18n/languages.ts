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
import { DASH } from "../format.ts";
import { kept } from "../kept.ts";
import { unpack } from "./pack.ts";
import sl from "./sl.json";

export type Key = keyof typeof en;
export type Params = Readonly<Record<string, string | number | undefined>>;

type Table = Readonly<Record<string, string>>;
const FILES: Readonly<Record<string, Table | string>> = { en, bg, da, de, es, fr, it, nl, pt, sl };

/** Every word of a language; of one we lack, English. */
function table(language: string): Table {
  const file: Table | string = FILES[language] ?? en;
  if (typeof file !== "string") return file;
  const lines = unpack(file, Object.values(en));
  return Object.fromEntries(Object.keys(en).map((key, index) => [key, lines[index] ?? ""]));
}

export function isKey(key: string): key is Key {
  return key in en;
}

export type Translate = (key: Key, params?: Params) => string;

const made = new Map<string, Translate>();

/** Texts of one language (`pt-BR` → `pt`). Plurals are written `one:…|few:…|others` and chosen by `n`. */
export function translator(tag: string): Translate {
  const [language = tag] = tag.toLowerCase().split(/[-_]/);
  return kept(made, language, () => {
    const words = table(language);
    const rules = new Intl.PluralRules(language);
    return (key, params = {}) => {
      let text = words[key] ?? en[key];
      const { n } = params;
      if (typeof n === "number")
        text = new RegExp(`\\b${rules.select(n)}:([^|]*)`).exec(text)?.[1] ?? text.replace(/.*\|/, "");
      return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? DASH));
    };
  });
}
