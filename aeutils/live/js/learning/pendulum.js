// Pictures of a pendulum: `draw_pendulum` of aeutils/synthetic.py.

import { Random } from "./random.js";

const [SIDE, PENDULUM_LENGTH] = [28, 17]; // pixels; all links together
const PIVOT = [13.5, 3]; // pixels from the left and from the top
const [LINK_RADIUS, BOB_RADIUS] = [1, 2.5];

/**
 * Angles within `reach` of the vertical, as PyTorch draws them: `(2 * torch.rand(n, links) - 1) * reach`.
 *
 * @returns {Float32Array} radians, `links` numbers a picture
 */
export function drawAngles({ n, links = 1, reach, seed = 0 }) {
  const random = new Random(seed);
  return Float32Array.from({ length: n * links }, () => Math.fround(2 * random.rand() - 1) * Math.fround(reach));
}

/**
 * A hanging pendulum of one or more stiff links.
 *
 * @param {ArrayLike<number>} angles of the links, from the top: radians from the vertical
 * @returns {Float32Array} 784 intensities in [0, 1]
 */
export function drawPendulum(angles) {
  const picture = new Float32Array(SIDE * SIDE);
  const length = PENDULUM_LENGTH / angles.length;
  let [startX, startY] = PIVOT;
  for (const angle of angles) {
    const [x, y] = [Math.sin(angle), Math.cos(angle)]; // its direction
    for (let pixel = 0; pixel < picture.length; pixel++) {
      const toX = (pixel % SIDE) - startX;
      const toY = Math.floor(pixel / SIDE) - startY;
      const along = Math.max(0, Math.min(length, toX * x + toY * y));
      const link = softEdge(toX - along * x, toY - along * y, LINK_RADIUS);
      const bob = softEdge(toX - length * x, toY - length * y, BOB_RADIUS);
      picture[pixel] = Math.max(picture[pixel], link, bob);
    }
    startX += length * x;
    startY += length * y;
  }
  return picture;
}

/** 1 inside a circle, 0 outside, and in between on the pixel that its edge runs through. */
function softEdge(fromX, fromY, radius) {
  const distance = Math.sqrt(fromX * fromX + fromY * fromY); // Math.hypot takes several times as long
  return Math.max(0, Math.min(1, radius + 0.5 - distance));
}
