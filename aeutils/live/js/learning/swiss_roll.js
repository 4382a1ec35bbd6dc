// The Swiss roll: `make_swiss_roll` of aeutils/synthetic.py, point for point.

import { Random } from "./random.js";

const [INNER_ANGLE, OUTER_ANGLE, SHEET_HEIGHT] = [1.5 * Math.PI, 4.5 * Math.PI, 21];
const EXPECTED_MEAN = [2, SHEET_HEIGHT / 2, 2 / (3 * Math.PI)]; // of t cos t, h, t sin t

/** The root of the expected mean squared distance from that mean, over three axes. */
function rollScale() {
  const angles = (OUTER_ANGLE ** 3 - INNER_ANGLE ** 3) / (3 * (OUTER_ANGLE - INNER_ANGLE)); // the mean of t²
  return Math.sqrt((angles + SHEET_HEIGHT ** 2 / 3 - EXPECTED_MEAN.reduce((sum, mean) => sum + mean ** 2, 0)) / 3);
}

/** The length of the spiral r = t from the centre to an angle. */
function arcLength(t) {
  return (t * Math.sqrt(1 + t * t) + Math.asinh(t)) / 2;
}

/**
 * A flat sheet, 89.4 long and 21 high, rolled up in space, beside the sheet itself.
 *
 * @param {{n?: number, noise?: number, seed?: number}} options noise: a standard deviation, in the sheet's own units
 * @returns {{points: Float32Array, sheet: Float32Array}} three numbers a point, centred and scaled; and arc length and
 *   height, in the sheet's own units
 */
export function makeSwissRoll({ n = 2000, noise = 0, seed = 0 } = {}) {
  const random = new Random(seed);
  const draw = (one) => Array.from({ length: n }, one);
  const angles = draw(() => INNER_ANGLE * (1 + 2 * random.uniform()));
  const heights = draw(() => SHEET_HEIGHT * random.uniform());
  const exact = [angles.map((t) => t * Math.cos(t)), heights, angles.map((t) => t * Math.sin(t))];
  const axes = exact.map((axis) => axis.map((value) => (noise > 0 ? value + noise * random.normal() : value)));
  const scale = rollScale();
  const point = (_, i) => axes.map((values, axis) => (values[i] - EXPECTED_MEAN[axis]) / scale);
  return {
    points: Float32Array.from(Array.from({ length: n }, point).flat()),
    sheet: Float32Array.from(angles.flatMap((t, i) => [arcLength(t) - arcLength(INNER_ANGLE), heights[i]])),
  };
}
