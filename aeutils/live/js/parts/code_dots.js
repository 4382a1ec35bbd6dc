// Codes of two numbers as dots in a square: what the latent map and the drawing have in common.

import { fontOf, rgbOf, styleOf } from "./page_elements.js";

export const MAP_LIMIT = 1.05; // the axes run a little beyond the codes

/** Pixels of a place in a square map of codes that reach so far from 0. */
export function toPixels(z, side, reach = 1) {
  const limit = MAP_LIMIT * reach;
  return [((z[0] / limit + 1) * side) / 2, ((1 - z[1] / limit) * side) / 2];
}

/** By how much marks shrink on a map that is smaller than 520 pixels; below 0.72 they could not be read. */
export function markScale(side) {
  return Math.max(0.72, Math.min(1, side / 520));
}

/** The dots of the digits that are shown, each digit's number at the middle of its dots, and the axes. */
export function drawCodeDots(context, side, { element, labels, codes, middles, shown }) {
  context.clearRect(0, 0, side, side);
  drawAxes(context, side, element);
  const colors = digitColors(element);
  const radius = 2.7 * markScale(side);
  codes.forEach((z, index) => {
    if (shown.includes(labels[index])) drawDot(context, toPixels(z, side), radius, colors[labels[index]]);
  });
  drawMiddles(context, side, { element, middles, shown });
}

/** Each digit's number at the middle of its dots. */
export function drawMiddles(context, side, { element, middles, shown, reach = 1 }) {
  const colors = digitColors(element);
  middles.forEach((middle, digit) => {
    if (!middle || !shown.includes(digit)) return;
    drawNumber(context, digit, toPixels(middle, side, reach), colors[digit], element, side);
  });
}

/** The ten colours of the theme. */
export function digitColors(element) {
  return Array.from({ length: 10 }, (_, digit) => styleOf(element, `--live-digit-${digit}`));
}

export function drawDot(context, [x, y], radius, color) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** A frame as far as the codes reach and the two axes, one pixel wide, with their names. */
export function drawAxes(context, side, element) {
  const [low, middle, high] = [-1, 0, 1].map((value) => Math.round(toPixels([value, 0], side)[0]) + 0.5);
  context.strokeStyle = styleOf(element, "--live-line");
  context.lineWidth = 1;
  context.strokeRect(low, low, high - low, high - low);
  context.beginPath();
  context.moveTo(middle, low);
  context.lineTo(middle, high);
  context.moveTo(low, middle);
  context.lineTo(high, middle);
  context.stroke();
  drawName(context, "z\u2081", [high - 16, middle - 10], element);
  drawName(context, "z\u2082", [middle + 13, low + 12], element);
}

/** The name of an axis, with a rim of paper. */
export function drawName(context, name, [x, y], element) {
  context.font = "italic 15px serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = styleOf(element, "--live-paper");
  context.fillStyle = styleOf(element, "--live-ink");
  context.strokeText(name, x, y);
  context.fillText(name, x, y);
}

/** A number on a disc with a rim of paper, so that it stands out from the dots. */
export function drawNumber(context, number, [x, y], color, element, side) {
  const scale = markScale(side);
  drawDot(context, [x, y], 16 * scale, styleOf(element, "--live-paper"));
  drawDot(context, [x, y], 13 * scale, color);
  context.fillStyle = luminance(color) > 0.18 ? "#000000" : "#ffffff";
  context.font = fontOf(element, `600 ${16 * scale}px`);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const { actualBoundingBoxAscent: height } = context.measureText(number);
  context.fillText(number, x, y + height / 2);
}

/** The relative luminance of a colour (WCAG 2), from 0, black, to 1, white. */
export function luminance(color) {
  const [red, green, blue] = rgbOf(color)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A ring around a place of the map. */
export function drawRing(context, [x, y], radius, lineWidth) {
  context.lineWidth = lineWidth;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}
