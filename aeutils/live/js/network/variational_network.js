// The variational autoencoder, as `aeutils.vae.VariationalAutoencoder` has it: the article's network, whose encoder gives
// a digit a cloud of codes.

import { linear } from "./layers.js";
import { Network } from "./network.js";

export class VariationalNetwork extends Network {
  /**
   * @param {Uint8Array} bytes a safetensors file
   * @param {number} latentDim the size of the code that the file should have
   */
  constructor(bytes, latentDim) {
    super(bytes, latentDim, ["mean", "log_variance"]);
  }

  /**
   * The cloud of a picture: a Gaussian without correlations.
   *
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @returns {{mean: Float32Array, deviation: Float32Array}} its middle, which is the picture's code, and its standard
   *   deviation in each direction, at most that of the prior
   */
  posterior(image) {
    const features = this.features(image).at(-1);
    const [mean, width] = this.encoder.ends.map((end) => linear(features, end));
    return { mean, deviation: width.map((value) => Math.sqrt(1 / (1 + Math.exp(-value)))) };
  }

  encodeStepwise(image) {
    return [...this.features(image), this.posterior(image).mean];
  }
}

/** How far a cloud is from the prior, a Gaussian of middle 0 and standard deviation 1: in nats. */
export function klDivergence({ mean, deviation }) {
  return mean.reduce((sum, m, i) => sum + (m ** 2 + deviation[i] ** 2 - 1) / 2 - Math.log(deviation[i]), 0);
}
