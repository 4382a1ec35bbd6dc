// What training makes small.

import { distanceBetween } from "./geodesics.js";

/**
 * The squared error, summed and divided by `count`: the mean over all numbers, if nothing else is said. Its gradient is
 * put into `gradient`.
 */
export function squaredError(output, target, gradient, count = output.length) {
  let sum = 0;
  for (let i = 0; i < output.length; i++) {
    const difference = output[i] - target[i];
    sum += difference * difference;
    gradient[i] = (2 * difference) / count;
  }
  return sum / count;
}

/**
 * `sammon_stress` of a batch: the mean over all pairs of (|z_i - z_j| - d_ij)² / (d_ij + 0.1). `weight` times its
 * gradient is added to `dz`.
 *
 * @param {ArrayLike<number>} z codes, `width` numbers each
 * @param {ArrayLike<number>} rows which points the codes belong to
 * @param {Float32Array[]} distances those from each point to all points
 */
export function sammonStress(z, width, rows, distances, weight, dz) {
  const pairs = (rows.length * (rows.length - 1)) / 2;
  let stress = 0;
  for (let i = 0; i < rows.length; i++) {
    const wantedFrom = distances[rows[i]];
    for (let j = i + 1; j < rows.length; j++) {
      const wanted = wantedFrom[rows[j]];
      const length = distanceBetween(z, width, i, j);
      stress += (length - wanted) ** 2 / (wanted + 0.1);
      if (length === 0) continue; // two codes on one place have no direction to move apart
      const pull = (2 * weight * (length - wanted)) / ((wanted + 0.1) * length * pairs);
      for (let axis = 0; axis < width; axis++) {
        const along = pull * (z[i * width + axis] - z[j * width + axis]);
        dz[i * width + axis] += along;
        dz[j * width + axis] -= along;
      }
    }
  }
  return stress / pairs;
}
