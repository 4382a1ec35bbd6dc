// One held-out digit, looked at closely: the original, its code drawn again, and drawings of other codes of its cloud.

import { meanSquaredError } from "../network/digits.js";
import { labelled, make, Picture } from "./page_elements.js";

const DRAWINGS = 5;

export class ChosenCloud {
  /** @param {Random} random by which the codes are drawn; always the same five steps, however large the cloud */
  constructor({ labels, images }, random) {
    Object.assign(this, { labels, images });
    this.steps = Array.from({ length: DRAWINGS }, () => [random.normal(), random.normal()]);
    this.codes = []; // that were drawn from the cloud
    this.original = new Picture();
    this.again = new Picture();
    this.drawings = this.steps.map(() => new Picture());
    this.words = make("p", { class: "live-words", role: "status" });
    this.fromCloud = make("div", { class: "live-labelled" },
      make("div", { class: "live-row live-small" }, ...this.drawings.map(({ element }) => element)),
      make("span", {}, "five codes of its cloud, drawn"));
    this.pictures = make("div", { class: "live-row live-apart" },
      labelled(this.original, "original"), labelled(this.again, "drawn again"), this.fromCloud);
    this.element = make("div", { class: "live-chosen" }, this.words, this.pictures);
  }

  /**
   * @param {number | null} index which digit; null for none
   * @param {{network: Network, codes: Float32Array[], deviations: Float32Array[] | null}} clouds
   */
  show(index, { network, codes, deviations }) {
    this.pictures.hidden = index === null;
    this.codes = [];
    if (index === null) {
      this.words.textContent = "Click a dot, or press Enter on the map: one digit, and drawings from its cloud.";
      return;
    }
    const [image, label, code] = [this.images[index], this.labels[index], codes[index]];
    const again = network.decode(code);
    this.original.show(image, `the original, a ${label}`);
    this.again.show(again, "drawn again from its code");
    this.fromCloud.hidden = deviations === null;
    const error = `Chosen: a ${label}, drawn again with a mean squared error of ${meanSquaredError(image, again).toFixed(4)} a pixel.`;
    if (deviations === null) {
      this.words.textContent = `${error} It has one code and no cloud.`;
      return;
    }
    this.codes = this.steps.map((step) => Array.from(code, (value, axis) => value + deviations[index][axis] * step[axis]));
    this.codes.forEach((z, i) => this.drawings[i].show(network.decode(z), `drawing ${i + 1} from its cloud`));
    const [across, up] = Array.from(deviations[index], (value) => value.toFixed(2));
    this.words.textContent = `${error} Standard deviation of its cloud: ${across} across, ${up} up.`;
  }

  repaint() {
    [this.original, this.again, ...this.drawings].forEach((picture) => picture.repaint());
  }
}
