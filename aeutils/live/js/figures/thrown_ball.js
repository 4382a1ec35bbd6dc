// A thrown ball: noisy dots, a polynomial of the degree that the reader chooses, and what it misses.

import {
  fitPolynomial, FLIGHT_BETWEEN, FLIGHT_END, FLIGHT_FITTED, FLIGHT_LANDING, rootMeanSquare, throwBall,
} from "../learning/polynomials.js";
import { checkChoice, ChoiceSlider } from "../parts/choice_slider.js";
import { drawDot } from "../parts/code_dots.js";
import { fontOf, make, Plate, styleOf } from "../parts/page_elements.js";

const BALL_DEGREES = Array.from({ length: 12 }, (_, degree) => degree);
const BALL_NOISES = [0, 0.1, 0.2, 0.3, 0.5, 1, 2, 5];
const THROW_KINDS = [
  { key: "fitted", name: "fitted dots", times: FLIGHT_FITTED, color: "--live-digit-1" },
  { key: "between", name: "held out, between", times: FLIGHT_BETWEEN, color: "--live-digit-8" },
  { key: "landing", name: "held out, landing", times: FLIGHT_LANDING, color: "--live-digit-2" },
];
const FLIGHT_FRAME = { left: 30, right: 8, top: 8, bottom: 30 }; // margins in pixels
const [LEAST_MISS, LARGEST_MISS] = [0.001, 2000]; // metres; what misses by less stands at the foot

export async function thrownBall(stage, { state }) {
  check();
  let dots = null;
  let curves = []; // one a degree
  let misses = []; // for each degree, of each kind
  const sliderFor = (key, name, values) => {
    const onChange = (value) => state.set({ [key]: value });
    return new ChoiceSlider({ name, values, value: state.get(key), onChange });
  };
  const degree = sliderFor("degree", "degree", BALL_DEGREES);
  const noise = sliderFor("noise", "metres of noise", BALL_NOISES);
  const again = make(
    "button",
    { type: "button", class: "live-button", click: () => state.set({ seed: (state.get("seed") + 1) % 2 ** 32 }) },
    "New throw",
  );
  const flight = new Plate(drawFlight);
  const errors = new Plate(drawErrors);
  const line = make("p", { class: "live-words", role: "status" });
  const key = THROW_KINDS.map(({ key: kind, name }) => {
    return make("span", { class: `live-key live-key-${kind}` }, name);
  });
  stage.append(
    make("div", { class: "live-settings live-wide" }, degree.element, noise.element),
    make("div", { class: "live-flight", role: "img", "aria-label": "the dots and the curve" }, flight.element),
    make("p", { class: "live-words live-keys" }, ...key, again),
    line,
    make("div", { class: "live-misses", role: "img", "aria-label": "what each degree misses" }, errors.element),
  );

  function check() {
    checkChoice("degree", state.get("degree"), BALL_DEGREES);
    checkChoice("noise", state.get("noise"), BALL_NOISES);
    const seed = state.get("seed");
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new Error(`seed is ${JSON.stringify(seed)}; wanted a whole number from 0 to ${2 ** 32 - 1}.`);
    }
  }

  function measure() {
    dots = throwBall(state.get("noise"), state.get("seed"));
    curves = BALL_DEGREES.map((each) => fitPolynomial(FLIGHT_FITTED, dots.fitted, each));
    misses = curves.map((curve) => THROW_KINDS.map(({ key: kind, times }) => rootMeanSquare(curve, times, dots[kind])));
  }

  function drawFlight(context, width, height) {
    const { left, right, top, bottom } = FLIGHT_FRAME;
    const x = (t) => left + ((t + 0.04) / 2.14) * (width - left - right);
    const y = (h) => height - bottom - ((h + 1) / 9) * (height - top - bottom); // from -1 to 8 metres
    const color = (name) => styleOf(stage, name);
    context.clearRect(0, 0, width, height);
    context.font = fontOf(stage, "12px");
    context.fillStyle = color("--live-muted");
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.lineWidth = 1;
    for (let h = 0; h <= 8; h += 2) {
      context.strokeStyle = color(h === 0 ? "--live-ink" : "--live-line");
      context.beginPath();
      context.moveTo(left, y(h));
      context.lineTo(width - right, y(h));
      context.stroke();
      context.fillText(h, left - 6, y(h));
    }
    context.textAlign = "center";
    for (const t of [0, 0.5, 1, 1.5, 2]) context.fillText(t, x(t), height - bottom + 9);
    context.fillText("height in metres against time in seconds", (left + width) / 2, height - 7);
    context.save();
    context.beginPath();
    context.rect(left, top, width - left - right, height - top - bottom);
    context.clip();
    const curve = curves[state.get("degree")];
    context.strokeStyle = color("--live-focus");
    context.lineWidth = 2.5;
    context.lineJoin = "round";
    context.beginPath();
    for (let i = 0; i <= 420; i++) {
      const h = Math.max(-1000, Math.min(1000, curve(i / 200)));
      context.lineTo(x(i / 200), y(h));
    }
    context.stroke();
    for (const { key: kind, times, color: name } of THROW_KINDS) {
      times.forEach((t, i) => {
        const place = [x(t), y(dots[kind][i])];
        drawMark(context, kind, place, color(name), color("--live-paper"));
      });
    }
    context.restore();
  }

  /** Full for the fitted dots, a ring for those between, a square for the landing. */
  function drawMark(context, kind, [x, y], color, paper) {
    if (kind === "landing") {
      context.fillStyle = color;
      context.fillRect(x - 4.5, y - 4.5, 9, 9);
      return;
    }
    drawDot(context, [x, y], 5.5, color);
    if (kind === "between") drawDot(context, [x, y], 3, paper);
  }

  function drawErrors(context, width, height) {
    const { left, right, top, bottom } = { ...FLIGHT_FRAME, left: 56 };
    const x = (each) => left + 14 + (each / BALL_DEGREES.at(-1)) * (width - left - right - 28);
    const share = (miss) => Math.log(miss / LEAST_MISS) / Math.log(LARGEST_MISS / LEAST_MISS);
    const y = (miss) => height - bottom - Math.max(0, Math.min(1, share(miss))) * (height - top - bottom - 9) - 9;
    const color = (name) => styleOf(stage, name);
    context.clearRect(0, 0, width, height);
    context.font = fontOf(stage, "12px");
    context.fillStyle = color("--live-muted");
    context.strokeStyle = color("--live-line");
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.lineWidth = 1;
    for (const miss of [LEAST_MISS, 0.01, 0.1, 1, 10, 100, 1000]) {
      context.beginPath();
      context.moveTo(left, y(miss));
      context.lineTo(width - right, y(miss));
      context.stroke();
      context.fillText(miss === LEAST_MISS ? "< 1 mm" : `${miss.toLocaleString("en")} m`, left - 6, y(miss));
    }
    context.textAlign = "center";
    for (const each of BALL_DEGREES) context.fillText(each, x(each), height - bottom + 9);
    context.fillText("what each degree misses", (left + width) / 2, height - 7);
    const here = state.get("degree");
    context.strokeStyle = color("--live-focus");
    context.lineWidth = 1.5;
    context.strokeRect(x(here) - 10, top, 20, height - top - bottom);
    THROW_KINDS.forEach(({ key: kind, color: name }, i) => {
      context.strokeStyle = color(name);
      context.lineWidth = 1.5;
      context.beginPath();
      misses.forEach((each, at) => context.lineTo(x(at), y(each[i])));
      context.stroke();
      misses.forEach((each, at) => drawMark(context, kind, [x(at), y(each[i])], color(name), color("--live-paper")));
    });
  }

  function metres(value) {
    return `${value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString("en")} m`;
  }

  function inWords() {
    const here = state.get("degree");
    const [fitted, between, landing] = misses[here].map(metres);
    const down = curves[here](FLIGHT_END);
    const where = Math.abs(down) < 0.05 ? "there too" : `${metres(Math.abs(down))} ${down > 0 ? "above" : "below"} the ground`;
    return (
      `Degree ${here}, ${here + 1} ${here ? "coefficients" : "coefficient"}: misses the fitted dots by ${fitted}, ` +
      `held-out dots between them by ${between}, the landing by ${landing}. ` +
      `When the ball lands, the curve is ${where}.`
    );
  }

  function show() {
    try {
      check();
    } catch (error) {
      line.textContent = error.message;
      return;
    }
    measure();
    degree.set(state.get("degree"));
    degree.input.setAttribute("aria-valuetext", `degree ${state.get("degree")}`);
    noise.set(state.get("noise"));
    line.textContent = inWords();
    [flight, errors].forEach((plate) => plate.repaint());
  }

  show();
  state.onChange({ degree: show, noise: show, seed: show });
  return {
    repaint() {
      [flight, errors].forEach((plate) => plate.repaint());
    },
  };
}
