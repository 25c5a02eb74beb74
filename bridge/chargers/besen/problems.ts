/** What a person must look at, with the remedy. */
import type { ChargerProblem } from "../../../shared/charger.ts";
import type { LinkErrorCode } from "./transport.ts";

/** As delivered. */
export const FACTORY_PIN = "123456";

const SLOT =
  "The box serves one Bluetooth client at a time: close the phone app, remove Home Assistant's own Besen integration and any other bridge, then check power and distance.";

export function problemOfEnd(reason: "pin_rejected" | "mute" | "login_timeout" | "factory_pin"): ChargerProblem {
  switch (reason) {
    case "pin_rejected":
      return {
        code: "wrong_pin",
        text: "The box refuses the PIN. The bridge has stopped trying so as not to lock it.",
        remedy: "Set the six digits from the vendor's app as `pin` of this charger (or in its `pin_file`).",
      };
    case "factory_pin":
      return {
        code: "factory_pin",
        text: "No PIN is configured and the box still takes the factory's: anyone in radio reach can control it.",
        remedy: "Change it with `evse-bridge charger ID pin`.",
      };
    case "mute":
      return { code: "mute", text: "The box takes the connection but says nothing.", remedy: SLOT };
    case "login_timeout":
      return { code: "login_timeout", text: "The box does not answer the login.", remedy: SLOT };
  }
}

export function problemOfLink(code: LinkErrorCode, text: string): ChargerProblem {
  switch (code) {
    case "unavailable":
      return {
        code: "bluetooth_unavailable",
        text,
        remedy:
          "See the Besen page of the documentation: adapter, rights, and the library noble-next (`ble_driver: noble-next`), which needs no compiler.",
      };
    case "not_found":
      return { code: "not_found", text, remedy: SLOT };
    case "gatt":
      return {
        code: "unknown_board",
        text,
        remedy: "This is no board the bridge knows. Please report what was found.",
      };
    case "connect":
    case "closed":
      return { code: "no_connection", text, remedy: SLOT };
  }
}
