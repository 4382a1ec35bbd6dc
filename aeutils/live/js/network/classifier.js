// The classifier, as `aeutils.classifier.DigitClassifier` has it: the same layers under the same names.

import { convolve, linear, maxPool, relu, rescale } from "./layers.js";
import { normOf } from "./network.js";
import { readSafetensors } from "./safetensors.js";

export class Classifier {
  /** @param {Uint8Array} bytes the safetensors file that `load_classifier` reads */
  constructor(bytes) {
    const tensors = readSafetensors(bytes);
    const layer = (name, more) => {
      const [weight, bias] = ["weight", "bias"].map((part) => tensors.get(`layers.${name}.${part}`)?.data);
      if (!weight || !bias) throw new Error(`These weights are not the classifier's: layers.${name} is missing.`);
      return { weight, bias, ...more };
    };
    const same = { k: 5, stride: 1, padding: 2 };
    Object.assign(this, { conv1: layer(0, same), conv2: layer(4, same), last: layer(10) });
    [this.norm1, this.norm2] = [1, 5].map((name) => normOf(tensors, `layers.${name}`));
  }

  /**
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @returns {{digit: number, confidence: number}} what it reads, and the probability that it gives to that
   */
  classify(image) {
    const { conv1, norm1, conv2, norm2, last } = this;
    const half = maxPool(relu(rescale(convolve(image, 28, conv1), norm1)), 28, 2);
    const quarter = maxPool(relu(rescale(convolve(half, 14, conv2), norm2)), 14, 2);
    const scores = linear(quarter, last);
    const largest = Math.max(...scores);
    const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
    return { digit: scores.indexOf(largest), confidence: 1 / sum };
  }
}
