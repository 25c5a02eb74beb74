/** What is asked of a box after it has booted or connected: its abilities, its meter settings, its present state. Each step survives refusal. */
import { ChargerError } from "../../charger.ts";
import { recallConfig, rememberConfig } from "./config-memory.ts";
import type { TriggerTopic } from "../wire/dialect.ts";
import { readInventory } from "../facts/inventory.ts";
import { flag } from "../wire/json.ts";
import { syncLocalList } from "./local-list.ts";
import type { Outlet } from "../facts/outlet.ts";
import { survive, type SetupPort } from "./setup-port.ts";
import { readConfig16, writeConfig16 } from "./setup16.ts";
import { readConfig20, writeConfig20 } from "./setup20.ts";

export async function setUp(port: SetupPort): Promise<void> {
  const { model, commands } = port;
  const cached = recallConfig(model);
  if (cached) port.learnt();
  if (model.deviations.noConfigRead !== true) {
    if (commands.version === "1.6") await readConfig16(port, cached);
    else await readConfig20(port);
    rememberConfig(model);
  }
  port.learnt();
  if (commands.version === "1.6") await writeConfig16(port);
  else await writeConfig20(port);
  try {
    await syncLocalList(port, port.tags);
  } catch (error) {
    survive(port, error, "SendLocalList");
  }
  await refresh(port, "setup");
  if (commands.version === "1.6") return;
  await confirmTransactions(port);
  if (model.deviations.noConfigRead !== true) await firstContact(port);
}

/** Everything the box has, once for its kind: it may list abilities and measurands that were not asked for by name. */
async function firstContact(port: SetupPort): Promise<void> {
  try {
    if (!(await readInventory(port))) return;
    rememberConfig(port.model);
    port.learnt();
    await writeConfig20(port);
  } catch (error) {
    survive(port, error, "GetBaseReport");
  }
}

/** Asks for state and readings of every outlet. */
export async function refresh(port: SetupPort, why: "setup" | "user"): Promise<void> {
  const { model, commands } = port;
  const many = commands.version === "1.6" && model.outlets.length > 1;
  if (many) await trigger(port, "StatusNotification", undefined);
  for (const outlet of model.outlets) {
    await trigger(port, "StatusNotification", outlet);
    if (why === "user" || model.deviations.pollInTxOnly !== true) await trigger(port, "MeterValues", outlet);
    if (commands.version !== "1.6") await trigger(port, "TransactionEvent", outlet);
  }
}

/** Answers whether the box took it. */
export async function trigger(port: SetupPort, topic: TriggerTopic, outlet: Outlet | undefined): Promise<boolean> {
  const request = port.commands.trigger(topic, outlet?.ref);
  if (request === undefined || port.model.deviations.noTriggers?.includes(topic) === true) return false;
  try {
    const result = await port.ask(request, {
      priority: 5,
      dropIfQueued: true,
      coalesceKey: `${topic}:${outlet?.n ?? 0}`,
    });
    if (result["status"] === "Accepted") return true;
    if (result["status"] === "NotImplemented") port.triggerRefused(topic);
    return false;
  } catch (error) {
    if (error instanceof ChargerError && error.code === "unsupported") port.triggerRefused(topic);
    return survive(port, error, topic);
  }
}

/** 2.x: whether a transaction that we remember still runs. */
async function confirmTransactions(port: SetupPort): Promise<void> {
  for (const outlet of port.model.outlets) {
    const tx = outlet.tx;
    if (tx === undefined || tx.live) continue;
    try {
      const result = await port.ask({ action: "GetTransactionStatus", payload: { transactionId: tx.id } });
      const ongoing = flag(result, "ongoingIndicator");
      if (outlet.tx?.id !== tx.id || outlet.tx.live) continue;
      if (ongoing === true) {
        outlet.adopt(tx.id);
        port.model.events.started(outlet);
      } else if (ongoing === false) {
        outlet.end(port.model.clock.nowMs(), "lost");
        port.model.events.ended(outlet);
      }
    } catch (error) {
      survive(port, error, "GetTransactionStatus");
    }
  }
}
