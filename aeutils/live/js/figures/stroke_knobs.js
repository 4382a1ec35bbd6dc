// Knobs for the pen stroke: steps along directions of the code, and what the measures say of the drawing.

import { nearest, vote } from "../network/digits.js";
import { centred, fitWeights } from "../network/least_squares.js";
import { measureStroke } from "../network/stroke_measures.js";
import { labelled, make, Picture } from "../parts/page_elements.js";
import { VOTERS } from "../parts/place.js";
import { SizeSlider } from "../parts/size_slider.js";
import { signed, voteText } from "../parts/words.js";

const KNOBS = {
  slant: { most: 24, step: 2, decimals: 0, unit: "\u00b0" },
  thickness: { most: 1.2, step: 0.1, decimals: 1, unit: " px" },
  bend: { most: 0.2, step: 0.02, decimals: 2, unit: "" },
};
const OUTERMOST = 0.99; // no network gives a number beyond it

export async function strokeKnobs(stage, { library, state }) {
  const [digits, strokes] = await Promise.all([
    library.digits(), library.strokes(), library.network(state.get("latent_dim")), // a size that there is not ends here
  ]);
  const { labels, images } = digits;
  check();
  let loaded = null; // a network, its codes and its directions
  const directions = new Map();
  const names = Object.keys(KNOBS);

  const picks = Array.from({ length: 10 }, (_, digit) => make("button", {
    type: "button", class: "live-button", "aria-label": `a ${digit}; again for another`, click: () => pick(digit),
  }, String(digit)));
  const drawn = new Picture("drawn digit");
  const before = new Picture();
  drawn.element.classList.add("live-large");
  const knobs = names.map((name) => {
    const { most, step } = KNOBS[name];
    const input = make("input", {
      type: "range", class: "live-slider", min: String(-most), max: String(most), step: String(step),
      input: () => state.set({ [name]: Number(input.value) }),
    });
    const asked = make("output", { class: "live-value" });
    const found = make("p", { class: "live-words live-caption" });
    const element = make("div", {},
      make("label", { class: "live-words live-slider-label" }, make("span", {}, name), input, asked), found);
    return { name, input, asked, found, element };
  });
  const back = make("button", {
    type: "button", class: "live-button", click: () => state.set({ slant: 0, thickness: 0, bend: 0 }),
  }, "all knobs to 0");
  const sizes = new SizeSlider(library.sizes, state.get("latent_dim"), (size) => state.set({ latent_dim: size }));
  const line = make("p", { class: "live-words", role: "status" });
  stage.append(
    make("div", { class: "live-row live-picks live-knob-picks", role: "group", "aria-label": "which digit" }, ...picks),
    make("div", { class: "live-knobs" },
      make("div", {}, drawn.element),
      make("div", {},
        make("div", {}, ...knobs.map(({ element }) => element)),
        make("div", { class: "live-row live-apart" }, back, labelled(before, "knobs at 0")))),
    sizes.element,
    line,
  );

  function check() {
    if (!images[state.get("chosen")]) throw new Error(`There is no held-out digit ${JSON.stringify(state.get("chosen"))}.`);
    for (const [name, { most }] of Object.entries(KNOBS)) {
      const amount = state.get(name);
      if (!Number.isFinite(amount) || Math.abs(amount) > most) {
        throw new Error(`${name} is ${JSON.stringify(amount)}; wanted a number from ${-most} to ${most}.`);
      }
    }
  }

  /** The next held-out digit of this kind, after the one that is shown. */
  function pick(digit) {
    const own = [...images.keys()].filter((index) => labels[index] === digit);
    state.set({ chosen: own.find((index) => index > state.get("chosen")) ?? own[0] });
  }

  /** For each knob the step of the code that should raise its measure by 1: w / |w|^2, fitted inside the digits. */
  function stepsOf(codes) {
    const measures = codes.map((_, i) => names.map((name) => strokes[name][i]));
    const weights = fitWeights(centred(codes.map((z) => Array.from(z)), labels), centred(measures, labels)); // (K, knobs)
    return names.map((_, k) => {
      const w = weights.map((row) => row[k]);
      const square = w.reduce((sum, value) => sum + value * value, 0);
      return w.map((value) => value / square);
    });
  }

  async function showSize() {
    const size = state.get("latent_dim");
    sizes.set(size);
    stage.setAttribute("aria-busy", "true");
    try {
      const [network, codes] = await Promise.all([library.network(size), library.codes(size)]);
      if (state.get("latent_dim") !== size) return; // the reader has moved on meanwhile
      if (!directions.has(size)) directions.set(size, stepsOf(codes));
      loaded = { network, codes, steps: directions.get(size) };
    } catch (error) {
      if (state.get("latent_dim") === size) line.textContent = `This size cannot be shown. ${error.message}`;
      stage.removeAttribute("aria-busy");
      return;
    }
    stage.removeAttribute("aria-busy");
    showDrawing();
  }

  function showDrawing() {
    check();
    if (!loaded) return;
    const { network, codes, steps } = loaded;
    const chosen = state.get("chosen");
    const amounts = names.map((name) => state.get(name));
    picks.forEach((one, digit) => one.setAttribute("aria-pressed", String(labels[chosen] === digit)));
    const moved = Array.from(codes[chosen], (value, axis) => {
      const sum = amounts.reduce((total, amount, k) => total + amount * steps[k][axis], value);
      return Math.max(-OUTERMOST, Math.min(OUTERMOST, sum));
    });
    const [at0, now] = [network.decode(codes[chosen]), network.decode(moved)];
    before.show(at0, `a ${labels[chosen]}, drawn again, all knobs at 0`);
    drawn.show(now, `a ${labels[chosen]}, drawn with the knobs turned`);
    const [was, is] = [measureStroke(at0), measureStroke(now)];
    const said = knobs.map(({ name, input, asked, found }, k) => {
      const { decimals, unit } = KNOBS[name];
      const text = (value) => `${value.toFixed(decimals + 1).replace("-", "\u2212")}${unit}`;
      input.value = String(amounts[k]);
      asked.textContent = `${signed(amounts[k], decimals)}${unit}`;
      input.setAttribute("aria-valuetext", `${asked.textContent} asked for`);
      if (!was || !is) return (found.textContent = "nothing to measure");
      const change = `${signed(is[name] - was[name], decimals + 1)}${unit}`;
      found.textContent = `measured: ${text(was[name])} before, ${text(is[name])} now: ${change}`;
      return `${name} ${change}`;
    });
    const around = voteText(vote(labels, nearest(codes, moved, VOTERS)));
    line.textContent = `Measured change: ${said.join(", ")}. The ten held-out digits nearest to this code: ${around}.`;
  }

  await showSize();
  state.onChange({
    latent_dim: showSize, chosen: showDrawing, slant: showDrawing, thickness: showDrawing, bend: showDrawing,
  });
  return {
    repaint() {
      [drawn, before].forEach((part) => part.repaint());
    },
  };
}
