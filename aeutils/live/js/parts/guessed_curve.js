// The error against the size of the code: first as the reader guesses it, then as it was measured.

import { drawDot } from "./code_dots.js";
import { fontOf, make, Plate, styleOf } from "./page_elements.js";

/** The sizes whose error the reader guesses. */
export const GUESSED_SIZES = [2, 8, 32, 128];
export const HIGHEST_GUESS = 0.06;
const GIVEN_SIZE = 1; // its error stands there from the beginning
const CURVE_TOP = 0.065; // of the drawing
const GUESS_MARGIN = { left: 46, right: 24, top: 10, bottom: 34 }; // in pixels
const GUESS_STEPS = { ArrowUp: 0.001, ArrowDown: -0.001, PageUp: 0.005, PageDown: -0.005, Home: -1, End: 1 };
const STILL_FALLS = 0.8; // a guess that falls below this share of itself from 32 to 128 numbers goes on falling
const TOO_HIGH = 1.5; // times what was measured with 32 numbers

export class GuessedCurve {
  /**
   * @param {object} options
   * @param {HTMLElement} options.stage whose colours are used
   * @param {{network: object[], pca: object[]}} options.curves what was measured
   * @param {(guess: number[]) => void} options.onGuess
   */
  constructor({ stage, curves, onGuess }) {
    Object.assign(this, { stage, curves, onGuess, guess: [], size: null, revealed: false });
    this.plate = new Plate((context, width, height) => this.draw(context, width, height));
    this.handles = GUESSED_SIZES.map((size, i) =>
      make("div", {
        class: "live-handle", role: "slider", tabindex: "0", "aria-orientation": "vertical",
        "aria-label": `your guess of the error with ${size} numbers`,
        "aria-valuemin": "0", "aria-valuemax": String(HIGHEST_GUESS),
        keydown: (event) => this.onKey(i, event),
        pointerdown: (event) => this.handles[i].setPointerCapture(event.pointerId),
        pointermove: (event) => this.onDrag(i, event),
      }));
    const labelled = { class: "live-curve live-guessed", role: "group", "aria-label": "the error against the size of the code" };
    this.element = make("div", labelled, this.plate.element, ...this.handles);
  }

  /** @param {{guess: number[], size: number, revealed: boolean}} shown what is guessed, which size is looked at */
  show(shown) {
    Object.assign(this, shown);
    this.handles.forEach((handle, i) => {
      handle.hidden = this.revealed;
      handle.style.left = `calc(${GUESS_MARGIN.left}px + (100% - ${GUESS_MARGIN.left + GUESS_MARGIN.right}px) * ${this.across(GUESSED_SIZES[i])})`;
      handle.style.top = `calc(${GUESS_MARGIN.top}px + (100% - ${GUESS_MARGIN.top + GUESS_MARGIN.bottom}px) * ${1 - this.guess[i] / CURVE_TOP})`;
      handle.setAttribute("aria-valuenow", this.guess[i].toFixed(3));
      handle.setAttribute("aria-valuetext", this.guess[i].toFixed(3));
    });
    this.repaint();
  }

  repaint() {
    this.plate.repaint();
  }

  /** What was measured with some size; an error if nothing was. */
  measured(size) {
    const row = this.curves.network.find((point) => point.latent_dim === size);
    if (!row) throw new Error(`Nothing was measured with ${size} numbers.`);
    return row.mse;
  }

  /** How far off the guess is, in words. */
  inWords() {
    const found = GUESSED_SIZES.map((size) => this.measured(size));
    const misses = found.map((mse, i) => Math.abs(mse - this.guess[i]));
    const worst = misses.indexOf(Math.max(...misses));
    const mean = misses.reduce((sum, miss) => sum + miss, 0) / misses.length;
    const [, , before, last] = this.guess;
    let ending = "And you saw that it stops: after 32 numbers it hardly falls.";
    if (last < STILL_FALLS * before) ending = "You let it go on falling after 32 numbers; the network's hardly does.";
    else if (before > TOO_HIGH * found[2]) ending = "You let it stop too early, too high up.";
    return (
      `Your guess is off by ${mean.toFixed(3)} on average, most with ${GUESSED_SIZES[worst]} numbers: ` +
      `you said ${this.guess[worst].toFixed(3)}, it is ${found[worst].toFixed(3)}. ${ending}`
    );
  }

  onKey(i, event) {
    if (!(event.key in GUESS_STEPS)) return;
    this.move(i, this.guess[i] + GUESS_STEPS[event.key]);
    event.preventDefault();
  }

  onDrag(i, event) {
    if (!this.handles[i].hasPointerCapture(event.pointerId)) return;
    const box = this.plate.element.getBoundingClientRect();
    const [top, bottom] = [box.top + GUESS_MARGIN.top, box.bottom - GUESS_MARGIN.bottom];
    this.move(i, ((bottom - event.clientY) / (bottom - top)) * CURVE_TOP);
  }

  move(i, mse) {
    const inside = Math.max(0, Math.min(HIGHEST_GUESS, Math.round(mse * 1000) / 1000));
    this.onGuess(this.guess.map((other, j) => (j === i ? inside : other)));
  }

  /** Where a size stands on the logarithmic axis, from 0 to 1. */
  across(size) {
    const sizes = this.curves.network.map((point) => point.latent_dim);
    return Math.log(size / Math.min(...sizes)) / Math.log(Math.max(...sizes) / Math.min(...sizes));
  }

  draw(context, width, height) {
    const { left, right, top, bottom } = GUESS_MARGIN;
    const x = (size) => left + this.across(size) * (width - left - right);
    const y = (mse) => height - bottom - (mse / CURVE_TOP) * (height - top - bottom);
    const color = (name) => styleOf(this.stage, name);
    const line = (points, dashes = []) => {
      context.setLineDash(dashes);
      context.beginPath();
      points.forEach(([size, mse]) => context.lineTo(x(size), y(mse)));
      context.stroke();
      context.setLineDash([]);
    };
    const asPairs = (points) => points.map((point) => [point.latent_dim, point.mse]);
    const sizes = this.curves.network.map((point) => point.latent_dim);
    context.clearRect(0, 0, width, height);
    context.font = fontOf(this.stage, "12px");
    context.fillStyle = color("--live-ink");
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.strokeStyle = color("--live-line");
    context.lineWidth = 1;
    for (const mse of [0, 0.02, 0.04, 0.06]) {
      context.fillText(mse.toFixed(2), left - 6, y(mse));
      line([[sizes[0], mse], [sizes.at(-1), mse]]);
    }
    context.textAlign = "center";
    for (const size of [1, 2, 4, 8, 16, 32, 64, 128]) context.fillText(size, x(size), height - bottom + 11);
    context.fillText("numbers per digit (mean squared error, upwards)", (left + width - right) / 2, height - 8);
    const guessed = [[GIVEN_SIZE, this.measured(GIVEN_SIZE)], ...GUESSED_SIZES.map((size, i) => [size, this.guess[i]])];
    context.lineWidth = 1.8;
    context.strokeStyle = color("--live-focus");
    line(guessed, [2, 4]);
    if (this.revealed) {
      for (const [size, mse] of guessed.slice(1)) {
        drawDot(context, [x(size), y(mse)], 5, color("--live-focus"));
        drawDot(context, [x(size), y(mse)], 3, color("--live-paper"));
      }
      context.strokeStyle = color("--live-digit-8"); // the colours of the first two series of a static figure
      line(asPairs(this.curves.pca), [5, 4]);
      context.strokeStyle = color("--live-digit-1");
      line(asPairs(this.curves.network));
    }
    const dot = this.revealed ? this.size : GIVEN_SIZE;
    const place = [x(dot), y(this.measured(dot))];
    drawDot(context, place, 9, color("--live-paper"));
    drawDot(context, place, 6.5, color("--live-digit-1"));
  }
}
