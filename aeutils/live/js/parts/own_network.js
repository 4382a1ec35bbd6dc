// The line with which a figure says that it shows the reader's own network, and the button that gives it back.

import { OWN } from "./library.js";
import { make } from "./page_elements.js";

export class OwnNetworkLine {
  /** @param {Library} library */
  constructor(library) {
    this.library = library;
    this.words = make("span", { role: "status" });
    this.button = make(
      "button",
      { type: "button", class: "live-button", click: () => library.useOwn(null) },
      "Back to the shipped network",
    );
    this.element = make("div", { class: "live-own" }, this.words, this.button);
    this.button.hidden = true;
  }

  /** @param {number} size of the codes that the figure shows */
  show(size) {
    const isOwn = this.library.inUse(size) === OWN;
    this.words.textContent = isOwn ? this.library.own.words : "";
    this.button.hidden = !isOwn;
  }
}
