/** Basic authentication as OCPP uses it (security profiles 1 and 2), and the brake on guessing. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { StationPolicy } from "./station.ts";

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;
/** 1.6 `AuthorizationKey`: 16 to 20 bytes, written in the configuration as hex. */
const HEX_KEY = /^(?:[0-9a-fA-F]{2}){16,20}$/;
const HEADER_LIMIT_CHARS = 4096;

/** `user:password` as bytes; passwords need not be text. Undefined: no header, or none that can be read. */
export function basicCredentials(header: string | undefined): Buffer | undefined {
  if (header === undefined || header.length > HEADER_LIMIT_CHARS) return undefined;
  const encoded = BASIC.exec(header.trim())?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64");
}

/** User is the identity, byte for byte; it may contain a colon itself, so the raw prefix decides where the password starts. */
export function namesIdentity(credentials: Buffer, identity: string): boolean {
  const prefix = Buffer.from(`${identity}:`);
  return credentials.length >= prefix.length && timingSafeEqual(credentials.subarray(0, prefix.length), prefix);
}

/** The configured password that the credentials carry, or undefined. Takes the same time whichever it is. */
export function matchingPassword(credentials: Buffer, policy: StationPolicy): string | undefined {
  if (!namesIdentity(credentials, policy.identity)) return undefined;
  const given = digest(credentials.subarray(Buffer.byteLength(policy.identity) + 1));
  let match: string | undefined;
  for (const password of policy.passwords()) {
    const forms = [Buffer.from(password)];
    if (HEX_KEY.test(password)) forms.push(Buffer.from(password, "hex"));
    for (const form of forms) if (timingSafeEqual(digest(form), given)) match ??= password;
  }
  return match;
}

const MAX_FAILURES = 5;
const WINDOW_MS = 60_000;
const PENALTY_MS = 60_000;
const MAX_KEYS = 1000;

/** Counts wrong passwords per identity and address. */
export class Throttle {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { atMs: number[]; blockedUntilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Too many failures lately: do not even look at the password. */
  blocked(identity: string, address: string): boolean {
    return (this.#failures.get(keyOf(identity, address))?.blockedUntilMs ?? 0) > this.#clock.monotonicMs();
  }

  fail(identity: string, address: string): void {
    const key = keyOf(identity, address);
    const nowMs = this.#clock.monotonicMs();
    const entry = this.#failures.get(key) ?? { atMs: [], blockedUntilMs: 0 };
    entry.atMs = [...entry.atMs.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
    if (entry.atMs.length >= MAX_FAILURES) {
      entry.blockedUntilMs = nowMs + PENALTY_MS;
      entry.atMs = [];
    }
    this.#failures.delete(key);
    this.#failures.set(key, entry);
    if (this.#failures.size <= MAX_KEYS) return;
    const oldest = this.#failures.keys().next();
    if (oldest.done !== true) this.#failures.delete(oldest.value);
  }

  succeed(identity: string, address: string): void {
    this.#failures.delete(keyOf(identity, address));
  }
}

function keyOf(identity: string, address: string): string {
  return `${identity}\n${address}`;
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
