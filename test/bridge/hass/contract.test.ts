/** The contract suites of hass/ against the demo's small Home Assistant; test/e2e runs the same ones against a real one. */
import { helpersContract } from "../../contract/hass/helpers.contract.ts";
import { publisherContract } from "../../contract/hass/publisher.contract.ts";
import { servicesContract } from "../../contract/hass/services.contract.ts";
import { smallHouse } from "../../contract/hass/house.ts";

publisherContract("small", smallHouse);
helpersContract("small", smallHouse);
servicesContract("small", smallHouse);
