/** Shapes of the platform's answers: what must be there; all else may come as it likes. */
import { Ajv, type ValidateFunction } from "ajv";
import { Type, type Static, type TSchema } from "typebox";
import { AmpecoFailure } from "./failure.ts";
import type { HttpAnswer } from "./http.ts";

const id = Type.Union([Type.String({ minLength: 1 }), Type.Number()]);
const maybe = Type.Optional(Type.Unknown());

const appSession = Type.Object({
  id,
  status: maybe,
  chargingState: maybe,
  startedAt: maybe,
  stoppedAt: maybe,
  endedAt: maybe,
  power: maybe,
  energy: maybe,
  duration: maybe,
  totalDuration: maybe,
  amount: maybe,
  totalAmount: maybe,
  currency: maybe,
  socPercent: maybe,
  carBatteryPercent: maybe,
  reason: maybe,
});
export type AppSession = Static<typeof appSession>;

const appEvse = Type.Object({
  id,
  status: maybe,
  hardwareStatus: maybe,
  connectors: maybe,
  session: Type.Optional(Type.Union([appSession, Type.Null()])),
});
export type AppEvse = Static<typeof appEvse>;

const appChargePoint = Type.Object({
  id,
  name: maybe,
  status: maybe,
  evses: Type.Optional(Type.Union([Type.Array(appEvse), Type.Null()])),
});
export type AppChargePoint = Static<typeof appChargePoint>;

const publicEvse = Type.Object({ id, networkId: maybe, hardwareStatus: maybe, status: maybe, powerOptions: maybe });
export type PublicEvse = Static<typeof publicEvse>;
const publicChargePoint = Type.Object({ id, name: maybe, networkStatus: maybe, status: maybe });
export type PublicChargePoint = Static<typeof publicChargePoint>;
const publicStatus = Type.Object({
  networkStatus: maybe,
  hardwareStatus: maybe,
  evses: Type.Optional(Type.Union([Type.Array(publicEvse), Type.Null()])),
});
export type PublicStatus = Static<typeof publicStatus>;
const publicSession = Type.Object({
  id,
  status: maybe,
  evseId: maybe,
  startedAt: maybe,
  stoppedAt: maybe,
  power: maybe,
  energy: maybe,
  amount: maybe,
  currency: maybe,
  socPercent: maybe,
  reason: maybe,
});
export type PublicSession = Static<typeof publicSession>;
const started = Type.Object({ success: maybe, sessionId: maybe, message: maybe, errorCode: maybe });
export type PublicStarted = Static<typeof started>;

const data = <T extends TSchema>(inner: T) => Type.Object({ data: inner });
const list = <T extends TSchema>(inner: T) => Type.Object({ data: Type.Array(inner), links: maybe });

const ajv = new Ajv({ strict: false });
const reader = <T extends TSchema>(schema: T): ((answer: HttpAnswer) => Static<T>) => {
  let validate: ValidateFunction | undefined;
  return (answer) => {
    validate ??= ajv.compile(schema);
    if (validate(answer.json)) return answer.json as Static<T>;
    const [problem] = validate.errors ?? [];
    const where = problem === undefined ? "" : ` (${problem.instancePath} ${problem.message ?? ""})`;
    throw new AmpecoFailure("bad_answer", `The cloud's answer is not what was expected${where}.`, {
      status: answer.status,
    });
  };
};

/** Each throws AmpecoFailure `bad_answer` when the shape is wrong. */
export const read = {
  anyList: reader(list(Type.Unknown())),
  appList: reader(list(appChargePoint)),
  appOne: reader(data(appChargePoint)),
  appAction: reader(Type.Object({ session: Type.Optional(Type.Union([appSession, Type.Null()])) })),
  publicList: reader(list(publicChargePoint)),
  publicEvses: reader(list(publicEvse)),
  publicStatus: reader(data(publicStatus)),
  publicSessions: reader(list(publicSession)),
  publicSession: reader(data(publicSession)),
  publicStart: reader(started),
  publicProfile: reader(Type.Object({ data: Type.Optional(Type.Unknown()) })),
} as const;

/** `links.next` of a page, as a path with query on the same host. */
export function nextPage(page: { readonly links?: unknown }, origin: string): string | undefined {
  const { links } = page;
  if (typeof links !== "object" || links === null || !("next" in links) || typeof links.next !== "string")
    return undefined;
  if (links.next === "" || !URL.canParse(links.next, origin)) return undefined;
  const url = new URL(links.next, origin);
  return url.origin === origin ? `${url.pathname}${url.search}` : undefined;
}
