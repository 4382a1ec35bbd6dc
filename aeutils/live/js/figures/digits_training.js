// The network learns the digits before the reader's eyes: from a random map to one where digits keep to their own kind.

import { Training } from "../learning/training.js";
import { DenseNetwork } from "../network/dense_network.js";
import { classMiddles, firstOfEach } from "../network/digits.js";
import { Network, PIXELS } from "../network/network.js";
import { checkChoice } from "../parts/choice_slider.js";
import { drawCodeDots } from "../parts/code_dots.js";
import { Gliding } from "../parts/gliding.js";
import { LossCurve } from "../parts/loss_curve.js";
import { OwnNetworkLine } from "../parts/own_network.js";
import { make, Picture, Plate } from "../parts/page_elements.js";
import { RadioChoice } from "../parts/radio_choice.js";
import { TrainingPanel } from "../parts/training_panel.js";

const NETWORKS = {
  conv: {
    words: "the article's network, of convolutions",
    model: { kind: "conv", latentDim: 2 },
    lr: 1e-2,
    read: (bytes) => new Network(bytes, 2),
  },
  dense: {
    words: "dense layers of 784, 128, 32 and 2: quicker",
    model: { kind: "dense", inputSize: 784, hidden: [128, 32], latentDim: 2 },
    lr: 5e-3,
    read: (bytes, reach) => new DenseNetwork(bytes, reach),
  },
};
const DIGITS_RECIPE = { numEpochs: 18, batchSize: 64, beta2: 0.95 }; // a map worth looking at after half a minute
const EPOCH = { name: "epoch", steps: Math.ceil(4000 / DIGITS_RECIPE.batchSize) };

const SMALL = 0.3; // codes that spread less than this, either way, are looked at through a magnifying glass
const EVERY_DIGIT = [...Array(10).keys()];

/** "58 %" */
const inPercent = (share) => `${Math.round(100 * share)} %`;

/** How far a square must reach for all codes to lie in it; those of the article's network lie in the one to 1. */
function reachOf(codes) {
  return Math.max(1, ...codes.map(Math.abs));
}

/** What of the plane is shown: the square to 1, or a larger one; a small one, where all codes lie close together. */
function frameOf(codes) {
  const ranges = [0, 1].map((axis) => {
    const values = codes.filter((_, i) => i % 2 === axis);
    return [Math.min(...values), Math.max(...values)];
  });
  const half = Math.max(...ranges.map(([low, high]) => high - low)) / 2;
  if (half > SMALL) return { middle: [0, 0], half: reachOf(codes) };
  return { middle: ranges.map(([low, high]) => (low + high) / 2), half: half || 1 };
}

export async function digitsTraining(stage, { library, state }) {
  checkChoice("network", state.get("network"), Object.keys(NETWORKS));
  const [digits, sweep] = await Promise.all([library.digits(), library.sweep()]);
  const ten = firstOfEach(digits.labels);
  // The ten come first, because the first ones are what a report draws again.
  const order = [...ten, ...Array.from(digits.labels.keys()).filter((index) => !ten.includes(index))];
  const labels = order.map((index) => digits.labels[index]);
  const watch = { inputs: new Float32Array(order.length * PIXELS), labels, decoded: ten.length };
  order.forEach((index, i) => watch.inputs.set(digits.images[index], i * PIXELS));

  const map = new Plate(drawMap);
  const gliding = new Gliding(() => map.repaint());
  const originals = ten.map((index) => new Picture(`the original, a ${digits.labels[index]}`));
  const again = ten.map((index) => new Picture(`the ${digits.labels[index]}, drawn again`));
  const votes = make("strong", { class: "live-votes" });
  const mapAttributes = { class: "live-map live-moving", role: "img", "aria-label": "map of the held-out digits" };
  const errorOf = (curve) => curve.find(({ latent_dim: size }) => size === 2).mse;
  const panel = new TrainingPanel({
    job, show, inWords,
    seed: () => state.get("seed"),
    onSeed: (seed) => state.set({ seed }),
    curve: new LossCurve({
      label: "loss",
      format: String,
      marks: [
        { value: errorOf(sweep.pca), words: "PCA" },
        { value: errorOf(sweep.network), words: "network, 55,000 digits" },
      ],
      span: [0.035, 0.2],
      unit: EPOCH,
    }),
    unit: EPOCH,
    atOnce: 1,
    onChange: refresh,
  });
  const networks = new RadioChoice({
    label: "network",
    choices: Object.entries(NETWORKS).map(([network, { words }]) => [network, words]),
    onChange: (network) => state.set({ network }),
  });
  const useButton = make("button", { type: "button", class: "live-button", click: useOwn }, "Use my network");
  const ownLine = new OwnNetworkLine(library);
  stage.append(
    networks.element,
    panel.controls,
    make("div", { class: "live-scene" },
      make("div", mapAttributes, map.element),
      make("div", { class: "live-aside" },
        make("p", { class: "live-words", "aria-hidden": "true" }, votes, " of the votes are right"),
        panel.lines,
        panel.curve.element,
        make("p", { class: "live-words live-caption" },
          "A vote: the ten nearest on the map say which digit one is. Dashed: errors on test images, of PCA and of ",
          "the article's network after 55,000 digits."))),
    make("div", { class: "live-ten live-redrawn" },
      ...originals.map(({ element }) => element),
      ...again.map(({ element }) => element)),
    make("p", { class: "live-words live-caption" },
      "Top: ten digits that the network never learns from; below: what it draws from its two numbers for each."),
  );
  const users = figuresThatCanUse();
  if (users) {
    const words = make("span", { class: "live-words" }, users);
    stage.append(make("div", { class: "live-row live-use" }, useButton, words), ownLine.element);
  }
  ten.forEach((index, i) => originals[i].show(digits.images[index]));

  let untrained = null;

  function jobWith(inputs) {
    const { model, lr } = NETWORKS[state.get("network")];
    return { model, inputs, recipe: { ...DIGITS_RECIPE, lr }, seed: state.get("seed"), watch };
  }

  async function job() {
    panel.line.textContent = "Fetching the 4,000 digits for training \u2026";
    return jobWith(await library.trainingDigits().finally(() => (panel.line.textContent = "")));
  }

  /** The map before anything is learned. It needs no digits for training, which are fetched when the reader starts. */
  function showUntrained() {
    untrained?.end();
    untrained = new Training({
      job: jobWith(watch.inputs),
      onReport(report) {
        untrained.end();
        if (panel.report) return;
        show(report);
        votes.textContent = inPercent(report.score);
        panel.line.textContent = `Not trained yet. ${inWords(report)}`;
      },
      onProblem: (sentence) => panel.fail(sentence),
    });
    untrained.restart();
  }

  function show({ codes, decoded }) {
    const { middle, half } = frameOf(codes);
    const places = labels.map((_, i) => [0, 1].map((axis) => (codes[2 * i + axis] - middle[axis]) / half));
    gliding.to([...places, ...classMiddles(labels, places)]);
    again.forEach((picture, i) => picture.show(decoded.subarray(i * PIXELS, (i + 1) * PIXELS)));
  }

  function inWords({ codes, error, score }) {
    const { half } = frameOf(codes);
    const words = [`Held-out digits: mean squared error ${error.toFixed(4)} a pixel;`];
    words.push(`for ${inPercent(score)} the ten nearest vote for the right digit.`);
    if (half < SMALL) words.push(`All codes lie close together: the map is enlarged ${Math.round(1 / half)} times.`);
    return words.join(" ");
  }

  function drawMap(context, side) {
    if (!gliding.places) return;
    const codes = gliding.places.slice(0, labels.length);
    const middles = gliding.places.slice(labels.length);
    drawCodeDots(context, side, { element: stage, labels, codes, middles, shown: EVERY_DIGIT });
  }

  /** Also where the reader wants no motion, and the map waits for a pause. */
  function refresh() {
    const { report, isRunning, hasFailed } = panel;
    if (report) votes.textContent = inPercent(report.score);
    useButton.disabled = !report?.step || report.isRunning || isRunning || hasFailed;
  }

  async function useOwn() {
    const { training, report } = panel;
    const { model, seed } = training.job;
    const network = NETWORKS[model.kind].read(await training.save(), reachOf(report.codes));
    const epochs = Number((report.step / report.stepsPerEpoch).toFixed(1));
    library.useOwn({
      network,
      words: `Your network is in use on this page: ${epochs} ${epochs === 1 ? "epoch" : "epochs"} from seed ${seed}.`,
    });
  }

  function begin() {
    networks.set(state.get("network"));
    if (panel.training) panel.restart();
    else showUntrained();
  }

  panel.curve.begin(DIGITS_RECIPE.numEpochs * EPOCH.steps);
  begin();
  refresh();
  ownLine.show(2);
  library.onOwn(() => ownLine.show(2));
  state.onChange({ network: begin, seed: begin });
  return {
    repaint() {
      [map, panel.curve, ...originals, ...again].forEach((part) => part.repaint());
    },
    end() {
      untrained?.end();
      panel.end();
      gliding.end();
    },
  };
}

/** What else on this page can show a network that was trained here, in words; "" where there is nothing. */
function figuresThatCanUse() {
  const names = Object.entries({ "latent-map": "the map", "draw-digit": "the drawing" })
    .filter(([figure]) => document.querySelector(`.aeutils-live[data-figure="${figure}"]`))
    .map(([, words]) => words);
  return names.length && `It then draws in ${names.join(" and ")} on this page.`;
}
