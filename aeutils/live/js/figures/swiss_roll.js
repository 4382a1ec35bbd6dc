// The Swiss roll to turn, and its codes: the dots wander from one method's code to the next, so that the eye can follow.

import { make, Plate } from "../parts/page_elements.js";
import { bounds, drawRollDots, isFlat, isFolded, layOn, sectionsOf } from "../parts/roll_dots.js";
import { checkAngles, SpaceView } from "../parts/space_view.js";
import { signed } from "../parts/words.js";

const ROLL_METHODS = {
  sheet: "the true sheet",
  pca: "PCA",
  plain: "plain autoencoder",
  geodesic: "autoencoder with geodesic distances",
};
const WANDER_MILLISECONDS = 900;

export async function swissRoll(stage, { library, state }) {
  checkAngles(state.get("azim"), state.get("elev"));
  const { points, sheet, codes, scores } = await library.roll();
  const runs = Object.keys(codes.plain);
  checkRun(state.get("method"), state.get("run"));
  const sections = sectionsOf(sheet);

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

  function drawRoll(context) {
    drawRollDots(context, view.inDepthOrder(points), { sections, element: stage, side: view.size[0] });
  }

  function drawCodes(context, width, height) {
    context.clearRect(0, 0, width, height);
    const [[left, right], [low, high]] = bounds([...sheet, ...shown]);
    const scale = Math.min((width - 24) / (right - left), (height - 24) / (high - low));
    const places = shown.map(([x, y], index) => ({
      index,
      at: [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (low + high) / 2) * scale],
    }));
    drawRollDots(context, places, { sections, element: stage, side: width });
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
      `Torn or folded? ${isFolded(score.far_neighbours) ? "Yes" : "No"}. ` +
      `Flat? ${isFlat(score.distance_correlation) ? "Yes" : "No"}.`
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
