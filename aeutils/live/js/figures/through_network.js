// Through the network: one digit, the reader's choice or drawing, and what each layer passes on.

import { meanSquaredError } from "../network/digits.js";
import { checkStrokes, drawStrokes } from "../network/strokes.js";
import { DrawingPad } from "../parts/drawing_pad.js";
import { FeatureMaps } from "../parts/feature_maps.js";
import { labelled, make, Picture } from "../parts/page_elements.js";
import { codeText } from "../parts/words.js";

const SIZE = 2; // numbers in the code

const IN_WORDS = {
  picture: "This comes in.",
  convolution: "Each map shows where one kernel answers: the darker, the larger the number.",
  pooling: "Of neighbours, two by two, only the largest number goes on.",
  code: "All that the other half of the network gets to know.",
  linear: "Weighted sums of the code; negative ones became 0.",
  "transposed convolution": "Each number has painted its kernel onto larger maps.",
  drawing: "This comes out.",
};

export async function throughNetwork(stage, { library, state }) {
  checkStrokes(state.get("strokes"));
  const [digits, network] = await Promise.all([library.digits(), library.network(SIZE)]);
  const steps = [{ kind: "picture", maps: 1, side: 28 }, ...network.steps];
  if (!steps[state.get("layer")]) throw new Error(`layer is ${state.get("layer")}; it can be 0 to ${steps.length - 1}.`);
  const button = (words, click, more = {}) =>
    make("button", { type: "button", class: "live-button", click, ...more }, words);

  const picks = Array.from({ length: 10 }, (_, digit) =>
    button(String(digit), () => pick(digit), { "aria-label": `a ${digit}; again for another` }));
  const drawOne = button("draw your own", () => state.set({ chosen: null }));
  const pad = new DrawingPad(state.get("strokes"), (strokes) => state.set({ strokes }));
  const drawing = make("div", { class: "live-own-drawing" },
    pad.element, button("clear", () => state.set({ strokes: [] })));
  const small = steps.map(() => new FeatureMaps({ "aria-hidden": "true" }));
  const buttons = steps.map(({ kind }, i) =>
    make("button", { type: "button", class: "live-layer", click: () => state.set({ layer: i }) },
      small[i].element, make("span", {}, kind), make("span", {}, shapeText(steps[i]))));
  const large = new FeatureMaps({ role: "img", "aria-label": "feature maps" });
  const line = make("p", { class: "live-words", role: "status" });
  const [original, again] = [new Picture(), new Picture()];
  for (const { element } of [original, again]) element.classList.add("live-medium");
  stage.append(
    make("div", { class: "live-row live-picks", role: "group", "aria-label": "which digit goes in" }, ...picks, drawOne),
    drawing,
    make("div", { class: "live-layers", role: "group", "aria-label": "layers; arrow keys move", keydown: onKey }, ...buttons),
    make("div", { class: "live-passing" },
      large.element,
      make("div", {},
        line,
        make("div", { class: "live-row live-apart" }, labelled(original, "picture in"), labelled(again, "drawing out")))),
  );

  let passed = []; // what each step passes on

  /** The next held-out digit of this kind, after the one that is shown. */
  function pick(digit) {
    const own = [...digits.images.keys()].filter((index) => digits.labels[index] === digit);
    state.set({ chosen: own.find((index) => index > state.get("chosen")) ?? own[0] });
  }

  function onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const layer = Math.max(0, Math.min(steps.length - 1, state.get("layer") + step));
    state.set({ layer });
    buttons[layer].focus();
    event.preventDefault();
  }

  function shapeText({ maps, side }) {
    if (side === 1) return `${maps} numbers`;
    return `${maps === 1 ? "" : `${maps} \u00d7 `}${side} \u00d7 ${side}`;
  }

  function showDigit() {
    const chosen = state.get("chosen");
    picks.forEach((one, digit) => one.setAttribute("aria-pressed", String(digits.labels[chosen] === digit)));
    drawOne.setAttribute("aria-pressed", String(chosen === null));
    drawing.hidden = chosen !== null;
    pad.set(checkStrokes(state.get("strokes")));
    const image = chosen === null ? drawStrokes(state.get("strokes")) : digits.images[chosen];
    // An empty pad is an empty picture: that goes through the network as well.
    passed = [image ?? new Float32Array(steps[0].side ** 2)];
    passed.push(...network.encodeStepwise(passed[0]));
    passed.push(...network.decodeStepwise(passed.at(-1)));
    small.forEach((maps, i) => maps.show(layerAt(i)));
    original.show(passed[0], chosen === null ? "your drawing" : `a ${digits.labels[chosen]}`);
    again.show(passed.at(-1), "what the network draws of it");
    showLayer();
  }

  function layerAt(i) {
    const range = { picture: [0, 1], drawing: [0, 1], code: [-1, 1] }[steps[i].kind];
    return { ...steps[i], values: passed[i], range };
  }

  function showLayer() {
    const i = state.get("layer");
    const { kind, maps, side } = steps[i];
    buttons.forEach((one, at) => one.setAttribute("aria-pressed", String(at === i)));
    large.show(layerAt(i));
    const count = (maps * side ** 2).toLocaleString("en");
    const many = side === 1 || maps === 1 ? "" : `${maps} maps of ${side} \u00d7 ${side} = `;
    const words = [`${kind[0].toUpperCase()}${kind.slice(1)}: ${many}${count} numbers.`, IN_WORDS[kind]];
    if (kind === "code") words.push(`Here: ${codeText(passed[i])}.`);
    if (kind === "drawing") words.push(`Mean squared error ${meanSquaredError(passed[0], passed[i]).toFixed(4)} a pixel.`);
    large.element.setAttribute("aria-label", `${kind}, ${many}${count} numbers as shades of grey`);
    line.textContent = words.join(" ");
  }

  showDigit();
  state.onChange({ chosen: showDigit, strokes: showDigit, layer: showLayer });
  return {
    repaint() {
      [...small, large, original, again, pad.plate].forEach((part) => part.repaint());
    },
  };
}
