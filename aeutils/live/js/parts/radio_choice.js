// A choice of one from a few, as a group of radio buttons.

import { make } from "./page_elements.js";

let radioGroups = 0; // radio buttons know each other by a name

export class RadioChoice {
  /**
   * @param {object} options
   * @param {string} options.label what a screen reader calls the group
   * @param {[value: string | number | boolean, words: string][]} options.choices
   * @param {(value: string | number | boolean) => void} options.onChange
   */
  constructor({ label, choices, onChange }) {
    const name = `live-radio-${(radioGroups += 1)}`;
    this.inputs = choices.map(([value]) => {
      return { value, input: make("input", { type: "radio", name, change: () => onChange(value) }) };
    });
    const labels = choices.map(([, words], i) => {
      return make("label", { class: "live-choice" }, this.inputs[i].input, ` ${words}`);
    });
    this.element = make("div", { class: "live-choices", role: "radiogroup", "aria-label": label }, ...labels);
  }

  set(value) {
    for (const each of this.inputs) each.input.checked = each.value === value;
  }
}
