/** Secrets and raw commands, for the terminal on the bridge's own machine. */
import { randomBytes } from "node:crypto";
import { isObject } from "../wire/json.ts";
import { ChargerError, type Capabilities } from "../../charger.ts";
import { demandWrite } from "./services.ts";
import type { StationDriver } from "./station-driver.ts";

const SECRET = "ocpp_password";
const SECRET_BEFORE = "ocpp_password_before";

/** Old and new while a rotation is under way. */
export function passwordsOf(driver: StationDriver): readonly string[] {
  const { secrets } = driver.context;
  const now = secrets.get(SECRET) ?? driver.options.password;
  const before = secrets.get(SECRET_BEFORE);
  return [now, before].filter((password): password is string => password !== undefined && password !== "");
}

/** The box came in with this password. Once that is the new one, the old one is good for nothing any more. */
export function passwordUsed(driver: StationDriver, password: string): void {
  const { secrets } = driver.context;
  const before = secrets.get(SECRET_BEFORE) ?? "";
  if (before === "" || password === before || password !== secrets.get(SECRET)) return;
  secrets.set(SECRET_BEFORE, "").then(
    () => driver.log.info("the new password was used, the old one is forgotten"),
    (error: unknown) => driver.log.warn({ err: error }, "old password not forgotten, it goes at the next connection"),
  );
}

export function adminOf(driver: StationDriver): NonNullable<Capabilities["admin"]> {
  return {
    async "rotate-password"(_args, signal) {
      const { secrets } = driver.context;
      const old = secrets.get(SECRET) ?? driver.options.password;
      const v16 = driver.commands?.version === "1.6";
      // 1.6: 16-20 bytes as hex; 2.x: text of 16-40 characters. 40 hex digits fit both.
      const next = randomBytes(20).toString("hex");
      // Both are valid before the box is told, so that no answer lost on the way locks it out.
      await secrets.set(SECRET_BEFORE, old ?? "");
      await secrets.set(SECRET, next);
      try {
        await demandWrite(driver, v16 ? "AuthorizationKey" : "SecurityCtrlr/BasicAuthPassword", next, signal);
      } catch (error) {
        if (error instanceof ChargerError && (error.code === "rejected" || error.code === "unsupported")) {
          await secrets.set(SECRET, old ?? "");
          await secrets.set(SECRET_BEFORE, "");
        }
        throw error;
      }
      return "The wallbox has a new password; the old one works until the new one was used.";
    },
    async raw(args, signal) {
      const [action = "", payload = "{}"] = args;
      const parsed: unknown = JSON.parse(payload);
      const body = JSON.parse(JSON.stringify(parsed)) as Parameters<typeof isObject>[0];
      if (!isObject(body)) throw new ChargerError("protocol", "The payload must be a JSON object.");
      return JSON.stringify(await driver.ask({ action, payload: body }, { signal }), undefined, 2);
    },
  };
}
