/**
 * Grammar fuzz of one connection, without a network: messages grown from the schemas, then bent at every level. Deterministic by seed.
 */
import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { silentLog, type Log } from "../../../bridge/log.ts";
import { comesFromStation } from "../../../bridge/ocpp/actions.ts";
import { Connection } from "../../../bridge/ocpp/connection.ts";
import { parseFrame } from "../../../bridge/ocpp/frames.ts";
import { actionsOf, schemaOf, type Schema } from "../../../bridge/ocpp/schemas.ts";
import type { Json, JsonObject, OcppVersion, StationHandler } from "../../../bridge/ocpp/station.ts";
import { Station } from "../../../bridge/ocpp/stations.ts";
import { neutralResult } from "../../../bridge/ocpp/pending-station.ts";
import { Turn } from "../../../bridge/ocpp/turn.ts";
import { fakeClock, type FakeClock } from "../../fakes/fake-clock.ts";

const FUZZED = "fuzzed";

export interface FuzzReport {
  readonly inputs: number;
  readonly calls: number;
  readonly answered: number;
  readonly handled: number;
  readonly repaired: number;
  readonly settled: number;
  readonly closed: number;
}

/** Whose station it is; without one, every message gets its neutral answer. */
export interface Behind {
  readonly handler: StationHandler;
  /** After each message. @throws Error that tells what cannot be true */
  check(): void;
  close(): Promise<void>;
}

/** @throws Error that names seed, input and what was wrong with the reaction */
export async function fuzz(
  version: OcppVersion,
  inputs: number,
  seed: number,
  make?: (clock: FakeClock) => Promise<Behind>,
): Promise<FuzzReport> {
  const random = randomFrom(seed);
  const grow = new Grower(version, random);
  const clock = fakeClock();
  const behind = await make?.(clock);
  const tally = { inputs, calls: 0, answered: 0, handled: 0, repaired: 0, settled: 0, closed: 0 };
  const handler: StationHandler = {
    onLink: () => undefined,
    onUnlink: () => undefined,
    onCall(action, payload, meta, link) {
      if (link.identity === FUZZED) tally.handled++;
      if (meta.violations.length > 0) tally.repaired++;
      assertClean(payload, 0);
      if (meta.violations.length > 60) throw new Error("more notes than anybody reads");
      if (behind !== undefined && link.identity === FUZZED) return behind.handler.onCall(action, payload, meta, link);
      return neutralResult(version, action, "2026-01-01T12:00:00.000Z");
    },
    onSend: (_action, payload) => assertClean(payload, 0),
  };
  const station = new Station(FUZZED, undefined, handler, 64 * 1024);
  const witness = new Line(new Station("witness", undefined, handler, 64 * 1024), version, handler, clock);
  let line = new Line(station, version, handler, clock);
  behind?.handler.onLink(line.connection);
  let pendingId = "";
  let beforeWitness = 0;

  for (let i = 0; i < inputs; i++) {
    if (line.ended) {
      tally.closed++;
      behind?.handler.onUnlink(line.connection, "closed");
      line = new Line(station, version, handler, clock);
      behind?.handler.onLink(line.connection);
    }
    if (i % 50 === 0) {
      const outcome = line.connection.call("ClearCache", {}, { priority: 3 });
      outcome.then(
        () => tally.settled++,
        () => tally.settled++,
      );
      pendingId = idOf(line.out.at(-1)) ?? pendingId;
      line.out.length = 0;
    }
    if (i % 1000 === 0) await clock.advance(7000);
    const input = grow.input(pendingId);
    line.out.length = 0;
    try {
      line.hear(input.data, input.binary);
      check(input, line, version, tally);
      behind?.check();
      if (i % 500 === 0) {
        beforeWitness++;
        witness.out.length = 0;
        witness.hear(Buffer.from(`[2,"w${i}","Heartbeat",{}]`), false);
        if (witness.out[0]?.startsWith(`[3,"w${i}"`) !== true) throw new Error("the other station was not answered");
      }
    } catch (error) {
      throw new Error(`seed ${seed}, input ${i}: ${input.data.toString().slice(0, 2000)}`, { cause: error });
    }
  }
  if (witness.ended || witness.station.counters.framesIn !== beforeWitness)
    throw new Error("the other station was disturbed");
  for (const entry of station.frames.read()) if (entry.text.length > 17_000) throw new Error("the wire log grew");
  line.connection.terminate("done");
  witness.connection.terminate("done");
  await behind?.close();
  await clock.advance(behind === undefined ? 0 : 120_000); // deadlines of what was under way
  if (clock.pending > 0) throw new Error(`${clock.pending} timers left`);
  return tally;
}

interface Input {
  readonly data: Buffer;
  readonly binary: boolean;
}

function check(input: Input, line: Line, version: OcppVersion, tally: { calls: number; answered: number }): void {
  const text = input.data.toString();
  const answers = line.out.filter((frame) => !frame.startsWith("[2,"));
  if (answers.length > 1) throw new Error(`${answers.length} answers: ${answers.join(" ")}`);
  for (const frame of line.out) {
    const parsed: unknown = JSON.parse(frame);
    if (!Array.isArray(parsed) || parseFrame(frame, "2.1").kind === "bad") throw new Error(`we sent rubbish: ${frame}`);
  }
  if (text === "" || line.ended) return;
  const frame = parseFrame(text, version);
  if (frame.kind !== "call") return;
  tally.calls++;
  const [answer] = answers;
  if (answer === undefined) throw new Error("a call without an answer");
  if (!answer.startsWith(`[3,${frame.idJson},`) && !answer.startsWith(`[4,${frame.idJson},`))
    throw new Error(`wrong answer ${answer}`);
  if (answer.includes('"InternalError"')) throw new Error(`we failed: ${answer}`);
  tally.answered++;
}

function assertClean(value: Json | undefined, depth: number): void {
  if (depth > 2100) throw new Error("too deep"); // short frames may nest as deep as they are long
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error("an infinite number came through");
  if (typeof value === "string" && !value.isWellFormed()) throw new Error("broken text came through");
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || key === "constructor" || key === "prototype") throw new Error(`${key} came through`);
    assertClean((value as JsonObject)[key], depth + 1);
  }
}

/** A connection on a socket that only remembers. */
class Line {
  readonly station: Station;
  readonly connection: Connection;
  readonly socket = new EventEmitter();
  readonly out: string[] = [];
  readonly #turn = new Turn(unforgivingLog());
  ended = false;

  constructor(station: Station, version: OcppVersion, handler: StationHandler, clock: FakeClock) {
    this.station = station;
    const end = (): void => {
      if (this.ended) return;
      this.ended = true;
      fake.readyState = 3;
      this.socket.emit("close", 1006, Buffer.alloc(0));
    };
    const fake = Object.assign(this.socket, {
      OPEN: 1,
      readyState: 1,
      bufferedAmount: 0,
      send: (frame: Buffer) => this.out.push(frame.toString()),
      ping: () => this.socket.emit("pong"),
      close: end,
      terminate: end,
    });
    this.connection = new Connection({
      socket: fake as unknown as WebSocket,
      identity: station.identity,
      version,
      remoteAddress: "192.0.2.1",
      strict: false,
      callTimeoutMs: 30_000,
      pingIntervalMs: 20_000,
      clock,
      log: silentLog(),
      turn: this.#turn,
      frames: station.frames,
      replay: (station.replay = station.replay.heir()),
      counters: station.counters,
      handler,
      onClose: () => undefined,
    });
    this.connection.open();
  }

  hear(data: Buffer, isBinary: boolean): void {
    this.socket.emit("message", data, isBinary);
    this.#turn.run();
  }
}

/** A frame that makes the connection throw must not pass as handled. */
function unforgivingLog(): Log {
  return Object.assign(silentLog(), {
    error: ({ err }: { readonly err: unknown }) => {
      throw err;
    },
  });
}

const STRANGE_NUMBERS = [
  "0",
  "-0",
  "-1",
  "1e400",
  "-1e400",
  "1e-400",
  "99999999999999999999",
  "1.5",
  "9".repeat(320),
  "2147483648",
  "1E5",
];
const STRANGE_TEXTS = [
  "",
  " ",
  "NaN",
  "1,5",
  "abc",
  "\u0000\u0007",
  "\u{1f50c}",
  "x".repeat(300),
  "1970-01-01T00:00:00Z",
  "2026-13-45",
  "true",
  "5",
];
const RAW_TEXTS = ['"\\ud800"', '"\\udfff\\ud800"', '"\\u005f\\u005fproto\\u005f\\u005f"', '"__proto__"'];
const STRANGE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "",
  "vendorNote",
  "\\u0063onstructor",
  "customData",
  "length",
];

/** Grows JSON text, not values: `__proto__`, huge numbers and broken escapes must arrive as a station would write them. */
class Grower {
  readonly #version: OcppVersion;
  readonly #random: () => number;
  readonly #actions: readonly string[];
  #previous = "";

  constructor(version: OcppVersion, random: () => number) {
    this.#version = version;
    this.#random = random;
    this.#actions = actionsOf(version).filter((action) => comesFromStation(version, action));
  }

  input(pendingId: string): Input {
    const text = this.#chance(0.02) ? this.#previous : this.#frame(pendingId);
    this.#previous = text;
    const bent = this.#chance(0.1) ? this.#bend(text) : text;
    const data = this.#chance(0.02) ? this.#flip(Buffer.from(bent)) : Buffer.from(bent);
    return { data, binary: this.#chance(0.01) };
  }

  #frame(pendingId: string): string {
    const id = this.#chance(0.9)
      ? JSON.stringify(`m${Math.floor(this.#random() * 1000)}`)
      : this.#pick([`"${"i".repeat(400)}"`, '""', "7", "1.50", "null", "{}", "[]", "1e400", '"\\ud800"']);
    const roll = this.#random();
    if (roll < 0.06)
      return `[3,${this.#pick([JSON.stringify(pendingId), id])},${this.#pick(['{"status":"Accepted"}', "{}", "[]", "null", this.#value(0)])}]`;
    if (roll < 0.09)
      return `[4,${this.#pick([JSON.stringify(pendingId), id])},${this.#pick(['"GenericError"', "5", '"constructor"'])},"x",${this.#value(0)}]`;
    if (roll < 0.12)
      return `[${this.#pick(["5", "6", "9", '"2"', "2.5", "-2", "null"])},${id},"NotifyPeriodicEventStream",${this.#value(0)}]`;
    if (roll < 0.15)
      return this.#pick(["{", "[]", "[2]", "[3]", `[2,${id}]`, "null", "", "   ", `[2,${id},5,{}]`, this.#value(0)]);
    const action = this.#chance(0.95)
      ? this.#pick(this.#actions)
      : this.#pick(["SetChargingProfile", "Nonsense", "constructor", "__proto__", "x".repeat(999)]);
    const schema = schemaOf(this.#version, action, "Request");
    const payload = schema === undefined || this.#chance(0.05) ? this.#value(0) : this.#grow(schema, schema, 0);
    return this.#chance(0.02)
      ? `[2,${id},"${action}"]`
      : `[2,${id},"${action}",${payload}${this.#chance(0.02) ? ",1,{}" : ""}]`;
  }

  #grow(reference: Schema, root: Schema, depth: number): string {
    const schema =
      reference.$ref === undefined
        ? reference
        : (root.definitions?.[reference.$ref.slice("#/definitions/".length)] ?? {});
    if (this.#chance(0.03)) return this.#value(depth);
    switch (schema.type) {
      case "object":
        return this.#growObject(schema, root, depth);
      case "array": {
        const item = (): string => this.#grow(schema.items ?? {}, root, depth + 1);
        return this.#chance(0.03)
          ? item()
          : `[${Array.from({ length: Math.floor(this.#random() * 3) }, item).join(",")}]`;
      }
      case "integer":
      case "number":
        return this.#chance(0.1)
          ? this.#pick([...STRANGE_NUMBERS, '"7"', '" 7.5 "', '""'])
          : String(Math.floor(this.#random() * 40_000) / 10);
      case "boolean":
        return this.#pick(["true", "false", '"true"', "1"]);
      case "string":
        if (this.#chance(0.05)) return this.#pick([...RAW_TEXTS, "5", "1e400"]);
        if (schema.enum !== undefined && this.#chance(0.9)) return JSON.stringify(this.#pick(schema.enum));
        return schema.format === "date-time" && this.#chance(0.8)
          ? '"2026-01-01T12:00:00Z"'
          : JSON.stringify(this.#pick(STRANGE_TEXTS));
      default:
        return this.#value(depth);
    }
  }

  #growObject(schema: Schema, root: Schema, depth: number): string {
    const parts: string[] = [];
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      const wanted = schema.required?.includes(key) === true ? 0.95 : depth > 3 ? 0.1 : 0.4;
      if (this.#chance(wanted)) parts.push(`"${key}":${this.#grow(inner, root, depth + 1)}`);
    }
    if (this.#chance(0.05)) parts.push(`"${this.#pick(STRANGE_KEYS)}":${this.#value(depth)}`);
    return `{${parts.join(",")}}`;
  }

  #value(depth: number): string {
    const roll = Math.floor(this.#random() * (depth > 5 ? 5 : 7));
    if (roll === 0) return this.#pick(STRANGE_NUMBERS);
    if (roll === 1) return JSON.stringify(this.#pick(STRANGE_TEXTS));
    if (roll === 2) return this.#pick(RAW_TEXTS);
    if (roll === 3) return this.#pick(["null", "true", "false"]);
    if (roll === 4)
      return this.#pick(["[]", "{}", "[".repeat(70) + "]".repeat(70), '{"a":'.repeat(70) + "1" + "}".repeat(70)]);
    const inner = (): string => this.#value(depth + 1);
    return roll === 5 ? `[${inner()},${inner()}]` : `{"${this.#pick(STRANGE_KEYS)}":${inner()},"b":${inner()}}`;
  }

  #bend(text: string): string {
    const at = Math.floor(this.#random() * text.length);
    switch (Math.floor(this.#random() * 4)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return text.slice(at);
      case 2:
        return (
          text.slice(0, at) +
          this.#pick(['"', "{", "}", "[", "]", ",", ":", "\\", "\u0000", "é", "1e999"]) +
          text.slice(at)
        );
      default:
        return text.slice(0, at) + text.slice(at + 1 + Math.floor(this.#random() * 8));
    }
  }

  #flip(bytes: Buffer): Buffer {
    if (bytes.length > 0) {
      const at = Math.floor(this.#random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    }
    return bytes;
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

function idOf(frame: string | undefined): string | undefined {
  return frame === undefined ? undefined : (JSON.parse(frame) as [number, string])[1];
}

/** mulberry32: small, fast and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
