// The latent map: codes of two numbers as dots in a square. Where you point, the decoder draws.

import { classMiddles, nearest } from "../network/digits.js";
import { ChosenDigit } from "../parts/chosen_digit.js";
import { drawCodeDots, drawRing, MAP_LIMIT, toPixels } from "../parts/code_dots.js";
import { onePointer } from "../parts/one_pointer.js";
import { DigitSwitches, labelled, make, Picture, Plate, styleOf } from "../parts/page_elements.js";
import { OwnNetworkLine } from "../parts/own_network.js";
import { checkPlace, lookAround, VOTERS } from "../parts/place.js";
import { codeText } from "../parts/words.js";

const STEP = 0.02; // of an arrow key; with shift five times that
const REACH = { mouse: 14, pen: 14, touch: 26 }; // pixels from a click to the dot that is meant

export async function latentMap(stage, { library, state }) {
  checkPlace(state.get("z"), 2);
  const digits = await library.digits();
  const { labels } = digits;
  let network, codes, middles;
  await takeNetwork();
  const isShown = (index) => state.get("digits").includes(labels[index]);

  const plate = new Plate(drawDots);
  // What moves with the pointer is made of elements: a thousand dots need not be drawn again at every move.
  const voters = Array.from({ length: VOTERS }, () => make("div", { class: "live-voter" }));
  const cross = make("div", { class: "live-cross", "aria-hidden": "true" });
  const map = make(
    "div",
    {
      class: "live-map", tabindex: "0", role: "application", "aria-roledescription": "map",
      "aria-label": "Map of codes. Arrow keys move the place that is drawn, with shift faster; " +
        "Enter chooses the nearest digit, Escape lets it go.",
      ...onePointer({ begin: follow, move: follow, hover: follow }), click: chooseAt, keydown: onKey,
    },
    plate.element,
    make("div", { "aria-hidden": "true" }, ...voters),
    cross,
  );
  const drawn = new Picture("drawn digit");
  const line = make("p", { class: "live-words", role: "status" });
  const chosen = new ChosenDigit(digits, network, codes);
  const ownLine = new OwnNetworkLine(library);
  const switches = new DigitSwitches(state.get("digits"), (shown) => state.set({ digits: shown }));
  drawn.element.classList.add("live-large");
  stage.append(
    ownLine.element,
    make("div", { class: "live-scene" },
      map,
      make("div", { class: "live-aside" },
        make("div", { class: "live-beside" }, labelled(drawn, "drawn here"), line),
        chosen.element),
      switches.element),
  );

  /** Let the map be that of the network in use: the shipped one, or the reader's. */
  async function takeNetwork() {
    const { own } = library;
    const which = library.inUse(2);
    const found = await Promise.all([library.network(which), library.codes(which)]);
    if (own !== library.own) return takeNetwork(); // the reader has chosen another meanwhile
    [network, codes] = found;
    middles = classMiddles(labels, codes);
  }

  function drawDots(context, side) {
    drawCodeDots(context, side, { element: stage, labels, codes, middles, shown: state.get("digits") });
    const index = state.get("chosen");
    if (index === null) return;
    context.strokeStyle = styleOf(stage, "--live-ink");
    drawRing(context, toPixels(codes[index], side), 7, 2.5);
    chosen.found.forEach((one) => drawRing(context, toPixels(codes[one], side), 5, 1));
  }

  /** Put an element at a place of the map. */
  function putAt(element, z) {
    const [x, y] = toPixels(z, 100);
    element.style.left = `${x}%`;
    element.style.top = `${y}%`;
  }

  function showVoters(indices) {
    voters.forEach((voter, i) => {
      voter.hidden = i >= indices.length;
      if (voter.hidden) return;
      putAt(voter, codes[indices[i]]);
      voter.style.background = `var(--live-digit-${labels[indices[i]]})`;
    });
  }

  function placeOf(event) {
    const box = map.getBoundingClientRect();
    const inside = (value) => Math.max(-1, Math.min(1, value));
    return [
      inside(((event.clientX - box.left) / box.width * 2 - 1) * MAP_LIMIT),
      inside((1 - (event.clientY - box.top) / box.height * 2) * MAP_LIMIT),
    ];
  }

  function follow(event) {
    state.set({ z: placeOf(event) });
  }

  /** The nearest dot that is switched on, if it is near enough. */
  function choose(z, reach) {
    const [best] = nearest(codes, z, codes.length).filter(({ index }) => isShown(index));
    state.set({ chosen: best && best.distance <= reach ? best.index : null });
  }

  function chooseAt(event) {
    const pixels = REACH[event.pointerType] ?? REACH.mouse;
    choose(placeOf(event), (pixels / map.clientWidth) * 2 * MAP_LIMIT);
  }

  function onKey(event) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key in directions) {
      const step = event.shiftKey ? 5 * STEP : STEP;
      const moved = state.get("z").map((value, axis) => value + step * directions[event.key][axis]);
      state.set({ z: moved.map((value) => Math.max(-1, Math.min(1, value))) });
    } else if (event.key === "Enter") {
      choose(state.get("z"), Infinity);
    } else if (event.key === "Escape") {
      state.set({ chosen: null });
    } else {
      return;
    }
    event.preventDefault();
  }

  function showPlace() {
    const z = checkPlace(state.get("z"), 2);
    drawn.show(network.decode(z), `the digit drawn from z = ${codeText(z)}`);
    putAt(cross, z);
    const around = lookAround(z, labels, codes);
    line.textContent = around.words;
    showVoters(around.voters.filter(isShown));
  }

  function showChosen() {
    chosen.show(state.get("chosen"), "Click a dot, or press Enter on the map: one digit, its original and its neighbours.");
    plate.repaint();
  }

  function showDigits() {
    switches.set(state.get("digits"));
    plate.repaint();
    showPlace();
  }

  async function showNetwork() {
    try {
      await takeNetwork();
    } catch (error) {
      line.textContent = `This network cannot be shown. ${error.message}`;
      return;
    }
    ownLine.show(2);
    chosen.use(network, codes);
    showPlace();
    showChosen();
  }

  ownLine.show(2);
  showPlace();
  showChosen();
  library.onOwn(showNetwork);
  state.onChange({ z: showPlace, chosen: showChosen, digits: showDigits });
  return {
    repaint() {
      [drawn, chosen, plate].forEach((part) => part.repaint());
    },
  };
}
