/** The demo as a guest in a real Home Assistant: posts the simulated sensors, adds a dashboard, and takes all of it away again. */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { createHassLink } from "../hass/connection.ts";
import { createHassRest } from "../hass/rest.ts";
import { ROOT_ENTITY } from "../../shared/entities.ts";
import { isRecord } from "./hass/json.ts";
import { DEMO_CHARGERS, SENSORS } from "./config.ts";
import type { Sink } from "./world.ts";

export interface Guest {
  /** A bridge is at home there already. */
  readonly crowded: boolean;
  /** The demo was here as a second bridge. */
  readonly demoInstance: boolean;
  readonly sink: Sink;
  /** Dashboard and card resource; undefined where Home Assistant keeps them in YAML. */
  addDashboard(cardUrl: string, cards: readonly Readonly<Record<string, unknown>>[]): Promise<string | undefined>;
  /** Dashboard, resource and sensors of the demo go. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

const URL_PATH = "evse-bridge-demo";
const CONNECT_MS = 20_000;

/** @throws HassError when Home Assistant cannot be reached or refuses the token */
export async function createGuest(url: string, token: string, clock: Clock, log: Log): Promise<Guest> {
  const link = createHassLink({ url, token, clock, log });
  const rest = createHassRest({ url, token, clock });
  link.start();
  const deadline = clock.monotonicMs() + CONNECT_MS;
  while (!link.up) {
    if (link.status.state === "refused" || clock.monotonicMs() > deadline) {
      const { detail } = link.status;
      await link.close();
      throw new Error(`Home Assistant at ${url} cannot be used: ${detail}`);
    }
    await clock.sleep(100);
  }
  const list = async (type: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const answer = await link.send<unknown>({ type });
    return Array.isArray(answer) ? answer.filter(isRecord) : [];
  };
  const pending = new Map<string, { readonly state: string; readonly attributes: unknown }>();
  let posting = false;
  const post = async (): Promise<void> => {
    if (posting) return;
    posting = true;
    try {
      for (const [entityId, body] of pending) {
        pending.delete(entityId);
        await rest.ask("POST", `/api/states/${entityId}`, body);
      }
    } catch (error) {
      log.debug({ err: error }, "simulated sensors not posted");
    } finally {
      posting = false;
    }
  };

  const exists = async (entityId: string): Promise<boolean> =>
    (await rest.ask("GET", `/api/states/${entityId}`)).status === 200;
  const root = await rest.ask("GET", `/api/states/${ROOT_ENTITY}`);
  const crowded = root.status === 200 && !isDemo(root.body);
  const demoInstance = await exists(`${ROOT_ENTITY}_demo`);

  return {
    crowded,
    demoInstance,
    sink(entityId, state, attributes) {
      pending.set(entityId, { state, attributes: { ...attributes, evse_demo: true } });
      void post();
    },
    async addDashboard(cardUrl, cards) {
      try {
        if (!(await list("lovelace/resources")).some((item) => item["url"] === cardUrl))
          await link.send({ type: "lovelace/resources/create", res_type: "module", url: cardUrl });
        if (!(await list("lovelace/dashboards/list")).some((item) => item["url_path"] === URL_PATH))
          await link.send({
            type: "lovelace/dashboards/create",
            url_path: URL_PATH,
            title: "EVSE Bridge demo",
            icon: "mdi:ev-station",
            show_in_sidebar: true,
            require_admin: false,
            mode: "storage",
          });
        const views = [
          {
            title: "Demo",
            type: "sections",
            max_columns: 3,
            sections: cards.map((card) => ({ type: "grid", cards: [card] })),
          },
        ];
        await link.send({ type: "lovelace/config/save", url_path: URL_PATH, config: { views } });
        return `${url}/${URL_PATH}`;
      } catch (error) {
        log.warn({ err: error }, "dashboard of the demo not made");
        return undefined;
      }
    },
    async remove() {
      for (const item of await list("lovelace/dashboards/list"))
        if (item["url_path"] === URL_PATH)
          await link.send({ type: "lovelace/dashboards/delete", dashboard_id: item["id"] });
      for (const item of await list("lovelace/resources"))
        if (typeof item["url"] === "string" && /^http:\/\/127\.0\.0\.1:\d+\/evse-bridge\.js$/.test(item["url"]))
          await link.send({ type: "lovelace/resources/delete", resource_id: item["id"] });
      for (const entityId of Object.values(SENSORS)) {
        const state = await rest.ask("GET", `/api/states/${entityId}`);
        const ours =
          isRecord(state.body) && isRecord(state.body["attributes"]) && state.body["attributes"]["evse_demo"] === true;
        if (ours) await rest.ask("DELETE", `/api/states/${entityId}`);
      }
    },
    async close() {
      await link.close();
      await rest.close();
    },
  };
}

/** The root entity that a demo left behind. */
function isDemo(state: unknown): boolean {
  const chargers = isRecord(state) && isRecord(state["attributes"]) ? state["attributes"]["chargers"] : undefined;
  if (!Array.isArray(chargers)) return false;
  const ids = chargers.map((charger: unknown) => (isRecord(charger) ? charger["id"] : undefined));
  return ids.length === DEMO_CHARGERS.length && DEMO_CHARGERS.every((id) => ids.includes(id));
}
