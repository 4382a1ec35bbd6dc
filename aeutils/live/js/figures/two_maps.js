// Two networks that differ only in their seed: their maps of the same held-out digits, and lines between the same digits.

import { Random } from "../learning/random.js";
import { classMiddles, nearest, vote } from "../network/digits.js";
import { bestLinearMap } from "../network/least_squares.js";
import { neighbourLists, sharedNeighbours } from "../network/neighbours.js";
import { digitColors, drawCodeDots, drawNumber, drawRing, MAP_LIMIT, toPixels } from "../parts/code_dots.js";
import { Gliding } from "../parts/gliding.js";
import { make, Picture, Plate, styleOf } from "../parts/page_elements.js";
import { RadioChoice } from "../parts/radio_choice.js";
import { voteText } from "../parts/words.js";

const LINES = 10; // from a digit's nearest neighbours on the left to where they are on the right
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const GAP = 0.17; // between the maps, as a share of a map's side

export async function twoMaps(stage, { library, state }) {
  const [digits, maps] = await Promise.all([library.digits(), library.mapsBySeed()]);
  const { labels, images } = digits;
  const seeds = Object.keys(maps).map(Number);
  const lists = new Map(seeds.map((seed) => [seed, null])); // made when first needed
  const order = Array.from(new Random(0).permutation(labels.length));
  check();
  let shown = maps[state.get("left")]; // where the left dots are; on their way somewhere between
  let pair = {}; // of maps, and how alike they are

  const plate = new Plate(draw);
  const frame = make(
    "div",
    {
      class: "live-pair", tabindex: "0", role: "application", "aria-roledescription": "two maps",
      "aria-label": "Two maps of the same digits. The arrow keys go from digit to digit.",
      pointermove: point, pointerdown: point, keydown: onKey,
    },
    plate.element,
  );
  const choose = (side) => new RadioChoice({
    label: `${side} network`,
    choices: seeds.map((seed) => [seed, `seed ${seed}`]),
    onChange: (seed) => state.set({ [side]: seed }),
  });
  const [left, right] = [choose("left"), choose("right")];
  const fit = new RadioChoice({
    label: "left map",
    choices: [[false, "as trained"], [true, "turned, stretched and sheared until it fits the right one best"]],
    onChange: (fitted) => state.set({ fitted }),
  });
  const named = (words, choice) => make("div", { class: "live-named" }, make("span", { class: "live-words" }, words), choice.element);
  const line = make("p", { class: "live-words", role: "status" });
  const score = make("p", { class: "live-words", role: "status" });
  const rows = ["on the left", "on the right"].map((words) => {
    const pictures = Array.from({ length: LINES }, () => new Picture());
    const element = make("div", {},
      make("span", { class: "live-words live-caption" }, `its ten nearest ${words}`),
      make("div", { class: "live-ten" }, ...pictures.map((picture) => picture.element)));
    return { pictures, element };
  });
  stage.append(frame, named("left", left), named("right", right), named("left map", fit), score, line,
    ...rows.map(({ element }) => element));
  const gliding = new Gliding((places) => {
    shown = places;
    plate.repaint();
  });

  function check() {
    for (const side of ["left", "right"]) {
      if (!seeds.includes(state.get(side))) {
        throw new Error(`${side} is ${JSON.stringify(state.get(side))}; there are the seeds ${seeds.join(", ")}.`);
      }
    }
    if (!images[state.get("chosen")]) throw new Error(`There is no held-out digit ${state.get("chosen")}.`);
  }

  /** Both squares stand side by side, or one above the other where the frame is high. */
  function squares(width, height) {
    const isWide = width > height;
    const [long, short] = isWide ? [width, height] : [height, width];
    const side = Math.min(short, long / (2 + GAP));
    const [start, across, far] = [(long - side * (2 + GAP)) / 2, (short - side) / 2, side * (1 + GAP)];
    const corner = (along) => (isWide ? [along, across] : [across, along]);
    return { side, corners: [corner(start), corner(start + far)] };
  }

  function draw(context, width, height) {
    const { side, corners } = squares(width, height);
    const both = [shown, maps[state.get("right")]];
    const middles = both.map((codes) => classMiddles(labels, codes));
    const shift = (z, i) => toPixels(z, side).map((value, axis) => value + corners[i][axis]);
    const connect = (from, to, color, lineWidth) => {
      context.strokeStyle = color;
      context.lineWidth = lineWidth;
      context.beginPath();
      context.moveTo(...shift(from, 0));
      context.lineTo(...shift(to, 1));
      context.stroke();
    };
    context.clearRect(0, 0, width, height);
    both.forEach((codes, i) => {
      context.save();
      context.translate(...corners[i]);
      drawCodeDots(context, side, { element: stage, labels, codes, middles: middles[i], shown: DIGITS });
      context.restore();
    });
    digitColors(stage).forEach((color, digit) => {
      connect(middles[0][digit], middles[1][digit], color, 1.5);
      middles.forEach((of, i) => drawNumber(context, digit, shift(of[digit], i), color, stage, side));
    });
    const chosen = state.get("chosen");
    for (const [name, more] of [["--live-paper", 3], ["--live-ink", 0]]) {
      const color = styleOf(stage, name);
      for (const index of [...listOf(state.get("left"))[chosen], chosen]) {
        connect(both[0][index], both[1][index], color, 1.2 + more);
        both.forEach((codes, i) => drawRing(context, shift(codes[index], i), index === chosen ? 8 : 4.5, 1.5 + more));
      }
    }
  }

  function listOf(seed) {
    if (!lists.get(seed)) lists.set(seed, neighbourLists(maps[seed], LINES));
    return lists.get(seed);
  }

  function point(event) {
    const box = frame.getBoundingClientRect();
    const { side, corners } = squares(box.width, box.height);
    corners.forEach(([x, y], i) => {
      const [right_, down] = [event.clientX - box.left - x, event.clientY - box.top - y];
      if (right_ < 0 || down < 0 || right_ > side || down > side) return;
      const z = [((right_ / side) * 2 - 1) * MAP_LIMIT, (1 - (down / side) * 2) * MAP_LIMIT];
      state.set({ chosen: nearest(i ? maps[state.get("right")] : shown, z, 1)[0].index });
    });
  }

  function onKey(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    state.set({ chosen: (state.get("chosen") + step + images.length) % images.length });
    event.preventDefault();
  }

  function showPair() {
    check();
    const [from, to] = ["left", "right"].map((side) => state.get(side));
    left.set(from);
    right.set(to);
    fit.set(state.get("fitted"));
    if (pair.from !== from || pair.to !== to) {
      const { mapped, r2 } = bestLinearMap(maps[from], maps[to]);
      const luck = bestLinearMap(maps[from], order.map((index) => maps[to][index])).r2;
      pair = { from, to, mapped, r2, luck, shared: sharedNeighbours(listOf(from), listOf(to)) };
    }
    const byLuck = (LINES * LINES) / (images.length - 1);
    score.textContent =
      `All ${images.length.toLocaleString("en")} digits: a linear map of the left codes predicts ${Math.round(100 * pair.r2)} % of ` +
      `the variance of the right ones (by luck ${Math.round(100 * pair.luck)} %). Of a digit's ten nearest on the left, ` +
      `${pair.shared.toFixed(1)} are among its ten nearest on the right, on average (by luck ${byLuck.toFixed(1)}).`;
    gliding.to(state.get("fitted") ? pair.mapped : maps[from]);
    showChosen();
  }

  function showChosen() {
    check();
    const chosen = state.get("chosen");
    const both = ["left", "right"].map((side) => listOf(state.get(side))[chosen]);
    both.forEach((list, i) => list.forEach((index, k) => {
      rows[i].pictures[k].show(images[index], `neighbour, a ${labels[index]}`);
      rows[i].pictures[k].element.classList.toggle("live-shared", both[1 - i].includes(index));
    }));
    const kinds = voteText(vote(labels, both[0].map((index) => ({ index }))));
    const common = both[0].filter((index) => both[1].includes(index)).length;
    line.textContent =
      `The digit with the largest ring is a ${labels[chosen]}; its ten nearest on the left: ${kinds}. ` +
      `${common} of them are among its ten nearest on the right (framed).`;
    plate.repaint();
  }

  showPair();
  state.onChange({ left: showPair, right: showPair, fitted: showPair, chosen: showChosen });
  return {
    repaint() {
      plate.repaint();
      rows.forEach(({ pictures }) => pictures.forEach((picture) => picture.repaint()));
    },
    end: () => gliding.end(),
  };
}
