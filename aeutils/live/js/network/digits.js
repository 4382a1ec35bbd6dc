// The held-out digits: pictures that no network learned from, their codes, and who lies next to whom.

import { PIXELS } from "./network.js";

/**
 * Take a file of digits apart: N labels, then N pictures of 784 bytes.
 *
 * @param {Uint8Array} bytes
 * @returns {{labels: Uint8Array, pixels: Uint8Array}}
 */
export function splitDigits(bytes) {
  const count = bytes.length / (1 + PIXELS);
  if (count < 1 || !Number.isInteger(count)) {
    throw new Error(`The digits are cut short: ${bytes.length} bytes are not N x ${1 + PIXELS}.`);
  }
  const labels = bytes.slice(0, count);
  if (labels.some((label) => label > 9)) throw new Error("The digits are damaged: a label is not a digit.");
  return { labels, pixels: bytes.slice(count) };
}

/**
 * The digits of such a file, each picture by itself.
 *
 * @param {Uint8Array} bytes
 * @returns {{labels: Uint8Array, images: Float32Array[]}} intensities in [0, 1]
 */
export function readDigits(bytes) {
  const { labels, pixels } = splitDigits(bytes);
  const picture = (_, i) => Float32Array.from(pixels.subarray(i * PIXELS, (i + 1) * PIXELS), (byte) => byte / 255);
  return { labels, images: Array.from(labels, picture) };
}

/** Mean squared error per pixel of two pictures. */
export function meanSquaredError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

/** The value below which a share of the numbers lies: with share 0.99, one in a hundred is larger. */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/**
 * The codes nearest to a place, nearest first.
 *
 * @param {ArrayLike<number>[]} codes
 * @param {ArrayLike<number>} z
 * @param {number} k
 * @returns {{index: number, distance: number}[]}
 */
export function nearest(codes, z, k) {
  const found = codes.map((code, index) => {
    let square = 0;
    for (let i = 0; i < z.length; i++) square += (code[i] - z[i]) ** 2;
    return { index, distance: Math.sqrt(square) };
  });
  return found.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, k);
}

/**
 * Which digits the nearest ones are, the most frequent first (of equals, the one that came first).
 *
 * @returns {{digit: number, count: number}[]}
 */
export function vote(labels, neighbours) {
  const counts = new Map();
  for (const { index } of neighbours) counts.set(labels[index], (counts.get(labels[index]) ?? 0) + 1);
  return [...counts].map(([digit, count]) => ({ digit, count })).sort((a, b) => b.count - a.count);
}

/** The first picture of each digit: the ten that the chapters show too. */
export function firstOfEach(labels) {
  return Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit)).filter((index) => index >= 0);
}

/** Middles of the classes: the median of each coordinate. */
export function classMiddles(labels, codes) {
  return Array.from({ length: 10 }, (_, digit) => {
    const own = codes.filter((_, i) => labels[i] === digit);
    return own.length ? Array.from(own[0], (_, axis) => quantile(own.map((z) => z[axis]), 0.5)) : null;
  });
}
