import { chargerContract } from "../../../contract/charger.contract.ts";
import { ocppHarness } from "./rig.ts";

chargerContract("OCPP 1.6", () => ocppHarness("1.6"));
chargerContract("OCPP 2.0.1", () => ocppHarness("2.0.1"));
chargerContract("OCPP 2.1", () => ocppHarness("2.1"));
chargerContract("OCPP 1.6, one level", () => ocppHarness("1.6", "one_level"));
