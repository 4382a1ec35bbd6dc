// One number for a swing: pictures of a pendulum go through a single number. A network learns it before the reader's eyes.

import { drawAngles, drawPendulum } from "../learning/pendulum.js";
import { meanSquaredError } from "../network/digits.js";
import { checkChoice, ChoiceSlider } from "../parts/choice_slider.js";
import { mapInSlices } from "../parts/library.js";
import { LossCurve } from "../parts/loss_curve.js";
import { make, Picture } from "../parts/page_elements.js";
import { RadioChoice } from "../parts/radio_choice.js";
import { SwingCloud } from "../parts/swing_cloud.js";
import { TrainingPanel } from "../parts/training_panel.js";
import { percent, signed } from "../parts/words.js";

const SWING_REACH = (40 * Math.PI) / 180;
const [SWINGS_LEARNED, SWINGS_HELD_OUT, SWINGS_SHOWN] = [1000, 300, 10];
const SWING_CHOICES = {
  links: [1, 2],
  latent_dim: [1, 2, 3],
  lr: [0.0001, 0.001, 0.01, 0.1, 1],
  hidden: [32, 64, 128, 256],
};

/** Pictures to learn from, others to be judged by, and the error of the one picture that is best for all. */
async function makeSwings(links) {
  const drawn = async (n, seed) => {
    const numbers = drawAngles({ n, links, reach: SWING_REACH, seed });
    const angles = Array.from({ length: n }, (_, i) => numbers.subarray(i * links, (i + 1) * links));
    angles.sort((a, b) => a[0] - b[0]);
    return { angles, pictures: await mapInSlices(angles, drawPendulum) };
  };
  const learned = await drawn(SWINGS_LEARNED, 0);
  const heldOut = await drawn(SWINGS_HELD_OUT, 1);
  const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = learned.pictures[0].map((_, pixel) => meanOf(learned.pictures.map((picture) => picture[pixel])));
  const meanError = meanOf(heldOut.pictures.map((picture) => meanSquaredError(picture, mean)));
  // Those that are shown come first, evenly from the leftmost to the rightmost.
  const isShown = (i) => i % (SWINGS_HELD_OUT / SWINGS_SHOWN) === SWINGS_HELD_OUT / SWINGS_SHOWN / 2;
  const order = [...heldOut.angles.keys()].sort((a, b) => isShown(b) - isShown(a) || a - b);
  return {
    inputs: joinPictures(learned.pictures),
    watched: joinPictures(order.map((i) => heldOut.pictures[i])),
    angles: order.map((i) => heldOut.angles[i]),
    shown: order.slice(0, SWINGS_SHOWN).map((i) => heldOut.pictures[i]),
    meanError,
  };
}

/** Pictures, one after the other. */
function joinPictures(pictures) {
  const all = new Float32Array(pictures.length * pictures[0].length);
  pictures.forEach((picture, i) => all.set(picture, i * picture.length));
  return all;
}

export async function oneNumber(stage, { state }) {
  for (const [name, values] of Object.entries(SWING_CHOICES)) checkChoice(name, state.get(name), values);
  const made = new Map(); // links -> a promise of their pictures
  let swings = null;
  let latentDim = 0; // of what is shown; 0 before anything is
  let place = [0.5, 0.5, 0.5]; // of what the reader draws, along each number of the code, from 0 to 1

  const originals = Array.from({ length: SWINGS_SHOWN }, () => new Picture());
  const again = Array.from({ length: SWINGS_SHOWN }, () => new Picture());
  const againWords = make("p", { class: "live-words live-caption" });
  const cloud = new SwingCloud(SWING_REACH);
  const cloudWords = make("p", { class: "live-words live-caption" });
  const drawn = new Picture("drawn from the number that you choose");
  drawn.element.classList.add("live-drawn");
  const numbers = place.map((_, axis) => {
    const input = make("input", {
      type: "range", class: "live-slider", min: "0", max: "1", step: "0.01", value: "0.5",
      input: () => {
        place = place.map((share, i) => (i === axis ? Number(input.value) : share));
        showPlace();
      },
    });
    const name = make("span", {}, "z");
    const value = make("span", { class: "live-value", "aria-hidden": "true" }); // no output: it changes all the time
    return { input, name, value, label: make("label", { class: "live-words live-slider-label" }, name, input, value) };
  });
  const sliderFor = (key, name) => {
    const onChange = (value) => state.set({ [key]: value });
    return new ChoiceSlider({ name, values: SWING_CHOICES[key], value: state.get(key), onChange });
  };
  const sliders = {
    latent_dim: sliderFor("latent_dim", "numbers in the code"),
    lr: sliderFor("lr", "learning rate"),
    hidden: sliderFor("hidden", "hidden width"),
  };
  const sticks = new RadioChoice({
    label: "pendulum",
    choices: [[1, "one stick"], [2, "two sticks"]],
    onChange: (links) => state.set({ links }),
  });
  const layers = make("p", { class: "live-words live-caption" });
  const marks = [{ value: 1, words: "the mean picture for all" }];
  const curve = new LossCurve({ label: "loss", format: percent, marks });
  const panel = new TrainingPanel({
    job: makeJob,
    seed: () => state.get("seed"),
    onSeed: (seed) => state.set({ seed }),
    show: showReport,
    inWords,
    curve,
    height: ({ loss }) => loss / swings.meanError,
  });
  stage.append(
    make("p", { class: "live-words live-caption" }, "pendulums that the network has not learned from"),
    make("div", { class: "live-ten" }, ...originals.map(({ element }) => element)),
    againWords,
    make("div", { class: "live-ten" }, ...again.map(({ element }) => element)),
    panel.controls,
    panel.lines,
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" }, cloud.element, cloudWords),
      make("div", { class: "live-column" },
        drawn.element,
        make("p", { class: "live-words live-caption" }, "Move the number, and the decoder draws."),
        ...numbers.map(({ label }) => label))),
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" }, curve.element),
      make("div", { class: "live-column live-settings" },
        ...[...Object.values(sliders), sticks].map(({ element }) => element),
        layers)),
  );

  async function makeJob() {
    const [links, size, hidden] = ["links", "latent_dim", "hidden"].map((name) => state.get(name));
    if (!made.has(links)) made.set(links, makeSwings(links));
    swings = await made.get(links);
    const watch = { inputs: swings.watched, decoded: SWINGS_SHOWN };
    if (links === 1) watch.values = swings.angles.map(([angle]) => angle);
    return {
      model: { kind: "dense", inputSize: 784, hidden: [hidden, hidden / 4], latentDim: size, activation: "elu" },
      inputs: swings.inputs,
      recipe: { numEpochs: 40, batchSize: 50, lr: state.get("lr") },
      seed: state.get("seed"),
      watch,
    };
  }

  function showReport({ codes, decoded }) {
    const { angles, shown } = swings;
    latentDim = codes.length / angles.length;
    shown.forEach((picture, i) => {
      const degrees = Array.from(angles[i], (angle) => `${signed((angle * 180) / Math.PI, 0)}°`).join(" and ");
      originals[i].show(picture, `held-out pendulum at ${degrees}`);
      again[i].show(decoded.subarray(784 * i, 784 * (i + 1)), `the same, drawn again from ${countOf(latentDim)}`);
    });
    cloud.show(angles.map((_, i) => codes.subarray(i * latentDim, (i + 1) * latentDim)), angles);
    showPlace();
  }

  /** The decoder draws what the reader's numbers stand for. */
  function showPlace() {
    numbers.forEach(({ label }, axis) => (label.hidden = axis >= Math.max(latentDim, 1)));
    if (latentDim === 0) return;
    const z = cloud.ranges.map(([low, high], axis) => low + place[axis] * (high - low));
    numbers.slice(0, latentDim).forEach(({ input, name, value }, axis) => {
      name.textContent = latentDim === 1 ? "z" : `z${"\u2081\u2082\u2083"[axis]}`;
      value.textContent = signed(z[axis]);
      input.setAttribute("aria-valuetext", signed(z[axis]));
    });
    cloud.mark(z);
    panel.decode(z, (picture) => drawn.show(picture));
  }

  function inWords({ error, score, isFinished }) {
    const share = percent(error / swings.meanError);
    const words = [`Error on ${SWINGS_HELD_OUT} held-out pictures: ${share} of the mean picture's.`];
    if (score !== null) {
      words.push(`Rank correlation of code and angle: ${signed(score)}.`);
      if (Math.abs(score) > 0.99) words.push("The codes stand in the order of the angles.");
      else if (isFinished) words.push("The codes are not in the order of the angles: the line is torn or folded.");
    }
    if (swings.angles[0].length === 2) words.push("Two sticks have two angles, so there is no single order to score.");
    return words.join(" ");
  }

  function countOf(size) {
    return `${size} ${size === 1 ? "number" : "numbers"}`;
  }

  function showChoices() {
    const [links, size, hidden] = ["links", "latent_dim", "hidden"].map((name) => state.get(name));
    for (const [key, slider] of Object.entries(sliders)) slider.set(state.get(key));
    sticks.set(links);
    againWords.textContent = `drawn again from ${countOf(size)}`;
    cloudWords.textContent =
      size === 1
        ? `Each small pendulum: the number it becomes, against its ${links === 1 ? "true" : "upper"} angle.`
        : `Each small pendulum: at its ${size} numbers, in the colour of its ${links === 1 ? "" : "upper "}angle.`;
    layers.replaceChildren(
      `784 pixels \u2192 ${hidden} \u2192 ${hidden / 4} \u2192 `,
      make("strong", {}, countOf(size)),
      ` \u2192 ${hidden / 4} \u2192 ${hidden} \u2192 784 pixels`,
    );
  }

  showChoices();
  showPlace();
  panel.restart(false);
  const change = () => {
    showChoices();
    panel.restart();
  };
  state.onChange({ links: change, latent_dim: change, lr: change, hidden: change, seed: change });
  return {
    repaint() {
      [...originals, ...again, cloud, drawn, curve].forEach((part) => part.repaint());
    },
    end: () => panel.end(),
  };
}
