/**
 * Publishing to a real Home Assistant, both ways in one run: 100 wallboxes with 20 entities each, every state new in every round.
 *   node scripts/bench/publish.ts [--chargers 100] [--entities 20] [--rounds 5] [--seconds 30] [--foreign 2000] [--latency 100]
 * 1. `POST /api/states` one by one, `POST /api/states` over the bridge's four connections, and `device` batches, in turn, each round in
 *    another order: states/s, and Home Assistant's processor time for a written state, which a busy machine does not blur.
 * 2. All of it at 1 Hz through the publisher: processor time, states written, how far behind.
 * 3. Message to state: `publish()` until `state_changed` is seen by another client.
 * 4. 2,000 foreign entities that change all the time: the bridge's processor time and messages must stay flat.
 * Longer than two screens: one Home Assistant serves all four, and they are read in this order.
 * Starts its own `hass`; HASS_URL with HASS_TOKEN names another (its entities are taken away again).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { systemClock as clock } from "../../bridge/clock.ts";
import type { HassMemory } from "../../bridge/hass/doors.ts";
import { createHass, type Hass } from "../../bridge/hass/hass.ts";
import { silentLog } from "../../bridge/log.ts";
import type { DeviceState, EntitySpec } from "../../shared/entities.ts";
import { hassMissing, startHass, type RealHass } from "../../test/e2e/hass.ts";
import { cpuMsOf, ownCpuMs } from "./processor.ts";

const { values } = parseArgs({
  options: {
    chargers: { type: "string", default: "100" },
    entities: { type: "string", default: "20" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "30" },
    foreign: { type: "string", default: "2000" },
    latency: { type: "string", default: "100" },
  },
});
const CHARGERS = Number(values.chargers);
const ENTITIES = Number(values.entities);
const ROUNDS = Number(values.rounds);
const SECONDS = Number(values.seconds);

const specs: EntitySpec[] = Array.from({ length: ENTITIES }, (_, n) => ({
  key: `reading_${n}`,
  platform: "sensor",
  name: `Reading ${n}`,
  deviceClass: "power",
  unit: "W",
  stateClass: "measurement",
  precision: 0,
}));

function devices(value: number): DeviceState[] {
  return Array.from({ length: CHARGERS }, (_, n) => ({
    id: `bench_${n}`,
    name: `Bench ${n}`,
    manufacturer: "Bench",
    model: "Bench",
    firmware: "1",
    entities: specs.map((spec, index) => ({ spec, value: value + n + index })),
  }));
}

function memoryOf(): HassMemory {
  const all = new Map<string, unknown>();
  return {
    get: (key) => all.get(key),
    set: (key, value) => void all.set(key, value),
    delete: (key) => void all.delete(key),
  };
}

async function until(check: () => boolean, seconds: number, what: string): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!check()) {
    if (performance.now() > end) throw new Error(`${what} did not happen within ${seconds} s`);
    await sleep(20);
  }
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}

function bridge(hass: RealHass): Hass {
  return createHass({
    url: hass.url,
    token: hass.token,
    clock,
    log: silentLog(),
    memory: memoryOf(),
    version: "bench",
    publish: "device",
    nativeControls: false,
    services: false,
    instance: "bench",
    handler: () => Promise.resolve({ ok: false }),
  });
}

/** States/s of plain POSTs with so many at once. */
async function postStates(hass: RealHass, atOnce: number, value: number): Promise<number> {
  const agent = new Agent({ connections: atOnce });
  const jobs = devices(value).flatMap((device) =>
    device.entities.map(({ spec, value: state }) => ({
      id: `sensor.plain_${device.id}_${spec.key}`,
      body: JSON.stringify({
        state: String(state),
        attributes: {
          unit_of_measurement: "W",
          device_class: "power",
          state_class: "measurement",
          evse_id: device.id,
          evse_role: spec.key,
        },
      }),
    })),
  );
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
        const answer = await request(`${hass.url}/api/states/${job.id}`, {
          method: "POST",
          dispatcher: agent,
          headers: { authorization: `Bearer ${hass.token}`, "content-type": "application/json" },
          body: job.body,
        });
        await answer.body.dump();
        if (answer.statusCode >= 300) throw new Error(`POST /api/states: ${answer.statusCode}`);
      }
    }),
  );
  const rate = jobs.length / ((performance.now() - began) / 1000);
  await agent.close();
  return rate;
}

/** What the last entity of each batch should show. */
function lastOnes(one: Hass, value: number): readonly (readonly [id: string, state: string])[] {
  return devices(value).flatMap((device) => {
    const entity = device.entities.at(-1);
    const id = one.publisher.entitiesOf(device.id)[entity?.spec.key ?? ""];
    return id === undefined ? [] : [[id, String(entity?.value)] as const];
  });
}

/** States/s of one full round through the publisher's device way, judged by the states that Home Assistant then has. */
async function deviceRound(one: Hass, value: number, seen: Map<string, string>): Promise<number> {
  const began = performance.now();
  one.publish(devices(value));
  const wanted = lastOnes(one, value);
  if (wanted.length !== CHARGERS) throw new Error("an entity is missing");
  await until(() => wanted.every(([id, state]) => seen.get(id) === state), 60, "a round of states");
  return (CHARGERS * ENTITIES) / ((performance.now() - began) / 1000);
}

const missing = hassMissing();
if (missing !== undefined) {
  console.log(`skipped: ${missing}`);
  process.exit(0);
}
const hass = await startHass();
const one = bridge(hass);
const seen = new Map<string, string>();
try {
  const looker = bridge(hass);
  let heardAt: ((id: string, state: string) => void) | undefined;
  looker.link.start();
  await until(() => looker.link.up, 30, "the connection");
  one.start();

  console.log(`${CHARGERS} wallboxes x ${ENTITIES} entities on Home Assistant ${looker.link.status.version ?? "?"}`);
  const registering = performance.now();
  one.publish(devices(0));
  await until(
    () => devices(0).every((device) => Object.keys(one.publisher.entitiesOf(device.id)).length === ENTITIES),
    300,
    "registration",
  );
  // What Home Assistant really has, seen by another connection: the last entity of each batch, so that looking costs it little.
  for (const device of devices(0)) {
    const last = device.entities.at(-1)?.spec.key ?? "";
    const first = device.entities[0]?.spec.key ?? "";
    const ids = [last, ...(device.id === "bench_0" ? [first] : [])].map(
      (key) => one.publisher.entitiesOf(device.id)[key] ?? "",
    );
    looker.watcher.watch(ids, ({ entityId, state }) => {
      seen.set(entityId, state);
      heardAt?.(entityId, state);
    });
  }
  console.log(`registered in ${((performance.now() - registering) / 1000).toFixed(1)} s`);
  await sleep(4_000); // the second update after registration

  const ways = {
    single: (value: number) => postStates(hass, 1, value),
    pooled: (value: number) => postStates(hass, 4, value),
    device: (value: number) => deviceRound(one, value, seen),
  };
  type Word = keyof typeof ways;
  const WORDS: readonly Word[] = ["single", "pooled", "device"];
  const rates: Record<Word, number[]> = { single: [], pooled: [], device: [] };
  const cpuMsPerState: Record<Word, number[]> = { single: [], pooled: [], device: [] };
  for (let round = 1; round <= ROUNDS; round++)
    for (const word of round % 2 === 1 ? WORDS : WORDS.toReversed()) {
      // The publisher writes an entity once a second at most, and what Home Assistant records of a round follows it.
      await sleep(2_000);
      const before = cpuMsOf(hass.pid);
      rates[word].push(await ways[word]((round * 3 + WORDS.indexOf(word)) * 10_000));
      const after = cpuMsOf(hass.pid);
      if (before !== undefined && after !== undefined)
        cpuMsPerState[word].push((after - before) / (CHARGERS * ENTITIES));
    }
  const middle = (figures: readonly number[]): number =>
    quantile(
      figures.toSorted((a, b) => a - b),
      0.5,
    );
  for (const word of WORDS)
    console.log(
      `${word.padEnd(8)} ${middle(rates[word]).toFixed(0).padStart(6)} states/s, ${(middle(rates[word]) / middle(rates.single)).toFixed(1)} x one by one; ` +
        `Home Assistant's processor ${middle(cpuMsPerState[word]).toFixed(2)} ms a state, ${(middle(cpuMsPerState.single) / middle(cpuMsPerState[word])).toFixed(1)} x less`,
    );
  const ratio = middle(rates.device) / middle(rates.single);
  const cpuRatio = middle(cpuMsPerState.single) / middle(cpuMsPerState.device);

  {
    const cpu = process.cpuUsage();
    const began = performance.now();
    let last = 0;
    for (let second = 1; second <= SECONDS; second++) {
      last = 1_000_000 + second * 1_000;
      one.publish(devices(last));
      await sleep(Math.max(0, began + second * 1000 - performance.now()));
    }
    const wanted = lastOnes(one, last);
    const sent = performance.now();
    await until(() => wanted.every(([id, state]) => seen.get(id) === state), 30, "the last round");
    console.log(
      `at 1 Hz for ${SECONDS} s: ${CHARGERS * ENTITIES} states/s, bridge (and this looker) ${((ownCpuMs(cpu) / (performance.now() - began)) * 100).toFixed(0)} % of a core, ` +
        `last round there ${(performance.now() - sent).toFixed(0)} ms after its second`,
    );
  }

  {
    const times: number[] = [];
    const device = devices(0)[0];
    const first = device?.entities[0];
    if (device === undefined || first === undefined) throw new Error("no device");
    const id = one.publisher.entitiesOf(device.id)[first.spec.key];
    for (let n = 0; n < Number(values.latency); n++) {
      await sleep(1_020);
      const state = 5_000_000 + n;
      const began = performance.now();
      const arrived = new Promise<void>((resolve) => {
        heardAt = (heard, text) => {
          if (heard === id && text === String(state)) resolve();
        };
      });
      one.publish([{ ...device, entities: [{ ...first, value: state }] }]);
      await arrived;
      times.push(performance.now() - began);
    }
    heardAt = undefined;
    times.sort((a, b) => a - b);
    console.log(
      `publish to state_changed: p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`,
    );
  }
  await looker.close();

  {
    const count = Number(values.foreign);
    const watched = ["sensor.foreign_0", "sensor.foreign_1", "sensor.foreign_2"];
    let messages = 0;
    one.watcher.watch(watched, () => messages++);
    const agent = new Agent({ connections: 4 });
    const post = async (id: number, state: number): Promise<void> => {
      const answer = await request(`${hass.url}/api/states/sensor.foreign_${id}`, {
        method: "POST",
        dispatcher: agent,
        headers: { authorization: `Bearer ${hass.token}`, "content-type": "application/json" },
        body: JSON.stringify({ state: String(state), attributes: { unit_of_measurement: "W" } }),
      });
      await answer.body.dump();
    };
    const measure = async (touch: number): Promise<{ cpu: number; messages: number; posted: number }> => {
      // The posting costs this process as well: it is the same number in both runs, spread over few or many entities.
      messages = 0;
      const cpu = process.cpuUsage();
      const began = performance.now();
      let posted = 0;
      while (performance.now() - began < 10_000) {
        await Promise.all(
          [0, 1, 2, 3].map((n) => post(touch === 3 ? 3 : 3 + ((posted + n) % (count - 3)), posted + n)),
        );
        posted += 4;
        await sleep(20);
      }
      return { cpu: ownCpuMs(cpu) / 10, messages, posted };
    };
    await Promise.all(watched.map((_, n) => post(n, 1)));
    const few = await measure(3);
    for (let id = 3; id < count; id++) await post(id, 0);
    const many = await measure(count);
    console.log(
      `foreign entities: 1 changing ${few.cpu.toFixed(1)} ms CPU/s and ${few.messages} messages; ` +
        `${count} changing ${many.cpu.toFixed(1)} ms CPU/s and ${many.messages} messages (${few.posted} and ${many.posted} changes)`,
    );
    await agent.close();
  }

  console.log(
    ratio >= 5
      ? `device batches: ${ratio.toFixed(1)} x one by one (${cpuRatio.toFixed(1)} x in processor time), at least 5 wanted`
      : `TOO SLOW: ${ratio.toFixed(1)} x one by one (${cpuRatio.toFixed(1)} x in processor time), at least 5 wanted`,
  );
  if (ratio < 5) process.exitCode = 1;
} finally {
  if (process.env["HASS_URL"] !== undefined) for (const { id } of devices(0)) await one.retire(id);
  await one.close();
  await hass.stop();
}
