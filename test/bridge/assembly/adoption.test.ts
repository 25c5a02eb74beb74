import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { adoptionNotices } from "../../../bridge/assembly/adoption.ts";
import type { WaitingStation } from "../../../bridge/ocpp/station.ts";

const knock = (identity: string, why: WaitingStation["why"] = "unknown_station"): WaitingStation => ({
  identity,
  remoteAddress: "192.0.2.7",
  path: `/${identity}`,
  why,
  detail: "",
  tries: 1,
  lastAtMs: 0,
});

describe("a wallbox that waits to be adopted", () => {
  it("is offered with what to write into the configuration", () => {
    const [notice, ...more] = adoptionNotices([knock("DE*BMW*E1"), knock("X", "wrong_password")], true);
    expect(more).toEqual([]);
    expect(notice?.message).toContain("192.0.2.7");
    const yaml = /```yaml\n([\s\S]*?)```/.exec(notice?.message ?? "")?.[1] ?? "";
    expect(parse(yaml)).toEqual([{ id: "de_bmw_e1", name: "DE*BMW*E1", driver: "ocpp", station: "DE*BMW*E1" }]);
  });

  it("is not, unless the owner wants to see unknown stations", () => {
    expect(adoptionNotices([knock("CP-1")], false)).toEqual([]);
  });

  it("cannot write what it likes, nor fill the page", () => {
    const notices = adoptionNotices(
      ["``` # pwned", "a".repeat(255), "CP-1", "CP-2", "CP-3"].map((identity) => knock(identity)),
      true,
    );
    expect(notices.length).toBe(3);
    for (const { message } of notices) expect(message.match(/`{3}/g)?.length).toBe(2);
  });
});
