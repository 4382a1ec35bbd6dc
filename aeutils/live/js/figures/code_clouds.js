// Codes as clouds: how strongly beta pulls the digits' clouds to the prior, and what codes thrown from it are worth.

import { Random } from "../learning/random.js";
import { Dice } from "../network/dice.js";
import { classMiddles, nearest } from "../network/digits.js";
import { ChoiceSlider, checkChoice } from "../parts/choice_slider.js";
import { ChosenCloud } from "../parts/chosen_cloud.js";
import { drawChosenCloud, drawClouds, drawPrior, drawThrown } from "../parts/clouds.js";
import { drawAxes, drawMiddles } from "../parts/code_dots.js";
import { DigitSwitches, labelled, make, Picture } from "../parts/page_elements.js";
import { checkPlace, lookAround } from "../parts/place.js";
import { PointedMap } from "../parts/pointed_map.js";
import { Throwing } from "../parts/throwing.js";
import { codeText } from "../parts/words.js";

const PLAIN = "plain autoencoder"; // which has no beta
const FURTHEST_PLACE = 20;
const LEAST_REACH = 3; // of a map with clouds, in standard deviations of the prior
const SETTLE_MILLISECONDS = 150; // until the slider stands still: a thousand digits are not coded for nothing
const COLLAPSED = 0.1; // nats a digit: clouds that say less say nothing

export async function codeClouds(stage, { library, state }) {
  const betas = [null, ...library.betas];
  checkPlace(state.get("z"), 2, FURTHEST_PLACE);
  const digits = await library.digits();
  const { labels, images } = digits;
  if (state.get("chosen") !== null && !images[state.get("chosen")]) {
    throw new Error(`There is no held-out digit ${state.get("chosen")}.`);
  }
  let clouds; // those of the network that is shown
  await takeBeta();

  const random = new Random(state.get("seed"));
  const slider = new ChoiceSlider({
    name: "beta", values: betas, value: state.get("beta"), none: PLAIN, onChange: (beta) => state.set({ beta }),
  });
  const facts = make("p", { class: "live-words", role: "status" });
  const map = new PointedMap({
    draw, reach: () => clouds.reach, place: () => state.get("z"),
    onPlace: (z) => state.set({ z }), onChoose: choose, onLetGo: () => state.set({ chosen: null }),
  });
  const drawn = new Picture("drawn digit");
  const line = make("p", { class: "live-words", role: "status" });
  const chosen = new ChosenCloud(digits, random);
  const switches = new DigitSwitches(state.get("digits"), (shown) => state.set({ digits: shown }));
  const throwing = new Throwing({
    library, makers: betas.map((beta) => [beta, beta === null ? PLAIN : `beta ${beta}`]), source: sourceOfCodes,
    onThrown: () => map.repaint(),
  });
  drawn.element.classList.add("live-large");
  stage.append(
    slider.element,
    facts,
    make("div", { class: "live-scene" },
      map.element,
      make("div", { class: "live-aside" },
        make("div", { class: "live-beside" }, labelled(drawn, "drawn here"), line),
        chosen.element),
      switches.element),
    throwing.element,
  );

  /** The digits in the map of the chosen network. */
  async function takeBeta() {
    const beta = state.get("beta");
    checkChoice("beta", beta, betas);
    const found = await library.clouds(beta);
    if (beta !== state.get("beta")) return takeBeta(); // the reader has moved on meanwhile
    const furthest = Math.max(...found.codes.map((z) => Math.max(...z.map(Math.abs))));
    clouds = {
      ...found, beta, labels, middles: classMiddles(labels, found.codes),
      reach: beta === null ? 1 : Math.min(FURTHEST_PLACE, Math.max(LEAST_REACH, furthest)),
    };
  }

  function draw(context, side) {
    const what = { ...clouds, element: stage, shown: state.get("digits") };
    context.clearRect(0, 0, side, side);
    drawAxes(context, side, stage);
    drawClouds(context, side, what);
    if (clouds.deviations) drawPrior(context, side, what);
    drawMiddles(context, side, what);
    drawThrown(context, side, { ...what, thrown: throwing.codes });
    drawChosenCloud(context, side, { ...what, index: state.get("chosen"), drawnFrom: chosen.codes });
  }

  /** The nearest dot that is switched on, if it is near enough. */
  function choose(z, distance) {
    const found = nearest(clouds.codes, z, labels.length);
    const best = found.find(({ index }) => state.get("digits").includes(labels[index]));
    state.set({ chosen: best && best.distance <= distance ? best.index : null });
  }

  /** Where thrown codes come from: the prior, or for the network that has none a Gaussian fitted to its codes. */
  async function sourceOfCodes() {
    const { beta: key, network } = clouds;
    if (key !== null) return { key, network, words: "the prior", next: () => [random.normal(), random.normal()] };
    const dice = new Dice(await library.dice(2), random);
    return { key, network, words: "a Gaussian fitted to this network's codes", next: () => dice.throw("gaussian") };
  }

  function inWords({ beta, error, kl }) {
    const lost = `mean squared error ${error.toFixed(4)} on these ${labels.length.toLocaleString("en")} held-out digits`;
    if (beta === null) return `Plain autoencoder: ${lost}. A digit has one code and no cloud, and there is no prior.`;
    const collapse = kl < COLLAPSED ? " All clouds have collapsed into the prior: the code says nothing of its digit." : "";
    return `Beta ${beta}: ${lost}, KL divergence ${kl.toFixed(2)} nats a digit.${collapse} ` +
      "Ellipses: every third digit's cloud, to one standard deviation. Thin circles: one and two of the prior.";
  }

  function showPlace() {
    const z = checkPlace(state.get("z"), 2, FURTHEST_PLACE);
    drawn.show(clouds.network.decode(z), `the digit drawn from z = ${codeText(z)}`);
    map.putCross(z);
    line.textContent = lookAround(z, labels, clouds.codes, clouds.reach).words;
  }

  function showChosen() {
    chosen.show(state.get("chosen"), clouds);
    map.repaint();
  }

  function showDigits() {
    switches.set(state.get("digits"));
    map.repaint();
  }

  function showClouds() {
    slider.set(clouds.beta);
    facts.textContent = inWords(clouds);
    throwing.clear("");
    state.set({ z: map.inside(state.get("z")) });
    showPlace();
    showChosen();
  }

  async function showBeta() {
    const beta = state.get("beta");
    slider.set(beta);
    stage.setAttribute("aria-busy", "true");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
    if (beta !== state.get("beta")) return; // who moved it on shows what it is
    try {
      await takeBeta();
      showClouds();
    } catch (error) {
      facts.textContent = `This network cannot be shown. ${error.message}`;
    }
    stage.removeAttribute("aria-busy");
  }

  showClouds();
  state.onChange({ beta: showBeta, z: showPlace, chosen: showChosen, digits: showDigits });
  return {
    repaint() {
      [map, drawn, chosen, throwing].forEach((part) => part.repaint());
    },
    end: () => throwing.end(),
  };
}
