// Draw a digit: your own, through the same network. Its code, its place on the map, and how strange it is.

import { classMiddles, meanSquaredError, nearest, quantile, vote } from "../network/digits.js";
import { checkStrokes, drawStrokes, EXAMPLES } from "../network/strokes.js";
import { NEIGHBOURS } from "../parts/chosen_digit.js";
import { drawCodeDots, drawRing, toPixels } from "../parts/code_dots.js";
import { DrawingPad } from "../parts/drawing_pad.js";
import { labelled, make, Picture, Plate, styleOf } from "../parts/page_elements.js";
import { OwnNetworkLine } from "../parts/own_network.js";
import { VOTERS } from "../parts/place.js";
import { SizeSlider } from "../parts/size_slider.js";
import { codeText, voteText } from "../parts/words.js";

const STRANGE = 0.99; // share of the held-out digits that must have a smaller error

export async function drawDigit(stage, { library, state }) {
  checkStrokes(state.get("strokes"));
  const digits = await library.digits();
  await library.network(state.get("latent_dim")); // a size that there is not ends here
  const allDigits = [...Array(10).keys()];

  const pad = new DrawingPad(state.get("strokes"), (strokes) => state.set({ strokes }));
  const slider = new SizeSlider(library.sizes, state.get("latent_dim"), (size) => state.set({ latent_dim: size }));
  const ownLine = new OwnNetworkLine(library);
  const seen = new Picture();
  const again = new Picture();
  for (const { element } of [seen, again]) element.classList.add("live-medium");
  const neighbours = Array.from({ length: NEIGHBOURS }, () => new Picture());
  const map = new Plate(drawMap);
  const mapFrame = make("div", { class: "live-map live-still" }, map.element);
  const line = make("p", { class: "live-words", role: "status" });
  const button = (words, click) => make("button", { type: "button", class: "live-button", click }, words);
  const pictures = make("div", { class: "live-row live-apart" },
    labelled(seen, "as MNIST has it"),
    labelled(again, "drawn again"),
    make("div", { class: "live-labelled" },
      make("div", { class: "live-row live-small" }, ...neighbours.map(({ element }) => element)),
      make("span", {}, "nearest held-out digits")));
  stage.append(
    ownLine.element,
    slider.element,
    make("div", { class: "live-columns" },
      make("div", { class: "live-column" },
        pad.element,
        make("div", { class: "live-row" },
          button("clear", () => state.set({ strokes: [] })),
          button("one stroke back", () => state.set({ strokes: state.get("strokes").slice(0, -1) })),
          ...Object.keys(EXAMPLES).map((name) => button(name, () => state.set({ strokes: EXAMPLES[name] }))))),
      make("div", { class: "live-column live-aside" }, line, pictures, mapFrame)),
  );

  let shown = null; // what the last complete answer was made of: size, network, codes, z

  function drawMap(context, side) {
    if (shown?.size !== 2) return;
    const { codes, middles, z } = shown;
    drawCodeDots(context, side, { element: stage, labels: digits.labels, codes, middles, shown: allDigits });
    if (!z) return;
    context.strokeStyle = styleOf(stage, "--live-ink");
    drawRing(context, toPixels(z, side), 9, 3);
    drawRing(context, toPixels(z, side), 2, 2);
  }

  /** Fetch what the size needs, then answer; a reader who has moved on meanwhile gets the later answer only. */
  async function showSize() {
    const size = state.get("latent_dim");
    const which = library.inUse(size);
    const { own } = library;
    const isWanted = () => state.get("latent_dim") === size && library.own === own;
    slider.set(size);
    ownLine.show(size);
    line.textContent = `Looking at the held-out digits through ${size} numbers \u2026`;
    try {
      const [network, codes] = await Promise.all([library.network(which), library.codes(which)]);
      if (!isWanted()) return;
      shown = { size, network, codes, middles: classMiddles(digits.labels, codes), errors: null, z: null };
      mapFrame.hidden = size !== 2;
      showStrokes();
      const errors = await library.errors(which);
      if (!isWanted()) return;
      shown.errors = errors;
      showStrokes();
    } catch (error) {
      if (isWanted()) line.textContent = `This size cannot be shown. ${error.message}`;
    }
  }

  function showStrokes() {
    pad.set(state.get("strokes"));
    if (shown === null) return;
    const image = drawStrokes(checkStrokes(state.get("strokes")));
    pictures.hidden = image === null;
    if (image === null) {
      shown.z = null;
      line.textContent = "Draw a digit on the pad.";
    } else {
      showImage(image);
    }
    map.repaint();
  }

  function showImage(image) {
    const { size, network, codes, errors } = shown;
    const z = network.encode(image);
    shown.z = z;
    state.set({ z: Array.from(z) });
    const image_again = network.decode(z);
    const error = meanSquaredError(image, image_again);
    const found = nearest(codes, z, VOTERS);
    seen.show(image, "your drawing, centred and scaled");
    again.show(image_again, "your drawing, drawn again from its code");
    found.slice(0, NEIGHBOURS).forEach(({ index }, i) => {
      neighbours[i].show(digits.images[index], `held-out digit, a ${digits.labels[index]}`);
    });
    const words = [`Mean squared error ${error.toFixed(4)} a pixel.`];
    if (size <= 3) words.unshift(`Your code: ${codeText(z)}.`);
    words.push(`The ten nearest held-out digits: ${voteText(vote(digits.labels, found))}.`);
    if (errors) {
      const better = errors.filter((one) => one < error).length;
      if (error > quantile(errors, STRANGE)) {
        words.push("This is unlike anything the network was trained on: 99 of 100 held-out digits have a smaller error.");
      } else {
        words.push(`Of ${errors.length.toLocaleString("en")} held-out digits, ${better} have a smaller error.`);
      }
    }
    line.textContent = words.join(" ");
  }

  /** The reader's network is of one size, which is what they want to see now. */
  function showOwn() {
    if (library.own) state.set({ latent_dim: library.own.network.latentDim });
    else showSize();
  }

  showSize();
  library.onOwn(showOwn);
  state.onChange({ latent_dim: showSize, strokes: showStrokes });
  return {
    repaint() {
      [pad.plate, seen, again, ...neighbours, map].forEach((part) => part.repaint());
    },
  };
}
