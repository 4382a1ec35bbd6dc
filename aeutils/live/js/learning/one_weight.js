// A model of one weight, which predicts a pendulum's angle from where its ink is, and how it learns: a step downhill.

import { drawPendulum } from "./pendulum.js";

/** Ten pendulums to learn from: where the middle of their ink is, and their angles. */
export function tenSwings() {
  const degrees = Array.from({ length: 10 }, (_, i) => -36 + 8 * i);
  const pictures = degrees.map((angle) => drawPendulum([(angle * Math.PI) / 180]));
  return { degrees, pictures, middles: pictures.map(inkFromMiddle) };
}

/** Pixels by which the middle of a picture's ink is to the right of the picture's own middle. */
export function inkFromMiddle(picture) {
  let [ink, moment] = [0, 0];
  picture.forEach((intensity, pixel) => {
    ink += intensity;
    moment += intensity * ((pixel % 28) - 13.5);
  });
  return moment / ink;
}

/** The mean squared error of the predictions `w * middle`, in squared degrees. */
export function lossOf(w, { middles, degrees }) {
  return middles.reduce((sum, middle, i) => sum + (w * middle - degrees[i]) ** 2, 0) / middles.length;
}

/** The gradient of a single weight: how steep the valley of the loss is at `w`. */
export function gradientOf(w, { middles, degrees }) {
  return middles.reduce((sum, middle, i) => sum + 2 * middle * (w * middle - degrees[i]), 0) / middles.length;
}

/** Where the valley of the loss is deepest. */
export function lowestWeight({ middles, degrees }) {
  const sums = middles.map((middle, i) => [middle * degrees[i], middle * middle]);
  return sums.reduce((sum, [product]) => sum + product, 0) / sums.reduce((sum, [, square]) => sum + square, 0);
}

/** Gradient descent: against the gradient, and the farther the steeper it is. */
export function stepDownhill(w, lr, swings) {
  return w - lr * gradientOf(w, swings);
}
