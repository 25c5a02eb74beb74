import { homeAssistantContract } from "./home-assistant.contract.ts";
import { startHass } from "../../e2e/hass.ts";

homeAssistantContract("the real one", () => startHass());
