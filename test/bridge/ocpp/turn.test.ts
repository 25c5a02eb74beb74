import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../bridge/log.ts";
import { Turn, type Speaker } from "../../../bridge/ocpp/turn.ts";
import { startRig, type Rig } from "./rig.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

/** Notes what it hears and what it sends; says one thing per frame. */
function speaker(turn: Turn, name: string, notes: string[]): Speaker {
  let unsent = 0;
  return {
    handle(data) {
      if (data.toString() === "bad") throw new Error("unreadable");
      notes.push(`${name} hears ${data.toString()}`);
      if (unsent++ === 0) turn.speak(this);
    },
    flush() {
      notes.push(`${name} sends ${unsent}`);
      unsent = 0;
    },
  };
}

describe("a turn", () => {
  it("hears all in the order they came, then answers each", async () => {
    const turn = new Turn(silentLog());
    const notes: string[] = [];
    const a = speaker(turn, "a", notes);
    const b = speaker(turn, "b", notes);
    turn.arrive(a, bytes("1"), false);
    turn.arrive(b, bytes("2"), false);
    turn.arrive(a, bytes("3"), false);
    expect(notes).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(notes).toEqual(["a hears 1", "b hears 2", "a hears 3", "a sends 2", "b sends 1"]);
  });

  it("goes on after a frame that cannot be handled", () => {
    const turn = new Turn(silentLog());
    const notes: string[] = [];
    const a = speaker(turn, "a", notes);
    for (const text of ["1", "bad", "2"]) turn.arrive(a, bytes(text), false);
    turn.run();
    expect(notes).toEqual(["a hears 1", "a hears 2", "a sends 2"]);
    expect(turn.running).toBe(false);
  });

  it("goes on after a station that cannot be spoken to", () => {
    const turn = new Turn(silentLog());
    const notes: string[] = [];
    const mute = speaker(turn, "mute", notes);
    mute.flush = () => {
      throw new Error("gone");
    };
    const a = speaker(turn, "a", notes);
    turn.arrive(mute, bytes("1"), false);
    turn.arrive(a, bytes("2"), false);
    turn.run();
    turn.arrive(a, bytes("3"), false);
    turn.run();
    expect(notes).toEqual(["mute hears 1", "a hears 2", "a sends 1", "a hears 3", "a sends 1"]);
  });

  it("does not let a flood pile up", () => {
    const turn = new Turn(silentLog());
    const notes: string[] = [];
    const a = speaker(turn, "a", notes);
    for (let i = 0; i < 1024; i++) turn.arrive(a, bytes("x"), false);
    expect(notes).toHaveLength(1025);
  });
});

describe("a station that speaks and hangs up at once", () => {
  let rig: Rig | undefined;
  afterEach(() => rig?.close());

  it("is heard to its last word before it counts as gone", async () => {
    rig = await startRig();
    const owner = rig.add("A");
    const heardWhenGone: number[] = [];
    owner.onUnlink = () => heardWhenGone.push(owner.heard.length);
    const client = await rig.connect("/A", "1.6");
    for (let i = 0; i < 3; i++) client.send([2, `h${i}`, "Heartbeat", {}]);
    client.socket.close(1000);
    await client.closed;
    await new Promise((resolve) => setImmediate(resolve));
    await expect.poll(() => heardWhenGone).toEqual([3]);
  });
});
