// The one loop where training spends its time: the product of two matrices.

import { assembledProduct } from "./assembled_product.js";

/**
 * What all numbers of a training are kept in. This is the one place to change it, as the tests of gradients do: an
 * engine that meets both types of array runs at half the speed.
 */
export const NUMBERS = Float32Array;

/** Whether WebAssembly multiplies; where a page may not use it, plain JavaScript does. */
export const isAssembled = NUMBERS === Float32Array && assembledProduct !== null;

/** An array that belongs to a layer and is used again in every step, so that none has to be thrown away. */
export function keep(owner, name, length) {
  if (!(owner[name]?.length >= length)) owner[name] = new NUMBERS(length);
  return owner[name].length === length ? owner[name] : owner[name].subarray(0, length);
}

/**
 * C = A B. A matrix is an array of its rows, one after the other.
 *
 * @param {ArrayLike<number>} c of shape (m, n); what stood in it is lost
 * @param {[number, number, number]} shape [m, n, k]
 * @param {ArrayLike<number>} a of shape (m, k), or (k, m) if it is to be transposed
 * @param {ArrayLike<number>} b of shape (k, n), or (n, k) if it is to be transposed
 * @param {"" | "a" | "b"} transposed which of the two is
 */
export function multiply(c, [m, n, k], a, b, transposed = "") {
  const [aRow, aColumn] = transposed === "a" ? [1, m] : [k, 1]; // how far apart neighbours stand in a column, in a row
  const [bRow, bColumn] = transposed === "b" ? [1, k] : [n, 1];
  (isAssembled ? assembledProduct : plainProduct)(c, m, n, k, a, aRow, aColumn, b, bRow, bColumn);
}

/** Sums four rows and two columns of C at once: each number that is loaded is used two or four times. */
function plainProduct(c, m, n, k, a, aRow, aColumn, b, bRow, bColumn) {
  const [mFull, nFull] = [m - (m % 4), n - (n % 2)];
  for (let i = 0; i < mFull; i += 4) {
    for (let j = 0; j < nFull; j += 2) {
      let a0 = i * aRow, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow, b0 = j * bColumn, b1 = b0 + bColumn;
      let c00 = 0, c01 = 0, c10 = 0, c11 = 0, c20 = 0, c21 = 0, c30 = 0, c31 = 0;
      for (let p = 0; p < k; p++) {
        const x0 = a[a0], x1 = a[a1], x2 = a[a2], x3 = a[a3], y0 = b[b0], y1 = b[b1];
        c00 += x0 * y0; c01 += x0 * y1;
        c10 += x1 * y0; c11 += x1 * y1;
        c20 += x2 * y0; c21 += x2 * y1;
        c30 += x3 * y0; c31 += x3 * y1;
        a0 += aColumn; a1 += aColumn; a2 += aColumn; a3 += aColumn;
        b0 += bRow; b1 += bRow;
      }
      const at = i * n + j;
      c[at] = c00; c[at + 1] = c01;
      c[at + n] = c10; c[at + n + 1] = c11;
      c[at + 2 * n] = c20; c[at + 2 * n + 1] = c21;
      c[at + 3 * n] = c30; c[at + 3 * n + 1] = c31;
    }
  }
  const one = (i, j) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[i * aRow + p * aColumn] * b[p * bRow + j * bColumn];
    c[i * n + j] = sum;
  };
  for (let i = 0; i < mFull; i++) for (let j = nFull; j < n; j++) one(i, j);
  for (let i = mFull; i < m; i++) for (let j = 0; j < n; j++) one(i, j);
}
