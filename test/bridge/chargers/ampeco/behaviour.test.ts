/** Every row of what a tenant may answer, with the reaction. */
import { afterEach, describe, expect, it } from "vitest";
import { createLog } from "../../../../bridge/log.ts";
import { tenantOrigin } from "../../../../bridge/chargers/ampeco/address.ts";
import { askedWait, guessedWait } from "../../../../bridge/chargers/ampeco/waiting.ts";
import { createSimulatedAmpeco } from "../../../../bridge/simulate/ampeco/simulated-ampeco.ts";
import { eventually, settleWithin } from "../../../contract/charger.contract.ts";
import { fakeClock } from "../../../fakes/fake-clock.ts";
import { drawers, open, optionsFor, scene, type Scene } from "./tenant-harness.ts";
import { createAmpecoSource } from "../../../../bridge/chargers/ampeco/driver.ts";
import { contextOf } from "./tenant-harness.ts";

const CP = /\/personal\/charge-points\/[^/]+$/;
const START = /\/session\/start$/;
const STOP = /\/session\/[^/]+\/(end|stop)$/;
const never = (): AbortSignal => new AbortController().signal;

let at: Scene;
afterEach(async () => {
  await at.close();
});

const evse = () => at.tenant.world.chargePoints[0]!.evses[0]!;
const posts = (path: RegExp) => at.tenant.requests.filter((r) => r.method === "POST" && path.test(r.path));
const reads = () => at.tenant.requests.filter((r) => r.method === "GET");
const start = (maxA?: number) => at.run((signal) => at.charger.can.session!.start(signal, maxA));
const stop = () => at.run((signal) => at.charger.can.session!.stop(signal));
const limit = (limitA: number) => at.run((signal) => at.charger.limit({ limitA, hold: undefined }, signal));
const refresh = () => at.run((signal) => at.charger.can.refresh!(signal));

describe("200 and 202", () => {
  it("updates and begins the back-off anew after a good answer", async () => {
    at = await scene("app");
    await at.plugIn();
    at.tenant.fault({ on: { path: CP }, status: 500, times: 2 });
    await at.walk(40);
    expect(at.charger.snapshot.attributes?.["polling_interval"]).toMatchObject({ retry_count: 1 });
    await at.walk(200);
    expect(at.charger.snapshot.attributes?.["polling_interval"]).toMatchObject({ retry_count: 0, is_charging: true });
    expect(at.charger.snapshot).toMatchObject({ link: "up", status: "charging", powerW: 11040 });
  });

  it("takes `success: false` of the operator's API as a refusal in words, not as trouble", async () => {
    at = await scene("public");
    await at.plugIn(false);
    at.tenant.fault({
      on: { method: "POST", path: /\/start\// },
      status: 202,
      body: { success: false, errorCode: "PAYMENT_NO_FUNDS" },
    });
    await expect(start()).rejects.toMatchObject({ code: "rejected", message: expect.stringContaining("no funds") });
    expect(posts(/\/start\//)).toHaveLength(1);
    expect(at.charger.snapshot.link).toBe("up");
  });

  it.each(["SESSION_EXISTS", "SESSION_ALREADY_RUNNING"])("adopts the session of %s", async (errorCode) => {
    at = await scene("public");
    await at.plugIn(false);
    at.tenant.fault({
      on: { method: "POST", path: /\/start\// },
      status: 202,
      body: { success: false, errorCode },
      afterwards: true,
    });
    await start();
    await at.until(() => at.charger.snapshot.session !== undefined);
    expect(at.charger.snapshot.session?.id).toBe(evse().session!.id);
  });
});

describe("200 that is none", () => {
  it.each([
    ["no JSON", { body: "<html>Welcome</html>" }],
    ["cut off", { how: "truncated" as const }],
    ["of the wrong type", { body: { data: [1, 2] } }],
    ["without data", { body: { hello: 1 } }],
    ["larger than 1 MiB", { how: "huge" as const }],
  ])("keeps the old state when the answer is %s, and backs off", async (_name, fault) => {
    at = await scene("app");
    await at.plugIn();
    const { status, powerW } = at.charger.snapshot;
    at.tenant.fault({ on: { path: CP }, times: 1, ...fault });
    await expect(refresh()).rejects.toMatchObject({ code: "protocol" });
    expect(at.charger.snapshot).toMatchObject({ status, powerW, link: "up" });
    expect(at.charger.snapshot.extra["last_error"]).toBeDefined();
    await refresh();
    expect(at.charger.snapshot.extra["last_error"]).toBeUndefined();
  });

  it("holds a charger without EVSE for out of service and does not end its session", async () => {
    at = await scene("app");
    await at.plugIn();
    const lift = at.tenant.fault({ on: { path: CP }, body: { data: { id: "cp-77", name: "x", evses: [] } } });
    await refresh();
    expect(at.charger.snapshot).toMatchObject({ status: "out_of_service", statusReason: { code: "disabled" } });
    expect(at.charger.snapshot.session?.endedAtMs).toBeUndefined();
    lift();
    await refresh();
    expect(at.charger.snapshot.status).toBe("charging");
  });

  it("reads numbers as text, empty text as unknown, and survives unknown words and fields", async () => {
    at = await scene("app");
    await at.plugIn();
    const session = { id: 777, status: "active", power: "900", energy: "90", amount: "", duration: "60", new: {} };
    at.tenant.fault({
      on: { path: CP },
      body: { data: { id: "cp-77", surprise: 1, evses: [{ id: evse().id, status: "Dancing", session }] } },
    });
    await refresh();
    // 900 W stay 900 W and 90 Wh 90 Wh: nothing is guessed from the size of a number.
    expect(at.charger.snapshot).toMatchObject({ powerW: 900, status: undefined, link: "up" });
    expect(at.charger.snapshot.session).toMatchObject({ energyWh: 90 });
    expect(at.charger.snapshot.session?.cost).toBeUndefined();
    expect(at.charger.snapshot.extra["evse_status"]).toBe("Dancing");
  });
});

describe("204 and redirects", () => {
  it("takes 204 on an action for success", async () => {
    at = await scene("app");
    await at.plugIn();
    at.tenant.fault({ on: { method: "POST", path: STOP }, status: 204, afterwards: true });
    await stop();
    expect(evse().session).toBeUndefined();
  });

  it.each([301, 302, 307, 308])(
    "follows %i on the same origin only and gives the token to nobody else",
    async (status) => {
      at = await scene("app");
      const other = createSimulatedAmpeco({ apis: ["app"] });
      await other.start();
      at.tenant.fault({ on: { path: CP }, status, headers: { location: `${other.url}/api/v1/app/x` }, times: 1 });
      await expect(refresh()).rejects.toMatchObject({ message: expect.stringContaining("another address") });
      expect(other.requests).toEqual([]);
      await other.close();
      at.tenant.fault({
        on: { path: CP },
        status,
        headers: { location: "/api/v1/app/personal/charge-points/cp-77?x=1" },
        times: 1,
      });
      await refresh();
    },
  );

  it("refuses plain http except on this machine", () => {
    expect(tenantOrigin("vendor.eu.charge.ampeco.tech/")).toBe("https://vendor.eu.charge.ampeco.tech");
    expect(tenantOrigin("http://127.0.0.1:1234")).toBe("http://127.0.0.1:1234");
    expect(() => tenantOrigin("http://vendor.eu.charge.ampeco.tech")).toThrow(/https only/);
    expect(() => tenantOrigin("ftp://x")).toThrow();
  });
});

describe("refusals of a request", () => {
  it("does not repeat a 400 and shows its message", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status: 400, body: { message: "Connector is not plugged" } });
    await expect(start()).rejects.toMatchObject({ code: "rejected", message: expect.stringContaining("not plugged") });
    expect(posts(START)).toHaveLength(1);
  });

  it("does not repeat a forbidden action", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status: 403 });
    await expect(start()).rejects.toMatchObject({ code: "rejected" });
    expect(posts(START)).toHaveLength(1);
  });

  it("backs off to 900 s where reading is forbidden and keeps the other chargers going", async () => {
    at = await scene("app", {}, { chargePoints: [{ id: "cp-1" }, { id: "cp-2" }] });
    expect(at.source.chargers.map(({ id }) => id)).toEqual(["office_1", "office_2"]);
    at.tenant.fault({ on: { path: /cp-1$/ }, status: 403 });
    at.tenant.requests.length = 0;
    await at.walk(7200);
    const of = (cp: string) => at.tenant.requests.filter(({ path }) => path.endsWith(cp));
    expect(of("cp-1").length).toBeLessThanOrEqual(14);
    const gaps = of("cp-1").map(({ atMs }, i, all) => (i === 0 ? 0 : atMs - all[i - 1]!.atMs));
    expect(Math.max(...gaps)).toBeGreaterThan(800_000);
    expect(of("cp-2").length).toBeGreaterThanOrEqual(23);
    expect(at.source.chargers.map(({ snapshot }) => snapshot.link)).toEqual(["down", "up"]);
  });

  it("calls a charger offline that the cloud does not know, lists anew at most hourly, and welcomes it back", async () => {
    at = await scene("app");
    const gone = [
      at.tenant.fault({ on: { path: CP }, status: 404 }),
      at.tenant.fault({ on: { path: /charge-points$/ }, status: 200, body: { data: [] } }),
    ];
    await expect(refresh()).rejects.toMatchObject({ code: "offline" });
    expect(at.charger.snapshot).toMatchObject({ link: "down", problem: { code: "charger_gone" } });
    at.tenant.requests.length = 0;
    await at.walk(3 * 3600);
    expect(at.tenant.requests.length).toBeLessThanOrEqual(5);
    for (const lift of gone) lift();
    await at.walk(3700);
    expect(at.charger.snapshot).toMatchObject({ link: "up", problem: undefined });
  });

  it("ends at `/stop` once where `/end` is missing, and remembers", async () => {
    at = await scene("app");
    await at.plugIn();
    at.tenant.fault({ on: { path: /\/end$/ }, status: 405 });
    await stop();
    expect(posts(STOP).map(({ path }) => path.split("/").at(-1))).toEqual(["end", "stop"]);
    at.tenant.world.unplug(at.tenant.world.chargePoints[0]!, evse());
    await at.plugIn();
    await stop();
    expect(posts(STOP).map(({ path }) => path.split("/").at(-1))).toEqual(["end", "stop", "stop"]);
  });

  it("finds a session ended that the cloud no longer knows on stop", async () => {
    at = await scene("app");
    await at.plugIn();
    at.tenant.fault({ on: { path: STOP }, status: 404, afterwards: true });
    await stop();
    expect(at.charger.snapshot.session?.endedAtMs).toBeDefined();
  });

  it("adopts on 406 to a start, and says no when there is nothing to adopt", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status: 406, body: { message: "Active session" }, times: 1 });
    await expect(start()).rejects.toMatchObject({ code: "rejected" });
    at.tenant.fault({ on: { path: START }, status: 406, afterwards: true, times: 1 });
    await start();
    expect(at.charger.snapshot.session?.id).toBe(evse().session!.id);
  });

  it("passes a refused stop on, reads again and keeps the id for the next try", async () => {
    at = await scene("app");
    await at.plugIn();
    at.tenant.fault({ on: { path: STOP }, status: 406, body: { message: "Box says no" }, times: 1 });
    const before = reads().length;
    await expect(stop()).rejects.toMatchObject({ code: "rejected", message: expect.stringContaining("Box says no") });
    expect(reads().length).toBe(before + 1);
    await stop();
    expect(evse().session).toBeUndefined();
  });

  it("reads again on 409 and is content when the state is the wanted one", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status: 409, afterwards: true, times: 1 });
    await start();
    expect(at.charger.snapshot.session).toBeDefined();
    at.tenant.fault({ on: { path: STOP }, status: 409, times: 1 });
    await expect(stop()).rejects.toMatchObject({ code: "rejected" });
    expect(posts(STOP)).toHaveLength(1);
  });

  it("shows the field of a 422; one about maxCurrent is tried once without it and remembered", async () => {
    at = await scene("app", { appMaxCurrent: true }, { refusesMaxCurrent: true });
    await at.plugIn(false);
    expect(at.charger.can.pace).toMatchObject({ applies: "next_start", zeroAmps: "stop" });
    await start(12);
    expect(posts(START)).toHaveLength(2);
    expect(at.charger.can.pace.onOff).toBe(true);
    expect(at.kept.reports.map(({ title }) => title)).toEqual(["Office: no maximum current"]);
    await stop();
    at.tenant.fault({ on: { path: START }, status: 422, body: { errors: { evseId: ["is not yours"] } } });
    await expect(start()).rejects.toMatchObject({ message: expect.stringContaining("evseId: is not yours") });
    expect(posts(START)).toHaveLength(3);
  });
});

describe("401", () => {
  it("stops polling, tells it once and tries once an hour", async () => {
    at = await scene("app");
    await at.plugIn();
    const old = at.tenant.token;
    at.tenant.token = "another";
    await expect(refresh()).rejects.toMatchObject({ code: "auth" });
    at.tenant.requests.length = 0;
    await at.walk(3 * 3600 + 60);
    expect(at.tenant.requests).toHaveLength(3);
    expect(at.kept.reports.filter(({ title }) => title === "AMPECO token refused")).toHaveLength(1);
    expect(at.charger.snapshot).toMatchObject({ link: "down", problem: { code: "token_invalid" } });
    expect(at.charger.snapshot.extra["token_problem"]).toBe(true);
    // A command costs no request either.
    await expect(limit(0)).rejects.toMatchObject({ code: "auth" });
    expect(at.tenant.requests).toHaveLength(3);
    at.tenant.token = old;
    await at.walk(3600);
    expect(at.charger.snapshot).toMatchObject({ link: "up", problem: undefined });
  });

  it("renews once for parallel calls, repeats each once, and keeps the pair as a secret only", async () => {
    const clock = fakeClock();
    const tenant = createSimulatedAmpeco({ clock, apis: ["app"], chargePoints: [{ id: "a-1" }, { id: "a-2" }] });
    await tenant.start();
    const kept = drawers();
    const oauth = { ...tenant.oauth, refreshToken: tenant.refreshToken };
    at = await open(clock, tenant, kept, { oauth, token: tenant.token });
    const stale = tenant.token;
    tenant.token = "revoked-by-the-tenant";
    tenant.requests.length = 0;
    await Promise.all(at.source.chargers.map((charger) => settleWithin(clock, charger.can.refresh!(never()), 20_000)));
    expect(tenant.requests.filter(({ path }) => path.endsWith("/oauth/token"))).toHaveLength(1);
    expect(tenant.requests.filter(({ status }) => status === 401)).toHaveLength(2);
    expect(at.source.chargers.map(({ snapshot }) => snapshot.link)).toEqual(["up", "up"]);
    expect(tenant.token).not.toBe(stale);
    expect([...kept.secrets.values()].join()).toContain(tenant.token);
    expect([...kept.secrets.values()].join()).toContain(tenant.refreshToken);
    expect(JSON.stringify([...kept.store])).not.toContain(tenant.token);
    // A restarted bridge goes on with the rotated pair, not with the configuration's.
    const again = createAmpecoSource(optionsFor(tenant, { oauth, token: stale }), contextOf(clock, kept));
    await again.start();
    await eventually(clock, () => again.chargers[0]?.snapshot.link === "up");
    expect(tenant.requests.filter(({ path }) => path.endsWith("/oauth/token"))).toHaveLength(1);
    await again.close();
  });

  it("renews 60 s before the token runs out", async () => {
    const clock = fakeClock();
    const tenant = createSimulatedAmpeco({ clock, apis: ["public"] });
    await tenant.start();
    at = await open(clock, tenant, drawers(), { token: "", oauth: { ...tenant.oauth, refreshToken: undefined } });
    await at.walk(2 * 3600);
    const grants = tenant.requests.filter(({ path }) => path.endsWith("/oauth/token"));
    expect(grants).toHaveLength(3);
    expect(tenant.requests.filter(({ status }) => status === 401)).toEqual([]);
  });
});

describe("429", () => {
  it("reads Retry-After as seconds or as a date, else X-RateLimit-Reset, and never waits over an hour", () => {
    const now = Date.UTC(2026, 0, 1);
    const wait = (headers: Record<string, string>) => askedWait((name) => headers[name], now);
    expect(wait({ "retry-after": "120" })).toBe(120_000);
    expect(wait({ "retry-after": new Date(now + 90_000).toUTCString() })).toBe(90_000);
    expect(wait({ "x-ratelimit-reset": String(now / 1000 + 45) })).toBe(45_000);
    expect(wait({ "x-ratelimit-reset": "30" })).toBe(30_000);
    expect(wait({ "retry-after": "999999" })).toBe(3_600_000);
    expect(wait({})).toBeUndefined();
    expect([1, 2, 3, 9].map(guessedWait)).toEqual([60_000, 120_000, 240_000, 3_600_000]);
  });

  it("leaves the whole tenant alone for as long as it asks, and then carries the stop out", async () => {
    at = await scene("app", {}, { chargePoints: [{ id: "cp-1" }, { id: "cp-2" }] });
    await at.plugIn();
    at.tenant.fault({ status: 429, headers: { "retry-after": "600" }, times: 1 });
    await expect(refresh()).rejects.toMatchObject({ code: "timeout" });
    at.tenant.requests.length = 0;
    const giveUp = new AbortController();
    const stopping = at.charger.can.session!.stop(giveUp.signal);
    await at.walk(35);
    giveUp.abort();
    await expect(settleWithin(at.clock, stopping, 1000)).resolves.toHaveProperty("error");
    await at.walk(550);
    expect(at.tenant.requests).toEqual([]);
    await at.walk(40);
    // Nobody waits for it any more, but a stop is never dropped.
    expect(posts(STOP)).toHaveLength(1);
    expect(evse().session).toBeUndefined();
  });
});

describe("trouble", () => {
  it.each([500, 502, 503, 504])("looks twice after %i on a start before it starts again", async (status) => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status, times: 1 });
    await start();
    expect(posts(START)).toHaveLength(2);
    const [first, second] = posts(START).map((request) => at.tenant.requests.indexOf(request));
    const between = at.tenant.requests.slice(first! + 1, second);
    expect(between).toHaveLength(2);
    expect(between[1]!.atMs - between[0]!.atMs).toBeGreaterThanOrEqual(5000);
  });

  it("does not start twice when the first start worked although it answered 502", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status: 502, times: 1, afterwards: true });
    await start();
    expect(posts(START)).toHaveLength(1);
  });

  it.each(["silent", "drip", "reset"] as const)("gives up on a request that is %s, in 15 s at most", async (how) => {
    at = await scene("app");
    await at.plugIn();
    const from = at.clock.nowMs();
    const lift = at.tenant.fault({ on: { path: CP }, how });
    await expect(refresh()).rejects.toMatchObject({ code: how === "reset" ? "offline" : "timeout" });
    expect(at.clock.nowMs() - from).toBeLessThanOrEqual(16_000);
    expect(at.charger.snapshot.link).toBe("up");
    await at.walk(200);
    expect(at.charger.snapshot).toMatchObject({ link: "down" });
    expect(at.charger.snapshot.session?.endedAtMs).toBeUndefined();
    lift();
    await at.walk(600);
    expect(at.charger.snapshot.link).toBe("up");
  });

  it("says so when the host is not there", async () => {
    at = await scene("app");
    await at.tenant.close();
    await expect(refresh()).rejects.toMatchObject({ code: "offline", message: expect.stringContaining("reached") });
  });

  it("waits at least as long as a 503 asks", async () => {
    at = await scene("app");
    await at.plugIn();
    at.tenant.fault({ on: { path: CP }, status: 503, headers: { "retry-after": "400" }, times: 1 });
    await at.walk(31);
    at.tenant.requests.length = 0;
    await at.walk(390);
    expect(reads()).toEqual([]);
    await at.walk(20);
    expect(reads().length).toBeGreaterThanOrEqual(1);
  });
});

describe("sessions", () => {
  it("closes a session that disappears with its last values", async () => {
    at = await scene("app");
    await at.plugIn();
    await at.walk(300);
    const { energyWh } = at.charger.snapshot;
    at.tenant.world.unplug(at.tenant.world.chargePoints[0]!, evse());
    await at.walk(40);
    const { session } = at.charger.snapshot;
    expect(session?.endedAtMs).toBeDefined();
    expect(session?.energyWh).toBeGreaterThan(0);
    expect(at.charger.snapshot.energyWh).toBeGreaterThanOrEqual(energyWh!);
    expect(at.charger.snapshot).toMatchObject({ powerW: 0, headlineA: 0, status: "available" });
  });

  it("is one visit for the user over pause and resume, 60 s apart, with the energy of both", async () => {
    at = await scene("app");
    await at.plugIn();
    await limit(16);
    await at.walk(600);
    const id = at.charger.snapshot.session!.id;
    await limit(0);
    await at.walk(3);
    expect(at.charger.snapshot).toMatchObject({ status: "suspended_evse", wantedA: 0, offeredA: 0 });
    const paused = at.charger.snapshot.session!.energyWh!;
    await limit(16);
    expect(posts(START)).toHaveLength(0);
    await at.walk(50);
    expect(posts(START)).toHaveLength(0);
    await at.walk(20);
    expect(posts(START)).toHaveLength(1);
    await at.walk(600);
    const { session } = at.charger.snapshot;
    expect(session).toMatchObject({ id, endedAtMs: undefined });
    expect(session!.energyWh).toBeGreaterThan(paused + 1000);
    expect(at.charger.snapshot.energyWh).toBe(session!.energyWh);
  });

  it("goes on with a paused visit after a restart of the bridge", async () => {
    at = await scene("app");
    await at.plugIn();
    await limit(0);
    const id = at.charger.snapshot.session!.id;
    await at.source.close();
    at = await open(at.clock, at.tenant, at.kept);
    expect(at.charger.snapshot).toMatchObject({ status: "suspended_evse", session: { id, endedAtMs: undefined } });
    await limit(16);
    await at.until(() => evse().session !== undefined, 90);
  });

  it("stops again what starts by itself while 0 A is ordered", async () => {
    at = await scene("app");
    await limit(0);
    await at.plugIn();
    await at.until(() => evse().session === undefined, 90);
    await at.until(() => at.charger.snapshot.status === "suspended_evse");
  });

  it("never starts by itself what the user has stopped", async () => {
    at = await scene("app");
    await at.plugIn();
    await limit(16);
    await stop();
    await limit(0);
    await limit(16);
    await at.walk(900);
    expect(posts(START)).toHaveLength(0);
    expect(at.charger.snapshot.session?.endedAtMs).toBeDefined();
  });

  it("begins a visit as a pause when the user starts while the planner holds 0 A", async () => {
    at = await scene("app");
    await limit(0);
    await at.plugIn(false);
    await start();
    expect(posts(START)).toHaveLength(0);
    expect(at.charger.snapshot.status).toBe("suspended_evse");
    await limit(16);
    await at.until(() => evse().session !== undefined, 90);
  });

  it("resumes a visit that was paused before the cloud had shown its session", async () => {
    at = await scene("app");
    await at.plugIn(false);
    await limit(16);
    await start();
    await limit(0);
    expect(posts(STOP)).toHaveLength(1);
    await at.walk(70);
    await limit(16);
    await at.until(() => evse().session !== undefined, 90);
    expect(posts(START)).toHaveLength(2);
  });

  it("does not start again and again what the box does not follow", async () => {
    at = await scene("app");
    await at.plugIn();
    await limit(0);
    await at.walk(70);
    // Accepted each time, and nothing happens.
    at.tenant.fault({ on: { path: START }, body: { session: { id: "ghost", status: "active" } } });
    await limit(16);
    await at.walk(900);
    expect(posts(START).length).toBeGreaterThanOrEqual(2);
    expect(posts(START).length).toBeLessThanOrEqual(4);
    expect(at.charger.snapshot.session?.endedAtMs).toBeUndefined();
  });

  it("says so when a start is accepted and not confirmed within 90 s", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, body: { session: { id: "ghost", status: "active" } } });
    await start();
    await at.walk(100);
    expect(at.charger.snapshot.extra["last_error"]).toContain("not confirmed");
    expect(at.charger.snapshot.session).toBeUndefined();
  });

  it("stays off while less is available than the box would draw", async () => {
    at = await scene("app");
    await at.plugIn();
    await limit(10);
    expect(evse().session).toBeUndefined();
    expect(at.charger.snapshot.problem?.code).toBe("rating_above_limit");
  });

  it("lets a later stop end a start under way", async () => {
    at = await scene("app");
    await at.plugIn(false);
    at.tenant.fault({ on: { path: START }, status: 500, times: 1 });
    const starting = settleWithin(at.clock, at.charger.can.session!.start(never()), 60_000);
    await at.walk(2);
    const stopping = at.charger.can.session!.stop(never());
    expect(await starting).toHaveProperty("error");
    await settleWithin(at.clock, stopping, 30_000);
    expect(posts(START)).toHaveLength(1);
  });

  describe("an older answer that arrives after a newer one", () => {
    const LATE_MS = 10_000;
    /** Asks so that the regular poll's answer hangs and a command's reading overtakes it; `late` has arrived at the end. */
    const overtake = async (path: RegExp, fault: { readonly status?: number } = {}): Promise<void> => {
      const asked = at.tenant.requests.length;
      at.tenant.fault({ on: { path }, lateMs: LATE_MS, times: 1, ...fault });
      await at.until(() => at.tenant.requests.slice(asked).some((request) => path.test(request.path)), 400);
    };

    it("is ignored (app)", async () => {
      at = await scene("app");
      await at.plugIn();
      evse().told = { powerW: 1111 };
      await overtake(CP);
      evse().told = { powerW: 4321 };
      await refresh();
      const shown: (number | undefined)[] = [];
      at.charger.onSnapshot(({ powerW }) => shown.push(powerW));
      await at.walk(LATE_MS / 1000 + 5);
      expect(shown).not.toContain(1111);
      expect(at.charger.snapshot.powerW).toBe(4321);
    });

    it("is ignored (operator's API)", async () => {
      at = await scene("public");
      await at.plugIn();
      evse().told = { powerW: 1111 };
      await overtake(/\/sessions\/v1\.0/);
      evse().told = { powerW: 4321 };
      while (at.charger.snapshot.powerW !== 4321) await refresh();
      const shown: (number | undefined)[] = [];
      at.charger.onSnapshot(({ powerW }) => shown.push(powerW));
      await at.walk(LATE_MS / 1000 + 5);
      expect(shown).not.toContain(1111);
    });

    it("does not count as trouble when it is a failure", async () => {
      at = await scene("app");
      await at.plugIn();
      await overtake(CP, { status: 404 });
      await refresh();
      await at.walk(LATE_MS / 1000 + 5);
      expect(at.charger.snapshot.link).toBe("up");
      expect(at.charger.snapshot.attributes?.["polling_interval"]).toMatchObject({ retry_count: 0 });
    });

    it("is applied while nothing newer is known", async () => {
      at = await scene("app");
      await at.plugIn();
      evse().told = { powerW: 1111 };
      await overtake(CP);
      evse().told = { powerW: 4321 };
      await at.until(() => at.charger.snapshot.powerW === 1111, 15);
    });
  });

  it("starts with no more than the planner gives, whatever a person asks for", async () => {
    at = await scene("public");
    await at.plugIn(false);
    await limit(8);
    await start(16);
    expect(evse().limitA).toBe(8);
    await start(7);
    expect(evse().limitA).toBe(7);
    await at.close();

    at = await scene("app", { appMaxCurrent: true });
    await at.plugIn(false);
    await limit(8);
    await start(16);
    expect(posts(START)[0]?.body).toMatchObject({ maxCurrent: 8 });
  });

  it("refuses a maximum current that it cannot keep", async () => {
    at = await scene("app");
    await expect(start(40)).rejects.toMatchObject({ code: "rejected" });
    await expect(start(10)).rejects.toMatchObject({ code: "unsupported" });
    expect(posts(START)).toHaveLength(0);
  });
});

describe("one tenant, several chargers", () => {
  it("makes every EVSE a charger of its own and polls the charge point once", async () => {
    at = await scene("app", { chargePoint: "cp-9" }, { chargePoints: [{ id: "cp-9", evses: 2 }, { id: "cp-10" }] });
    expect(at.source.chargers.map(({ id }) => id)).toEqual(["office_1", "office_2"]);
    at.tenant.requests.length = 0;
    await at.walk(3000);
    expect(at.tenant.requests.length).toBeLessThanOrEqual(10);
  });

  it("shares one poller between configured chargers of the same tenant", async () => {
    at = await scene("app", { chargePoint: "cp-1" }, { chargePoints: [{ id: "cp-1" }, { id: "cp-2" }] });
    const second = createAmpecoSource(
      optionsFor(at.tenant, { id: "second", chargePoint: "cp-2" }),
      contextOf(at.clock, drawers()),
    );
    await second.start();
    await at.walk(2);
    await at.source.close();
    // The first one leaving does not take the tenant with it.
    await at.walk(400);
    expect(second.chargers.map(({ snapshot }) => snapshot.link)).toEqual(["up"]);
    await second.close();
  });

  it("follows the pages of the operator's list", async () => {
    at = await scene("public", {}, { chargePoints: [1, 2, 3, 4, 5].map((n) => ({ id: n })) });
    expect(at.source.chargers).toHaveLength(5);
  });

  it("sends the id back in the type received", async () => {
    at = await scene("app");
    await at.plugIn(false);
    await start();
    expect(posts(START)[0]?.body).toEqual({ evseId: evse().id });
    expect(typeof evse().id).toBe("number");
  });

  it("warns when the platform's own smart charging is on", async () => {
    at = await scene("public");
    at.tenant.world.chargePoints[0]!.smartCharging = true;
    await at.source.close();
    at = await open(at.clock, at.tenant, at.kept);
    expect(at.charger.snapshot.problem?.code).toBe("platform_smart_charging");
    expect(at.charger.snapshot.extra["platform_smart_charging"]).toBe(true);
  });
});

describe("secrets", () => {
  it("shows no token in logs, errors, reports, wire frames or the store", async () => {
    const clock = fakeClock();
    const tenant = createSimulatedAmpeco({ clock, apis: ["app"] });
    await tenant.start();
    let written = "";
    const log = createLog({
      level: "trace",
      format: "json",
      destination: { write: (line: string) => void (written += line) },
    });
    const kept = drawers();
    const oauth = { ...tenant.oauth, refreshToken: tenant.refreshToken };
    const secrets = [tenant.token, tenant.refreshToken, oauth.clientSecret];
    at = await open(clock, tenant, kept, { oauth }, log);
    await at.plugIn();
    tenant.token = "changed-by-the-tenant-1234";
    await refresh();
    secrets.push(tenant.token, tenant.refreshToken);
    tenant.fault({ on: { path: CP }, status: 400, body: { message: "no" }, times: 1 });
    const told = await refresh().then(
      () => "",
      (error: unknown) => `${String(error)} ${(error as Error).stack} ${JSON.stringify(error)}`,
    );
    const shown = [
      written,
      told,
      JSON.stringify(kept.reports),
      JSON.stringify([...kept.store]),
      JSON.stringify(at.charger.snapshot),
      JSON.stringify(at.charger.can.wireLog!()),
    ].join("\n");
    for (const secret of secrets) expect(shown).not.toContain(secret);
    // Names and ids stay out of the frames as well.
    expect(JSON.stringify(at.charger.can.wireLog!())).not.toMatch(/Carport|cp-77|90000\d/);
  });
});
