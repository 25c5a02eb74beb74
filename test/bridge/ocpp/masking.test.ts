import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskFrame } from "../../../bridge/ocpp/masking.ts";

const SECRET = "S3cr3t-Zx9";

describe("a frame in the log", () => {
  it.each([
    `[2,"1","Authorize",{"idTag":"${SECRET}"}]`,
    `[2,"1","Authorize",{"idToken":{"idToken":"${SECRET}","type":"Central"}}]`,
    `[2,"1","StartTransaction",{"connectorId":1,"idTag" : "${SECRET}"`,
    `[2,"1","Authorize",{"idTag":"${SECRET}`,
    `[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"${SECRET}"}]`,
    `[2,"1","ChangeConfiguration",{"value":"${SECRET}","key":"AuthorizationKey"}]`,
    `[3,"1",{"configurationKey":[{"key":"WpaPassphrase","readonly":false,"value":"${SECRET}"}]}]`,
    `[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"${SECRET}","component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}}]}]`,
    `[2,"1","SetNetworkProfile",{"connectionData":{"basicAuthPassword":"${SECRET}","apn":{"apn":"x","apnPassword":"${SECRET}"},"vpn":{"user":"u","key":"${SECRET}"}}}]`,
    `[2,"1","GetDiagnostics",{"location":"ftp://user:${SECRET}@host/dir"}]`,
    `[2,"1","UpdateFirmware",{"location":"https://host/fw.bin?sig=${SECRET}&x=1"}]`,
    `[2,"1","DataTransfer",{"vendorId":"v","data":"{\\"password\\":\\"${SECRET}\\",\\"a\\":1}"}]`,
  ])("hides %s", (frame) => {
    expect(maskFrame(frame)).not.toContain(SECRET);
  });

  it("shows what is no secret", () => {
    const frame = '[2,"1","StatusNotification",{"connectorId":1,"status":"Available","errorCode":"NoError"}]';
    expect(maskFrame(frame)).toBe(frame);
    expect(maskFrame('[2,"1","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]')).toContain('"60"');
    expect(maskFrame(`[2,"1","DataTransfer",{"data":"{\\"pin\\":\\"1\\",\\"a\\":1}"}]`)).toContain('\\"a\\":1');
  });

  it("masks any tag, whatever characters it has", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (tag) => {
        const masked = maskFrame(JSON.stringify([2, "1", "Authorize", { idTag: `${SECRET}${tag}` }]));
        expect(masked).toBe('[2,"1","Authorize",{"idTag":"***"}]');
      }),
    );
  });

  it("is masked in linear time however strange it is", () => {
    const parts = ["{", "}", '"', "\\", "a://", "a:", "x", "@", "?", '"idTag":', "password", '"vpn":{', "apn"];
    let slowest = 0;
    for (const a of parts)
      for (const b of ["", ...parts]) {
        const startedAt = performance.now();
        maskFrame((a + b).repeat(16_384).slice(0, 16_384));
        slowest = Math.max(slowest, performance.now() - startedAt);
      }
    // A quadratic pattern takes seconds here.
    expect(slowest).toBeLessThan(400);
  });
});
