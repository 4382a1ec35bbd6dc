// A variational autoencoder learns the digits before the reader's eyes: their clouds shrink and part, and digits come
// out of dice.

import { Random } from "../learning/random.js";
import { Training } from "../learning/training.js";
import { classMiddles } from "../network/digits.js";
import { PIXELS } from "../network/network.js";
import { ChoiceSlider, checkChoice } from "../parts/choice_slider.js";
import { drawClouds, drawPrior, drawThrown } from "../parts/clouds.js";
import { drawAxes, drawMiddles } from "../parts/code_dots.js";
import { Gliding } from "../parts/gliding.js";
import { LossCurve, LossCurves } from "../parts/loss_curve.js";
import { make, Picture, Plate } from "../parts/page_elements.js";
import { TrainingPanel } from "../parts/training_panel.js";

const BETAS = [0.03, 0.3, 1, 3, 10];
const MODEL = { kind: "dense-vae", inputSize: PIXELS, hidden: [128, 32], latentDim: 2 };
const VAE_RECIPE = { numEpochs: 18, batchSize: 64, lr: 1e-2, beta2: 0.95 }; // worth looking at after half a minute
const VAE_EPOCH = { name: "epoch", steps: Math.ceil(4000 / VAE_RECIPE.batchSize) };

const FROM_DICE = 10;
const SMALLEST_MAP = 3; // standard deviations of the prior from its middle to the edge of the map
const LEAST_KL = 0.1; // nats an image, below which a code says next to nothing; the curve does not follow it further down
const ALL_DIGITS = [...Array(10).keys()];

export async function vaeTraining(stage, { library, state }) {
  checkChoice("beta", state.get("beta"), BETAS);
  const digits = await library.digits();
  const order = new Random(0).permutation(digits.images.length); // sorted by digit, the nines would cover all others
  const [images, labels] = [digits.images, digits.labels].map((all) => Array.from(order, (index) => all[index]));
  const watch = { inputs: new Float32Array(images.length * PIXELS) };
  images.forEach((image, i) => watch.inputs.set(image, i * PIXELS));

  // Codes from the prior, always the same: what changes in the drawings is what the network has learned.
  const random = new Random(0);
  const thrown = Array.from({ length: FROM_DICE }, () => ({ z: [random.normal(), random.normal()], passes: true }));
  const drawings = thrown.map((_, i) => new Picture(`drawing ${i + 1} from the prior`));

  const map = new Plate(drawMap);
  const gliding = new Gliding(() => map.repaint());
  const slider = new ChoiceSlider({
    name: "beta", values: BETAS, value: state.get("beta"), onChange: (beta) => state.set({ beta }),
  });
  const panel = new TrainingPanel({
    job, show, inWords,
    seed: () => state.get("seed"),
    onSeed: (seed) => state.set({ seed }),
    curve: new LossCurves(
      new LossCurve({ label: "squared error", format: String, span: [20, 60], unit: VAE_EPOCH }),
      new LossCurve({
        label: "KL in nats", unit: VAE_EPOCH, span: [LEAST_KL, 10],
        format: (value) => (value === LEAST_KL ? `\u2264 ${value}` : String(value)),
      }),
    ),
    height: ({ error, kl }) => [error * PIXELS, Math.max(kl, LEAST_KL)],
    unit: VAE_EPOCH,
    atOnce: 1,
  });
  stage.append(
    slider.element,
    panel.controls,
    make("div", { class: "live-ten" }, ...drawings.map(({ element }) => element)),
    make("p", { class: "live-words live-caption" },
      "What the network draws from ten codes of the prior: the crosses on the map, which stay where they are."),
    make("div", { class: "live-scene" },
      make("div", { class: "live-map live-moving", role: "img", "aria-label": "map of the held-out digits' clouds" },
        map.element),
      make("div", { class: "live-aside" },
        panel.lines,
        panel.curve.element,
        make("p", { class: "live-words live-caption" },
          "Both curves are of held-out digits. On the map a dot is the middle of a digit's cloud; the ellipses are every ",
          "third digit's cloud, to two standard deviations. Thin circles: one and two of the prior."))),
  );

  let untrained = null;

  function jobWith(inputs) {
    const recipe = { ...VAE_RECIPE, klWeight: state.get("beta") };
    return { model: MODEL, inputs, recipe, seed: state.get("seed"), watch };
  }

  async function job() {
    panel.line.textContent = "Fetching the 4,000 digits for training \u2026";
    return jobWith(await library.trainingDigits().finally(() => (panel.line.textContent = "")));
  }

  /** The clouds before anything is learned. That needs no digits for training, which are fetched when the reader starts. */
  function showUntrained() {
    untrained?.end();
    const training = new Training({
      job: jobWith(watch.inputs),
      async onReport(report) {
        const decoded = await training.decode(thrown.flatMap(({ z }) => z));
        training.end();
        if (panel.report) return;
        showClouds(report);
        showDrawings(decoded);
        panel.line.textContent = `Not trained yet. ${inWords(report)}`;
      },
      onProblem: (sentence) => panel.fail(sentence),
    });
    untrained = training;
    training.restart();
  }

  function show(report) {
    showClouds(report);
    panel.decode(thrown.flatMap(({ z }) => z), showDrawings);
  }

  function showDrawings(decoded) {
    drawings.forEach((picture, i) => picture.show(decoded.subarray(i * PIXELS, (i + 1) * PIXELS)));
  }

  /** All that glides: of each cloud its middle and its standard deviations, of each digit the middle, and the reach. */
  function showClouds({ codes, logVariances }) {
    const ofCloud = (values, i) => [values[2 * i], values[2 * i + 1]];
    const places = images.map((_, i) => ofCloud(codes, i));
    const deviations = images.map((_, i) => ofCloud(logVariances, i).map((value) => Math.exp(value / 2)));
    const reach = Math.max(SMALLEST_MAP, ...codes.map(Math.abs));
    gliding.to([...places, ...deviations, ...classMiddles(labels, places), [reach]]);
  }

  function drawMap(context, side) {
    if (!gliding.places) return;
    const [n, [reach]] = [images.length, gliding.places.at(-1)];
    const [codes, deviations] = [gliding.places.slice(0, n), gliding.places.slice(n, 2 * n)];
    const middles = gliding.places.slice(2 * n, -1);
    const shared = { element: stage, reach, shown: ALL_DIGITS };
    context.clearRect(0, 0, side, side);
    drawAxes(context, side, stage);
    drawClouds(context, side, { ...shared, labels, codes, deviations });
    drawPrior(context, side, shared);
    drawMiddles(context, side, { ...shared, middles });
    drawThrown(context, side, { ...shared, thrown });
  }

  function inWords({ error, kl, step }) {
    const words = `Held-out digits: squared error ${(error * PIXELS).toFixed(1)} an image; KL ${kl.toFixed(1)} nats.`;
    if (step === 0 || kl >= LEAST_KL) return words;
    return `${words} All clouds have collapsed into the prior: a code says nothing of its digit.`;
  }

  function begin() {
    slider.set(state.get("beta"));
    if (panel.training) panel.restart();
    else showUntrained();
  }

  panel.curve.begin(VAE_RECIPE.numEpochs * VAE_EPOCH.steps);
  begin();
  state.onChange({ beta: begin, seed: begin });
  return {
    repaint() {
      [map, panel.curve, ...drawings].forEach((part) => part.repaint());
    },
    end() {
      untrained?.end();
      panel.end();
      gliding.end();
    },
  };
}
