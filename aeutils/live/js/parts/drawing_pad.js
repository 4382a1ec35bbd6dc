// A pad to draw on with a pointer, a finger, or the arrow keys.

import { onePointer } from "./one_pointer.js";
import { make, Plate, styleOf } from "./page_elements.js";

const KEY_STEP = 1 / 28;

export class DrawingPad {
  /**
   * @param {number[][][]} strokes what is drawn already
   * @param {(strokes: number[][][]) => void} onChange
   */
  constructor(strokes, onChange) {
    this.strokes = strokes;
    this.onChange = onChange;
    this.pen = [0.5, 0.5];
    this.isDown = false;
    this.plate = new Plate((context, width, height) => this.draw(context, width, height));
    this.element = make(
      "div",
      {
        class: "live-pad", tabindex: "0", role: "application", "aria-roledescription": "drawing pad",
        "aria-label": "Pad to draw a digit on. With keys: arrows move the pen, Enter puts it down and lifts it.",
        ...onePointer({
          begin: (event) => this.begin(event), move: (event) => this.follow(event), end: () => this.lift(),
        }),
        keydown: (event) => this.onKey(event),
        focus: () => this.plate.repaint(), blur: () => this.lift(),
      },
      this.plate.element,
    );
  }

  /** Show other strokes, made elsewhere. */
  set(strokes) {
    this.strokes = strokes;
    this.plate.repaint();
  }

  /** A new stroke, or a new point of the last. */
  add(point, { isNew }) {
    this.pen = point;
    const earlier = isNew ? this.strokes : this.strokes.slice(0, -1);
    const current = isNew ? [] : this.strokes.at(-1) ?? []; // they may have been cleared meanwhile
    this.onChange([...earlier, [...current, point]]);
  }

  placeOf(event) {
    const box = this.element.getBoundingClientRect();
    const inside = (value) => Math.max(0, Math.min(1, value));
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  }

  begin(event) {
    this.element.setPointerCapture(event.pointerId);
    this.isDown = true;
    this.add(this.placeOf(event), { isNew: true });
  }

  follow(event) {
    if (this.isDown) this.add(this.placeOf(event), { isNew: false });
  }

  lift() {
    this.isDown = false;
    this.plate.repaint();
  }

  onKey(event) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in directions) {
      const moved = this.pen.map((value, axis) => value + KEY_STEP * directions[event.key][axis]);
      const point = moved.map((value) => Math.max(0, Math.min(1, value)));
      if (this.isDown) this.add(point, { isNew: false });
      else this.pen = point;
    } else if (event.key === "Enter" || event.key === " ") {
      this.isDown = !this.isDown;
      if (this.isDown) this.add(this.pen, { isNew: true });
    } else {
      return;
    }
    event.preventDefault();
    this.plate.repaint();
  }

  draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    context.strokeStyle = styleOf(this.element, "--live-ink");
    context.fillStyle = styleOf(this.element, "--live-focus");
    context.lineWidth = width / 14;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of this.strokes) {
      context.beginPath();
      // The first point twice: a stroke of one point is a dot.
      [stroke[0], ...stroke].forEach(([x, y]) => context.lineTo(x * width, y * height));
      context.stroke();
    }
    if (document.activeElement !== this.element) return;
    context.beginPath();
    context.arc(this.pen[0] * width, this.pen[1] * height, this.isDown ? 4 : 7, 0, 2 * Math.PI);
    context.fill();
  }
}
