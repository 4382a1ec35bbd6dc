// The Swiss roll, and inside it the surface that a network decodes: it bends while the network trains.

import { makeSwissRoll } from "../learning/swiss_roll.js";
import { checkChoice, ChoiceSlider } from "../parts/choice_slider.js";
import { drawDot, drawName, drawRing } from "../parts/code_dots.js";
import { drawPiece, surfaceGrid } from "../parts/decoded_surface.js";
import { LossCurve } from "../parts/loss_curve.js";
import { make, Plate } from "../parts/page_elements.js";
import { RadioChoice } from "../parts/radio_choice.js";
import { bounds, drawRollDots, isFlat, isFolded, layOn, lengthColors, sectionsOf } from "../parts/roll_dots.js";
import { checkAngles, SpaceView } from "../parts/space_view.js";
import { TrainingPanel } from "../parts/training_panel.js";
import { percent, signed } from "../parts/words.js";

const ROLL_CHOICES = { linear: [false, true], geodesic: [false, true], latent_dim: [1, 2, 3], noise: [0, 0.5, 1] };
const [POINTS_LEARNED, POINTS_JUDGED] = [2000, 700]; // of those that it learns from, as many are drawn
const JUDGED_SEED = 1000; // far from those of the rolls that it learns from
const LINEAR_PACE = 250; // steps per second: a linear network would be done before anybody saw it move

/** One array of numbers as a list of points. */
function pointsOf(numbers, width) {
  const point = (_, i) => Array.from(numbers.subarray(i * width, (i + 1) * width));
  return Array.from({ length: numbers.length / width }, point);
}

export async function rollTraining(stage, { state }) {
  for (const [name, values] of Object.entries(ROLL_CHOICES)) checkChoice(name, state.get(name), values);
  checkAngles(state.get("azim"), state.get("elev"));
  const judged = makeSwissRoll({ n: POINTS_JUDGED, seed: JUDGED_SEED });
  const sheet = pointsOf(judged.sheet, 2);
  const sections = sectionsOf(sheet);
  let learned = null; // points drawn, and their sections
  let codes = null; // of all judged points
  let laid = null; // the same, of two numbers, laid on the sheet
  let surface = null; // pieces and decoded nodes
  let again = null; // what the network makes of the first judged points

  const angles = () => ({ azim: state.get("azim"), elev: state.get("elev") });
  const onTurn = (turned) => state.set(turned);
  const view = new SpaceView({
    label: "The Swiss roll, and inside it the surface that the network decodes. Arrow keys turn it.",
    reach: 1.7, angles, onTurn, draw: drawRoll,
  });
  const plane = new Plate(drawCodes);
  const planeFrame = make("div", { class: "live-codes" }, plane.element);
  const space = new SpaceView({
    label: "The codes of three numbers. Arrow keys turn them.", reach: 1.9, angles, onTurn, draw: drawCodesInSpace,
  });
  const rollWords = make("p", { class: "live-words live-caption" });
  const mapWords = make("p", { class: "live-words live-caption" });
  const verdicts = [make("p", { class: "live-words live-verdict" }), make("p", { class: "live-words live-verdict" })];
  const choose = (key) => (value) => state.set({ [key]: value });
  const sliderFor = (key, name) =>
    new ChoiceSlider({ name, values: ROLL_CHOICES[key], value: state.get(key), onChange: choose(key) });
  const choices = {
    linear: new RadioChoice({
      label: "network",
      choices: [[false, "network with bends: two hidden layers of 64"], [true, "linear network, slowed down"]],
      onChange: choose("linear"),
    }),
    geodesic: new RadioChoice({
      label: "loss",
      choices: [[false, "loss: squared error"], [true, "loss: squared error and geodesic distances"]],
      onChange: choose("geodesic"),
    }),
    latent_dim: sliderFor("latent_dim", "numbers in the code"),
    noise: sliderFor("noise", "noise"),
  };
  const curve = new LossCurve({ label: "loss", format: (value) => String(Number(value.toPrecision(1))) });
  const panel = new TrainingPanel({
    job: makeJob, seed: () => state.get("seed"), onSeed: choose("seed"), show: showReport, inWords, curve,
  });
  stage.append(
    panel.controls,
    panel.lines,
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" }, view.element, rollWords),
      make("div", { class: "live-column" }, planeFrame, space.element, mapWords, ...verdicts)),
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" }, curve.element),
      make("div", { class: "live-column live-settings" }, ...Object.values(choices).map(({ element }) => element))),
  );

  function makeJob() {
    const roll = makeSwissRoll({ n: POINTS_LEARNED, noise: state.get("noise"), seed: state.get("seed") });
    const points = pointsOf(roll.points, 3).slice(0, POINTS_JUDGED);
    learned = { points, sections: sectionsOf(pointsOf(roll.sheet, 2)) };
    view.plate.repaint();
    return {
      model: {
        kind: "dense", inputSize: 3, latentDim: state.get("latent_dim"), hidden: state.get("linear") ? [] : [64, 64],
        activation: "elu",
      },
      inputs: roll.points,
      recipe: { numEpochs: 125, batchSize: 128, lr: 0.01, geodesicWeight: state.get("geodesic") ? 1 : 0 },
      seed: state.get("seed"),
      stepsPerSecond: state.get("linear") ? LINEAR_PACE : Infinity,
      watch: { inputs: judged.points, decoded: POINTS_JUDGED, sheet: judged.sheet },
    };
  }

  function showReport(report) {
    codes = pointsOf(report.codes, report.codes.length / POINTS_JUDGED);
    laid = codes[0].length === 2 ? layOn(codes, sheet) : null;
    planeFrame.hidden = codes[0].length === 3;
    space.element.hidden = codes[0].length !== 3;
    [plane, space.plate].forEach((plate) => plate.repaint());
    showVerdicts(report.score);
    again = pointsOf(report.decoded, 3);
    if (codes[0].length === 3) {
      surface = null;
      view.plate.repaint();
      return;
    }
    const { nodes, pieces } = surfaceGrid(codes);
    panel.decode(nodes.flat(), (decoded) => {
      surface = { pieces, nodes: pointsOf(decoded, 3) };
      view.plate.repaint();
    });
  }

  function showVerdicts({ farNeighbours, distanceCorrelation }) {
    const far = `${percent(farNeighbours)} of the ten nearest codes belong to points far apart on the sheet.`;
    const alike = `distances between codes and on the sheet have a correlation of ${signed(distanceCorrelation)}.`;
    const answer = (line, question, isSo, why) =>
      line.replaceChildren(make("strong", {}, `${question} ${isSo ? "Yes" : "No"}`), `: ${why}`);
    answer(verdicts[0], "Torn or folded?", isFolded(farNeighbours), far);
    answer(verdicts[1], "Flat?", isFlat(distanceCorrelation), alike);
  }

  function drawRoll(context) {
    if (learned === null) return;
    const colors = lengthColors(stage);
    const things = learned.points.map((point, i) => {
      const at = view.project(point);
      return { depth: at[2], draw: () => drawDot(context, at, surface ? 1.7 : 2.4, colors[learned.sections[i]]) };
    });
    if (surface) {
      const places = surface.nodes.map((node) => view.project(node));
      for (const { corners, nearest } of surface.pieces) {
        const outline = corners.map((corner) => places[corner]);
        const depth = outline.reduce((sum, [, , away]) => sum + away, 0) / outline.length;
        things.push({ depth, draw: () => drawPiece(context, outline, colors[sections[nearest]]) });
      }
    } else if (again) {
      again.forEach((point, i) => {
        const at = view.project(point);
        const draw = () => {
          context.strokeStyle = colors[sections[i]];
          drawRing(context, at, 4, 1);
        };
        things.push({ depth: at[2], draw });
      });
    }
    things.sort((a, b) => a.depth - b.depth).forEach(({ draw }) => draw());
  }

  /** Two numbers: laid on the sheet. One: against the length of the sheet. */
  function drawCodes(context, width, height) {
    context.clearRect(0, 0, width, height);
    if (codes === null || codes[0].length === 3) return;
    const shown = laid ?? codes.map(([z], i) => [sheet[i][0], z]);
    const [[left, right], [low, high]] = bounds(laid ? [...sheet, ...laid] : shown);
    let scales = [(width - 24) / (right - left), (height - 24) / (high - low || 1)];
    if (laid) scales = [Math.min(...scales), Math.min(...scales)]; // lengths keep their ratios
    else drawName(context, "z", [12, 12], stage);
    const places = shown.map(([x, y], index) => ({
      index,
      at: [width / 2 + (x - (left + right) / 2) * scales[0], height / 2 - (y - (low + high) / 2) * scales[1]],
    }));
    drawRollDots(context, places, { sections, element: stage, side: width });
  }

  function drawCodesInSpace(context) {
    if (codes === null || codes[0].length !== 3) return;
    const middles = [0, 1, 2].map((axis) => codes.reduce((sum, code) => sum + code[axis], 0) / codes.length);
    const centred = codes.map((code) => code.map((z, axis) => z - middles[axis]));
    const spread = Math.sqrt(centred.flat().reduce((sum, z) => sum + z * z, 0) / (3 * codes.length));
    const places = centred.map((code) => code.map((z) => z / (spread || 1)));
    drawRollDots(context, space.inDepthOrder(places), { sections, element: stage, side: space.size[0] });
  }

  function inWords({ error, step, isRunning }) {
    if (step === 0 && isRunning && state.get("geodesic")) return "First the distances along the roll are measured.";
    return `Error: ${percent(error)} of the points' variance.`;
  }

  function showChoices() {
    for (const [name, choice] of Object.entries(choices)) choice.set(state.get(name));
    const whatIsDecoded = { 1: "The line: all that", 2: "The surface: all that", 3: "Rings: what" };
    rollWords.textContent =
      `Dots: the roll, to turn. ${whatIsDecoded[state.get("latent_dim")]} the network draws from its codes.`;
    mapWords.textContent = {
      1: "The one number of each point, against its place along the sheet.",
      2: "The map: two numbers of each point, turned to lie as the sheet does.",
      3: "The three numbers of each point.",
    }[state.get("latent_dim")];
  }

  showChoices();
  panel.restart(false);
  const change = () => {
    showChoices();
    panel.restart();
  };
  const turn = () => [view, space].forEach(({ plate }) => plate.repaint());
  const changes = { linear: change, geodesic: change, latent_dim: change, noise: change, seed: change };
  state.onChange({ ...changes, azim: turn, elev: turn });
  return {
    repaint() {
      [view.plate, space.plate, plane, curve].forEach((part) => part.repaint());
    },
    end: () => panel.end(),
  };
}
