// A slider over the sizes of the code whose weights there are.

import { ChoiceSlider } from "./choice_slider.js";

export class SizeSlider extends ChoiceSlider {
  /**
   * @param {number[]} sizes in rising order
   * @param {number} size where it stands
   * @param {(size: number) => void} onChange
   */
  constructor(sizes, size, onChange) {
    super({ name: "numbers per digit", values: sizes, value: size, onChange });
  }
}
