/** Controls of the simulated house. */

const $ = (id) => document.getElementById(id);
const watts = (value) => (Math.abs(value) < 1000 ? `${Math.round(value)} W` : `${(value / 1000).toFixed(1)} kW`);
const POLL_MS = 1000;

async function ask(wish) {
  const answer = await fetch("/demo/world", {
    ...(wish === undefined ? {} : { method: "POST", body: JSON.stringify(wish) }),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

function showCars(cars) {
  const list = $("cars");
  if (list.children.length !== cars.length)
    list.replaceChildren(
      ...cars.map((car) => {
        const item = document.createElement("li");
        const label = document.createElement("label");
        const box = document.createElement("input");
        box.type = "checkbox";
        box.dataset.car = car.id;
        box.addEventListener("change", () => wish({ plugs: { [car.id]: box.checked } }));
        const words = document.createElement("span");
        const note = document.createElement("small");
        words.append(car.name, note);
        label.append(box, words);
        item.append(label);
        return item;
      }),
    );
  cars.forEach((car, i) => {
    const item = list.children[i];
    item.querySelector("input").checked = car.plugged;
    const battery = car.plugged && car.socPct !== null ? ` · car at ${car.socPct} %` : "";
    item.querySelector("small").textContent = `${car.speaks}${battery}`;
  });
}

const SLIDERS = {
  sun: { of: (view) => Math.round((view.sun ?? 0) * 100), wish: (value) => ({ sun: value / 100 }) },
  load: { of: (view) => view.loadW, wish: (value) => ({ loadW: value }) },
  battery: { of: (view) => view.batteryPct, wish: (value) => ({ batteryPct: value }) },
};
const held = new Set();

function show(view) {
  $("world").hidden = false;
  for (const [id, slider] of Object.entries(SLIDERS)) if (!held.has(id)) $(id).value = String(slider.of(view));
  $("sun-value").textContent = watts(view.solarW);
  $("load-value").textContent = `+ ${watts(view.loadW)}`;
  const flow =
    view.batteryW > 20
      ? `gives ${watts(view.batteryW)}`
      : view.batteryW < -20
        ? `takes ${watts(-view.batteryW)}`
        : "rests";
  $("battery-value").textContent = `${view.batteryPct} %, ${flow}`;
  $("grid").textContent = view.gridW >= 0 ? `takes ${watts(view.gridW)}` : `gives ${watts(-view.gridW)}`;
  const minutes = Math.floor(view.hour * 60);
  $("hour").textContent =
    `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  showCars(view.cars);
}

function wish(change) {
  ask(change).then(show, () => undefined);
}

export function startWorld() {
  for (const [id, slider] of Object.entries(SLIDERS)) {
    const input = $(id);
    input.addEventListener("pointerdown", () => held.add(id));
    input.addEventListener("input", () => wish(slider.wish(Number(input.value))));
    input.addEventListener("change", () => held.delete(id));
  }
  const poll = () =>
    ask()
      .then(show, () => undefined)
      .finally(() => setTimeout(poll, POLL_MS));
  void poll();
}
