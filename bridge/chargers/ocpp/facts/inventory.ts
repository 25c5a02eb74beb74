/** 2.x: the full inventory of a box, told in pieces after GetBaseReport. Asked once for each model and firmware. */
import type { InboundMeta, JsonObject } from "../../../ocpp/station.ts";
import type { ConfigEntry } from "../wire/dialect.ts";
import { nextNumber } from "../drawer.ts";
import { flag, object, objects, text, whole } from "../wire/json.ts";
import type { StationModel } from "./model.ts";
import type { SetupPort } from "../setup/setup-port.ts";

/** A box that stops telling for so long has told all it will, ms: what came is used. */
const SILENCE_MS = 30_000;
const LOOK_MS = 1_000;
/** More than any box has (Delta: about 300); the rest of a report without end is not kept. */
const MOST_ENTRIES = 3_000;
const ASKED = "inventory";

/** NotifyReport, asked for or not. */
export function takeReport(model: StationModel, payload: JsonObject, meta: InboundMeta): JsonObject {
  for (const entry of objects(payload, "reportData")) takeEntry(model, entry);
  const { report } = model;
  if (report !== undefined && whole(payload, "requestId") === report.id) {
    report.heardAtMs = meta.receivedAtMs;
    report.done = flag(payload, "tbc") !== true;
  }
  return {};
}

function takeEntry(model: StationModel, entry: JsonObject): void {
  const component = object(entry, "component");
  const variable = object(entry, "variable");
  const name = `${named(component)}/${named(variable)}`;
  // Several outlets say the same of themselves; settings are asked of the first.
  if ((whole(object(component, "evse"), "id") ?? 1) > 1) return;
  const attribute =
    objects(entry, "variableAttribute").find((one) => (text(one, "type") ?? "Actual") === "Actual") ??
    objects(entry, "variableAttribute")[0];
  keep(model, { key: name, value: text(attribute, "value"), readonly: text(attribute, "mutability") === "ReadOnly" });
  const list = text(object(entry, "variableCharacteristics"), "valuesList");
  if (list !== undefined) keep(model, { key: `${name}#list`, value: list, readonly: true });
}

function keep(model: StationModel, entry: ConfigEntry): void {
  const key = entry.key.toLowerCase();
  if (model.config.size < MOST_ENTRIES || model.config.has(key)) model.config.set(key, entry);
}

function named(of: JsonObject | undefined): string {
  const instance = text(of, "instance");
  return `${text(of, "name") ?? ""}${instance === undefined ? "" : `(${instance})`}`;
}

/** First contact with this kind of box: asks for all it has and waits until it has told. Refusal is fine. @throws ChargerError `offline` */
export async function readInventory(port: SetupPort): Promise<boolean> {
  const { model } = port;
  const kind = model.kind ?? "";
  if (model.drawer.text(ASKED) === kind) return false;
  const id = nextNumber(model.drawer, "report", 1);
  const report = { id, heardAtMs: model.clock.nowMs(), done: false };
  model.report = report;
  try {
    const answer = await port.ask(
      { action: "GetBaseReport", payload: { requestId: id, reportBase: "FullInventory" } },
      { timeoutMs: 60_000 },
    );
    model.drawer.write(ASKED, kind);
    if (text(answer, "status") !== "Accepted") return false;
    while (!report.done && model.clock.nowMs() - report.heardAtMs < SILENCE_MS)
      await model.clock.sleep(LOOK_MS, port.signal);
    port.log.info({ entries: model.config.size, complete: report.done }, "inventory read");
    return true;
  } finally {
    if (model.report === report) model.report = undefined;
  }
}
