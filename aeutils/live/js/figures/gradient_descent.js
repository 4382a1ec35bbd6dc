// Gradient descent: a model of one weight, the valley of its loss, and a ball that takes a step when the reader says so.

import { gradientOf, lossOf, lowestWeight, stepDownhill, tenSwings } from "../learning/one_weight.js";
import { checkChoice, ChoiceSlider } from "../parts/choice_slider.js";
import { drawDot } from "../parts/code_dots.js";
import { fontOf, make, Picture, Plate, styleOf } from "../parts/page_elements.js";
import { signed } from "../parts/words.js";

const LEARNING_RATES = [0.001, 0.01, 0.03, 0.05, 0.06, 0.1];
const [LEAST_WEIGHT, MOST_WEIGHT] = [-2, 13]; // of the slider and of the drawing
const GONE = 1e12; // a weight so far out that no more steps are taken: soon it would be no number
const HIGHEST_LOSS = 1000; // of the drawing, in squared degrees
const MARGINS = { left: 40, right: 12, top: 14, bottom: 36 }; // in pixels

export function gradientDescent(stage, { state }) {
  checkChoice("lr", state.get("lr"), LEARNING_RATES);
  if (!Number.isFinite(state.get("w"))) throw new Error(`w is ${JSON.stringify(state.get("w"))}; it is a number.`);
  const swings = tenSwings();
  const lowest = lowestWeight(swings);
  const start = state.get("w");
  let path = [start]; // the weights that the ball has been at, the last one where it is
  let told = ""; // how the last step went

  const pictures = swings.pictures.map(() => new Picture());
  const model = new Plate(drawModel);
  const valley = new Plate(drawValley);
  const named = (plate, name) => make("div", { class: "live-loss", role: "img", "aria-label": name }, plate.element);
  const weight = make("input", {
    type: "range", class: "live-slider", min: String(LEAST_WEIGHT), max: String(MOST_WEIGHT), step: "0.1",
    input: () => moveTo([Number(weight.value)], ""),
  });
  const weightValue = make("span", { class: "live-value", "aria-hidden": "true" });
  const rates = new ChoiceSlider({
    name: "learning rate", values: LEARNING_RATES, value: state.get("lr"), onChange: (lr) => state.set({ lr }),
  });
  const button = (words, click) => make("button", { type: "button", class: "live-button", click }, words);
  const step = button("Step", () => takeSteps(1));
  step.classList.add("live-main");
  const line = make("p", { class: "live-words live-progress", role: "status" });
  const caption = (words) => make("p", { class: "live-words live-caption" }, words);
  stage.append(
    caption("ten pendulums to learn from"),
    make("div", { class: "live-ten" }, ...pictures.map(({ element }) => element)),
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" },
        named(model, "the ten pendulums and the line that the model predicts"),
        caption("The model predicts: angle = w × middle of the ink. Dots: the ten pendulums. Bars: the misses.")),
      make("div", { class: "live-column" },
        named(valley, "the loss against the weight, with the ball and the steps it took"),
        caption("The loss: the mean squared miss of every weight. The ball is at this w; the dashes show how steep it is."))),
    make("div", { class: "live-row live-training", role: "group", "aria-label": "training" },
      step,
      button("10 steps", () => takeSteps(10)),
      button("Restart", () => moveTo([start], ""))),
    line,
    make("div", { class: "live-settings" },
      make("label", { class: "live-words live-slider-label" }, "weight w ", weight, weightValue),
      rates.element),
  );

  function takeSteps(count) {
    const taken = [...path];
    for (let i = 0; i < count && Math.abs(taken.at(-1)) < GONE; i++) {
      taken.push(stepDownhill(taken.at(-1), state.get("lr"), swings));
    }
    if (taken.length > path.length) moveTo(taken, inWords(taken, count));
  }

  /** The ball is at the end of a path; whoever else shows the same state hears where. */
  function moveTo(taken, words) {
    path = taken;
    told = words;
    state.set({ w: path.at(-1) });
    show();
  }

  /** What the last steps did: how far they went, and what comes of going on like that. */
  function inWords(taken, count) {
    const [before, here] = taken.slice(-2);
    const gradient = gradientOf(before, swings);
    const jumped = stepDownhill(lowest + 1, state.get("lr"), swings) - lowest; // of a distance of 1 from the bottom
    const words = [`Step ${taken.length - 1}:`];
    if (count === 1) words.push(`the gradient was ${short(gradient)}, so w changed by ${short(here - before, true)}.`);
    if (Math.abs(jumped) > 1) {
      words.push("Each step lands on the other side, farther out than before: the training diverges.");
      if (here < LEAST_WEIGHT || here > MOST_WEIGHT) words.push("The ball has left the drawing.");
    } else if (Math.abs(here - lowest) < 0.01) {
      words.push("The ball has arrived: at the bottom the gradient is 0, and steps end.");
    } else if (jumped < 0) {
      words.push("It jumps over the bottom, but each jump is shorter: it will arrive.");
    } else if (jumped > 0.9) {
      words.push("It creeps: right direction, short steps.");
    } else {
      words.push("It goes downhill, in ever shorter steps.");
    }
    return words.join(" ");
  }

  function drawModel(context, width, height) {
    const frame = makeFrame(context, width, height, [-8, 8], [-48, 48]);
    frame.axes("middle of the ink (pixels to the right)", [-5, 0, 5], [-40, 0, 40], "°");
    const w = path.at(-1);
    context.strokeStyle = styleOf(stage, "--live-digit-8");
    context.lineWidth = 2;
    swings.middles.forEach((x, i) => frame.line([[x, swings.degrees[i]], [x, w * x]]));
    context.strokeStyle = styleOf(stage, "--live-focus");
    context.lineWidth = 2.5;
    frame.line([[-8, -8 * w], [8, 8 * w]]);
    frame.end();
    swings.middles.forEach((x, i) => drawDot(context, frame.at(x, swings.degrees[i]), 4, styleOf(stage, "--live-ink")));
  }

  function drawValley(context, width, height) {
    const frame = makeFrame(context, width, height, [LEAST_WEIGHT, MOST_WEIGHT], [0, HIGHEST_LOSS]);
    frame.axes("weight w (loss, upwards)", [0, 4, 8, 12], [0, 500, 1000], "");
    const place = (w) => [w, lossOf(w, swings)];
    context.strokeStyle = styleOf(stage, "--live-ink");
    context.lineWidth = 2;
    const count = 100;
    frame.line(Array.from({ length: count + 1 }, (_, i) =>
      place(LEAST_WEIGHT + (i / count) * (MOST_WEIGHT - LEAST_WEIGHT))));
    context.strokeStyle = styleOf(stage, "--live-focus");
    context.lineWidth = 1.5;
    frame.line(path.map(place));
    for (const w of path.slice(0, -1)) drawDot(context, frame.at(...place(w)), 3, styleOf(stage, "--live-focus"));
    const [here, loss] = place(path.at(-1));
    context.strokeStyle = styleOf(stage, "--live-digit-8");
    context.lineWidth = 2;
    context.setLineDash([5, 4]);
    frame.line([-2.5, 2.5].map((aside) => [here + aside, loss + aside * gradientOf(here, swings)]));
    context.setLineDash([]);
    drawDot(context, frame.at(here, loss), 7.5, styleOf(stage, "--live-digit-8"));
    frame.end();
  }

  /** A drawing with axes; until its end nothing outside them is painted. */
  function makeFrame(context, width, height, [lowX, highX], [lowY, highY]) {
    const [left, right] = [MARGINS.left, width - MARGINS.right];
    const [top, bottom] = [MARGINS.top, height - MARGINS.bottom];
    const at = (x, y) => [
      left + ((x - lowX) / (highX - lowX)) * (right - left),
      bottom - ((y - lowY) / (highY - lowY)) * (bottom - top),
    ];
    const line = (points) => {
      context.beginPath();
      points.forEach(([x, y]) => context.lineTo(...at(x, y)));
      context.stroke();
    };
    const axes = (name, ticksX, ticksY, unit) => {
      context.clearRect(0, 0, width, height);
      context.lineJoin = "round";
      context.font = fontOf(stage, "12px");
      context.fillStyle = styleOf(stage, "--live-muted");
      context.strokeStyle = styleOf(stage, "--live-line");
      context.lineWidth = 1;
      context.textBaseline = "middle";
      context.textAlign = "right";
      const written = (value) => String(value).replace("-", "\u2212");
      for (const y of ticksY) {
        line([[lowX, y], [highX, y]]);
        context.fillText(written(y) + unit, left - 6, at(0, y)[1]);
      }
      context.textAlign = "center";
      for (const x of ticksX) context.fillText(written(x), at(x, 0)[0], bottom + 10);
      context.fillText(name, (left + right) / 2, height - 9);
      context.save();
      context.beginPath();
      context.rect(left, top - 8, right - left, bottom - top + 16);
      context.clip();
    };
    return { at, line, axes, end: () => context.restore() };
  }

  function show() {
    const w = path.at(-1);
    weight.value = String(Math.max(LEAST_WEIGHT, Math.min(MOST_WEIGHT, w)));
    weight.setAttribute("aria-valuetext", short(w, true));
    weightValue.textContent = short(w, true);
    line.textContent = `${told} Weight ${short(w, true)}, loss ${short(lossOf(w, swings))}.`.trimStart();
    [model, valley].forEach((plate) => plate.repaint());
  }

  swings.pictures.forEach((picture, i) => pictures[i].show(picture, `pendulum at ${signed(swings.degrees[i], 0)}°`));
  show();
  state.onChange({
    w() {
      if (state.get("w") !== path.at(-1)) moveTo([state.get("w")], ""); // chosen elsewhere
    },
    lr() {
      rates.set(state.get("lr"));
      told = "";
      show();
    },
  });
  return {
    repaint() {
      [...pictures, model, valley].forEach((part) => part.repaint());
    },
  };
}

/** Three digits of a number, with its sign if that is wanted; a huge one as a power. */
function short(value, isSigned = false) {
  if (Math.abs(value) >= 1e6) return `${value < 0 ? "\u2212" : ""}10^${Math.floor(Math.log10(Math.abs(value)))}`;
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return isSigned || value < 0 ? signed(value, decimals) : value.toFixed(decimals);
}
