// The loss while a network trains, on a logarithmic axis; earlier trainings stay behind it, to compare.

import { fontOf, make, Plate, styleOf } from "./page_elements.js";

const CURVE_MARGIN = { left: 44, right: 10, top: 10, bottom: 30 }; // in pixels
const EARLIER_RUNS = 3;

export class LossCurve {
  /**
   * @param {object} options
   * @param {string} options.label what is drawn, such as "loss"
   * @param {(value: number) => string} options.format how the axis writes a value
   * @param {{value: number, words: string}[]} [options.marks] losses to compare with, drawn dashed
   * @param {[number, number]} [options.span] losses that the axis reaches in any case
   * @param {{name: string, steps: number}} [options.unit] what is counted: steps, or so many steps together
   */
  constructor({ label, format, marks = [], span = [], unit = { name: "step", steps: 1 } }) {
    Object.assign(this, { label, format, marks, span, unit, steps: 1 });
    this.runs = [[]]; // of points [step, value], the oldest run first; the last is the one that goes on
    this.plate = new Plate((context, width, height) => this.draw(context, width, height));
    const attributes = { class: "live-loss", role: "img", "aria-label": `curve of the ${label}` };
    this.element = make("div", attributes, this.plate.element);
  }

  /** A training begins, of this many steps. */
  begin(steps) {
    this.steps = steps;
    this.runs = [...this.runs.filter((run) => run.length > 1), []].slice(-EARLIER_RUNS - 1);
    this.repaint();
  }

  add(step, value) {
    this.runs.at(-1).push([step, value]);
    this.repaint();
  }

  repaint() {
    this.plate.repaint();
  }

  draw(context, width, height) {
    const [left, right] = [CURVE_MARGIN.left, width - CURVE_MARGIN.right];
    const [top, bottom] = [CURVE_MARGIN.top, height - CURVE_MARGIN.bottom];
    const marked = this.marks.map(({ value }) => value);
    const values = [...this.runs.flat().map(([, value]) => value), ...marked, ...this.span];
    const highest = values.length > 0 ? Math.max(...values) : 1;
    const lowest = Math.min(...values, this.span.length ? Infinity : highest / 10);
    const [high, low] = [Math.log10(highest) + 0.08, Math.log10(lowest) - 0.08];
    const x = (step) => left + (step / this.steps) * (right - left);
    const y = (value) => bottom - ((Math.log10(value) - low) / (high - low)) * (bottom - top);
    const line = (points, color, lineWidth, dashes = []) => {
      context.strokeStyle = styleOf(this.element, color);
      context.lineWidth = lineWidth;
      context.setLineDash(dashes);
      context.beginPath();
      points.forEach((point) => context.lineTo(...point));
      context.stroke();
    };
    context.clearRect(0, 0, width, height);
    context.lineJoin = "round";
    context.font = fontOf(this.element, "12px");
    context.fillStyle = styleOf(this.element, "--live-muted");
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const value of roundValues(low, high)) {
      line([[left, y(value)], [right, y(value)]], "--live-line", 1);
      context.fillText(this.format(value), left - 6, y(value));
    }
    for (const { value, words } of this.marks) {
      line([[left, y(value)], [right, y(value)]], "--live-muted", 1, [4, 4]);
      const isBelow = this.marks.length > 1 && value === Math.min(...marked);
      context.fillText(words, right, y(value) + (isBelow ? 9 : -8));
    }
    context.textAlign = "left";
    const { name, steps: size } = this.unit;
    const count = Math.floor(this.steps / size).toLocaleString("en");
    const words = `${this.label}, ${name} by ${name}`;
    const fits = context.measureText(`${words}  ${count}`).width <= right - left;
    context.fillText(fits ? words : this.label, left, height - 10);
    context.textAlign = "right";
    context.fillText(fits ? count : `${name} ${count}`, right, height - 10);
    this.runs.forEach((run, i) => {
      const isLast = i === this.runs.length - 1;
      const points = run.map(([step, value]) => [x(step), y(value)]);
      line(points, isLast ? "--live-focus" : "--live-edge", isLast ? 2.5 : 1);
      if (!isLast || run.length === 0) return;
      context.fillStyle = styleOf(this.element, "--live-focus");
      context.beginPath();
      context.arc(...points.at(-1), 4, 0, 2 * Math.PI);
      context.fill();
    });
  }
}

/** Several curves of one training, below each other: for a panel they are one, whose every value is a list. */
export class LossCurves {
  /** @param {LossCurve[]} curves */
  constructor(...curves) {
    this.curves = curves;
    this.element = make("div", {}, ...curves.map(({ element }) => element));
  }

  begin(steps) {
    for (const curve of this.curves) curve.begin(steps);
  }

  add(step, values) {
    this.curves.forEach((curve, i) => curve.add(step, values[i]));
  }

  repaint() {
    for (const curve of this.curves) curve.repaint();
  }
}

/** Powers of ten between two logarithms, and where there are few of them, twice and five times these as well. */
function roundValues(low, high) {
  const factors = high - low < 1.5 ? [1, 2, 5] : [1];
  const values = [];
  for (let power = Math.floor(low); power <= high; power++) {
    values.push(...factors.map((factor) => factor * 10 ** power));
  }
  return values.filter((value) => Math.log10(value) > low && Math.log10(value) < high);
}
