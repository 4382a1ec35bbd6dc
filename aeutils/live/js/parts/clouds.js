// Clouds of codes as ellipses on a map, and the prior that they are pulled to.

import { digitColors, drawDot, drawName, markScale, toPixels } from "./code_dots.js";
import { styleOf } from "./page_elements.js";

const CLOUD_EDGE = 2; // standard deviations from a cloud's middle to its ellipse
const DRAWN_EVERY = 3; // a thousand ellipses on top of each other would be one blot

/** An ellipse around each third digit that is shown, and a dot at the middle of every cloud. */
export function drawClouds(context, side, { element, labels, codes, deviations, shown, reach }) {
  const colors = digitColors(element);
  const indices = [...labels.keys()].filter((index) => shown.includes(labels[index]));
  for (const index of deviations ? indices.filter((one) => one % DRAWN_EVERY === 0) : []) {
    drawCloud(context, side, { z: codes[index], deviation: deviations[index], reach, color: colors[labels[index]], fill: 0.13 });
  }
  const radius = (deviations ? 1.7 : 2.7) * markScale(side);
  for (const index of indices) drawDot(context, toPixels(codes[index], side, reach), radius, colors[labels[index]]);
}

/** @param {{z: ArrayLike<number>, deviation: ArrayLike<number>, reach: number, color: string, fill: number}} cloud */
function drawCloud(context, side, { z, deviation, reach, color, fill }) {
  const [x, y] = toPixels(z, side, reach);
  const [right, up] = toPixels(z.map((value, axis) => value + CLOUD_EDGE * deviation[axis]), side, reach);
  context.beginPath();
  context.ellipse(x, y, right - x, y - up, 0, 0, 2 * Math.PI);
  context.fillStyle = context.strokeStyle = color;
  context.lineWidth = 1;
  context.globalAlpha = fill;
  context.fill();
  context.globalAlpha = Math.min(1, 3 * fill);
  context.stroke();
  context.globalAlpha = 1;
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
    const arm = passes ? 5.5 : 4;
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    for (const [color, width] of [["--live-paper", 5], [passes ? "--live-ink" : "--live-muted", passes ? 2.5 : 1.2]]) {
      context.strokeStyle = styleOf(element, color);
      context.lineWidth = width;
      context.stroke();
    }
  }
}
