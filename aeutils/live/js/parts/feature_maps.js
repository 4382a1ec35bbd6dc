// What a layer passes on, as one picture: a tile for each of its feature maps.

import { quantile } from "../network/digits.js";
import { make, rgbOf, styleOf } from "./page_elements.js";

const LEAST_TILE = 8; // pixels of the picture; a map with fewer numbers a side is drawn with larger squares
const CLIPPED = 0.02; // share of the numbers at each end that are drawn like the next: a few are far from all others

/**
 * Numbers as ink: the lowest 0, the highest 1.
 *
 * @param {ArrayLike<number>} values
 * @param {[number, number]} [range] what is 0 and what is 1; by default what the numbers have
 * @returns {Float32Array}
 */
export function asInk(values, range) {
  const [low, high] = range ?? [CLIPPED, 1 - CLIPPED].map((share) => quantile(values, share));
  return Float32Array.from(values, (value) => Math.max(0, Math.min(1, (value - low) / (high - low || 1))));
}

export class FeatureMaps {
  /** @param {object} attributes of its element */
  constructor(attributes) {
    this.element = make("canvas", { class: "live-maps", width: 1, height: 1, ...attributes });
    this.shown = null;
  }

  /**
   * @param {object} layer
   * @param {ArrayLike<number>} layer.values
   * @param {number} layer.maps how many
   * @param {number} layer.side numbers along a side of each
   * @param {[number, number]} [layer.range] as `asInk` has it
   */
  show(layer) {
    this.shown = layer;
    const { maps, side } = layer;
    const ink = asInk(layer.values, layer.range);
    const scale = Math.ceil(LEAST_TILE / side); // pixels along a number's square
    const columns = Math.ceil(Math.sqrt(maps));
    const tile = scale * side + 1; // with a line between two of them
    this.element.width = columns * tile - 1;
    this.element.height = Math.ceil(maps / columns) * tile - 1;
    const context = this.element.getContext("2d");
    context.fillStyle = styleOf(this.element, "--live-line");
    context.fillRect(0, 0, this.element.width, this.element.height);
    const [pen, paper] = ["--live-pen", "--live-paper"].map((color) => rgbOf(styleOf(this.element, color)));
    for (let i = 0; i < ink.length; i++) {
      const [map, place] = [Math.floor(i / (side * side)), i % (side * side)];
      const color = paper.map((value, c) => Math.round(value + ink[i] * (pen[c] - value)));
      context.fillStyle = `rgb(${color})`;
      context.fillRect(
        (map % columns) * tile + (place % side) * scale,
        Math.floor(map / columns) * tile + Math.floor(place / side) * scale,
        scale,
        scale,
      );
    }
  }

  /** Again, in the colours of a new theme. */
  repaint() {
    if (this.shown) this.show(this.shown);
  }
}
