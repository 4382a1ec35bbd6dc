// How far one thing goes along with another.

/** Pearson's correlation of two lists of numbers; 0 if one of the two does not vary. */
export function correlation(a, b) {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    x += a[i];
    y += b[i];
    xx += a[i] * a[i];
    yy += b[i] * b[i];
    xy += a[i] * b[i];
  }
  const n = a.length;
  return (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y)) || 0;
}
