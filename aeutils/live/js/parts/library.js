// What the figures of a page know together: digits, networks, codes. Each is made once, when first asked for.

import { meanSquaredError, readDigits, splitDigits } from "../network/digits.js";
import { Classifier } from "../network/classifier.js";
import { Judge } from "../network/judge.js";
import { Network } from "../network/network.js";
import { klDivergence, VariationalNetwork } from "../network/variational_network.js";

const WORK_MILLISECONDS = 10; // at a stretch; then the page gets its turn

const REDRAWER_SIZE = 16; // numbers: of the network by which the judge has drawings drawn again

/** In the place of a size: the network that the reader trained. */
export const OWN = "own";

/** Apply a function to each item without freezing the page. */
export async function mapInSlices(items, compute) {
  const results = [];
  let start = performance.now();
  for (const item of items) {
    results.push(compute(item));
    if (performance.now() - start > WORK_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve));
      start = performance.now();
    }
  }
  return results;
}

export class Library {
  /**
   * @param {string[]} names the files there are
   * @param {(name: string) => Promise<Uint8Array>} load fetches one
   */
  constructor(names, load) {
    this.load = load;
    this.sizes = names.filter((name) => name.startsWith("weights-")).map((name) => Number(name.slice(8)));
    this.betas = names.filter((name) => name.startsWith("vae-")).map((name) => Number(name.slice(4)));
    this.made = new Map();
    this.own = null; // the reader's network, and words about it
    this.ownListeners = [];
  }

  /** The same promise for the same name, except after a failure: then the next one tries again. */
  once(name, create) {
    if (!this.made.has(name)) {
      const promise = create();
      this.made.set(name, promise);
      promise.catch(() => this.made.delete(name));
    }
    return this.made.get(name);
  }

  /** @returns {Promise<{labels: Uint8Array, images: Float32Array[]}>} */
  digits() {
    return this.once("digits", async () => readDigits(await this.load("digits")));
  }

  /** @returns {Promise<Uint8Array>} the digits for training, 784 0 to 255 for each pixel; a large file: ask late */
  trainingDigits() {
    return this.once("training digits", async () => splitDigits(await this.load("training-digits")).pixels);
  }

  /** @returns {Promise<{network: object[], pca: object[]}>} error on the test images against the size of the code */
  sweep() {
    return this.once("sweep", async () => JSON.parse(new TextDecoder().decode(await this.load("sweep"))));
  }

  /** @returns {Promise<object>} points of the Swiss roll, their sheet, their codes by several methods, and scores */
  roll() {
    return this.once("roll", async () => JSON.parse(new TextDecoder().decode(await this.load("roll"))));
  }

  /** @returns {Promise<object>} for each maker of maps: codes of the held-out digits, scores, and what it can do */
  maps() {
    return this.once("maps", async () => JSON.parse(new TextDecoder().decode(await this.load("maps"))));
  }

  /** @returns {Promise<object>} for each seed the codes of two numbers of the held-out digits */
  mapsBySeed() {
    return this.once("two-maps", async () => JSON.parse(new TextDecoder().decode(await this.load("two-maps"))));
  }

  /** @returns {Promise<object>} slant, thickness and bend of the held-out digits */
  strokes() {
    return this.once("strokes", async () => JSON.parse(new TextDecoder().decode(await this.load("strokes"))));
  }

  /** @returns {Promise<Judge>} who says of a drawing whether it passes as a digit */
  judge() {
    return this.once("judge", async () => {
      const [classifier, redrawer, levels] = await Promise.all([
        this.load("classifier"), this.network(REDRAWER_SIZE), this.load("judge"),
      ]);
      return new Judge(new Classifier(classifier), redrawer, JSON.parse(new TextDecoder().decode(levels)));
    });
  }

  /** @returns {Promise<Uint8Array>} what `Dice` of codes of this size need */
  dice(size) {
    return this.once(`dice ${size}`, () => this.load(`dice-${size}`));
  }

  /**
   * Let a network that the reader trained take the place of the shipped one, in the figures that ask what is `inUse`.
   *
   * @param {{network: Network | DenseNetwork, words: string} | null} own null gives it back
   */
  useOwn(own) {
    this.own = own;
    for (const what of ["codes", "errors"]) this.made.delete(`${what} ${OWN}`);
    this.ownListeners.forEach((listener) => listener());
  }

  /** @param {() => void} listener what to call when the reader's network is taken or given back */
  onOwn(listener) {
    this.ownListeners.push(listener);
  }

  /** What `network`, `codes` and `errors` should be asked for: a size, or OWN if the reader's network has this size. */
  inUse(size) {
    return this.own?.network.latentDim === size ? OWN : size;
  }

  /** @returns {Promise<Network>} the network with codes of this size */
  network(size) {
    if (size === OWN) return Promise.resolve(this.own.network);
    if (!this.sizes.includes(size)) {
      const there = this.sizes.join(", ") || "none";
      return Promise.reject(new Error(`There are no weights for codes of ${size} numbers; there are: ${there}.`));
    }
    return this.once(`network ${size}`, async () => new Network(await this.load(`weights-${size}`), size));
  }

  /** @returns {Promise<Float32Array[]>} the code of each held-out digit */
  codes(size) {
    return this.once(`codes ${size}`, async () => {
      const [{ images }, network] = await Promise.all([this.digits(), this.network(size)]);
      return mapInSlices(images, (image) => network.encode(image));
    });
  }

  /** @returns {Promise<number[]>} the mean squared error of each held-out digit's reconstruction */
  errors(size) {
    return this.once(`errors ${size}`, async () => {
      const [{ images }, network, codes] = await Promise.all([this.digits(), this.network(size), this.codes(size)]);
      return mapInSlices(images.keys(), (i) => meanSquaredError(images[i], network.decode(codes[i])));
    });
  }
  /** @returns {Promise<VariationalNetwork>} the variational autoencoder with codes of two numbers that paid this for a nat */
  variational(beta) {
    return this.once(`vae ${beta}`, async () => new VariationalNetwork(await this.load(`vae-${beta}`), 2));
  }

  /**
   * The held-out digits in the map of a variational autoencoder, or of the plain one, which gives no clouds.
   *
   * @param {number | null} beta null for the plain autoencoder
   * @returns {Promise<{network: Network, codes: Float32Array[], deviations: Float32Array[] | null, error: number, kl: number | null}>}
   *   `error` and `kl` are means over the digits
   */
  clouds(beta) {
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return this.once(`clouds ${beta}`, async () => {
      if (beta === null) {
        const [network, codes, errors] = await Promise.all([this.network(2), this.codes(2), this.errors(2)]);
        return { network, codes, deviations: null, error: mean(errors), kl: null };
      }
      const [{ images }, network] = await Promise.all([this.digits(), this.variational(beta)]);
      const clouds = await mapInSlices(images, (image) => network.posterior(image));
      const errors = await mapInSlices(images.keys(), (i) => meanSquaredError(images[i], network.decode(clouds[i].mean)));
      return {
        network, codes: clouds.map((cloud) => cloud.mean), deviations: clouds.map((cloud) => cloud.deviation),
        error: mean(errors), kl: mean(clouds.map(klDivergence)),
      };
    });
  }
}
