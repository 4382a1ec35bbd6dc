// A cloud of dots in the plane, and the line that lies closest to it: PCA where it can be seen.

import { Random } from "./random.js";

const [CLOUD_DOTS, CLOUD_LENGTH, CLOUD_WIDTH, CLOUD_ANGLE] = [40, 1.5, 0.5, 32];

/** 40 dots around the origin, more spread along one direction than across it. */
export function makeCloud(seed) {
  const random = new Random(seed);
  const turn = (CLOUD_ANGLE * Math.PI) / 180;
  const dots = Array.from({ length: CLOUD_DOTS }, () => {
    const [along, across] = [CLOUD_LENGTH * random.normal(), CLOUD_WIDTH * random.normal()];
    return [along * Math.cos(turn) - across * Math.sin(turn), along * Math.sin(turn) + across * Math.cos(turn)];
  });
  const middle = [0, 1].map((axis) => dots.reduce((sum, point) => sum + point[axis], 0) / dots.length);
  return dots.map(([x, y]) => [x - middle[0], y - middle[1]]);
}

/**
 * What a line through the origin makes of the dots.
 *
 * @param {[number, number][]} dots
 * @param {number} degrees of the line, from the x axis
 * @returns {{shadows: number[], kept: number, lost: number}} how far along the line each dot's shadow lies; the mean
 *   square of the shadows (their variance), and that of the distances from the line
 */
export function castShadows(dots, degrees) {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const meanSquare = (values) => values.reduce((sum, value) => sum + value * value, 0) / values.length;
  const shadows = dots.map(([x, y]) => x * c + y * s);
  return { shadows, kept: meanSquare(shadows), lost: meanSquare(dots.map(([x, y]) => y * c - x * s)) };
}

/** The angle of the line that loses least, in degrees from 0 to 180. */
export function principalAngle(dots) {
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of dots) {
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  return (((Math.atan2(2 * xy, xx - yy) / 2) * 180) / Math.PI + 180) % 180;
}
