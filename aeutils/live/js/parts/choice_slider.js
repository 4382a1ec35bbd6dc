// A slider over a few values that may be unevenly apart: it counts places.

import { make } from "./page_elements.js";

export class ChoiceSlider {
  /**
   * @param {object} options
   * @param {string} options.name what is chosen
   * @param {(number | null)[]} options.values in rising order
   * @param {number} options.value where it stands
   * @param {(value: number) => void} options.onChange
   * @param {string} [options.none] what null is called
   */
  constructor({ name, values, value, onChange, none = "none" }) {
    Object.assign(this, { name, values, none });
    this.input = make("input", {
      type: "range", min: "0", max: String(values.length - 1), step: "1", class: "live-slider",
      input: () => onChange(values[Number(this.input.value)]),
    });
    this.value = make("output", { class: "live-value" });
    this.element = make("label", { class: "live-words live-slider-label" }, `${name} `, this.input, this.value);
    this.set(value);
  }

  set(value) {
    this.input.value = String(this.values.indexOf(value));
    this.input.setAttribute("aria-valuetext", value === null ? this.none : `${value} ${this.name}`);
    this.value.textContent = value === null ? this.none : String(value);
  }
}

/** A value that is one of those there are, or an error that says which these are. */
export function checkChoice(name, value, values) {
  if (!values.includes(value)) throw new Error(`${name} is ${JSON.stringify(value)}; it can be ${values.map(String).join(", ")}.`);
}
