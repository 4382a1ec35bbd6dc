// Codes of two numbers as dots in a square: what the latent map and the drawing have in common.

import { styleOf } from "./page_elements.js";

export const MAP_LIMIT = 1.05; // the axes run a little beyond the codes

/** Pixels of a place in a square map. */
export function toPixels(z, side) {
  return [((z[0] / MAP_LIMIT + 1) * side) / 2, ((1 - z[1] / MAP_LIMIT) * side) / 2];
}

/** The dots of the digits that are shown, each digit's number at the middle of its dots, and the axes. */
export function drawCodeDots(context, side, { element, labels, codes, middles, shown }) {
  context.clearRect(0, 0, side, side);
  context.fillStyle = styleOf(element, "--live-ink");
  context.font = "italic 13px serif";
  context.fillText("z\u2081", side - 18, side / 2 - 6);
  context.fillText("z\u2082", side / 2 + 6, 14);
  context.strokeStyle = styleOf(element, "--live-line");
  for (const value of [-1, 0, 1]) {
    const [x, y] = toPixels([value, value], side);
    context.strokeRect(x, 0, 0, side);
    context.strokeRect(0, y, side, 0);
  }
  const colors = Array.from({ length: 10 }, (_, digit) => styleOf(element, `--live-digit-${digit}`));
  codes.forEach((z, index) => {
    if (!shown.includes(labels[index])) return;
    context.fillStyle = colors[labels[index]];
    context.beginPath();
    context.arc(...toPixels(z, side), 2.2, 0, 2 * Math.PI);
    context.fill();
  });
  middles.forEach((middle, digit) => {
    if (middle && shown.includes(digit)) drawNumber(context, digit, toPixels(middle, side), colors[digit], element);
  });
}

/** A digit's number, with a rim of paper so that it stands out from the dots. */
export function drawNumber(context, digit, [x, y], color, element) {
  context.font = "bold 20px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = styleOf(element, "--live-paper");
  context.fillStyle = color;
  context.strokeText(digit, x, y);
  context.fillText(digit, x, y);
}

/** A ring around a place of the map. */
export function drawRing(context, [x, y], radius, lineWidth) {
  context.lineWidth = lineWidth;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}
