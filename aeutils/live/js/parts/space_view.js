// A view of points in space that a pointer, a finger or the arrow keys turn. Parallel projection, as in a drawing.

import { make, Plate } from "./page_elements.js";

const DEGREES_A_PIXEL = 0.5;
const DEGREES_A_KEY = 5;

export class SpaceView {
  /**
   * @param {object} options
   * @param {string} options.label what a screen reader says
   * @param {() => {azim: number, elev: number}} options.angles in degrees, as matplotlib counts them
   * @param {(angles: {azim: number, elev: number}) => void} options.onTurn
   * @param {number} options.reach how far the points go from the middle, along any axis
   * @param {(context: CanvasRenderingContext2D, view: SpaceView) => void} options.draw
   * @param {(place: {x: number, y: number}) => void} [options.onClick] a click that was no turn, in pixels
   */
  constructor({ label, angles, onTurn, reach, draw, onClick = () => {} }) {
    Object.assign(this, { angles, onTurn, reach, onClick });
    this.held = null;
    this.plate = new Plate((context, width, height) => {
      this.size = [width, height];
      context.clearRect(0, 0, width, height);
      draw(context, this);
    });
    this.element = make(
      "div",
      {
        class: "live-map live-space", tabindex: "0", role: "application", "aria-roledescription": "view to turn",
        "aria-label": label,
        pointerdown: (event) => this.hold(event), pointermove: (event) => this.turn(event),
        pointerup: (event) => this.release(event), pointercancel: () => (this.held = null),
        keydown: (event) => this.onKey(event),
      },
      this.plate.element,
    );
  }

  /** A point as the viewer sees it: right, up, and towards the viewer. */
  turned([x, y, z]) {
    const { azim, elev } = this.angles();
    const [a, e] = [azim, elev].map((degrees) => (degrees * Math.PI) / 180);
    const right = -x * Math.sin(a) + y * Math.cos(a);
    const away = x * Math.cos(a) + y * Math.sin(a); // along the ground, towards the viewer
    return [right, z * Math.cos(e) - away * Math.sin(e), away * Math.cos(e) + z * Math.sin(e)];
  }

  /** Pixels of a point, and how near it is to the viewer. */
  project(point) {
    const [right, up, towards] = this.turned(point);
    const [width, height] = this.size;
    const scale = Math.min(width, height) / (2 * 1.5 * this.reach);
    return [width / 2 + right * scale, height / 2 - up * scale, towards];
  }

  /** Projected points with their numbers, the furthest first, so that near dots cover far ones. */
  inDepthOrder(points) {
    return points.map((point, index) => ({ index, at: this.project(point) })).sort((a, b) => a.at[2] - b.at[2]);
  }

  hold(event) {
    this.element.setPointerCapture(event.pointerId);
    this.held = { x: event.clientX, y: event.clientY, ...this.angles(), moved: false };
  }

  turn(event) {
    if (!this.held) return;
    const [right, down] = [event.clientX - this.held.x, event.clientY - this.held.y];
    if (Math.hypot(right, down) > 3) this.held.moved = true;
    if (!this.held.moved) return;
    this.turnTo(this.held.azim - right * DEGREES_A_PIXEL, this.held.elev + down * DEGREES_A_PIXEL);
  }

  release(event) {
    const wasClick = this.held && !this.held.moved;
    this.held = null;
    const box = this.element.getBoundingClientRect();
    if (wasClick) this.onClick({ x: event.clientX - box.left, y: event.clientY - box.top });
  }

  turnTo(azim, elev) {
    const within = Math.max(-90, Math.min(90, elev));
    this.onTurn({ azim: Math.round((((azim % 360) + 540) % 360) - 180), elev: Math.round(within) });
  }

  onKey(event) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!(event.key in directions)) return;
    event.preventDefault();
    const [right, up] = directions[event.key].map((step) => step * DEGREES_A_KEY);
    const { azim, elev } = this.angles();
    this.turnTo(azim + right, elev + up);
  }
}

/** Angles of a view, or an error that says what came. */
export function checkAngles(azim, elev) {
  if (!Number.isFinite(azim) || !(Math.abs(elev) <= 90)) {
    throw new Error(`The view is turned by ${azim} and raised by ${elev}; wanted degrees, raised by at most 90.`);
  }
}
