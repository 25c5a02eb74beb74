/** Home Assistant's WebSocket as its frontend speaks it: auth, results, events, compressed states; comes back by itself. */

const RETRY_MS = [500, 1000, 2000, 5000];

export class Connection {
  connected = false;
  #url;
  #token;
  #socket;
  #lastId = 0;
  #tries = 0;
  #answers = new Map();
  #subscriptions = new Map();
  #listeners = new Map();

  constructor(url, token) {
    this.#url = `${url.replace(/^http/, "ws")}/api/websocket`;
    this.#token = token;
  }

  open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      const frame = JSON.parse(event.data);
      for (const message of Array.isArray(frame) ? frame : [frame]) this.#take(message);
    });
    socket.addEventListener("close", () => {
      const was = this.connected;
      this.connected = false;
      for (const { reject } of this.#answers.values()) reject(new Error("connection lost"));
      this.#answers.clear();
      if (was) this.#tell("disconnected");
      const wait = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)];
      setTimeout(() => this.open(), wait);
    });
  }

  /** `ready`, `disconnected` */
  addEventListener(type, listener) {
    const known = this.#listeners.get(type) ?? new Set();
    known.add(listener);
    this.#listeners.set(type, known);
  }

  removeEventListener(type, listener) {
    this.#listeners.get(type)?.delete(listener);
  }

  sendMessagePromise(message) {
    return new Promise((resolve, reject) => {
      if (!this.connected) {
        reject(new Error("not connected"));
        return;
      }
      const id = ++this.#lastId;
      this.#answers.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...message, id }));
    });
  }

  /** Kept across reconnects. */
  async subscribeMessage(listener, message) {
    const subscription = { listener, message, id: 0 };
    this.#subscriptions.set(subscription, subscription);
    if (this.connected) await this.#subscribe(subscription);
    return async () => {
      this.#subscriptions.delete(subscription);
      if (this.connected) await this.sendMessagePromise({ type: "unsubscribe_events", subscription: subscription.id });
    };
  }

  subscribeEvents(listener, eventType) {
    return this.subscribeMessage(listener, { type: "subscribe_events", event_type: eventType });
  }

  #subscribe(subscription) {
    const answer = this.sendMessagePromise(subscription.message);
    subscription.id = this.#lastId;
    return answer;
  }

  #take(message) {
    if (message.type === "auth_required") {
      this.#socket.send(JSON.stringify({ type: "auth", access_token: this.#token }));
    } else if (message.type === "auth_ok") {
      this.connected = true;
      this.#tries = 0;
      this.#lastId = 1;
      this.#socket.send(JSON.stringify({ id: 1, type: "supported_features", features: { coalesce_messages: 1 } }));
      for (const subscription of this.#subscriptions.values()) this.#subscribe(subscription).catch(() => undefined);
      this.#tell("ready");
    } else if (message.type === "event") {
      for (const subscription of this.#subscriptions.values())
        if (subscription.id === message.id) subscription.listener(message.event);
    } else if (message.type === "result") {
      const answer = this.#answers.get(message.id);
      this.#answers.delete(message.id);
      if (message.success) answer?.resolve(message.result);
      else answer?.reject(message.error);
    }
  }

  #tell(type) {
    for (const listener of this.#listeners.get(type) ?? []) listener(this);
  }
}

/** Applies one event of `subscribe_entities`; entities that did not change stay the same objects. */
export function applyStates(states, event) {
  const next = { ...states };
  for (const [id, added] of Object.entries(event.a ?? {})) next[id] = entityOf(id, added);
  for (const [id, { "+": plus = {}, "-": minus = {} }] of Object.entries(event.c ?? {})) {
    const old = next[id];
    if (old === undefined) continue;
    const attributes = without({ ...old.attributes, ...plus.a }, minus.a ?? []);
    const changed = plus.lc ?? undefined;
    next[id] = {
      ...old,
      state: plus.s ?? old.state,
      attributes,
      context: typeof plus.c === "string" ? { ...old.context, id: plus.c } : { ...old.context, ...plus.c },
      last_changed: changed === undefined ? old.last_changed : time(changed),
      last_updated: time(plus.lu ?? changed ?? Date.parse(old.last_updated) / 1000),
    };
  }
  return without(next, event.r ?? []);
}

function without(record, names) {
  return names.length === 0
    ? record
    : Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function entityOf(id, { s, a, c, lc, lu }) {
  return {
    entity_id: id,
    state: s,
    attributes: a,
    context: typeof c === "string" ? { id: c, parent_id: null, user_id: null } : c,
    last_changed: time(lc),
    last_updated: time(lu ?? lc),
  };
}

const time = (seconds) => new Date(seconds * 1000).toISOString();
