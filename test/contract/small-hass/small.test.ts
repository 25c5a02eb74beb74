import { systemClock } from "../../../bridge/clock.ts";
import { createSmallHass } from "../../../bridge/demo/hass/small-hass.ts";
import { homeAssistantContract } from "./home-assistant.contract.ts";

homeAssistantContract("the small one", () => createSmallHass({ clock: systemClock }));
