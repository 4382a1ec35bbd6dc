// A square map of codes of two numbers, where a place is pointed at, by pointer or arrow keys, and a dot chosen.

import { MAP_LIMIT, toPixels } from "./code_dots.js";
import { onePointer } from "./one_pointer.js";
import { make, Plate } from "./page_elements.js";

const STEP = 0.02; // of an arrow key, in a map that reaches to 1; with shift five times that
const DOT_PIXELS = { mouse: 14, pen: 14, touch: 26 }; // pixels from a click to the dot that is meant

export class PointedMap {
  /**
   * @param {object} options
   * @param {(context: CanvasRenderingContext2D, side: number) => void} options.draw
   * @param {() => number} options.reach how far from 0 a place may lie; the axes run a little further
   * @param {() => number[]} options.place
   * @param {(z: number[]) => void} options.onPlace
   * @param {(z: number[], distance: number) => void} options.onChoose the dot nearest to z, if no further away
   * @param {() => void} options.onLetGo
   * @param {Node[]} [options.marks] what else lies on the map, under the cross
   */
  constructor({ draw, reach, place, onPlace, onChoose, onLetGo, marks = [] }) {
    Object.assign(this, { reach, place, onPlace, onChoose, onLetGo });
    this.plate = new Plate(draw);
    // What moves with the pointer is an element: a thousand dots need not be drawn again at every move.
    this.cross = make("div", { class: "live-cross", "aria-hidden": "true" });
    const follow = (event) => onPlace(this.placeOf(event));
    this.element = make(
      "div",
      {
        class: "live-map", tabindex: "0", role: "application", "aria-roledescription": "map",
        "aria-label": "Map of codes. Arrow keys move the place that is drawn, with shift faster; " +
          "Enter chooses the nearest digit, Escape lets it go.",
        ...onePointer({ begin: follow, move: follow, hover: follow }),
        click: (event) => this.chooseAt(event), keydown: (event) => this.onKey(event),
      },
      this.plate.element, ...marks, this.cross,
    );
  }

  /** A place that lies on the map. */
  inside(z) {
    const reach = this.reach();
    return z.map((value) => Math.max(-reach, Math.min(reach, value)));
  }

  placeOf(event) {
    const box = this.element.getBoundingClientRect();
    const limit = MAP_LIMIT * this.reach();
    return this.inside([
      ((event.clientX - box.left) / box.width * 2 - 1) * limit,
      (1 - (event.clientY - box.top) / box.height * 2) * limit,
    ]);
  }

  chooseAt(event) {
    const pixels = DOT_PIXELS[event.pointerType] ?? DOT_PIXELS.mouse;
    this.onChoose(this.placeOf(event), (pixels / this.element.clientWidth) * 2 * MAP_LIMIT * this.reach());
  }

  onKey(event) {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (direction) {
      const step = (event.shiftKey ? 5 : 1) * STEP * this.reach();
      this.onPlace(this.inside(this.place().map((value, axis) => value + step * direction[axis])));
    } else if (event.key === "Enter") {
      this.onChoose(this.place(), Infinity);
    } else if (event.key === "Escape") {
      this.onLetGo();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Put an element at a place of the map. */
  putAt(element, z) {
    const [x, y] = toPixels(z, 100, this.reach());
    element.style.left = `${x}%`;
    element.style.top = `${y}%`;
  }

  /** Put the cross where the decoder draws. */
  putCross(z) {
    this.putAt(this.cross, z);
  }

  repaint() {
    this.plate.repaint();
  }
}
