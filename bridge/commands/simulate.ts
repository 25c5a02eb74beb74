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
      console.error("simulate ocpp --url ws://HOST:9000 --id ID | simulate besen | simulate ampeco");
      return 2;
  }
}
