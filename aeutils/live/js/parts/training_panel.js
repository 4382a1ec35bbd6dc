// What every figure that trains has: buttons, a seed, the loss curve, and the lines that say how far it is and what
// went wrong.

import { Training } from "../learning/training.js";
import { make } from "./page_elements.js";

const ALOUD_MILLISECONDS = 4000; // at least, between two sentences for a screen reader
const LARGEST_SEED = 2 ** 32 - 1;
const EACH_STEP = { name: "step", steps: 1 };

/**
 * How a figure uses it:
 *
 *     const panel = new TrainingPanel({ ... });
 *     stage.append(panel.controls, panel.curve.element, panel.lines);
 *     panel.restart(); // if the untrained network is to be seen at once; otherwise the reader's first press does it
 *     state.onChange({ seed: () => panel.restart(), ... });
 *     return { repaint: ..., end: () => panel.end() };
 *
 * Meanwhile `panel.decode` says what codes stand for, and `panel.training.save()` gives the weights.
 *
 * Where the reader wants no motion, `show` is called only when the training pauses.
 */
export class TrainingPanel {
  /**
   * @param {object} parts
   * @param {() => object | Promise<object>} parts.job what to train, as the choices are now; see learning/training.js
   * @param {() => number} parts.seed the seed chosen now
   * @param {(seed: number) => void} parts.onSeed the reader has chosen another; whoever hears it calls `restart`
   * @param {(report: object) => void} parts.show draw what a report says
   * @param {(report: object) => string} parts.inWords the same in a sentence or two
   * @param {LossCurve} parts.curve
   * @param {(report: object) => number} [parts.height] what the curve draws of a report that has a loss
   * @param {{name: string, steps: number}} [parts.unit] what is counted: steps, or so many steps together
   * @param {number} [parts.atOnce] how many of them the second button takes
   * @param {() => void} [parts.onChange] it runs, pauses, begins anew or has failed
   */
  constructor({ height = ({ loss }) => loss, unit = EACH_STEP, atOnce, onChange, ...parts }) {
    Object.assign(this, { height, unit, ...parts });
    this.isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.atOnce = atOnce ?? (this.isStill ? 100 : 10);
    this.training = null;
    this.report = null; // the last one
    this.isRunning = false; // as the reader wants it; a report may lag behind
    this.hasFailed = false;
    this.attempts = 0; // to begin; only the latest counts
    this.nextAloud = 0;
    this.question = this.asked = null; // what to decode next, and by which training the last is being decoded
    this.makeElements();
    this.onReturn = ({ persisted }) => persisted && this.training && this.restart(false);
    window.addEventListener("pageshow", this.onReturn); // leaving the page has ended the training
    this.onChange = onChange; // from now on
  }

  makeElements() {
    const button = (words, click) => make("button", { type: "button", class: "live-button", click }, words);
    this.main = button("Start", () => this.press());
    this.main.classList.add("live-main");
    this.seedInput = make("input", {
      type: "number", class: "live-number", min: "0", max: String(LARGEST_SEED), step: "1",
      change: () => this.changeSeed(),
    });
    this.controls = make(
      "div",
      { class: "live-row live-training", role: "group", "aria-label": "training" },
      this.main,
      button(`${this.atOnce} ${this.unit.name}${this.atOnce === 1 ? "" : "s"}`, () => this.takeSteps()),
      button("Restart", () => this.restart(false)),
      make("label", { class: "live-words live-seed" }, "seed ", this.seedInput),
    );
    this.line = make("p", { class: "live-words live-progress" });
    this.aloud = make("p", { class: "live-aloud", role: "status" });
    this.notice = make("p", { class: "live-words" });
    this.problem = make("p", { class: "live-problem", role: "alert" });
    this.lines = make("div", { class: "live-lines" }, this.problem, this.line, this.notice, this.aloud);
    this.refresh();
  }

  /** Start, pause, go on, or start again: whatever makes sense now. */
  async press() {
    if (this.isRunning) {
      this.isRunning = false;
      this.training?.pause();
    } else if (this.canGoOn) {
      this.isRunning = true;
      this.training.start();
    } else {
      await this.restart(true);
    }
    this.refresh();
  }

  async takeSteps() {
    if (!this.canGoOn) await this.restart(false);
    this.isRunning = false;
    if (this.canGoOn) this.training.step(this.atOnce * this.unit.steps);
    this.refresh();
  }

  get canGoOn() {
    return this.training !== null && !this.report?.isFinished && !this.hasFailed;
  }

  /**
   * Go back to the beginning, with the choices as they are now. What was running goes on from there.
   *
   * @param {boolean} [isRunning] whether to train at once
   */
  async restart(isRunning = this.isRunning) {
    const attempt = ++this.attempts;
    this.isRunning = isRunning;
    this.hasFailed = false;
    this.problem.textContent = "";
    this.refresh();
    let job;
    try {
      job = await this.job();
    } catch (error) {
      if (attempt === this.attempts) this.fail(error.message);
      return;
    }
    if (attempt !== this.attempts) return; // the reader has changed something meanwhile, or the figure is gone
    this.training?.end(); // a new one each time, so that nothing is heard of the one before
    this.report = null;
    this.training = new Training({
      job,
      onReport: (report) => this.hear(report),
      onProblem: (sentence) => this.fail(sentence),
    });
    this.training.restart();
    if (this.isRunning) this.training.start();
    this.refresh();
  }

  hear(report) {
    if (this.report === null) this.curve.begin(report.steps);
    this.report = report;
    if (report.isFinished) this.isRunning = false;
    if (report.loss !== null) this.curve.add(report.step, this.height(report));
    if (!(this.isStill && report.isRunning)) this.show(report);
    const words = `${this.progress(report)} ${this.inWords(report)}`;
    this.line.textContent = words;
    this.notice.textContent = report.notice;
    if (performance.now() > this.nextAloud || !report.isRunning) {
      this.aloud.textContent = `${words} ${report.notice}`;
      this.nextAloud = performance.now() + ALOUD_MILLISECONDS;
    }
    this.refresh();
  }

  /** "Step 20 of 2,000." */
  progress({ step, steps }) {
    const { name, steps: size } = this.unit;
    const [done, all] = [step, steps].map((count) => Math.floor(count / size).toLocaleString("en"));
    return `${name[0].toUpperCase()}${name.slice(1)} ${done} of ${all}.`;
  }

  fail(sentence) {
    this.problem.textContent = sentence;
    this.hasFailed = true;
    this.isRunning = false;
    this.refresh();
  }

  /**
   * Ask what codes stand for now. While one answer is awaited, only the last question after it is kept.
   *
   * @param {ArrayLike<number>} codes as many numbers each as those of the last report
   * @param {(decoded: Float32Array) => void} show
   */
  async decode(codes, show) {
    if (this.report === null || this.hasFailed) return;
    this.question = { codes, show };
    const { training } = this;
    if (this.asked === training) return;
    this.asked = training;
    while (this.question) {
      const { codes: place, show: tell } = this.question;
      this.question = null;
      const decoded = await training.decode(place);
      if (training !== this.training) return; // what was asked after this is for its successor
      tell(decoded);
    }
    this.asked = null;
  }

  changeSeed() {
    const number = this.seedInput.valueAsNumber;
    if (Number.isInteger(number) && number >= 0 && number <= LARGEST_SEED) {
      this.onSeed(number);
    } else {
      const seed = this.seedInput.value; // "" if it is no number at all
      this.problem.textContent = `The seed is "${seed}"; wanted a whole number from 0 to ${LARGEST_SEED}.`;
    }
  }

  refresh() {
    const hasBegun = this.report?.step > 0;
    const isOver = this.report?.isFinished || this.hasFailed;
    this.main.textContent = this.isRunning ? "Pause" : isOver ? "Start again" : hasBegun ? "Go on" : "Start";
    if (document.activeElement !== this.seedInput) this.seedInput.value = String(this.seed());
    this.onChange?.();
  }

  /** The figure is gone. */
  end() {
    this.attempts += 1;
    window.removeEventListener("pageshow", this.onReturn);
    this.training?.end();
  }
}
