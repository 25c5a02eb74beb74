/** Home Assistants on this network, by mDNS. */
import { Bonjour } from "bonjour-service";
import type { Clock } from "../clock.ts";

const LOOK_MS = 2_500;

/** URLs, best first; empty where nothing answers (or multicast is not possible). Never rejects. */
export async function findHomeAssistants(clock: Clock): Promise<readonly string[]> {
  const found = new Set<string>();
  let bonjour: Bonjour | undefined;
  try {
    bonjour = new Bonjour(undefined, () => undefined);
    const browser = bonjour.find({ type: "home-assistant" }, (service) => {
      const text = service.txt as { internal_url?: string; base_url?: string } | undefined;
      const url = text?.internal_url ?? text?.base_url;
      if (typeof url === "string" && /^https?:\/\//.test(url)) found.add(url.replace(/\/+$/, ""));
      else found.add(`http://${service.host.replace(/\.$/, "")}:${service.port}`);
    });
    await clock.sleep(LOOK_MS);
    browser.stop();
  } catch {
    return [...found]; // no multicast here: the user types the address
  } finally {
    bonjour?.destroy();
  }
  return [...found];
}
