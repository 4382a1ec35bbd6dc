// Codes of three numbers in a cube to turn; three sliders say where the decoder draws. The dots vote on each other, in
// the picture and in the cube: what the angle of view hides.

import { knnAccuracy } from "../learning/scores.js";
import { classMiddles, nearest } from "../network/digits.js";
import { ChosenDigit } from "../parts/chosen_digit.js";
import { digitColors, drawDot, drawName, drawNumber, drawRing, markScale } from "../parts/code_dots.js";
import { DigitSwitches, labelled, make, Picture, styleOf } from "../parts/page_elements.js";
import { checkPlace, lookAround } from "../parts/place.js";
import { checkAngles, SpaceView } from "../parts/space_view.js";
import { codeText, signed } from "../parts/words.js";

const CUBE_CORNERS = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => [1, 2, 4].map((bit) => (corner & bit ? 1 : -1)));
const CLICK_REACH = 16; // pixels from a click to the dot that is meant

export async function latentSpace(stage, { library, state }) {
  checkPlace(state.get("z"), 3);
  checkAngles(state.get("azim"), state.get("elev"));
  const [digits, network, codes] = await Promise.all([library.digits(), library.network(3), library.codes(3)]);
  const { labels } = digits;
  const middles = classMiddles(labels, codes);
  const isShown = (index) => state.get("digits").includes(labels[index]);

  const view = new SpaceView({
    label: "Cube of codes. Arrow keys turn it; Enter chooses the digit nearest to where the decoder draws, Escape lets " +
      "it go. The sliders beside it say where the decoder draws.",
    reach: 1.15,
    angles: () => ({ azim: state.get("azim"), elev: state.get("elev") }),
    onTurn: (angles) => state.set(angles),
    draw: drawSpace,
    onClick: chooseAt,
  });
  const drawn = new Picture("drawn digit");
  drawn.element.classList.add("live-large");
  const line = make("p", { class: "live-words", role: "status" });
  const votes = make("p", { class: "live-words live-progress", role: "status" });
  const chosen = new ChosenDigit(digits, network, codes);
  const switches = new DigitSwitches(state.get("digits"), (shown) => state.set({ digits: shown }));
  const sliders = ["z\u2081", "z\u2082", "z\u2083"].map((name, axis) => {
    const input = make("input", {
      type: "range", class: "live-slider", min: "-1", max: "1", step: "0.02",
      input: () => state.set({ z: state.get("z").map((value, i) => (i === axis ? Number(input.value) : value)) }),
    });
    const value = make("output", { class: "live-value" });
    return { input, value, label: make("label", { class: "live-words live-slider-label" }, name, input, value) };
  });
  const toCode = make("button", {
    type: "button", class: "live-button",
    click: () => state.set({ z: Array.from(codes[state.get("chosen")]) }),
  }, "draw from its code");
  stage.append(
    make("div", { class: "live-scene" },
      view.element,
      make("div", { class: "live-aside" },
        votes,
        make("div", { class: "live-beside" }, labelled(drawn, "drawn here"), line),
        ...sliders.map(({ label }) => label),
        chosen.element,
        toCode),
      switches.element),
  );

  function drawSpace(context) {
    context.strokeStyle = styleOf(stage, "--live-line");
    CUBE_CORNERS.forEach((from, i) => {
      for (const bit of [1, 2, 4]) if (!(i & bit)) drawEdge(context, from, CUBE_CORNERS[i | bit]);
    });
    [[1.15, -1, -1], [-1, 1.15, -1], [-1, -1, 1.15]].forEach((place, axis) => {
      drawName(context, `z${"\u2081\u2082\u2083"[axis]}`, view.project(place), stage);
    });
    const shown = state.get("digits");
    const colors = digitColors(stage);
    const [side] = view.size;
    for (const { index, at } of view.inDepthOrder(codes)) {
      const radius = (2.4 + 0.6 * at[2]) * markScale(side); // nearer dots are larger
      if (isShown(index)) drawDot(context, at, radius, colors[labels[index]]);
    }
    middles.forEach((place, digit) => {
      if (place && shown.includes(digit)) drawNumber(context, digit, view.project(place), colors[digit], stage, side);
    });
    context.strokeStyle = styleOf(stage, "--live-ink");
    const z = state.get("z");
    drawEdge(context, z, [z[0], z[1], -1]); // a plumb line, so that the place can be seen
    drawRing(context, view.project(z), 8, 2.5);
    if (state.get("chosen") !== null) drawRing(context, view.project(codes[state.get("chosen")]), 5, 2);
  }

  function drawEdge(context, from, to) {
    context.lineWidth = 1;
    context.beginPath();
    for (const place of [from, to]) context.lineTo(...view.project(place).slice(0, 2));
    context.stroke();
  }

  /** The dot nearest to the viewer among those under the pointer. */
  function chooseAt({ x, y }) {
    const under = view.inDepthOrder(codes).filter(({ index, at }) =>
      isShown(index) && Math.hypot(at[0] - x, at[1] - y) <= CLICK_REACH / 2);
    state.set({ chosen: under.length ? under.at(-1).index : null });
  }

  view.element.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") {
      const shown = nearest(codes, state.get("z"), codes.length).filter(({ index }) => isShown(index));
      state.set({ chosen: shown.length ? shown[0].index : null });
    } else if (key === "Escape") {
      state.set({ chosen: null });
    }
  });

  function showPlace() {
    const z = checkPlace(state.get("z"), 3);
    drawn.show(network.decode(z), `the digit drawn from z = ${codeText(z)}`);
    sliders.forEach(({ input, value }, axis) => {
      input.value = String(z[axis]);
      value.textContent = signed(z[axis]);
    });
    line.textContent = lookAround(z, labels, codes).words;
    view.plate.repaint();
  }

  function showChosen() {
    const index = state.get("chosen");
    chosen.show(index, "Click a dot, or press Enter on the cube: one digit, its original and its neighbours.");
    toCode.hidden = index === null;
    view.plate.repaint();
  }

  /** How often the ten nearest of the shown dots name a dot's own digit. */
  function showVotes() {
    const shown = [...codes.keys()].filter(isShown);
    const own = shown.map((index) => labels[index]);
    const share = (width, place) => knnAccuracy(shown.flatMap(place), width, own).toFixed(2);
    const count = state.get("digits").length;
    votes.textContent = count < 2
      ? "With two digits or more in the cube, each dot's ten nearest vote on its digit."
      : `Ten nearest dots vote on each dot. In this picture ${share(2, (index) => view.turned(codes[index]).slice(0, 2))} ` +
        `of the votes are right, in the cube ${share(3, (index) => Array.from(codes[index]))}; ` +
        `blind votes, ${(1 / count).toFixed(2)}.`;
  }

  function showDigits() {
    switches.set(state.get("digits"));
    showVotes();
    view.plate.repaint();
  }

  function turn() {
    showVotes();
    view.plate.repaint();
  }

  showPlace();
  showChosen();
  showVotes();
  state.onChange({ z: showPlace, chosen: showChosen, digits: showDigits, azim: turn, elev: turn });
  return {
    repaint() {
      [drawn, chosen, view.plate].forEach((part) => part.repaint());
    },
  };
}
