// How good codes are, as aeutils/unrolling.py and aeutils/metrics.py say it. Codes are one array, `width` numbers each.

import { correlation } from "../network/correlation.js";
import { distanceBetween, nearestTo } from "./geodesics.js";

const WINDING_GAP = 2 * Math.PI; // between neighbouring windings of the roll, in the sheet's own units
const NEIGHBOURS_ASKED = 10;

/** One axis of all codes. */
function column(z, width, axis) {
  return Float64Array.from({ length: z.length / width }, (_, i) => z[i * width + axis]);
}

/** In place: the mean is subtracted. */
function centre(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  for (let i = 0; i < values.length; i++) values[i] -= sum / values.length;
  return values;
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The share of the variance of (centred) numbers that a linear function of the codes explains. */
function linearR2(z, width, wanted) {
  const directions = []; // the axes of the codes, each without what the ones before it say (Gram and Schmidt)
  let explained = 0;
  for (let axis = 0; axis < width; axis++) {
    const own = centre(column(z, width, axis));
    const before = dot(own, own);
    for (const other of directions) {
      const along = dot(own, other) / dot(other, other);
      for (let i = 0; i < own.length; i++) own[i] -= along * other[i];
    }
    if (!(dot(own, own) > 1e-12 * before)) continue; // it says nothing new
    directions.push(own);
    explained += dot(own, wanted) ** 2 / dot(own, own);
  }
  return explained / dot(wanted, wanted);
}

/**
 * `score_unrolling`: how well codes lie as the points did on the flat sheet.
 *
 * @param {ArrayLike<number>} sheet arc length and height of each point
 * @returns {{distanceCorrelation: number, r2Length: number, r2Height: number, farNeighbours: number,
 *   unrolled: boolean}}
 */
export function scoreUnrolling(z, width, sheet) {
  const n = sheet.length / 2;
  const [between, flat] = [new Float64Array((n * (n - 1)) / 2), new Float64Array((n * (n - 1)) / 2)];
  for (let i = 0, pair = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, pair++) {
      between[pair] = distanceBetween(z, width, i, j);
      flat[pair] = distanceBetween(sheet, 2, i, j);
    }
  }
  let far = 0;
  for (let i = 0; i < n; i++) {
    for (const j of nearestTo(z, width, i, NEIGHBOURS_ASKED)) far += distanceBetween(sheet, 2, i, j) > WINDING_GAP;
  }
  const distanceCorrelation = correlation(between, flat);
  const r2Length = linearR2(z, width, centre(column(sheet, 2, 0)));
  const r2Height = linearR2(z, width, centre(column(sheet, 2, 1)));
  const farNeighbours = far / (NEIGHBOURS_ASKED * n);
  const unrolled = distanceCorrelation > 0.98 && r2Length > 0.95 && r2Height > 0.95 && farNeighbours < 0.01;
  return { distanceCorrelation, r2Length, r2Height, farNeighbours, unrolled };
}

/** `knn_accuracy` of codes among themselves: the share whose ten nearest vote for their label; at a tie, the least. */
export function knnAccuracy(z, width, labels) {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const votes = new Array(Math.max(...labels) + 1).fill(0);
    for (const j of nearestTo(z, width, i, NEIGHBOURS_ASKED)) votes[labels[j]] += 1;
    right += votes.indexOf(Math.max(...votes)) === labels[i];
  }
  return right / labels.length;
}

/** Spearman's: whether numbers stand in the same order, 1, or the reverse, -1. Equal ones share their mean place. */
export function rankCorrelation(a, b) {
  const ranks = (values) => {
    const sorted = Float64Array.from(values).sort();
    return Float64Array.from(values, (value) => sorted.indexOf(value) + sorted.lastIndexOf(value));
  };
  return correlation(ranks(a), ranks(b));
}
