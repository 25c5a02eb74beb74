/** A page that has no `ha-card`: the demo's, or a Home Assistant that renames it one day. The card then draws its own box. */
import { expect } from "@open-wc/testing";
import { violations } from "./axe.ts";
import { House } from "./house.ts";
import { clean, mount } from "./page.ts";

describe("without Home Assistant's own card element", function () {
  this.timeout(20_000);
  before(() => {
    document.documentElement.lang = "en";
  });
  afterEach(clean);

  for (const layout of ["full", "compact", "features", "site"]) {
    it(`${layout} is a box with background, border and round corners, and accessible`, async () => {
      expect(customElements.get("ha-card")).to.equal(undefined);
      const card = await mount(House.garage(), { layout });
      const box = card.find(".evse");
      const style = getComputedStyle(box);
      expect(style.display).to.equal("block");
      expect(style.backgroundColor).to.equal("rgb(255, 255, 255)");
      expect(style.borderTopWidth).to.equal("1px");
      expect(style.borderTopLeftRadius).to.equal("12px");
      expect(box.getBoundingClientRect().width).to.equal(400);
      expect(await violations(card)).to.deep.equal([]);
    });
  }

  it("its controls work, and it asks with a dialog of its own", async () => {
    const card = await mount(House.garage());
    card.all(".actions button")[0]?.click();
    card.all("[role=radio]")[0]?.click();
    expect(card.house.calls.map(({ service }) => service)).to.deep.equal(["press", "select_option"]);
    clean();
    const fault = await mount(House.garage({ status: "faulted", reason: ["fault", { code: "GroundFailure" }] }));
    fault.all(".actions button")[0]?.click();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fault.find<HTMLDialogElement>("dialog").open).to.equal(true);
    expect(fault.text("dialog")).to.contain("The running session ends.");
    expect(fault.house.calls).to.deep.equal([]);
  });
});
