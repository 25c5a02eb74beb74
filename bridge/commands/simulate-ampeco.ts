/** `simulate ampeco`: a tenant with charge points and cars on a local port, until Ctrl-C. */
import { createSimulatedAmpeco } from "../simulate/ampeco/simulated-ampeco.ts";
import { readArguments, UsageError } from "./arguments.ts";

export async function simulateAmpecoCommand(argv: string[]): Promise<number> {
  const { values } = readArguments({
    args: argv,
    options: {
      port: { type: "string", default: "0" },
      api: { type: "string", default: "app" },
      "charge-points": { type: "string", default: "1" },
      evses: { type: "string", default: "1" },
    },
  });
  const port = whole(values.port, "--port", 0, 65535);
  const count = whole(values["charge-points"], "--charge-points", 1, 50);
  const evses = whole(values.evses, "--evses", 1, 8);
  const { api } = values;
  if (api !== "app" && api !== "public") throw new UsageError("--api should be app or public");
  const tenant = createSimulatedAmpeco({
    port,
    apis: [api],
    chargePoints: Array.from({ length: count }, (_, index) => ({ id: `cp-${index + 1}`, evses })),
  });
  await tenant.start();
  const [first] = tenant.world.chargePoints;
  const [outlet] = first?.evses ?? [];
  if (outlet !== undefined) tenant.world.plugIn(outlet);
  console.log(`A simulated AMPECO tenant (${api} API) with ${count} charge point(s); a car waits at the first.`);
  console.log("Put this into evse-bridge.yaml:");
  console.log(`  - { id: cloud, name: Cloud, driver: ampeco, host: "${tenant.url}", token: ${tenant.token} }`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await tenant.close();
  return 0;
}

function whole(text: string, option: string, low: number, high: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < low || number > high)
    throw new UsageError(`${option} should be a whole number from ${low} to ${high}`);
  return number;
}
