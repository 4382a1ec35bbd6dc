// The Swiss roll to turn, and its codes: the dots wander from one method's code to the next, so that the eye can follow.

import { quantile } from "../network/digits.js";
import { drawDot, drawNumber } from "../parts/code_dots.js";
import { make, Plate, styleOf } from "../parts/page_elements.js";
import { checkAngles, SpaceView } from "../parts/space_view.js";
import { signed } from "../parts/words.js";

const ROLL_METHODS = {
  sheet: "the true sheet",
  pca: "PCA",
  plain: "plain autoencoder",
  geodesic: "autoencoder with walking distances",
};
const ROLL_SECTIONS = 6;
const WANDER_MILLISECONDS = 900;

/**
 * Give codes the middle and the spread of others, and turn and mirror them so that they lie on these as well as they
 * can (Procrustes): whether a sheet is unrolled does not depend on how it lies on the table.
 */
function layOn(codes, wanted) {
  const mean = (points) => [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const [from, to] = [mean(codes), mean(wanted)];
  const fit = (mirror) => {
    let [along, across, square, wantedSquare] = [0, 0, 0, 0];
    codes.forEach((code, i) => {
      const [x, y] = [code[0] - from[0], mirror * (code[1] - from[1])];
      const [u, v] = [wanted[i][0] - to[0], wanted[i][1] - to[1]];
      along += x * u + y * v;
      across += x * v - y * u;
      square += x * x + y * y;
      wantedSquare += u * u + v * v;
    });
    const match = Math.hypot(along, across);
    const scale = Math.sqrt(wantedSquare / square) / match;
    return { mirror, cos: scale * along, sin: scale * across, match };
  };
  const { mirror, cos, sin } = [fit(1), fit(-1)].sort((a, b) => b.match - a.match)[0];
  return codes.map((code) => {
    const [x, y] = [code[0] - from[0], mirror * (code[1] - from[1])];
    return [to[0] + cos * x - sin * y, to[1] + sin * x + cos * y];
  });
}

/** The smallest and largest value of each coordinate. */
function bounds(points) {
  return [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
}

export async function swissRoll(stage, { library, state }) {
  checkAngles(state.get("azim"), state.get("elev"));
  const { points, sheet, codes, scores } = await library.roll();
  const runs = Object.keys(codes.plain);
  checkRun(state.get("method"), state.get("run"));
  const length = Math.max(...sheet.map(([s]) => s));
  const sections = sheet.map(([s]) => Math.min(ROLL_SECTIONS - 1, Math.floor((s / length) * ROLL_SECTIONS)));

  const view = new SpaceView({
    label: "The Swiss roll. Arrow keys turn it.",
    reach: 1.9,
    angles: () => ({ azim: state.get("azim"), elev: state.get("elev") }),
    onTurn: (angles) => state.set(angles),
    draw: drawRoll,
  });
  const flat = new Plate(drawCodes);
  const line = make("p", { class: "live-words", role: "status" });
  const group = `live-roll-${Math.random().toString(36).slice(2)}`; // radio buttons know each other by a name
  const choices = Object.entries(ROLL_METHODS).map(([method, words]) => {
    const input = make("input", { type: "radio", name: group, value: method, change: () => state.set({ method }) });
    return { method, input, label: make("label", { class: "live-choice" }, input, ` ${words}`) };
  });
  const run = make("input", {
    type: "range", class: "live-slider", min: "1", max: String(runs.length), step: "1",
    input: () => state.set({ run: Number(run.value) }),
  });
  const runValue = make("output", { class: "live-value" });
  const runLabel = make("label", { class: "live-words live-slider-label" }, "run ", run, runValue);
  stage.append(
    make("div", { class: "live-columns" },
      make("div", { class: "live-column live-half" }, view.element, make("p", { class: "live-words" },
        "Drag to turn. Colours and numbers: six equal sections of the sheet's length.")),
      make("div", { class: "live-column live-half" },
        make("div", { class: "live-codes" }, flat.element),
        make("div", { role: "radiogroup", "aria-label": "code" }, ...choices.map(({ label }) => label)),
        runLabel,
        line)),
  );

  /** A method and a run that there are, or an error. */
  function checkRun(method, number) {
    if (!(method in ROLL_METHODS) || !Number.isInteger(number) || number < 1 || number > runs.length) {
      const methods = Object.keys(ROLL_METHODS).join(", ");
      throw new Error(`There is no run ${number} of "${method}"; there are runs 1 to ${runs.length} of ${methods}.`);
    }
  }

  /** The chosen codes, laid on the sheet. */
  function chosenCodes() {
    const [method, seed] = [state.get("method"), runs[state.get("run") - 1]];
    if (method === "sheet") return sheet;
    return layOn(method === "pca" ? codes.pca : codes[method][seed], sheet);
  }

  let shown = chosenCodes(); // where the dots are; on the way from one code to another, somewhere between
  let frame = 0;

  function lengthColors() {
    return Array.from({ length: ROLL_SECTIONS }, (_, section) => styleOf(stage, `--live-length-${section}`));
  }

  function drawDots(context, places, side) {
    const colors = lengthColors();
    places.forEach(({ index, at }) => drawDot(context, at, 2.6, colors[sections[index]]));
    for (let section = 0; section < ROLL_SECTIONS; section++) {
      const own = places.filter(({ index }) => sections[index] === section);
      const middle = [0, 1].map((axis) => quantile(own.map(({ at }) => at[axis]), 0.5));
      drawNumber(context, section + 1, middle, styleOf(stage, "--live-ink"), stage, side);
    }
  }

  function drawRoll(context) {
    drawDots(context, view.inDepthOrder(points), view.size[0]);
  }

  function drawCodes(context, width, height) {
    context.clearRect(0, 0, width, height);
    const [[left, right], [low, high]] = bounds([...sheet, ...shown]);
    const scale = Math.min((width - 24) / (right - left), (height - 24) / (high - low));
    const places = shown.map(([x, y], index) => ({
      index,
      at: [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (low + high) / 2) * scale],
    }));
    drawDots(context, places, width);
  }

  function wanderTo(target) {
    cancelAnimationFrame(frame);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const [from, start] = [shown, performance.now()];
    const step = (now) => {
      const time = still ? 1 : Math.max(0, Math.min(1, (now - start) / WANDER_MILLISECONDS));
      const share = time * time * (3 - 2 * time); // slow, fast, slow
      shown = from.map((code, i) => code.map((value, axis) => value + share * (target[i][axis] - value)));
      flat.repaint();
      if (time < 1) frame = requestAnimationFrame(step);
    };
    step(start);
  }

  function inWords() {
    const [method, number] = [state.get("method"), state.get("run")];
    const name = ROLL_METHODS[method];
    if (method === "sheet") return `${name[0].toUpperCase()}${name.slice(1)}: what an unrolled code looks like.`;
    const score = scores[method][runs[method === "pca" ? 0 : number - 1]]; // PCA of the first run's roll is shown
    const which = method === "pca" ? "" : `, run ${number}`;
    return (
      `${name[0].toUpperCase()}${name.slice(1)}${which}: distances between codes and on the sheet have a ` +
      `correlation of ${signed(score.distance_correlation)}; of ten nearest codes, ` +
      `${(100 * score.far_neighbours).toFixed(1)} % belong to points far apart on the sheet. ` +
      (score.unrolled ? "Unrolled." : "Not unrolled.")
    );
  }

  function showChoice() {
    checkRun(state.get("method"), state.get("run"));
    for (const { method, input } of choices) input.checked = method === state.get("method");
    run.value = String(state.get("run"));
    runValue.textContent = String(state.get("run"));
    runLabel.hidden = !["plain", "geodesic"].includes(state.get("method"));
    line.textContent = inWords();
  }

  showChoice();
  const change = () => {
    showChoice();
    wanderTo(chosenCodes());
  };
  const turn = () => view.plate.repaint();
  state.onChange({ method: change, run: change, azim: turn, elev: turn });
  return {
    repaint() {
      view.plate.repaint();
      flat.repaint();
    },
  };
}
