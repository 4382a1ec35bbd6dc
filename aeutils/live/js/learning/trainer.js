// One training: `fit` of aeutils/training.py, a step at a time, so that others can have their turn in between.

import { makeAutoencoder } from "./autoencoders.js";
import { geodesicDistances } from "./geodesics.js";
import { sammonStress, squaredError } from "./losses.js";
import { NUMBERS, keep } from "./matrix.js";
import { Adam, oneCycle } from "./optimizer.js";
import { Random } from "./random.js";
import { knnAccuracy, rankCorrelation, scoreUnrolling } from "./scores.js";

const RECIPE = {
  numEpochs: 25, batchSize: 256, lr: 1e-2, oneCycle: true, rise: 0.15, beta2: 0.999, geodesicWeight: 0, klWeight: 1,
};
const LOOKED_AT = 100; // inputs at a time
const DIVERGED = 1000; // times the first loss, or not finite: Adam's steps are too small to reach infinity soon

export class Trainer {
  /**
   * @param {object} job what is trained, on what, how, and what is looked at meanwhile; see training.js
   * @throws {Error} if it cannot be done
   */
  constructor({ model, inputs, recipe, seed = 0, watch }) {
    this.recipe = { ...RECIPE, ...recipe };
    this.model = makeAutoencoder(model, new Random(seed));
    this.width = this.model.inputSize;
    this.inputs = checkedInputs(inputs, this.width, 2, "training");
    this.n = this.inputs.length / this.width;
    this.watch = { decoded: 0, ...(watch ?? { inputs: this.inputs }) };
    this.watched = checkedInputs(this.watch.inputs, this.width, 1, "what is watched");
    checkRecipe(this.recipe);
    if (this.model.cloud) this.model.cloud.klWeight = this.recipe.klWeight;
    const { numEpochs, batchSize, beta2 } = this.recipe;
    this.stepsPerEpoch = Math.min(Math.ceil(this.n / batchSize), Math.floor(this.n / 2)); // no batch of a single input
    this.steps = numEpochs * this.stepsPerEpoch;
    this.done = 0;
    this.optimizer = new Adam([...this.model.namedParameters()].map(([, its]) => its), { beta2 });
    this.shuffle = new Random(seed);
  }

  /** What has to be known before the first step. A generator, because the geodesic distances take a while. */
  *prepare() {
    if (this.recipe.geodesicWeight > 0) this.distances = yield* geodesicDistances(this.inputs, this.width);
  }

  get isFinished() {
    return this.done === this.steps;
  }

  /** Which inputs are in the next batch: those of a new order every epoch, in parts that differ by one at most. */
  nextRows() {
    const batch = this.done % this.stepsPerEpoch;
    if (batch === 0) this.order = this.shuffle.permutation(this.n);
    const [size, larger] = [Math.floor(this.n / this.stepsPerEpoch), this.n % this.stepsPerEpoch];
    const start = batch * size + Math.min(batch, larger);
    return this.order.subarray(start, start + size + (batch < larger ? 1 : 0));
  }

  /** The learning rate and Adam's first beta of the next step. */
  nextRates() {
    if (this.recipe.oneCycle && this.steps > 1) return oneCycle(this.done, this.steps, this.recipe);
    return { lr: this.recipe.lr, beta1: 0.9 };
  }

  /**
   * One step.
   *
   * @returns {number} the loss before it
   * @throws {Error} if it has diverged
   */
  step() {
    const { model, width, inputs, distances } = this;
    const rows = this.nextRows();
    const x = keep(this, "x", rows.length * width);
    rows.forEach((row, i) => x.set(inputs.subarray(row * width, (row + 1) * width), i * width));

    const z = model.encode(x, rows.length, true);
    const output = model.decode(z, rows.length, true);
    const dOutput = keep(this, "dOutput", output.length);
    // The error of a pixel; or of an image, as in `ELBOLoss`, because an image's cloud has a divergence, and a pixel none.
    let loss = squaredError(output, x, dOutput, model.cloud ? rows.length : output.length);
    const dz = model.decodeBackward(dOutput);
    if (model.cloud) loss += model.cloud.klWeight * model.cloud.kl();
    if (distances) {
      const { geodesicWeight } = this.recipe;
      loss += geodesicWeight * sammonStress(z, model.latentDim, rows, distances, geodesicWeight, dz);
    }
    model.encodeBackward(dz);
    this.firstLoss ??= loss;
    if (!(loss <= DIVERGED * this.firstLoss)) {
      throw new Error(
        `The loss rose from ${this.firstLoss.toPrecision(2)} to ${loss.toPrecision(2)} by step ${this.done + 1}: ` +
          `training has diverged. Lower the learning rate (now ${this.recipe.lr}), to a tenth for a start.`,
      );
    }
    this.optimizer.step(this.nextRates());
    this.done += 1;
    return loss;
  }

  /**
   * What the network makes of the watched inputs now. A generator that pauses between parts.
   *
   * @returns {Generator<void, object>} codes, decoded, error, score, logVariances, kl; see training.js
   */
  *look() {
    const { model, width, watched, watch } = this;
    const n = watched.length / width;
    const codes = new Float32Array(n * model.latentDim);
    const decoded = new Float32Array(watch.decoded * width);
    const logVariances = model.cloud ? new Float32Array(codes.length) : null;
    let squares = 0;
    let nats = 0;
    for (let start = 0; start < n; start += LOOKED_AT) {
      const part = watched.subarray(start * width, (start + LOOKED_AT) * width);
      const z = model.encode(part, part.length / width);
      codes.set(z, start * model.latentDim);
      logVariances?.set(model.cloud.logVariances, start * model.latentDim);
      if (model.cloud) nats += model.cloud.kl() * (part.length / width);
      const output = model.decode(z, part.length / width);
      for (let i = 0; i < output.length; i++) squares += (output[i] - part[i]) ** 2;
      if (start < watch.decoded) decoded.set(output.subarray(0, decoded.length - start * width), start * width);
      yield;
    }
    const kl = model.cloud ? nats / n : null;
    return { codes, decoded, error: squares / watched.length, score: this.score(codes), logVariances, kl };
  }

  score(codes) {
    const { sheet, labels, values } = this.watch;
    if (sheet) return scoreUnrolling(codes, this.model.latentDim, sheet);
    if (labels) return knnAccuracy(codes, this.model.latentDim, labels);
    if (values && this.model.latentDim === 1) return rankCorrelation(codes, values);
    return null;
  }

  /**
   * @param {ArrayLike<number>} codes `latentDim` numbers each
   * @returns {Float32Array} what they stand for
   */
  decode(codes) {
    const z = checkedInputs(codes, this.model.latentDim, 1, "decoding");
    return Float32Array.from(this.model.decode(z, z.length / this.model.latentDim));
  }
}

function checkedInputs(inputs, width, least, purpose) {
  const n = (inputs?.length ?? 0) / width;
  if (!Number.isInteger(n)) {
    throw new Error(`There are ${inputs.length} numbers for ${purpose}; one input has ${width}.`);
  }
  if (n < least) {
    throw new Error(`There ${n === 1 ? "is 1 input" : `are ${n} inputs`} for ${purpose}; wanted at least ${least}.`);
  }
  const numbers = new NUMBERS(inputs);
  if (inputs instanceof Uint8Array) for (let i = 0; i < numbers.length; i++) numbers[i] /= 255;
  if (!numbers.every(Number.isFinite)) {
    throw new Error(`The inputs for ${purpose} hold numbers that are NaN or infinite.`);
  }
  return numbers;
}

function checkRecipe({ numEpochs, batchSize, lr, geodesicWeight, klWeight }) {
  for (const [what, count] of [["epochs", numEpochs], ["inputs in a batch", batchSize]]) {
    if (!Number.isInteger(count) || count < 1) throw new Error(`${count} ${what}: wanted a whole number from 1 up.`);
  }
  if (!(lr > 0 && lr < Infinity)) throw new Error(`The learning rate is ${lr}; wanted a number above 0, such as 0.01.`);
  if (!(geodesicWeight >= 0)) throw new Error(`The geodesic term's weight is ${geodesicWeight}; wanted 0 or more.`);
  if (!(klWeight >= 0)) throw new Error(`The divergence's weight is ${klWeight}; wanted 0 or more.`);
}
