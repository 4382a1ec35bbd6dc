// A thrown ball, measured with noise, and polynomials of any degree through its dots.

import { Random } from "./random.js";

export const FLIGHT_FITTED = Array.from({ length: 12 }, (_, i) => (1.8 * 2 * i) / 22); // seconds
export const FLIGHT_BETWEEN = Array.from({ length: 11 }, (_, i) => (1.8 * (2 * i + 1)) / 22);
export const FLIGHT_LANDING = [1.85, 1.91, 1.97, 2.03];
export const FLIGHT_END = (9 + Math.sqrt(81 + 4 * 9.81)) / 9.81; // the ball is on the ground

/** Metres, without noise. */
export function ballHeight(t) {
  return 2 + 9 * t - (9.81 / 2) * t * t;
}

/**
 * One throw: the heights at the three kinds of times.
 *
 * @param {number} noise its standard deviation, in metres
 * @param {number} seed the noise is that of NumPy's `RandomState(seed).standard_normal(27)`, in the order of the times
 */
export function throwBall(noise, seed) {
  const random = new Random(seed);
  const measure = (t) => ballHeight(t) + noise * random.normal();
  const [fitted, between] = [[], []];
  for (let i = 0; i < 23; i++) (i % 2 ? between : fitted).push(measure((1.8 * i) / 22));
  return { fitted, between, landing: FLIGHT_LANDING.map(measure) };
}

/**
 * Least squares.
 *
 * The powers of t are so alike that their weights could not be told apart, so the parts of the sum are Legendre's
 * polynomials of time from -1 to 1: the same curves. They are made perpendicular to each other on the dots (modified
 * Gram and Schmidt, twice), and then each weight is found by itself.
 *
 * @param {number[]} times
 * @param {number[]} heights
 * @param {number} degree less than there are times
 * @returns {(t: number) => number} the curve
 */
export function fitPolynomial(times, heights, degree) {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const parts = (t) => legendreValues((2 * (t - first)) / (last - first) - 1, degree);
  const rows = times.map(parts);
  const columns = rows[0].map((_, k) => rows.map((row) => row[k]));
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const q = [];
  const r = columns.map(() => new Array(degree + 1).fill(0)); // column k of R stands in r[k]
  columns.forEach((values, k) => {
    let rest = values;
    for (let pass = 0; pass < 2; pass++) {
      q.forEach((direction, j) => {
        const share = dot(direction, rest);
        r[k][j] += share;
        rest = rest.map((value, i) => value - share * direction[i]);
      });
    }
    r[k][k] = Math.sqrt(dot(rest, rest));
    q.push(rest.map((value) => value / r[k][k]));
  });
  const weights = new Array(degree + 1).fill(0);
  let rest = heights;
  const along = q.map((direction) => {
    const share = dot(direction, rest);
    rest = rest.map((value, i) => value - share * direction[i]);
    return share;
  });
  for (let k = degree; k >= 0; k--) {
    let value = along[k];
    for (let j = k + 1; j <= degree; j++) value -= r[j][k] * weights[j];
    weights[k] = value / r[k][k];
  }
  return (t) => dot(weights, parts(t));
}

/** Legendre's polynomials of degree 0 to `degree` at x. */
function legendreValues(x, degree) {
  const values = [1, x];
  for (let k = 1; k < degree; k++) values.push(((2 * k + 1) * x * values[k] - k * values[k - 1]) / (k + 1));
  return values.slice(0, degree + 1);
}

/** Root of the mean squared miss of a curve. */
export function rootMeanSquare(curve, times, heights) {
  return Math.sqrt(times.reduce((sum, t, i) => sum + (curve(t) - heights[i]) ** 2, 0) / times.length);
}
