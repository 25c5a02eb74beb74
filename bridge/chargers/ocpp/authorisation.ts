/** Who may charge: answers to tags, in Authorize as well as in transactions. */
import type { OcppVersion } from "../../ocpp/station.ts";
import type { Drawer } from "./drawer.ts";
import type { OcppChargerOptions, TagEntry } from "./options.ts";

const LEARNT = "learnt_tags";
/** More than the drivers of any house. */
const MOST_LEARNT = 100;

export type TagStatus = "Accepted" | "Blocked" | "Expired" | "Invalid" | "Unknown";

export interface TagJudgement {
  readonly status: TagStatus;
  readonly name: string | undefined;
  /** Not in the list: offered for learning. */
  readonly unknown: boolean;
}

/** Firmwares pad tags (`…\x10\x0e`, `…-`): compared without case, control characters and trailing non-alphanumerics. */
export function sameTag(a: string, b: string): boolean {
  return normalTag(a) === normalTag(b);
}

export function normalTag(tag: string): string {
  return tag
    .replace(/\p{Cc}/gu, "")
    .replace(/[^\p{L}\p{N}]+$/u, "")
    .toUpperCase();
}

export class Authorisation {
  readonly #options: Pick<OcppChargerOptions, "auth" | "authorization">;
  readonly #ownTag: () => string;
  readonly #drawer: Drawer;

  constructor(options: Pick<OcppChargerOptions, "auth" | "authorization">, ownTag: () => string, drawer: Drawer) {
    this.#options = options;
    this.#ownTag = ownTag;
    this.#drawer = drawer;
  }

  /** Takes a tag into the list for good. The configured list wins over what was learnt. */
  learn(tag: string): void {
    const known = this.#learnt().filter((one) => !sameTag(one, tag));
    if (normalTag(tag) !== "") this.#drawer.write(LEARNT, [...known, tag].slice(-MOST_LEARNT));
  }

  #learnt(): readonly string[] {
    const kept = this.#drawer.read(LEARNT);
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  }

  judge(tag: string, type: string | undefined, nowMs: number): TagJudgement {
    const own = sameTag(tag, this.#ownTag()) && (type === undefined || tag !== "");
    if (own || (type === "NoAuthorization" && tag === ""))
      return { status: "Accepted", name: undefined, unknown: false };
    const entry = this.#options.authorization.find((item) => sameTag(item.tag, tag));
    if (this.#options.auth === "block") return { status: "Blocked", name: entry?.name, unknown: entry === undefined };
    if (entry !== undefined) return { status: listed(entry, nowMs), name: entry.name, unknown: false };
    if (this.#learnt().some((one) => sameTag(one, tag))) return { status: "Accepted", name: undefined, unknown: false };
    return { status: this.#options.auth === "accept_all" ? "Accepted" : "Unknown", name: undefined, unknown: true };
  }
}

function listed(entry: TagEntry, nowMs: number): TagStatus {
  if (entry.expiryMs !== undefined && entry.expiryMs <= nowMs) return "Expired";
  switch (entry.status) {
    case "accepted":
      return "Accepted";
    case "blocked":
      return "Blocked";
    case "expired":
      return "Expired";
    case "invalid":
      return "Invalid";
  }
}

/** The word of a version: 1.6 knows no Unknown. */
export function wireTagStatus(status: TagStatus, version: OcppVersion): string {
  return version === "1.6" && status === "Unknown" ? "Invalid" : status;
}

/** 16 letters and digits: longer tags overflow some firmwares. */
export function makeTag(random: () => number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return Array.from({ length: 16 }, () => letters[Math.floor(random() * letters.length)] ?? "A").join("");
}
