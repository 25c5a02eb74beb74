/** The page that acts: secrets and raw commands of one charger, for `evse-bridge charger` on the same machine. */
import { text, type Reply } from "./server.ts";

/** Key in secrets.json of the token that the command line shares with the running bridge. */
export const CONTROL_SECRET = "control_token";

export interface ControlRequest {
  readonly charger: string;
  readonly action: string;
  readonly args: readonly string[];
}

/** @returns 400 for a request that is none, 409 with the charger's own words when it refused */
export async function controlReply(body: string, act: (request: ControlRequest) => Promise<string>): Promise<Reply> {
  const request = parseRequest(body);
  if (request === undefined) return text(400, 'Expected {"charger": ..., "action": ..., "args": [...]}.');
  try {
    return text(200, await act(request));
  } catch (error) {
    return text(409, error instanceof Error ? error.message : String(error));
  }
}

function parseRequest(body: string): ControlRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined; // the reply says what was expected
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { charger, action, args } = value as Record<string, unknown>;
  if (
    typeof charger !== "string" ||
    typeof action !== "string" ||
    !Array.isArray(args) ||
    !args.every((arg) => typeof arg === "string")
  )
    return undefined;
  return { charger, action, args };
}
