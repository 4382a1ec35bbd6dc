// A slider over the sizes of the code whose weights there are; they are unevenly apart, so it counts places.

import { make } from "./page_elements.js";

export class SizeSlider {
  /**
   * @param {number[]} sizes in rising order
   * @param {number} size where it stands
   * @param {(size: number) => void} onChange
   */
  constructor(sizes, size, onChange) {
    this.sizes = sizes;
    this.input = make("input", {
      type: "range", min: "0", max: String(sizes.length - 1), step: "1", class: "live-slider",
      input: () => onChange(sizes[Number(this.input.value)]),
    });
    this.value = make("output", { class: "live-value" });
    this.element = make("label", { class: "live-words live-slider-label" }, "numbers a digit ", this.input, this.value);
    this.set(size);
  }

  set(size) {
    this.input.value = String(this.sizes.indexOf(size));
    this.input.setAttribute("aria-valuetext", `${size} numbers a digit`);
    this.value.textContent = String(size);
  }
}
