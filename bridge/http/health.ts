/** `/health`: 200 while the bridge can do its work, 503 with the reasons otherwise. */
import { json, type Reply } from "./server.ts";

export interface HealthFacts {
  readonly version: string;
  readonly hass: { readonly state: string; readonly detail: string };
  /** Charger id to link. */
  readonly chargers: readonly { readonly id: string; readonly link: "up" | "down" }[];
  /** s since the last plan; undefined before the first. */
  readonly planAgeS: number | undefined;
  readonly tickS: number;
  readonly store: string | undefined;
}

/** A planner that has not decided for this many ticks is stuck. */
const STUCK_TICKS = 10;

export function healthReply(facts: HealthFacts): Reply {
  const problems = [
    ...(facts.hass.state === "up" ? [] : [`Home Assistant: ${facts.hass.detail}`]),
    ...(facts.planAgeS === undefined || facts.planAgeS > Math.max(30, facts.tickS * STUCK_TICKS)
      ? ["The planner has not decided lately."]
      : []),
    ...(facts.store === undefined ? [] : [facts.store]),
    ...facts.chargers.filter((charger) => charger.link === "down").map((charger) => `${charger.id}: not connected`),
  ];
  // A wallbox that is away is its own affair: the bridge is healthy as long as it can govern what is there.
  const sick =
    facts.hass.state !== "up" ||
    facts.planAgeS === undefined ||
    facts.planAgeS > Math.max(30, facts.tickS * STUCK_TICKS);
  return json(sick ? 503 : 200, {
    status: sick ? "unhealthy" : "ok",
    version: facts.version,
    home_assistant: facts.hass.state,
    chargers: Object.fromEntries(facts.chargers.map((charger) => [charger.id, charger.link])),
    plan_age_s: facts.planAgeS === undefined ? null : Math.round(facts.planAgeS * 10) / 10,
    problems,
  });
}
