// Pieces of a page that several figures use.

import { PIXELS } from "../network/network.js";

/** An element with attributes (functions become listeners) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A style variable of the figure, such as a colour that depends on the theme. */
export function styleOf(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** The figure's letters at a size, as a canvas wants them: `fontOf(element, "600 16px")`. */
export function fontOf(element, size) {
  return `${size} ${getComputedStyle(element).fontFamily}`;
}

/** "#rrggbb" as three numbers from 0 to 255. */
export function rgbOf(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

/** A picture of 28 x 28 pixels: the theme's pen on the theme's paper. */
export class Picture {
  /** @param {string} name what a screen reader calls it until it shows something with a name of its own */
  constructor(name = "an empty picture") {
    this.element = make("canvas", { width: 28, height: 28, class: "live-picture", role: "img", "aria-label": name });
    this.image = null;
  }

  /**
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @param {string} [name] what it shows, for a screen reader
   */
  show(image, name) {
    this.image = image;
    if (name) this.element.setAttribute("aria-label", name);
    const [pen, paper] = ["--live-pen", "--live-paper"].map((color) => rgbOf(styleOf(this.element, color)));
    const context = this.element.getContext("2d");
    const pixels = context.createImageData(28, 28);
    for (let i = 0; i < PIXELS; i++) {
      for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = paper[c] + image[i] * (pen[c] - paper[c]);
      pixels.data[4 * i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }

  /** Again, in the colours of a new theme. */
  repaint() {
    if (this.image) this.show(this.image);
  }
}

/** A picture with words under it. */
export function labelled(picture, words) {
  return make("div", { class: "live-labelled" }, picture.element, make("span", {}, words));
}

/** A canvas that is as sharp as the screen and is drawn again when its size changes. */
export class Plate {
  /** @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw in CSS pixels */
  constructor(draw) {
    this.draw = draw;
    this.element = make("canvas", { class: "live-plate", "aria-hidden": "true" });
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(this.element);
  }

  repaint() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    const pixels = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
    for (const side of ["width", "height"]) {
      if (this.element[side] !== pixels[side]) this.element[side] = pixels[side]; // costs time, so not at every move
    }
    const context = this.element.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw(context, width, height);
  }
}

/**
 * Calls back when what is painted would look different: the page turns dark or light, is printed, or the screen's pixels
 * become smaller or larger (zoom, another screen). Returns what stops it.
 */
export function onLookChange(callback) {
  const stop = new AbortController();
  const listen = (query, listener, options = {}) =>
    window.matchMedia(query).addEventListener("change", listener, { signal: stop.signal, ...options });
  const observer = new MutationObserver(callback);
  const filter = { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "theme", "class"] };
  observer.observe(document.documentElement, filter);
  observer.observe(document.body, filter);
  listen("print", callback);
  const watchPixels = () => {
    const change = () => {
      watchPixels();
      callback();
    };
    listen(`(resolution: ${window.devicePixelRatio}dppx)`, change, { once: true });
  };
  watchPixels();
  return () => {
    observer.disconnect();
    stop.abort();
  };
}

/** A row of buttons that switch the ten digits on and off. */
export class DigitSwitches {
  /** @param {(shown: number[]) => void} onChange */
  constructor(shown, onChange) {
    this.shown = new Set(shown);
    const changed = () => {
      this.refresh();
      onChange([...this.shown].sort());
    };
    this.buttons = Array.from({ length: 10 }, (_, digit) =>
      make(
        "button",
        {
          type: "button", class: "live-digit", style: `--live-color: var(--live-digit-${digit})`,
          "aria-label": `digit ${digit}`,
          click: () => {
            if (!this.shown.delete(digit)) this.shown.add(digit);
            changed();
          },
        },
        String(digit),
      ),
    );
    const all = make(
      "button",
      {
        type: "button", class: "live-button",
        click: () => {
          this.shown = new Set(this.shown.size < 10 ? Array(10).keys() : []);
          changed();
        },
      },
      "all or none",
    );
    this.element = make("div", { class: "live-row", role: "group", "aria-label": "digits on the map" });
    this.element.append(...this.buttons, all);
    this.refresh();
  }

  /** Show another choice, made elsewhere. */
  set(shown) {
    this.shown = new Set(shown);
    this.refresh();
  }

  refresh() {
    this.buttons.forEach((button, digit) => button.setAttribute("aria-pressed", String(this.shown.has(digit))));
  }
}
