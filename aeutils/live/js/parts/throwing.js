// A button that throws codes, their drawings with what the judge says of each, and the share that has passed so far.

import { JudgedDrawings, TallyBar } from "./judged_drawings.js";
import { mapInSlices } from "./library.js";
import { make } from "./page_elements.js";

const THROWN = 40; // codes at once

export class Throwing {
  /**
   * @param {object} options
   * @param {Library} options.library
   * @param {[key: string | number | null, name: string][]} options.makers of codes: each has a share of its own
   * @param {() => Promise<{key, words: string, network: Network, next: () => number[]}>} options.source whose code is
   *   thrown next: a maker's key, words for what it throws from, who draws, and the code
   * @param {() => void} options.onThrown `codes` are others now
   */
  constructor({ library, makers, source, onThrown }) {
    Object.assign(this, { library, source, onThrown });
    this.codes = []; // {z, passes} of the codes that were thrown last
    this.turn = 0; // a throw ends when another has begun, or when these are cleared
    this.drawings = new JudgedDrawings(THROWN, "live-throws-many");
    this.line = make("p", { class: "live-words", role: "status" });
    this.tallies = new Map(makers.map(([key, name]) => [key, { thrown: 0, passed: 0, bar: new TallyBar(name) }]));
    const button = make("button", { type: "button", class: "live-button live-main", click: () => this.throw() }, `Throw ${THROWN}`);
    this.element = make("div", {},
      make("div", { class: "live-row live-training" }, button, this.line),
      this.drawings.element,
      ...Array.from(this.tallies.values(), ({ bar }) => bar.element));
    this.clear("");
  }

  /** Take the codes away, but not what is known of the shares. */
  clear(words) {
    this.turn += 1;
    this.codes = [];
    this.line.textContent = words;
    this.show();
  }

  async throw() {
    this.clear("Throwing \u2026");
    const mine = this.turn;
    const isOver = () => this.turn !== mine;
    try {
      const [judge, { key, words, network, next }] = await Promise.all([this.library.judge(), this.source()]);
      await mapInSlices(Array(THROWN).keys(), (i) => {
        if (!isOver()) this.take(i, next(), { key, network, judge });
      });
      if (isOver()) return;
      const passed = this.codes.filter(({ passes }) => passes).length;
      this.line.textContent = `Of these ${THROWN} codes from ${words}, ${passed} pass as a digit (bold crosses on the map).`;
      this.show();
    } catch (error) {
      if (!isOver()) this.line.textContent = `No codes can be thrown. ${error.message}`;
    }
  }

  /** Let one code be drawn and judged. */
  take(i, z, { key, network, judge }) {
    const tally = this.tallies.get(key);
    const drawing = network.decode(z);
    const verdict = judge.judge(drawing);
    tally.thrown += 1;
    tally.passed += verdict.passes;
    this.codes.push({ z, passes: verdict.passes });
    this.drawings.show(i, drawing, verdict);
  }

  show() {
    this.drawings.element.hidden = this.codes.length === 0;
    for (const { bar, ...tally } of this.tallies.values()) {
      bar.element.hidden = tally.thrown === 0;
      bar.show(tally);
    }
    this.onThrown();
  }

  repaint() {
    this.drawings.repaint();
  }

  end() {
    this.turn += 1;
  }
}
