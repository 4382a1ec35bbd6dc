// Points of the Swiss roll and their codes as dots, in the colours and with the numbers of six sections of its length.

import { quantile } from "../network/digits.js";
import { drawDot, drawNumber } from "./code_dots.js";
import { styleOf } from "./page_elements.js";

const ROLL_SECTIONS = 6;

/** The two questions, with the limits of `scoreUnrolling`. Its two others, for a straight ruler, are for the audit. */
export function isFolded(shareOfFarNeighbours) {
  return shareOfFarNeighbours >= 0.01;
}

export function isFlat(correlationOfDistances) {
  return correlationOfDistances > 0.98;
}

/** Which of six equal sections of the sheet's length each point lies in. */
export function sectionsOf(sheet) {
  const length = Math.max(...sheet.map(([s]) => s));
  return sheet.map(([s]) => Math.min(ROLL_SECTIONS - 1, Math.floor((s / length) * ROLL_SECTIONS)));
}

/** The six colours of the theme. */
export function lengthColors(element) {
  return Array.from({ length: ROLL_SECTIONS }, (_, section) => styleOf(element, `--live-length-${section}`));
}

/**
 * @param {{index: number, at: number[]}[]} places which point, and where in pixels; later ones cover earlier ones
 * @param {{sections: number[], element: Element, side: number}} options side: of the picture, in pixels
 */
export function drawRollDots(context, places, { sections, element, side }) {
  const colors = lengthColors(element);
  places.forEach(({ index, at }) => drawDot(context, at, 2.6, colors[sections[index]]));
  drawSectionNumbers(context, places, { sections, element, side });
}

/** The number of each section, in the middle of its dots. */
export function drawSectionNumbers(context, places, { sections, element, side }) {
  for (let section = 0; section < ROLL_SECTIONS; section++) {
    const own = places.filter(({ index }) => sections[index] === section);
    const middle = [0, 1].map((axis) => quantile(own.map(({ at }) => at[axis]), 0.5));
    drawNumber(context, section + 1, middle, styleOf(element, "--live-ink"), element, side);
  }
}

/**
 * Give codes the middle and the spread of others, and turn and mirror them so that they lie on these as well as they
 * can (Procrustes): whether a sheet is unrolled does not depend on how it lies on the table.
 */
export function layOn(codes, wanted) {
  const mean = (points) => [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const [from, to] = [mean(codes), mean(wanted)];
  const fit = (mirror) => {
    let [along, across, square, wantedSquare] = [0, 0, 0, 0];
    codes.forEach((code, i) => {
      const [x, y] = [code[0] - from[0], mirror * (code[1] - from[1])];
      const [u, v] = [wanted[i][0] - to[0], wanted[i][1] - to[1]];
      along += x * u + y * v;
      across += x * v - y * u;
      square += x * x + y * y;
      wantedSquare += u * u + v * v;
    });
    const match = Math.hypot(along, across);
    const scale = Math.sqrt(wantedSquare / square) / match;
    return { mirror, cos: scale * along, sin: scale * across, match };
  };
  const { mirror, cos, sin } = [fit(1), fit(-1)].sort((a, b) => b.match - a.match)[0];
  return codes.map((code) => {
    const [x, y] = [code[0] - from[0], mirror * (code[1] - from[1])];
    return [to[0] + cos * x - sin * y, to[1] + sin * x + cos * y];
  });
}

/** The smallest and largest value of each coordinate. */
export function bounds(points) {
  return [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
}
