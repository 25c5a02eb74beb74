/**
 * {Home Assistant, bridge, wallbox} x {restart, kill -9, hang, cut}, and pairs of failures in both orders, with real processes: Home
 * Assistant, `evse-bridge run`, `evse-bridge simulate ocpp`, and lines that can go silent between them. After each: the same entities,
 * none twice, a deleted helper deleted, a renamed one followed, what was set meanwhile applied, what was pressed meanwhile not, energy
 * not lower. Four wallboxes with a bridge of their own share one Home Assistant, so that what waits can wait at the same time; what
 * happens to one is no failure of the others. Prints the matrix.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hassMissing, startHass, until, type RealHass } from "./hass.ts";
import { healthy, startChain, whole, type Chain } from "./restart-chain.ts";

const missing = hassMissing() ?? (process.env["HASS_URL"] === undefined ? undefined : "HASS_URL is not ours to kill");
const HANG_MS = 60_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const suite = missing === undefined ? describe : describe.skip;
suite(`restart matrix${missing === undefined ? "" : ` (${missing})`}`, { timeout: 240_000, retry: 0 }, () => {
  let hass: RealHass;
  let a: Chain;
  let b: Chain;
  let c: Chain;
  let d: Chain;
  let before: string;
  const rows: string[][] = [];

  const inventory = async (): Promise<string> => {
    const all = await hass.ask<
      { platform: string; entity_id: string; unique_id: string; disabled_by: string | null; labels: string[] }[]
    >({ type: "config/entity_registry/list" });
    return all
      .filter(
        ({ platform }) => ["mobile_app", "template", "script"].includes(platform) || platform.startsWith("input_"),
      )
      .map(({ entity_id, unique_id, disabled_by, labels }) =>
        [entity_id, unique_id, disabled_by ?? "", ...labels.toSorted()].join(" "),
      )
      .sort()
      .join("\n");
  };

  /** What is there more (+) and less (-) than at the beginning. */
  const changes = async (): Promise<readonly string[]> => {
    const [then, now] = [before.split("\n"), (await inventory()).split("\n")];
    return [
      ...now.filter((line) => !then.includes(line)).map((line) => `+ ${line}`),
      ...then.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ];
  };

  /** How far the boxes' talk had come when something was broken. */
  const mark = (chain: Chain): number => chain.box.output().length;

  /** Looks whether all is as it should be; `since` = `mark` before it was broken. */
  async function row(
    chain: Chain,
    what: string,
    since: number,
    turned: "wish" | "wish and press" | "nothing",
  ): Promise<void> {
    const began = performance.now();
    await whole(hass, chain, 60_000).catch((error: unknown) => {
      throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    const seconds = (performance.now() - began) / 1000;
    // A press that was carried out would have paused it or made it reboot.
    expect(chain.box.output().slice(since), what).not.toContain("reboots");
    expect((await hass.state(`input_boolean.${chain.prefix}_charging`))?.state, what).toBe("on");
    expect((await hass.state(`sensor.${chain.prefix}_reason`))?.state, what).not.toBe("paused_by_user");
    let energyKwh = NaN;
    await until(
      async () => {
        energyKwh = Number((await hass.state(`sensor.${chain.prefix}_energy_total`))?.state);
        return Number.isFinite(energyKwh);
      },
      15_000,
      () => `${what}: no energy`,
    );
    expect(energyKwh, what).toBeGreaterThanOrEqual(chain.energyKwh);
    chain.energyKwh = energyKwh;
    expect(await changes(), what).toEqual([]);
    rows.push([
      what,
      turned === "nothing" ? "kept" : "applied",
      turned === "wish and press" ? "not carried out" : "-",
      "same",
      `${seconds.toFixed(1)} s`,
    ]);
  }

  beforeAll(async () => {
    hass = await startHass();
    [a, b, c, d] = await Promise.all([
      startChain(hass, "Anna", undefined),
      startChain(hass, "Bert", "bert"),
      startChain(hass, "Cora", "cora"),
      startChain(hass, "Dora", "dora"),
    ]);
    const made = async (): Promise<void> => {
      for (const { prefix, bridge } of [a, b, c, d])
        for (const id of [`button.${prefix}_reset`, `number.${prefix}_current_limit`, `input_button.${prefix}_unlock`])
          await until(async () => (await hass.state(id)) !== undefined, 90_000, bridge.output);
    };
    await made();
    // Killed before it has written down what is new: all of it is made again, under the same names.
    await hass.kill();
    await hass.start();
    await made();
    for (const chain of [a, b, c, d]) await whole(hass, chain, 60_000);
    a.limitHelper = "input_number.my_limit";
    await hass.ask({
      type: "config/entity_registry/update",
      entity_id: "input_number.anna_current_limit",
      new_entity_id: a.limitHelper,
    });
    await hass.ask({ type: "input_button/delete", input_button_id: "bert_unlock" });
    // Labels and places are given one by one; a registry that changes no more is the one to keep.
    before = await inventory();
    for (let same = 0; same < 4;) {
      await sleep(1_000);
      const now = await inventory();
      same = now === before ? same + 1 : 0;
      before = now;
    }
    expect(before).not.toMatch(/^\S+_2 /m);
    expect(before).toMatch(/^input_number\.my_limit /m);
    expect(before).not.toContain("bert_unlock");
    rows.push(["everything new, Home Assistant killed -9", "kept", "-", "all made once", ""]);
  }, 240_000);
  afterAll(async () => {
    const head = ["failure", "limit", "press meanwhile", "entities", "whole after"];
    const widths = head.map((title, n) => Math.max(title.length, ...rows.map((line) => line[n]?.length ?? 0)));
    const text = [head, ...rows].map((line) => line.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join("  "));
    console.log(`\n${text.join("\n")}\n`);
    for (const chain of [a, b, c, d]) await chain?.stop();
    await hass?.stop();
  }, 60_000);

  it("bridge hung, wallbox hung, and beside them what takes seconds", async () => {
    const hungBridge = async (): Promise<void> => {
      const since = mark(a);
      a.bridge.freeze();
      await a.turn(true);
      await sleep(HANG_MS);
      a.bridge.thaw();
      await row(a, "bridge hung 60 s", since, "wish and press");
    };
    const hungBox = async (): Promise<void> => {
      const since = mark(b);
      b.box.freeze();
      const thawed = sleep(HANG_MS);
      await until(async () => (await hass.state("sensor.bert_status"))?.state === "offline", 50_000);
      await b.turn(false);
      await hass.call("input_button", "press", { entity_id: "input_button.bert_reset" });
      await thawed;
      b.box.thaw();
      await row(b, "wallbox hung 60 s", since, "wish and press");
    };
    const short = async (): Promise<void> => {
      for (const [what, end] of [
        ["bridge restarted", () => c.bridge.stop()],
        ["bridge killed -9", () => c.bridge.kill()],
      ] as const) {
        const since = mark(c);
        await end();
        await c.turn(true);
        await c.bridge.start();
        await row(c, what, since, "wish and press");
      }
      for (const boxFirst of [true, false]) {
        const since = mark(c);
        await c.bridge.kill();
        await c.box.kill();
        await c.turn(true);
        if (boxFirst) c.box.start();
        await c.bridge.start();
        if (!boxFirst) c.box.start();
        await row(
          c,
          `bridge and wallbox killed, ${boxFirst ? "wallbox" : "bridge"} first back`,
          since,
          "wish and press",
        );
      }
    };
    const shortBox = async (): Promise<void> => {
      for (const [what, end] of [
        ["wallbox restarted", () => d.box.stop()],
        ["wallbox killed -9", () => d.box.kill()],
      ] as const) {
        const since = mark(d);
        await end();
        await until(async () => (await hass.state("sensor.dora_status"))?.state === "offline", 50_000);
        await d.turn(false);
        await hass.call("input_button", "press", { entity_id: "input_button.dora_reset" });
        d.box.start();
        await row(d, what, since, "wish and press");
      }
    };
    await all(hungBridge(), hungBox(), short(), shortBox());
  });

  it("lines cut: of Home Assistant, of a wallbox, all of a bridge's", async () => {
    const since = [mark(a), mark(b), mark(c)] as const;
    a.hassLine.cut();
    b.boxLine.cut();
    c.hassLine.cut();
    c.boxLine.cut();
    await all(a.turn(true), c.turn(true));
    const offline = async (chain: Chain): Promise<boolean> => !(await healthy(chain));
    await until(async () => (await offline(a)) && (await offline(c)), 60_000);
    await until(async () => (await hass.state("sensor.bert_status"))?.state === "offline", 60_000);
    await b.turn(false);
    await hass.call("input_button", "press", { entity_id: "input_button.bert_reset" });
    a.hassLine.join();
    b.boxLine.join();
    c.hassLine.join();
    c.boxLine.join();
    await all(
      row(a, "Home Assistant cut off", since[0], "wish and press"),
      row(b, "wallbox cut off", since[1], "wish and press"),
      row(c, "bridge cut off from both", since[2], "wish and press"),
    );
  });

  it("Home Assistant restarted; with it a bridge, with it a wallbox", async () => {
    const since = [mark(a), mark(b), mark(c)] as const;
    await b.bridge.stop();
    await b.turn(true);
    await c.box.kill();
    const up = hass.restart();
    await b.bridge.start();
    c.box.start();
    await up;
    await all(
      row(a, "Home Assistant restarted", since[0], "nothing"),
      row(b, "Home Assistant and bridge restarted, bridge first back", since[1], "wish and press"),
      row(c, "Home Assistant restarted, wallbox killed, wallbox first back", since[2], "nothing"),
    );
  });

  it("Home Assistant killed; with it a bridge, with it a wallbox", async () => {
    const since = [mark(a), mark(b), mark(c)] as const;
    await b.bridge.kill();
    await c.box.kill();
    await hass.kill();
    await hass.start();
    await b.bridge.start();
    c.box.start();
    await all(
      row(a, "Home Assistant killed -9", since[0], "nothing"),
      row(b, "Home Assistant and bridge killed, Home Assistant first back", since[1], "nothing"),
      row(c, "Home Assistant and wallbox killed, Home Assistant first back", since[2], "nothing"),
    );
  });

  it("Home Assistant hung; meanwhile a bridge and a wallbox restarted", async () => {
    const since = [mark(a), mark(b), mark(c)] as const;
    hass.freeze();
    const thawed = sleep(HANG_MS);
    await b.bridge.stop();
    await b.bridge.start();
    await c.box.stop();
    c.box.start();
    await thawed;
    hass.thaw();
    await all(
      row(a, "Home Assistant hung 60 s", since[0], "nothing"),
      row(b, "Home Assistant hung, bridge restarted meanwhile", since[1], "nothing"),
      row(c, "Home Assistant hung, wallbox restarted meanwhile", since[2], "nothing"),
    );
  });

  it("a wish before a clean restart of Home Assistant is kept, whoever could not see it", async () => {
    const since = [mark(a), mark(b), mark(c)] as const;
    a.hassLine.cut();
    await b.bridge.kill();
    c.boxLine.cut();
    await all(a.turn(true), b.turn(true), c.turn(false));
    await hass.restart();
    a.hassLine.join();
    await b.bridge.start();
    c.boxLine.join();
    await all(
      row(a, "line cut, then Home Assistant restarted, then joined", since[0], "wish and press"),
      row(b, "bridge killed, then Home Assistant restarted, then bridge back", since[1], "wish and press"),
      row(c, "wallbox cut off, then Home Assistant restarted, then joined", since[2], "wish"),
    );
  });

  it("a value that a killed Home Assistant forgot is put back and is nobody's wish", async () => {
    for (const chain of [a, b, c]) await chain.turn(false);
    for (const chain of [a, b, c]) await whole(hass, chain, 60_000);
    const since = [mark(a), mark(b), mark(c)] as const;
    await a.bridge.stop();
    await b.bridge.kill();
    c.bridge.freeze();
    await hass.kill();
    await b.bridge.start();
    await hass.start();
    const forgotten = Number((await hass.state(a.limitHelper))?.state);
    expect(forgotten).not.toBe(a.limitA);
    await a.bridge.start();
    c.bridge.thaw();
    await all(
      row(a, "bridge stopped, Home Assistant killed and forgot, Home Assistant first back", since[0], "nothing"),
      row(b, "bridge killed, Home Assistant killed and forgot, bridge first back", since[1], "nothing"),
      row(c, "bridge hung, Home Assistant killed and forgot, bridge awake", since[2], "nothing"),
    );
  });
});

/** All to their end, then the first failure: nothing of a failed one runs into the next. */
async function all(...tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === "rejected") throw result.reason;
}
