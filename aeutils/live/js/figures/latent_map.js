// The latent map: codes of two numbers as dots in a square. Where you point, the decoder draws.

import { classMiddles, nearest } from "../network/digits.js";
import { ChosenDigit } from "../parts/chosen_digit.js";
import { drawCodeDots, drawRing, toPixels } from "../parts/code_dots.js";
import { DigitSwitches, labelled, make, Picture, styleOf } from "../parts/page_elements.js";
import { OwnNetworkLine } from "../parts/own_network.js";
import { checkPlace, lookAround, VOTERS } from "../parts/place.js";
import { PointedMap } from "../parts/pointed_map.js";
import { codeText } from "../parts/words.js";

export async function latentMap(stage, { library, state }) {
  checkPlace(state.get("z"), 2);
  const digits = await library.digits();
  const { labels } = digits;
  let network, codes, middles;
  await takeNetwork();
  const isShown = (index) => state.get("digits").includes(labels[index]);

  // What moves with the pointer is made of elements: a thousand dots need not be drawn again at every move.
  const voters = Array.from({ length: VOTERS }, () => make("div", { class: "live-voter" }));
  const map = new PointedMap({
    draw: drawDots, reach: () => 1, place: () => state.get("z"),
    onPlace: (z) => state.set({ z }), onChoose: choose, onLetGo: () => state.set({ chosen: null }),
    marks: [make("div", { "aria-hidden": "true" }, ...voters)],
  });
  const drawn = new Picture("drawn digit");
  const line = make("p", { class: "live-words", role: "status" });
  const chosen = new ChosenDigit(digits, network, codes);
  const ownLine = new OwnNetworkLine(library);
  const switches = new DigitSwitches(state.get("digits"), (shown) => state.set({ digits: shown }));
  drawn.element.classList.add("live-large");
  stage.append(
    ownLine.element,
    make("div", { class: "live-scene" },
      map.element,
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

  function showVoters(indices) {
    voters.forEach((voter, i) => {
      voter.hidden = i >= indices.length;
      if (voter.hidden) return;
      map.putAt(voter, codes[indices[i]]);
      voter.style.background = `var(--live-digit-${labels[indices[i]]})`;
    });
  }

  /** The nearest dot that is switched on, if it is near enough. */
  function choose(z, reach) {
    const [best] = nearest(codes, z, codes.length).filter(({ index }) => isShown(index));
    state.set({ chosen: best && best.distance <= reach ? best.index : null });
  }

  function showPlace() {
    const z = checkPlace(state.get("z"), 2);
    drawn.show(network.decode(z), `the digit drawn from z = ${codeText(z)}`);
    map.putCross(z);
    const around = lookAround(z, labels, codes);
    line.textContent = around.words;
    showVoters(around.voters.filter(isShown));
  }

  function showChosen() {
    chosen.show(state.get("chosen"), "Click a dot, or press Enter on the map: one digit, its original and its neighbours.");
    map.repaint();
  }

  function showDigits() {
    switches.set(state.get("digits"));
    map.repaint();
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
      [drawn, chosen, map].forEach((part) => part.repaint());
    },
  };
}
