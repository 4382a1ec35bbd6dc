// Codes from dice: drawings of codes that no digit had, which of them pass as a digit, and how many so far.

import { Random } from "../learning/random.js";
import { Dice } from "../network/dice.js";
import { ChoiceSlider, checkChoice } from "../parts/choice_slider.js";
import { JudgedDrawings, TallyBar } from "../parts/judged_drawings.js";
import { mapInSlices } from "../parts/library.js";
import { make } from "../parts/page_elements.js";
import { RadioChoice } from "../parts/radio_choice.js";

const DICE_SIZES = [2, 3, 8, 16, 48];
const KINDS_OF_DICE = { cube: "cube", box: "box", gaussian: "Gaussian", mixture: "mixture", real: "real codes" };
const SHOWN = 12; // drawings
const MANY = 120;

export async function thrownCodes(stage, { library, state }) {
  const random = new Random(state.get("seed"));
  const tallies = new Map(); // of a size and a source: how many were thrown, how many passed
  let judge, network, dice;
  let turn = 0; // a throw ends when another has begun
  await takeSize();

  const slider = new ChoiceSlider({
    name: "numbers per code", values: DICE_SIZES, value: state.get("latent_dim"),
    onChange: (size) => state.set({ latent_dim: size }),
  });
  const choice = new RadioChoice({
    label: "which dice", choices: Object.entries(KINDS_OF_DICE), onChange: (source) => state.set({ source }),
  });
  const throwOf = (count, more) =>
    make("button", { type: "button", class: `live-button ${more}`, click: () => throwCodes(count) }, `Throw ${count}`);
  const drawings = new JudgedDrawings(SHOWN);
  const line = make("p", { class: "live-words", role: "status" });
  const bars = Object.entries(KINDS_OF_DICE).map(([source, words]) => ({ source, bar: new TallyBar(words) }));
  stage.append(
    slider.element,
    choice.element,
    make("div", { class: "live-row live-training" }, throwOf(SHOWN, "live-main"), throwOf(MANY, "")),
    drawings.element,
    line,
    ...bars.map(({ bar }) => bar.element),
  );

  /** The network, the dice and the judge for codes of the chosen size. */
  async function takeSize() {
    const size = state.get("latent_dim");
    checkChoice("latent_dim", size, DICE_SIZES);
    checkChoice("source", state.get("source"), Object.keys(KINDS_OF_DICE));
    const [one, drawer, bytes] = await Promise.all([library.judge(), library.network(size), library.dice(size)]);
    if (size !== state.get("latent_dim")) return takeSize(); // the reader has moved on meanwhile
    [judge, network, dice] = [one, drawer, new Dice(bytes, random)];
  }

  function tallyOf(source) {
    const name = `${state.get("latent_dim")} ${source}`;
    if (!tallies.has(name)) tallies.set(name, { thrown: 0, passed: 0 });
    return tallies.get(name);
  }

  async function throwCodes(count) {
    const [mine, source] = [(turn += 1), state.get("source")];
    const tally = tallyOf(source);
    let passed = 0;
    await mapInSlices(Array(count).keys(), (i) => {
      if (turn !== mine) return;
      const drawing = network.decode(dice.throw(source));
      const verdict = judge.judge(drawing);
      tally.thrown += 1;
      tally.passed += verdict.passes;
      passed += verdict.passes;
      drawings.show(i, drawing, verdict);
      showTallies();
    });
    if (turn === mine) line.textContent = `Of these ${count}, ${passed} pass as a digit.`;
  }

  function showTallies() {
    bars.forEach(({ source, bar }) => bar.show(tallyOf(source)));
  }

  async function showChoice() {
    turn += 1;
    try {
      await takeSize();
    } catch (error) {
      line.textContent = `These codes cannot be shown. ${error.message}`;
      return;
    }
    slider.set(state.get("latent_dim"));
    choice.set(state.get("source"));
    await throwCodes(SHOWN);
  }

  await showChoice();
  state.onChange({ latent_dim: showChoice, source: showChoice });
  return {
    repaint() {
      drawings.repaint();
    },
    end() {
      turn += 1;
    },
  };
}
