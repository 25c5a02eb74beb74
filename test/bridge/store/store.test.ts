import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../bridge/log.ts";
import { DATABASE_FILE, openDatabase } from "../../../bridge/store/database.ts";
import { createDrawers } from "../../../bridge/store/drawers.ts";
import { MIGRATIONS } from "../../../bridge/store/migrations/index.ts";
import { openStore } from "../../../bridge/store/store.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";

const log = silentLog();

describe("the store", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "evse-"))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const open = () => openStore(dir, fakeClock(), log);

  it("keeps drawers apart and over a restart", () => {
    const first = open();
    first.drawer("a").set("k", { deep: [1, null, "x"] });
    first.drawer("b").set("k", 2);
    first.drawer("b").delete("k");
    first.close();
    const second = open();
    expect(second.drawer("a").get("k")).toEqual({ deep: [1, null, "x"] });
    expect(second.drawer("b").get("k")).toBeUndefined();
    expect(second.drawer("a").keys()).toEqual(["k"]);
    second.close();
  });

  it("lets nobody else read its files", async () => {
    const store = open();
    await store.secrets.set("garage", "pin", "123456");
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o077, name).toBe(0);
    store.close();
  });

  it("keeps changed secrets beside the database, never in it, and loses none of two written at once", async () => {
    const store = open();
    await Promise.all([
      store.secrets.set("garage", "pin", "424242"),
      store.secrets.set("office", "refresh_token", "tok-9f"),
    ]);
    store.close();
    const again = open();
    expect([again.secrets.get("garage", "pin"), again.secrets.get("office", "refresh_token")]).toEqual([
      "424242",
      "tok-9f",
    ]);
    again.close();
    expect(readFileSync(join(dir, DATABASE_FILE)).includes("424242")).toBe(false);
  });

  it("goes on with the configured secrets when its file is broken", () => {
    writeFileSync(join(dir, "secrets.json"), "{ not json");
    const store = open();
    expect(store.secrets.get("garage", "pin")).toBeUndefined();
    store.close();
  });

  it("migrates forward with a backup of the version before", () => {
    openDatabase(dir, log).close();
    const next = [
      ...MIGRATIONS,
      { version: MIGRATIONS.length + 1, name: "test", sql: "ALTER TABLE session ADD COLUMN note TEXT" },
    ];
    const migrated = openDatabase(dir, log, next);
    expect(migrated.problem).toBeUndefined();
    expect(existsSync(join(dir, `${DATABASE_FILE}.v${MIGRATIONS.length}.bak`))).toBe(true);
    migrated.close();
  });

  it("leaves the file as it was when a migration fails, and goes on in memory", () => {
    const store = open();
    store.drawer("a").set("k", 1);
    store.close();
    const broken = openDatabase(dir, log, [
      ...MIGRATIONS,
      { version: 99, name: "broken", sql: "CREATE TABLE x (y); SELECT nonsense;" },
    ]);
    expect(broken.problem).toContain("cannot be opened");
    broken.close();
    const again = open();
    expect(again.problem).toBeUndefined();
    expect(again.drawer("a").get("k")).toBe(1);
    again.close();
  });

  it("refuses a database of a newer bridge in words, without touching it", () => {
    const db = new DatabaseSync(join(dir, DATABASE_FILE));
    db.exec("PRAGMA user_version = 1000");
    db.close();
    const store = open();
    expect(store.problem).toContain("install the newer bridge again");
    store.drawer("a").set("k", 1);
    expect(store.drawer("a").get("k")).toBe(1);
    store.close();
  });

  it("goes on in memory where the directory cannot be used, and says what to do", () => {
    const file = join(dir, "not-a-directory");
    writeFileSync(file, "");
    const store = openStore(file, fakeClock(), log);
    expect(store.problem).toMatch(/cannot be opened .*kept in memory only.*data_dir/);
    store.drawer("a").set("k", 1);
    expect(store.drawer("a").get("k")).toBe(1);
    store.close();
  });

  it("keeps what a full disk refused and writes it when there is room again", () => {
    const database = openDatabase(dir, log);
    const clock = fakeClock();
    const drawers = createDrawers(database, clock);
    const drawer = drawers.open("a");
    drawer.set("before", 1);
    const pages = (database.db.prepare("PRAGMA page_count").get() as { page_count: number }).page_count;
    database.db.exec(`PRAGMA max_page_count = ${pages}`);
    drawer.set("big", "x".repeat(200_000));
    expect(database.problem).toMatch(/could not save to .*full/);
    expect(drawer.get("big")).toHaveLength(200_000);
    database.db.exec("PRAGMA max_page_count = 1000000");
    drawers.flush();
    expect(database.problem).toBeUndefined();
    database.close();
    const again = openDatabase(dir, log);
    expect(createDrawers(again, clock).open("a").get("big")).toHaveLength(200_000);
    again.close();
  });

  it("goes on in memory on a folder that it may only read, and says what to do", async () => {
    open().close();
    chmodSync(join(dir, DATABASE_FILE), 0o444);
    chmodSync(dir, 0o555);
    // Root may write everywhere: it is somebody else then.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const seen = await goOn(process.execPath, [GOES_ON, dir], nobody);
    chmodSync(dir, 0o755);
    expect(seen).toMatchObject({ after: "still here", secret: "refused" });
    expect(seen.problem).toMatch(/cannot be opened .*kept in memory only.*fix the rights of data_dir/);
  });

  it("goes on when the disk takes no more, and says so", async () => {
    open().close();
    // Files end at about 400 kB for this process; as on a full disk its writes then fail.
    const limited = `trap '' XFSZ; ulimit -f 800; exec "$0" "$@"`;
    const seen = await goOn("sh", ["-c", limited, process.execPath, GOES_ON, dir]);
    expect(seen).toMatchObject({ after: "still here" });
    expect(seen.problem).toMatch(/could not save to .*kept in memory and tried again/);
    const again = open();
    expect(again.problem).toBeUndefined();
    expect(again.drawer("test").get("blob:0")).toHaveLength(10_000);
    again.close();
  });

  it("survives 200 kills during writes: nothing that was told durable is lost, nothing is corrupt", async () => {
    let durable = 0;
    for (let round = 0; round < 200; round++) {
      durable = Math.max(durable, await writeAndKill(dir, 1 + (round % 7)));
      const db = new DatabaseSync(join(dir, DATABASE_FILE));
      const check = db.prepare("PRAGMA quick_check").get() as { quick_check: string };
      const row = db.prepare("SELECT value FROM drawer WHERE space = 'test' AND key = 'n'").get() as { value: string };
      db.close();
      expect(check.quick_check).toBe("ok");
      expect(Number(row.value)).toBeGreaterThanOrEqual(durable);
    }
  }, 240_000);
});

const GOES_ON = new URL("./goes-on.ts", import.meta.url).pathname;

/** Runs goes-on.ts to its end; what it said. */
function goOn(
  command: string,
  args: readonly string[],
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ problem: string; after: string; secret: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...user });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out) as { problem: string; after: string; secret: string });
      else reject(new Error(`ended with ${String(code)}: ${err}`));
    });
  });
}

/** Lets the writer run until it has told of `lines` writes, then kills it; the highest number it told. */
function writeAndKill(dir: string, lines: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [new URL("./writer.ts", import.meta.url).pathname, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let told = "";
    child.stdout.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      if (told.split("\n").length > lines * 20) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", () => resolve(Math.max(0, ...told.split("\n").slice(0, -1).map(Number))));
  });
}
