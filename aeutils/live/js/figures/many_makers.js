// One map, many makers: the same digits as dots in the maps of seven methods. What is chosen in one is ringed in all.

import { classMiddles, nearest } from "../network/digits.js";
import { checkChoice } from "../parts/choice_slider.js";
import { digitColors, drawDot, drawNumber, drawRing, toPixels } from "../parts/code_dots.js";
import { Gliding } from "../parts/gliding.js";
import { DigitSwitches, labelled, make, Picture, Plate, styleOf } from "../parts/page_elements.js";
import { bounds, layOn } from "../parts/roll_dots.js";

const GROUP_SIZE = 10; // neighbours that are chosen with a digit
const DOT_REACH = 0.12; // from a click to the dot that is meant; a map is two long
const WORDS_OF = {
  pca: "PCA", conv: "article's network", vae: "variational autoencoder", denoising: "denoising network",
  labels: "network told the labels", tsne: "t-SNE", umap: "UMAP",
};

export async function manyMakers(stage, { library, state }) {
  const makers = Object.keys(WORDS_OF);
  for (const name of ["maker", "chosen_in"]) checkChoice(name, state.get(name), makers);
  const [{ labels, images }, made] = await Promise.all([library.digits(), library.maps()]);
  const maps = Object.fromEntries(makers.map((maker) => [maker, inFrame(layOn(made[maker].codes, made.pca.codes))]));

  const plate = new Plate((context, side) => drawMap(context, side, gliding.places, 2.7));
  const gliding = new Gliding(() => plate.repaint());
  const small = makers.map((maker) => new Plate((context, side) => drawMap(context, side, maps[maker], 0.8)));
  const buttons = makers.map((maker, i) =>
    make("button", { type: "button", class: "live-layer live-maker", click: () => state.set({ maker }) },
      make("span", { class: "live-small-map" }, small[i].element), make("span", {}, WORDS_OF[maker])));
  const map = make(
    "div",
    {
      class: "live-map", tabindex: "0", role: "application", "aria-roledescription": "map",
      "aria-label": "Map of digits. Arrow keys go from digit to digit, Escape lets it go.",
      click: chooseAt, keydown: onKey,
    },
    plate.element,
  );
  const facts = make("p", { class: "live-words", role: "status" });
  const line = make("p", { class: "live-words", role: "status" });
  const original = new Picture();
  const group = Array.from({ length: GROUP_SIZE }, () => new Picture());
  const pictures = make("div", {},
    labelled(original, "chosen"),
    make("div", { class: "live-labelled" },
      make("div", { class: "live-row live-small" }, ...group.map(({ element }) => element)),
      make("span", {}, "its ten nearest, where it was chosen")));
  const switches = new DigitSwitches(state.get("digits"), (digits) => state.set({ digits }));
  stage.append(
    make("div", { class: "live-layers", role: "group", "aria-label": "makers of the map" }, ...buttons),
    make("div", { class: "live-scene" },
      map, make("div", { class: "live-aside" }, facts, line, pictures), switches.element),
  );

  /** Codes so large that their map just fits between -1 and 1. */
  function inFrame(codes) {
    const box = bounds(codes);
    const reach = Math.max(...box.map(([low, high]) => (high - low) / 2));
    return codes.map((code) => code.map((value, axis) => (value - (box[axis][0] + box[axis][1]) / 2) / reach));
  }

  function tenNearest(maker, index) {
    return nearest(maps[maker], maps[maker][index], GROUP_SIZE + 1).map((one) => one.index)
      .filter((one) => one !== index).slice(0, GROUP_SIZE);
  }

  /** The ten that are chosen with the digit: its nearest in the map where it was chosen. */
  function chosenGroup() {
    const chosen = state.get("chosen");
    return chosen === null ? [] : tenNearest(state.get("chosen_in"), chosen);
  }

  function drawMap(context, side, places, radius) {
    context.clearRect(0, 0, side, side);
    const [colors, shown, chosen] = [digitColors(stage), state.get("digits"), state.get("chosen")];
    places.forEach((place, i) => {
      if (shown.includes(labels[i])) drawDot(context, toPixels(place, side), radius, colors[labels[i]]);
    });
    const isLarge = side > 200;
    if (isLarge) {
      classMiddles(labels, places).forEach((middle, digit) => {
        if (shown.includes(digit)) drawNumber(context, digit, toPixels(middle, side), colors[digit], stage, side);
      });
    }
    context.strokeStyle = styleOf(stage, "--live-ink");
    if (chosen !== null) drawRing(context, toPixels(places[chosen], side), isLarge ? 8 : 5, 2.5);
    chosenGroup().forEach((one) => drawRing(context, toPixels(places[one], side), isLarge ? 5 : 2.5, 1.4));
  }

  /** The nearest dot that is switched on and for which something holds. */
  function nearestShown(place, holds) {
    const found = nearest(maps[state.get("maker")], place, labels.length);
    return found.find((one) => state.get("digits").includes(labels[one.index]) && holds(one))?.index ?? null;
  }

  function choose(index) {
    state.set({ chosen_in: state.get("maker"), chosen: index });
  }

  function chooseAt(event) {
    const box = map.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    choose(nearestShown([2.1 * x - 1.05, 1.05 - 2.1 * y], ({ distance }) => distance < DOT_REACH));
  }

  function onKey(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.key === "Escape") choose(null);
    else if (!way) return;
    else stepTo(way);
    event.preventDefault();
  }

  /** The nearest digit in one of four directions; the first step chooses the one in the middle. */
  function stepTo(way) {
    const [places, chosen] = [maps[state.get("maker")], state.get("chosen")];
    const from = chosen === null ? [0, 0] : places[chosen];
    const isThere = ({ index, distance }) => {
      const along = way[0] * (places[index][0] - from[0]) + way[1] * (places[index][1] - from[1]);
      return chosen === null || (distance > 0 && along > 0.7 * distance);
    };
    choose(nearestShown(from, isThere) ?? chosen);
  }

  function showMaker() {
    const maker = state.get("maker");
    const { knn10_accuracy: vote, trustworthiness, continuity, places, draws } = made[maker];
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(makers[i] === maker)));
    const tick = (can) => (can ? "\u2713" : "\u2717");
    facts.textContent =
      `Map of ${WORDS_OF[maker]}: places a new digit ${tick(places)}, draws from a place ${tick(draws)}. ` +
      `Ten neighbours vote right for ${Math.round(100 * vote)} % of the digits; trustworthiness ${trustworthiness.toFixed(2)}, continuity ${continuity.toFixed(2)}.`;
    gliding.to(maps[maker]);
    showChosen();
  }

  function showChosen() {
    const [maker, chosen, where] = ["maker", "chosen", "chosen_in"].map((name) => state.get(name));
    pictures.hidden = chosen === null;
    const found = chosenGroup();
    if (chosen === null) {
      line.textContent = "Click a dot, or press the arrow keys on the map: the digit and its ten nearest are ringed in all maps.";
    } else {
      const here = tenNearest(maker, chosen);
      const kept = found.filter((one) => here.includes(one)).length;
      const elsewhere = maker === where ? "" : ` Of these ten, ${kept} are among its ten nearest in this map.`;
      line.textContent = `A ${labels[chosen]}, chosen in the map of ${WORDS_OF[where]}; its ten nearest there: ` +
        `${found.map((one) => labels[one]).join(", ")}.${elsewhere}`;
      original.show(images[chosen], `the chosen digit, a ${labels[chosen]}`);
      found.forEach((one, i) => group[i].show(images[one], `near it, a ${labels[one]}`));
    }
    [plate, ...small].forEach((each) => each.repaint());
  }

  function showDigits() {
    switches.set(state.get("digits"));
    showChosen();
  }

  showMaker();
  state.onChange({ maker: showMaker, chosen: showChosen, digits: showDigits });
  return {
    repaint() {
      [plate, ...small, original, ...group].forEach((part) => part.repaint());
    },
    end() {
      gliding.end();
    },
  };
}
