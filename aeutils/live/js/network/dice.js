// Codes that no digit had, as `aeutils.generation.sample_codes` draws them: dice that know less or more of real codes.

import { readSafetensors } from "./safetensors.js";

export class Dice {
  /**
   * @param {Uint8Array} bytes what `aeutils.live.pack.dice_bytes` stored: "box", "gaussian" and "mixture" as fitted to
   *   the codes of the sample's training digits, and "real", codes of held-out ones
   * @param {Random} random
   */
  constructor(bytes, random) {
    this.tensors = readSafetensors(bytes);
    this.random = random;
    this.size = this.tensors.get("box").shape[1];
  }

  /** @param {"cube" | "box" | "gaussian" | "mixture" | "real"} source */
  throw(source) {
    const { random, size } = this;
    const row = (name, i) => this.tensors.get(name).data.subarray(i * size, (i + 1) * size);
    if (source === "real") return row("real", Math.floor(random.uniform() * this.tensors.get("real").shape[0]));
    if (source === "cube" || source === "box") {
      const [low, high] = source === "box" ? [row("box", 0), row("box", 1)] : [-1, 1].map((edge) => Array(size).fill(edge));
      return Float32Array.from(low, (least, i) => least + (high[i] - least) * random.uniform());
    }
    const cloud = this.chooseCloud(this.tensors.get(`${source}.weight`).data);
    const steps = Array.from({ length: size }, () => random.normal());
    return Float32Array.from(row(`${source}.mean`, cloud), (mean, i) =>
      row(`${source}.root`, cloud * size + i).reduce((sum, value, j) => sum + value * steps[j], mean));
  }

  /** One cloud of a mixture, each as often as its weight says. */
  chooseCloud(weights) {
    let left = this.random.uniform();
    const found = weights.findIndex((weight) => (left -= weight) < 0);
    return found < 0 ? weights.length - 1 : found;
  }
}
