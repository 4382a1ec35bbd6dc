// The code of two numbers, turned: what its axes follow changes, what the decoder draws does not.

import { correlation } from "../network/correlation.js";
import { firstOfEach, meanSquaredError } from "../network/digits.js";
import { centred, fitWeights } from "../network/least_squares.js";
import { drawDot, drawName, markScale } from "../parts/code_dots.js";
import { make, Picture, Plate, rgbOf, styleOf } from "../parts/page_elements.js";
import { RadioChoice } from "../parts/radio_choice.js";
import { signed } from "../parts/words.js";

const TURN_REACH = 1.5; // of the map: a turned square's corners are 1.42 away
const TURN_SIZE = 2;
const WALK = Array.from({ length: 10 }, (_, i) => -0.9 + 0.2 * i);

/** A code after a turn by so many degrees, against the clock; with the negative angle, turned back. */
function turnCode([a, b], degrees) {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [c * a - s * b, s * a + c * b];
}

export async function turnedAxes(stage, { library, state }) {
  const [digits, network, codes, strokes] = await Promise.all([
    library.digits(), library.network(TURN_SIZE), library.codes(TURN_SIZE), library.strokes(),
  ]);
  const { labels, images } = digits;
  check();
  const inside = centred(codes.map((z) => Array.from(z)), labels); // without the mean of each digit
  const ten = firstOfEach(labels);
  const trained = ten.map((index) => meanSquaredError(images[index], network.decode(codes[index])));

  const slider = make("input", {
    type: "range", class: "live-slider", min: "0", max: "180", step: "1",
    input: () => state.set({ angle: Number(slider.value) }),
  });
  const value = make("span", { class: "live-value", "aria-hidden": "true" });
  const measure = new RadioChoice({
    label: "colour",
    choices: Object.keys(strokes).map((name) => [name, name]),
    onChange: (name) => state.set({ measure: name }),
  });
  const plate = new Plate(draw);
  const bars = ["first axis", "second axis", "an axis by luck", "best direction"].map((words, i) => {
    const bar = make("span", { class: `live-bar live-bar-${i < 2 ? "lost" : "kept"}` });
    return { bar, element: make("p", { class: "live-words live-barred" }, make("span", {}, words), bar) };
  });
  const strips = ["along the first axis", "along the second axis", "ten digits, code turned and turned back"].map((words) => {
    const pictures = Array.from({ length: 10 }, () => new Picture());
    const element = make("div", {},
      make("span", { class: "live-words live-caption" }, words),
      make("div", { class: "live-ten" }, ...pictures.map((picture) => picture.element)));
    return { pictures, element };
  });
  const line = make("p", { class: "live-words", role: "status" });
  stage.append(
    make("label", { class: "live-words live-slider-label" }, "turn the code ", slider, value),
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" },
        make("div", { class: "live-map live-cloud", role: "img", "aria-label": "the codes as dots, turned" }, plate.element),
        measure.element,
        make("p", { class: "live-words live-caption" }, "Dots: orange where it is small, teal where it is large.")),
      make("div", { class: "live-column" },
        ...strips.map(({ element }) => element),
        make("p", { class: "live-words live-caption" }, "Correlation inside a digit, without sign:"),
        ...bars.map(({ element }) => element))),
    line,
  );

  function check() {
    const { angle, measure: name } = { angle: state.get("angle"), measure: state.get("measure") };
    if (!Number.isFinite(angle) || angle < 0 || angle > 180) {
      throw new Error(`angle is ${JSON.stringify(angle)}; wanted a number of degrees from 0 to 180.`);
    }
    if (!(name in strokes)) throw new Error(`measure is ${JSON.stringify(name)}; it can be ${Object.keys(strokes).join(", ")}.`);
  }

  function draw(context, side) {
    const at = ([x, y]) => [((x / TURN_REACH + 1) * side) / 2, ((1 - y / TURN_REACH) * side) / 2];
    const stroke = (points, color, dashes = []) => {
      context.strokeStyle = styleOf(stage, color);
      context.setLineDash(dashes);
      context.beginPath();
      points.forEach((point) => context.lineTo(...at(point)));
      context.stroke();
      context.setLineDash([]);
    };
    const angle = state.get("angle");
    const values = strokes[state.get("measure")];
    const sorted = Float64Array.from(values).sort();
    const [low, high] = [sorted[Math.floor(0.05 * sorted.length)], sorted[Math.floor(0.95 * sorted.length)]];
    const [least, middle, most] = ["--live-digit-8", "--live-line", "--live-digit-1"].map((name) => rgbOf(styleOf(stage, name)));
    context.clearRect(0, 0, side, side);
    context.lineWidth = 1;
    stroke([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], "--live-edge");
    codes.forEach((z, i) => {
      const share = Math.max(-1, Math.min(1, (2 * (values[i] - low)) / (high - low) - 1));
      const end = share < 0 ? least : most;
      const rgb = middle.map((part, k) => Math.round(part + Math.abs(share) * (end[k] - part)));
      drawDot(context, at(turnCode(z, angle)), 3 * markScale(side), `rgb(${rgb})`);
    });
    stroke([[-TURN_REACH, 0], [TURN_REACH, 0]], "--live-ink");
    stroke([[0, -TURN_REACH], [0, TURN_REACH]], "--live-ink");
    for (const axis of [[1, 0], [0, 1]]) {
      const end = turnCode(axis.map((part) => part * 1.42), angle);
      if (angle % 90) stroke([end.map((part) => -part), end], "--live-muted", [5, 4]);
    }
    drawName(context, "z\u2081", at([TURN_REACH - 0.1, 0.12]), stage);
    drawName(context, "z\u2082", at([0.14, TURN_REACH - 0.1]), stage);
  }

  /** Correlations inside the digits: of both axes, of an axis by luck (mean over all turns), of the best direction. */
  function follow(angle) {
    const values = centred(strokes[state.get("measure")].map((one) => [one]), labels);
    const column = values.map(([one]) => one);
    const along = (degrees) => correlation(inside.map((z) => turnCode(z, degrees)[0]), column);
    const weights = fitWeights(inside, values);
    const best = correlation(inside.map((z) => z[0] * weights[0][0] + z[1] * weights[1][0]), column);
    const byLuck = Array.from({ length: 36 }, (_, i) => Math.abs(along(5 * i)));
    return [along(angle), along(angle - 90), byLuck.reduce((sum, r) => sum + r, 0) / byLuck.length, best];
  }

  function show() {
    check();
    const angle = state.get("angle");
    const name = state.get("measure");
    slider.value = String(angle);
    slider.setAttribute("aria-valuetext", `${angle} degrees`);
    value.textContent = `${angle}\u00b0`;
    measure.set(name);
    const drawAlong = (axis) => WALK.map((t) => network.decode(turnCode(axis ? [0, t] : [t, 0], -angle)));
    const again = ten.map((index) => network.decode(turnCode(turnCode(codes[index], angle), -angle)));
    [drawAlong(0), drawAlong(1), again].forEach((row, i) => row.forEach((picture, k) => {
      strips[i].pictures[k].show(picture, i < 2 ? `place ${k + 1} along axis ${i + 1}` : `a ${labels[ten[k]]}, drawn again`);
    }));
    const mean = (errors) => errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const error = mean(again.map((picture, k) => meanSquaredError(images[ten[k]], picture)));
    const [first, second, byLuck, best] = follow(angle);
    [first, second, byLuck, best].forEach((r, i) => {
      bars[i].bar.style.setProperty("--live-share", Math.abs(r));
      bars[i].bar.textContent = Math.abs(r).toFixed(2);
    });
    line.textContent =
      `Turned by ${angle}\u00b0: mean squared error of the ten digits ${error.toFixed(4)}, as trained ` +
      `${mean(trained).toFixed(4)}. The axes follow the ${name} with ${signed(first)} and ${signed(second)}.`;
    plate.repaint();
  }

  show();
  state.onChange({ angle: show, measure: show });
  return {
    repaint() {
      plate.repaint();
      strips.forEach(({ pictures }) => pictures.forEach((picture) => picture.repaint()));
    },
  };
}
