// Clouds of codes as ellipses on a map, and the prior that they are pulled to.

import { digitColors, drawDot, drawName, drawRing, markScale, toPixels } from "./code_dots.js";
import { styleOf } from "./page_elements.js";

const RING = 7; // pixels
const DRAWN_EVERY = 3; // a thousand ellipses on top of each other would be one blot
const OF_A_KIND = 100; // the held-out digits are in order: so many 0s, so many 1s

/** An ellipse around each third digit that is shown, and a dot at the middle of every cloud. */
export function drawClouds(context, side, { element, labels, codes, deviations, shown, reach }) {
  const colors = digitColors(element);
  const indices = [...labels.keys()].filter((index) => shown.includes(labels[index]));
  indices.sort((a, b) => (a % OF_A_KIND) - (b % OF_A_KIND)); // one of each kind in turn, so that no kind lies on top
  for (const index of deviations ? indices.filter((one) => one % DRAWN_EVERY === 0) : []) {
    drawCloud(context, side, { z: codes[index], deviation: deviations[index], reach, color: colors[labels[index]], fill: 0.13 });
  }
  const radius = (deviations ? 1.7 : 2.7) * markScale(side);
  for (const index of indices) drawDot(context, toPixels(codes[index], side, reach), radius, colors[labels[index]]);
}

/**
 * The cloud that was chosen, to one and to two standard deviations, and the codes that were drawn from it; a ring where
 * there is no cloud, or hardly one.
 */
export function drawChosenCloud(context, side, { element, codes, deviations, reach, index, drawnFrom }) {
  if (index === null) return;
  const [ink, paper] = ["--live-ink", "--live-paper"].map((name) => styleOf(element, name));
  const cloud = { z: codes[index], deviation: deviations?.[index] ?? [0, 0], reach, color: ink };
  drawCloud(context, side, { ...cloud, fill: 0.08, edge: 2 });
  const radii = drawCloud(context, side, { ...cloud, fill: 0.15, line: 2.5 });
  context.strokeStyle = ink;
  if (Math.max(...radii) < RING) drawRing(context, toPixels(cloud.z, side, reach), RING, 2.5);
  for (const place of drawnFrom) {
    const at = toPixels(place, side, reach);
    drawDot(context, at, 4, paper);
    drawDot(context, at, 2.5, ink);
  }
}

/**
 * An ellipse of as many standard deviations as `edge` says, paler inside than at its rim.
 *
 * @returns {number[]} how far it extends from its middle to the right and up, in pixels
 */
function drawCloud(context, side, { z, deviation, reach, color, fill, line = 1, edge = 1 }) {
  const [x, y] = toPixels(z, side, reach);
  const [right, top] = toPixels(z.map((value, axis) => value + edge * deviation[axis]), side, reach);
  const radii = [right - x, y - top];
  context.beginPath();
  context.ellipse(x, y, ...radii, 0, 0, 2 * Math.PI);
  context.fillStyle = context.strokeStyle = color;
  context.lineWidth = line;
  context.globalAlpha = fill;
  context.fill();
  context.globalAlpha = Math.min(1, 3 * line * fill);
  context.stroke();
  context.globalAlpha = 1;
  return radii;
}

/** Circles one and two standard deviations from the middle of the prior, with these numbers. */
export function drawPrior(context, side, { element, reach }) {
  const [x, y] = toPixels([0, 0], side, reach);
  for (const deviations of [1, 2]) {
    const [edge] = toPixels([deviations, 0], side, reach);
    context.strokeStyle = styleOf(element, "--live-ink");
    context.lineWidth = 1;
    context.beginPath();
    context.arc(x, y, edge - x, 0, 2 * Math.PI);
    context.stroke();
    drawName(context, String(deviations), [edge, y], element);
  }
}

/** Small crosses at places of a map, those that passed stronger, each with a rim of paper. */
export function drawThrown(context, side, { element, thrown, reach }) {
  for (const { z, passes } of thrown) {
    const [x, y] = toPixels(z, side, reach);
    const [arm, pen] = passes ? [5.5, 2.5] : [4, 1.2];
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    for (const [color, width] of [["--live-paper", pen + 2.4], [passes ? "--live-ink" : "--live-muted", pen]]) {
      context.strokeStyle = styleOf(element, color);
      context.lineWidth = width;
      context.stroke();
    }
  }
}
