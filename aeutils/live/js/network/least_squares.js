// Straight lines through codes: the best direction for a measure, the best linear map from one code to another.

const TINY = 1e-10; // of the matrix's largest entry: below it two axes say the same

/** Solve A X = B by elimination, the largest pivot first; A: (n, n), B: (n, m), as lists of rows. */
export function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, ...right[i]]);
  const size = matrix.length;
  const least = TINY * Math.max(...matrix.flat().map(Math.abs));
  for (let k = 0; k < size; k++) {
    const pivot = rows.reduce((best, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    if (Math.abs(rows[k][k]) <= least) rows[k][k] = Infinity; // this axis adds nothing: its weight becomes 0
    for (let i = 0; i < size; i++) {
      const factor = rows[i][k] / rows[k][k];
      if (i === k || factor === 0) continue;
      for (let j = k; j < rows[i].length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, k) => row.slice(size).map((value) => value / row[k]));
}

/** Each row without the mean of its group; rows of the same group have the same label. */
export function centred(rows, labels) {
  const sums = new Map();
  rows.forEach((row, i) => {
    const { sum, count } = sums.get(labels[i]) ?? { sum: row.map(() => 0), count: 0 };
    sums.set(labels[i], { sum: sum.map((value, k) => value + row[k]), count: count + 1 });
  });
  return rows.map((row, i) => {
    const { sum, count } = sums.get(labels[i]);
    return row.map((value, k) => value - sum[k] / count);
  });
}

/** a^T b of two lists of rows. */
function products(a, b) {
  return a[0].map((_, i) => b[0].map((__, j) => a.reduce((sum, row, n) => sum + row[i] * b[n][j], 0)));
}

/**
 * Least squares with centred numbers: the weights W, (K, M), for which x W comes closest to y.
 *
 * @param {number[][]} x rows of K numbers
 * @param {number[][]} y rows of M numbers
 */
export function fitWeights(x, y) {
  return solve(products(x, x), products(x, y));
}

/**
 * The linear map (turn, stretch, shear, shift) that lays one code on another as well as can be.
 *
 * @returns {{mapped: number[][], r2: number}} where each code comes to lie, and the share of the other code's variance that
 *   is predicted so; mean over its axes
 */
export function bestLinearMap(codes, other) {
  const one = codes.map(() => 0);
  const [x, y] = [centred(codes, one), centred(other, one)];
  const weights = fitWeights(x, y);
  const middle = other[0].map((value, k) => value - y[0][k]);
  const fitted = x.map((row) => middle.map((_, k) => row.reduce((sum, value, i) => sum + value * weights[i][k], 0)));
  const square = (values) => values.reduce((sum, value) => sum + value * value, 0);
  const shares = middle.map((_, k) => 1 - square(y.map((row, n) => row[k] - fitted[n][k])) / square(y.map((row) => row[k])));
  return {
    mapped: fitted.map((row) => row.map((value, k) => value + middle[k])),
    r2: shares.reduce((sum, value) => sum + value, 0) / shares.length,
  };
}
