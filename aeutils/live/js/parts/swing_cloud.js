// Codes of pendulums, each drawn as a small pendulum at its place: a single number against the true angle, two numbers in
// the plane, three in space.

import { drawDot, drawName, drawRing } from "./code_dots.js";
import { fontOf, make, Plate, styleOf } from "./page_elements.js";
import { SpaceView } from "./space_view.js";

const CLOUD_MARGIN = { left: 34, right: 16, top: 16, bottom: 34 }; // in pixels
const SMALL_PENDULUM = 11; // pixels; all sticks together
const ANGLE_COLORS = 6;

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
   * @param {number[]} z the place to mark
   */
  show(codes, angles, z) {
    this.ranges = z.map((_, axis) => {
      const values = codes.map((code) => code[axis]);
      return [Math.min(...values), Math.max(...values)];
    });
    this.shown = { codes, angles };
    this.flat.hidden = z.length === 3;
    this.view.element.hidden = z.length !== 3;
    this.mark(z);
  }

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
      this.drawAngles(context, across, bottom + 22);
      drawName(context, "z", [left - 24, (top + bottom) / 2], this.element);
    } else {
      drawName(context, "z\u2081", [(left + right) / 2, bottom + 24], this.element);
      drawName(context, "z\u2082", [left - 24, (top + bottom) / 2], this.element);
    }
    const angleShare = (angle) => (angle / this.reach + 1) / 2;
    codes.forEach((code, i) => {
      const shares = code.length === 1 ? [angleShare(angles[i][0]), this.share(code[0], 0)] : [...code].map((z, axis) => this.share(z, axis));
      this.drawSmall(context, [across(shares[0]), up(shares[1])], angles[i]);
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

  drawAngles(context, across, y) {
    context.font = fontOf(this.element, "12px");
    context.fillStyle = styleOf(this.element, "--live-muted");
    context.textBaseline = "middle";
    const degrees = Math.round((this.reach * 180) / Math.PI);
    for (const [share, words, align] of [[0, `\u2212${degrees}°`, "left"], [0.5, "true angle", "center"], [1, `${degrees}°`, "right"]]) {
      context.textAlign = align;
      context.fillText(words, across(share), y);
    }
  }

  drawInSpace(context) {
    if (!this.shown || this.z.length !== 3) return;
    const inCube = (code) => Array.from(code, (z, axis) => 2 * this.share(z, axis) - 1);
    for (const { index, at } of this.view.inDepthOrder(this.shown.codes.map(inCube))) {
      this.drawSmall(context, at, this.shown.angles[index]);
    }
    context.strokeStyle = styleOf(this.element, "--live-ink");
    drawRing(context, this.view.project(inCube(this.z)), 9, 2.5);
  }

  /** A pendulum in the colour of its first angle, the middle of its length at the place. */
  drawSmall(context, [x, y], angles) {
    const section = Math.min(ANGLE_COLORS - 1, Math.floor(((angles[0] / this.reach + 1) / 2) * ANGLE_COLORS));
    const color = styleOf(this.element, `--live-length-${section}`);
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
