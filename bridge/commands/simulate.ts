import { UsageError } from "./arguments.ts";

/** `simulate ocpp|besen|ampeco`: a wallbox, or a cloud, without hardware. */
export async function simulateCommand(argv: string[]): Promise<number> {
  const [kind, ...rest] = argv;
  switch (kind) {
    case "ocpp":
      return await (await import("./simulate-ocpp.ts")).simulateOcppCommand(rest);
    case "besen":
      return await (await import("./simulate-besen.ts")).simulateBesenCommand(rest);
    case "ampeco":
      return await (await import("./simulate-ampeco.ts")).simulateAmpecoCommand(rest);
    default:
      throw new UsageError("Say what to simulate: ocpp, besen or ampeco");
  }
}
