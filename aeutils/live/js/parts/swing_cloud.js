// Codes of pendulums, each drawn as a small pendulum at its place: a single number against the true angle, two numbers
// in the plane, three in space.

import { drawDot, drawName, drawRing } from "./code_dots.js";
import { fontOf, make, Plate, styleOf } from "./page_elements.js";
import { lengthColors } from "./roll_dots.js";
import { SpaceView } from "./space_view.js";

const CLOUD_MARGIN = { left: 34, right: 16, top: 16, bottom: 34 }; // in pixels
const SMALL_PENDULUM = 11; // pixels; all sticks together

export class SwingCloud {
  /** @param {number} reach the largest angle, in radians */
  constructor(reach) {
    this.reach = reach;
    this.shown = null;
    this.turned = { azim: -60, elev: 20 };
    this.plate = new Plate((context, width, height) => this.drawFlat(context, width, height));
    this.flat = make("div", { class: "live-map live-cloud" }, this.plate.element);
    this.view = new SpaceView({
      label: "Codes of three numbers. Arrow keys turn them.",
      reach: 1.1,
      angles: () => this.turned,
      onTurn: (angles) => {
        this.turned = angles;
        this.repaint();
      },
      draw: (context) => this.drawInSpace(context),
    });
    this.view.element.hidden = true;
    this.element = make("div", {}, this.flat, this.view.element);
  }

  /**
   * @param {ArrayLike<number>[]} codes one to three numbers each
   * @param {ArrayLike<number>[]} angles of each pendulum's sticks
   */
  show(codes, angles) {
    this.ranges = Array.from(codes[0], (_, axis) => {
      const values = codes.map((code) => code[axis]);
      return [Math.min(...values), Math.max(...values)];
    });
    this.shown = { codes, angles };
    this.flat.hidden = codes[0].length === 3;
    this.view.element.hidden = codes[0].length !== 3;
  }

  /** Draw it all, and mark a place. */
  mark(z) {
    this.z = z;
    this.repaint();
  }

  repaint() {
    if (this.shown) [this.plate, this.view.plate].forEach((plate) => plate.repaint());
  }

  /** Where a number stands in its range, from 0 to 1. */
  share(value, axis) {
    const [low, high] = this.ranges[axis];
    return (value - low) / (high - low || 1);
  }

  /** Where the first angle stands, from 0, leftmost, to 1. */
  angleShare([angle]) {
    return (angle / this.reach + 1) / 2;
  }

  drawFlat(context, width, height) {
    if (!this.shown || this.z.length === 3) return;
    const { codes, angles } = this.shown;
    const [left, right] = [CLOUD_MARGIN.left, width - CLOUD_MARGIN.right];
    const [top, bottom] = [CLOUD_MARGIN.top, height - CLOUD_MARGIN.bottom];
    const across = (share) => left + share * (right - left);
    const up = (share) => bottom - share * (bottom - top);
    const isLine = this.z.length === 1;
    context.clearRect(0, 0, width, height);
    context.strokeStyle = styleOf(this.element, "--live-line");
    context.lineWidth = 1;
    context.strokeRect(left - 10.5, top - 10.5, right - left + 20, bottom - top + 20);
    if (isLine) {
      this.writeAngles(context, across, bottom + 22);
      drawName(context, "z", [left - 24, (top + bottom) / 2], this.element);
    } else {
      drawName(context, "z\u2081", [(left + right) / 2, bottom + 24], this.element);
      drawName(context, "z\u2082", [left - 24, (top + bottom) / 2], this.element);
    }
    const colors = lengthColors(this.element);
    codes.forEach((code, i) => {
      const [first, second] = Array.from(code, (z, axis) => this.share(z, axis));
      const place = isLine ? [this.angleShare(angles[i]), first] : [first, second];
      this.drawSmall(context, [across(place[0]), up(place[1])], angles[i], colors);
    });
    context.strokeStyle = styleOf(this.element, "--live-ink");
    if (isLine) {
      const y = up(this.share(this.z[0], 0));
      context.lineWidth = 2;
      context.setLineDash([6, 4]);
      context.strokeRect(left - 10, y, right - left + 20, 0);
      context.setLineDash([]);
    } else {
      drawRing(context, [across(this.share(this.z[0], 0)), up(this.share(this.z[1], 1))], 9, 2.5);
    }
  }

  writeAngles(context, across, y) {
    context.font = fontOf(this.element, "12px");
    context.fillStyle = styleOf(this.element, "--live-muted");
    context.textBaseline = "middle";
    const degrees = Math.round((this.reach * 180) / Math.PI);
    const write = (words, share, align) => {
      context.textAlign = align;
      context.fillText(words, across(share), y);
    };
    write(`\u2212${degrees}°`, 0, "left");
    const isSingle = this.shown.angles[0].length === 1;
    write(isSingle ? "true angle" : "upper stick's angle", 0.5, "center");
    write(`${degrees}°`, 1, "right");
  }

  drawInSpace(context) {
    if (!this.shown || this.z.length !== 3) return;
    const colors = lengthColors(this.element);
    const inCube = (code) => Array.from(code, (z, axis) => 2 * this.share(z, axis) - 1);
    for (const { index, at } of this.view.inDepthOrder(this.shown.codes.map(inCube))) {
      this.drawSmall(context, at, this.shown.angles[index], colors);
    }
    context.strokeStyle = styleOf(this.element, "--live-ink");
    drawRing(context, this.view.project(inCube(this.z)), 9, 2.5);
  }

  /** A pendulum in the colour of its first angle, the middle of its length at the place. */
  drawSmall(context, [x, y], angles, colors) {
    const color = colors[Math.min(colors.length - 1, Math.floor(this.angleShare(angles) * colors.length))];
    context.strokeStyle = color;
    context.lineWidth = 1.6;
    let [endX, endY] = [x, y - SMALL_PENDULUM / 2];
    context.beginPath();
    context.moveTo(endX, endY);
    for (const angle of angles) {
      endX += (Math.sin(angle) * SMALL_PENDULUM) / angles.length;
      endY += (Math.cos(angle) * SMALL_PENDULUM) / angles.length;
      context.lineTo(endX, endY);
    }
    context.stroke();
    drawDot(context, [endX, endY], 2.4, color);
  }
}
