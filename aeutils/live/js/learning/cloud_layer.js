// What makes an autoencoder variational (Kingma and Welling 2014): the encoder ends in a cloud of codes, not in one.

import { Dense, LogSigmoid } from "./dense_layers.js";
import { keep } from "./matrix.js";

/**
 * The cloud of codes of each input, a Gaussian: one linear layer gives its middle, another its variance in each
 * direction, between 0 and 1, as a logarithm. While the network learns, the decoder gets a random code of the cloud,
 * otherwise its middle.
 */
export class CloudLayer {
  /** @param {Random} random who draws the first weights and, later, the codes */
  constructor(inputs, latentDim, random) {
    Object.assign(this, { latentDim, random, klWeight: 0 });
    this.mean = new Dense(inputs, latentDim, random);
    this.logVariance = new Dense(inputs, latentDim, random);
    this.limit = new LogSigmoid(); // without which one unlucky step makes a cloud astronomically wide
  }

  forward(x, rows, isLearning) {
    this.rows = rows;
    const mean = (this.means = this.mean.forward(x, rows));
    const logVariance = (this.logVariances = this.limit.forward(this.logVariance.forward(x, rows)));
    if (!isLearning) return mean;
    const noise = (this.noise = keep(this, "drawn", mean.length));
    const z = keep(this, "z", mean.length);
    for (let i = 0; i < z.length; i++) {
      noise[i] = this.random.normal();
      z[i] = mean[i] + Math.exp(logVariance[i] / 2) * noise[i];
    }
    return z;
  }

  /** How far the clouds of the last batch are from the prior, the cloud of all codes: the mean, in nats. */
  kl() {
    const { means, logVariances, rows } = this;
    let sum = 0;
    for (let i = 0; i < means.length; i++) {
      sum += (means[i] * means[i] + Math.exp(logVariances[i]) - 1 - logVariances[i]) / 2;
    }
    return sum / rows;
  }

  /**
   * The gradient has two parts. The error's comes through the code that was drawn, mean + exp(logVariance / 2) noise, so
   * the noise says how much the width had to do with it. The one of `klWeight` times `kl()` pulls the cloud to the prior.
   */
  backward(dz) {
    const { means, logVariances, noise, rows } = this;
    const pull = this.klWeight / rows;
    const dMean = keep(this, "dMean", dz.length);
    const dLogVariance = keep(this, "dLogVariance", dz.length);
    for (let i = 0; i < dz.length; i++) {
      const variance = Math.exp(logVariances[i]);
      dMean[i] = dz[i] + pull * means[i];
      dLogVariance[i] = (dz[i] * noise[i] * Math.sqrt(variance) + pull * (variance - 1)) / 2;
    }
    const dx = this.mean.backward(dMean);
    const other = this.logVariance.backward(this.limit.backward(dLogVariance));
    for (let i = 0; i < dx.length; i++) dx[i] += other[i];
    return dx;
  }
}
