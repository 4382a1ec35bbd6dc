// From pen strokes to a picture as MNIST has them: fitted into 20 x 20 pixels, centred by the middle of the ink.

import { PIXELS } from "./network.js";

const BOX = 20; // pixels; the longer side of every digit of MNIST
const MIDDLE = 14.5; // where the middle of the ink lies on average in the book's 4,000 training digits
const PEN_RADIUS = 1.25; // pixels; the median pen there is 2.5 wide
const EDGE = 0.5; // pixels over which the ink fades, each way
const LEAST_EXTENT = 0.15; // of the pad; a dot must not be blown up to a blob

/** Distance from a point to the line between two others. */
function distanceToSegment(x, y, [x1, y1], [x2, y2]) {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const along = length ? Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length)) : 0;
  return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
}

/** Ink of strokes whose points are in pixels of a picture of 28 x 28. */
function inkOf(strokes) {
  const image = new Float32Array(PIXELS);
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i++) {
      const [from, to] = [stroke[Math.max(0, i - 1)], stroke[i]];
      const reach = PEN_RADIUS + EDGE;
      const range = (a, b) => [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(27, Math.max(a, b) + reach)];
      const [left, right] = range(from[0], to[0]);
      const [top, bottom] = range(from[1], to[1]);
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const distance = distanceToSegment(column + 0.5, row + 0.5, from, to);
          const ink = Math.max(0, Math.min(1, (reach - distance) / (2 * EDGE)));
          image[28 * row + column] = Math.max(image[28 * row + column], ink);
        }
      }
    }
  }
  return image;
}

/** Where the middle of the ink is, in pixels. */
function middleOfInk(image) {
  let [x, y, total] = [0, 0, 0];
  image.forEach((ink, i) => {
    x += ink * ((i % 28) + 0.5);
    y += ink * (Math.floor(i / 28) + 0.5);
    total += ink;
  });
  return [x / total, y / total];
}

/**
 * Draw strokes as a digit of MNIST.
 *
 * @param {number[][][]} strokes each a list of points [x, y] in [0, 1], y downwards
 * @returns {Float32Array | null} 784 intensities in [0, 1]; null if there is no stroke
 */
export function drawStrokes(strokes) {
  const points = strokes.flat();
  if (points.length === 0) return null;
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), LEAST_EXTENT);
  const scale = (BOX - 2 * PEN_RADIUS) / extent;
  const centre = [xs, ys].map((values) => (Math.max(...values) + Math.min(...values)) / 2);
  const moved = ([dx, dy]) =>
    strokes.map((stroke) => stroke.map(([x, y]) => [(x - centre[0]) * scale + dx, (y - centre[1]) * scale + dy]));
  const [x, y] = middleOfInk(inkOf(moved([14, 14])));
  return inkOf(moved([14 + MIDDLE - x, 14 + MIDDLE - y]));
}

/** Strokes that stand for a list of points, or an error that says what came. */
export function checkStrokes(strokes) {
  const isPoint = (point) =>
    Array.isArray(point) && point.length === 2 && point.every((value) => value >= 0 && value <= 1);
  if (!Array.isArray(strokes) || !strokes.every((stroke) => Array.isArray(stroke) && stroke.every(isPoint))) {
    throw new Error(`strokes is ${JSON.stringify(strokes).slice(0, 80)}; wanted lists of points [x, y] in [0, 1].`);
  }
  return strokes;
}

/** Lines to begin with: a digit, and something that is none. */
export const EXAMPLES = {
  "a seven": [[[0.25, 0.2], [0.72, 0.2], [0.62, 0.42], [0.5, 0.62], [0.42, 0.85]]],
  "a three": [[
    [0.3, 0.22], [0.45, 0.15], [0.62, 0.2], [0.66, 0.33], [0.56, 0.45], [0.42, 0.48], [0.58, 0.5], [0.68, 0.62],
    [0.64, 0.78], [0.48, 0.86], [0.3, 0.78],
  ]],
  "a window": [
    [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2]],
    [[0.5, 0.2], [0.5, 0.8]],
    [[0.2, 0.5], [0.8, 0.5]],
  ],
};
