// What a pen stroke looks like, in numbers, as `aeutils.strokes.measure_strokes` has them. The ink is thinned by a simpler
// method than there, so lengths differ by a few per cent; the tests say how much.

import { lengthAndSpan, middleLine } from "./middle_line.js";

const FRAMED = 30; // pixels a side, with a frame of paper
const FINE = 4; // fine pixels a pixel, so that a stroke two pixels thick has a middle
const FINE_SIDE = FINE * FRAMED;

/** Which fine pixels are darker than half of the darkest ink, 1 or 0. */
function findInk(image) {
  const largest = image.reduce((most, value) => Math.max(most, value), 0);
  const pixel = (row, column) =>
    row > 0 && row < FRAMED - 1 && column > 0 && column < FRAMED - 1 ? image[(row - 1) * 28 + column - 1] : 0;
  const places = Array.from({ length: FINE_SIDE }, (_, i) => {
    const place = Math.max(0, (i + 0.5) / FINE - 0.5);
    return { at: Math.floor(place), share: place - Math.floor(place) };
  });
  const ink = new Uint8Array(FINE_SIDE * FINE_SIDE);
  places.forEach(({ at: row, share: down }, i) => {
    places.forEach(({ at: column, share: right }, j) => {
      const upper = (1 - right) * pixel(row, column) + right * pixel(row, column + 1);
      const lower = (1 - right) * pixel(row + 1, column) + right * pixel(row + 1, column + 1);
      ink[i * FINE_SIDE + j] = (1 - down) * upper + down * lower > largest / 2 ? 1 : 0;
    });
  });
  return ink;
}

/** The distance of each of these places from the nearest paper, mean over them; in fine pixels. */
function meanDepth(line, ink) {
  const rim = [];
  for (let at = FINE_SIDE; at < FINE_SIDE * (FINE_SIDE - 1); at++) {
    if (!ink[at] && (ink[at - 1] || ink[at + 1] || ink[at - FINE_SIDE] || ink[at + FINE_SIDE])) rim.push(at);
  }
  const depth = (at) => {
    const [row, left] = [Math.floor(at / FINE_SIDE), at % FINE_SIDE];
    let square = Infinity;
    for (const other of rim) {
      const [down, right] = [Math.floor(other / FINE_SIDE) - row, (other % FINE_SIDE) - left];
      square = Math.min(square, down * down + right * right);
    }
    return Math.sqrt(square);
  };
  return line.reduce((sum, at) => sum + depth(at), 0) / line.length;
}

/**
 * Measure the stroke of an image.
 *
 * @param {ArrayLike<number>} image 784 intensities in [0, 1]
 * @returns {{slant: number, thickness: number, bend: number} | null} degrees, pixels, a share; null if there is no ink
 */
export function measureStroke(image) {
  const ink = findInk(Float32Array.from(image));
  const places = [...ink.keys()].filter((at) => ink[at]);
  if (!places.length) return null;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [rows, columns] = [places.map((at) => Math.floor(at / FINE_SIDE)), places.map((at) => at % FINE_SIDE)];
  const [row, column] = [mean(rows), mean(columns)];
  const together = mean(rows.map((value, i) => (value - row) * (columns[i] - column)));
  const tall = mean(rows.map((value) => (value - row) ** 2));
  const line = middleLine(ink, FINE_SIDE);
  const { length, span } = lengthAndSpan(line, FINE_SIDE);
  return {
    slant: (Math.atan2(-together, tall) * 180) / Math.PI, // rows run downwards
    thickness: (2 * meanDepth(line, ink)) / FINE,
    bend: length > 0 ? 1 - span / length : 0,
  };
}
