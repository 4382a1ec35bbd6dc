// One held-out digit, looked at closely: the original, what the code keeps of it, and its neighbours.

import { meanSquaredError, nearest } from "../network/digits.js";
import { labelled, make, Picture } from "./page_elements.js";

export const NEIGHBOURS = 5;

export class ChosenDigit {
  constructor({ labels, images }, network, codes) {
    Object.assign(this, { labels, images });
    this.use(network, codes);
    this.original = new Picture();
    this.reconstruction = new Picture();
    this.neighbours = Array.from({ length: NEIGHBOURS }, () => new Picture());
    this.words = make("p", { class: "live-words", role: "status" });
    this.pictures = make(
      "div",
      { class: "live-row live-apart", hidden: "" },
      labelled(this.original, "original"),
      labelled(this.reconstruction, "drawn again"),
      make("div", { class: "live-labelled" },
        make("div", { class: "live-row live-small" }, ...this.neighbours.map(({ element }) => element)),
        make("span", {}, "its nearest neighbours")),
    );
    this.element = make("div", { class: "live-chosen" }, this.words, this.pictures);
  }

  /** Look through this network. */
  use(network, codes) {
    Object.assign(this, { network, codes });
  }

  /** @param {number | null} index which digit; null for none */
  show(index, invitation) {
    this.pictures.hidden = index === null;
    this.found = [];
    if (index === null) {
      this.words.textContent = invitation;
      return;
    }
    const { labels, images, codes } = this;
    const again = this.network.decode(codes[index]);
    // The first of the nearest is the digit itself, unless another has the very same code.
    const others = nearest(codes, codes[index], NEIGHBOURS + 1).filter((one) => one.index !== index);
    this.found = others.slice(0, NEIGHBOURS).map((one) => one.index);
    this.original.show(images[index], `the original, a ${labels[index]}`);
    this.reconstruction.show(again, "its reconstruction");
    this.found.forEach((one, i) => this.neighbours[i].show(images[one], `neighbour, a ${labels[one]}`));
    this.words.textContent =
      `Chosen: a ${labels[index]}, drawn again with a mean squared error of ` +
      `${meanSquaredError(images[index], again).toFixed(4)} a pixel. ` +
      `Its nearest neighbours: ${this.found.map((one) => labels[one]).join(", ")}.`;
  }

  repaint() {
    [this.original, this.reconstruction, ...this.neighbours].forEach((picture) => picture.repaint());
  }
}
