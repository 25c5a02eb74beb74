/** The contract suites of hass/ against a real Home Assistant, so that the small one cannot drift. */
import { it } from "vitest";
import { helpersContract } from "../contract/hass/helpers.contract.ts";
import { publisherContract } from "../contract/hass/publisher.contract.ts";
import { servicesContract } from "../contract/hass/services.contract.ts";
import { realHouse } from "../contract/hass/house.ts";
import { hassMissing } from "./hass.ts";

const missing = hassMissing();
if (missing === undefined) {
  publisherContract("real", realHouse);
  helpersContract("real", realHouse);
  servicesContract("real", realHouse);
} else {
  it.skip(missing, () => undefined);
}
