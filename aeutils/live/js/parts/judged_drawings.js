// Drawings of codes that no digit had, each with what the judge says of it; and how many have passed so far.

import { make, Picture } from "./page_elements.js";

/** Drawings side by side. */
export class JudgedDrawings {
  /**
   * @param {number} count of places for drawings
   * @param {string} [more] a class of style
   */
  constructor(count, more = "") {
    this.tiles = Array.from({ length: count }, () => {
      const [picture, light] = [new Picture("a drawing"), make("span")];
      return { picture, light, element: make("div", { class: "live-thrown" }, picture.element, light) };
    });
    this.element = make("div", { class: `live-throws ${more}` }, ...this.tiles.map(({ element }) => element));
  }

  /** @param {number} i which place; after the last comes the first again */
  show(i, drawing, { digit, passes }) {
    const { picture, light, element } = this.tiles[i % this.tiles.length];
    const words = passes ? `passes, as a ${digit}` : "fails";
    picture.show(drawing, `a drawing that ${words}`);
    element.dataset.passes = String(passes);
    light.textContent = passes ? `\u2713 ${digit}` : "\u2717";
    light.setAttribute("aria-label", words);
  }

  repaint() {
    this.tiles.forEach(({ picture }) => picture.repaint());
  }
}

/** The share that has passed so far, as a bar with its name before it. */
export class TallyBar {
  /** @param {string} name of what is thrown */
  constructor(name) {
    this.bar = make("span", { class: "live-bar live-bar-kept" });
    this.element = make("p", { class: "live-words live-barred live-tally" }, make("span", {}, name), this.bar);
  }

  show({ thrown, passed }) {
    this.bar.style.setProperty("--live-share", String(thrown && passed / thrown));
    this.bar.classList.toggle("live-bar", thrown > 0);
    this.bar.textContent = thrown ? `${Math.round((100 * passed) / thrown)} % of ${thrown}` : "none thrown yet";
  }
}
