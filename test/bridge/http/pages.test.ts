import { describe, expect, it } from "vitest";
import { diagnosticsReply, redact, secretsIn } from "../../../bridge/http/diagnostics.ts";
import { escape, html } from "../../../bridge/http/html.ts";
import { metricsReply } from "../../../bridge/http/metrics.ts";
import { setupRoutes, type SetupForm } from "../../../bridge/http/setup.ts";
import { statusPage } from "../../../bridge/http/status.ts";
import type { StatusModel } from "../../../bridge/http/status-model.ts";

const EVIL = `<img src=x onerror="alert('1')">\u0000`;
const model = (over: Partial<StatusModel> = {}): StatusModel => ({
  siteName: "Home",
  version: "1.0.0",
  startedAtMs: 0,
  nowMs: 3 * 86_400_000,
  timeZone: "UTC",
  needs: [],
  links: [],
  chargers: [],
  waiting: [],
  errors: [],
  checks: [],
  checkedAtMs: undefined,
  ...over,
});

describe("the status page", () => {
  it("escapes whatever a wallbox calls itself", () => {
    const page = statusPage(
      model({
        siteName: EVIL,
        needs: [{ text: EVIL, anchor: EVIL }],
        waiting: [{ icon: "lock", tone: "bad", name: EVIL, detail: EVIL, atMs: 0, snippet: EVIL }],
        errors: [{ title: EVIL, detail: EVIL, atMs: 0, count: 2 }],
        chargers: [
          {
            id: "a",
            name: EVIL,
            about: EVIL,
            heardAtMs: undefined,
            connected: false,
            state: { word: EVIL, icon: "bolt", tone: "good" },
            wantedA: undefined,
            acceptedA: undefined,
            observedA: undefined,
            maxA: 16,
            reason: EVIL,
            failSafe: { word: "x", icon: "shield-ok", tone: "good" },
          },
        ],
      }),
    ).body;
    expect(page).not.toContain("<img");
    expect(page).not.toContain("\u0000");
    expect(page).toContain("&lt;img src=x onerror=&quot;");
  });

  it("says unknown as a dash, never as 0", () => {
    const charger = {
      id: "a",
      name: "A",
      about: "OCPP",
      heardAtMs: undefined,
      connected: true,
      state: { word: "w", icon: "bolt" as const, tone: "good" as const },
      wantedA: 10,
      acceptedA: 6,
      observedA: undefined,
      maxA: 16,
      reason: "",
      failSafe: { word: "x", icon: "shield-ok" as const, tone: "good" as const },
    };
    const page = statusPage(model({ chargers: [charger] })).body;
    expect(page).toContain("<dd>–</dd>");
    expect(page).toContain('<dd class="off"');
    expect(page).toContain("Wanted 10 A, accepted 6 A, observed –, of 16 amperes");
  });

  it("counts what needs a person", () => {
    expect(statusPage(model()).body).toContain("No wallbox is configured yet");
    expect(statusPage(model({ needs: [{ text: "Garage: fault", anchor: "charger-a" }] })).body).toContain(
      "One thing needs you.",
    );
  });

  it("keeps links below Home Assistant's ingress path", () => {
    expect(statusPage(model(), "/api/hassio_ingress/x").body).toContain('href="/api/hassio_ingress/x/health"');
  });
});

describe("html", () => {
  it("escapes values and leaves markup", () => {
    expect(html`<b>${"<i>"}</b>${html`<u>${1}</u>`}${undefined}`.markup).toBe("<b>&lt;i&gt;</b><u>1</u>");
    expect(escape("a\nb\u001b")).toBe("a\nb\ufffd");
  });
});

describe("the diagnostics report", () => {
  it("hides what a secret's name holds, and known secrets wherever they turn up", () => {
    const config = {
      hass: { token: "tok-abcdef", url: "http://x" },
      chargers: [{ raw: { pin: "123456", password_file: "/etc/p", token: "" } }],
    };
    const report = diagnosticsReply(
      { config, wire: ["GET Bearer qwertzuiop", "AuthorizationKey tok-abcdef", "eyJhbGciOiJIUzI1.eyJ.sig"] },
      secretsIn(config),
    ).body;
    for (const secret of ["tok-abcdef", "123456", "qwertzuiop", "eyJhbGci"]) expect(report).not.toContain(secret);
    expect(report).toContain("/etc/p");
    expect(redact({ idTag: "TAG" }, [])).toEqual({ idTag: "***" });
  });
});

describe("metrics", () => {
  it("leave unknown figures out", () => {
    const { body } = metricsReply([
      {
        name: "a",
        help: "A.",
        type: "gauge",
        values: [{ labels: { charger: 'x"y' }, value: 1.5 }, { value: undefined }, { value: NaN }],
      },
      { name: "b", help: "B.", type: "gauge", values: [{ value: undefined }] },
    ]);
    expect(body).toBe('# HELP evse_bridge_a A.\n# TYPE evse_bridge_a gauge\nevse_bridge_a{charger="x\\"y"} 1.5\n');
  });
});

describe("the first page", () => {
  const saved: SetupForm[] = [];
  const [front, post] = setupRoutes({
    propose: async () => ["http://ha.local:8123"],
    save: async (form) => {
      if (form.token === "wrong") return { token: "The token was refused." };
      saved.push(form);
      return {};
    },
    addresses: (station) => [`ws://10.0.0.2:9000/${station}`],
  });
  const request = (body = "") => ({ query: new URLSearchParams(), body, ingressPath: "" });
  const sealOf = async () => /name="seal" value="([^"]+)"/.exec((await front!.handle(request())).body)![1]!;
  const fields = (seal: string, token: string) =>
    new URLSearchParams({
      seal,
      token,
      url: "http://ha",
      phases: "3",
      breaker: "25",
      name: "W",
      station: "CP-1",
      maximum: "16",
    }).toString();

  it("proposes what was found, saves what was checked and says what to type into the wallbox", async () => {
    expect((await front!.handle(request())).body).toContain("http://ha.local:8123");
    const reply = await post!.handle(request(fields(await sealOf(), "right")));
    expect(reply.status).toBe(200);
    expect(reply.body).toContain("ws://10.0.0.2:9000/CP-1");
    expect(saved).toHaveLength(1);
  });

  it("shows each complaint at its field and never the token again", async () => {
    const reply = await post!.handle(request(fields(await sealOf(), "wrong")));
    expect(reply.status).toBe(400);
    expect(reply.body).toContain("The token was refused.");
    expect(reply.body).not.toContain('value="wrong"');
  });

  it("takes no post that did not come from its own form", async () => {
    expect((await post!.handle(request(fields("guess", "right")))).status).toBe(403);
    expect((await post!.handle(request("seal="))).status).toBe(403);
    expect(saved).toHaveLength(1);
  });
});
