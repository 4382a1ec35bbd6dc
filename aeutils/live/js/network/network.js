// The article's network, as `aeutils.models.ConvAutoencoder` has it: the same layers under the same names.

import { convolve, convolveTransposed, linear, maxPool, relu, rescale } from "./layers.js";
import { readSafetensors } from "./safetensors.js";

export const PIXELS = 784;
const BATCH_NORM_EPSILON = 1e-5; // PyTorch's default

/** What a file of weights must hold for codes of `latentDim` numbers, which come out of layers called `ends`. */
function wantedShapes(latentDim, ends) {
  const shapes = {
    ...Object.fromEntries(ends.map((end) => [end, [latentDim, 64]])),
    "encoder.0": [16, 1, 3, 3], "encoder.4": [32, 16, 3, 3], "encoder.8": [64, 32, 2, 2], "decoder.0": [64, latentDim],
    "decoder.3": [64, 32, 2, 2], "decoder.6": [32, 16, 3, 3], "decoder.9": [16, 8, 5, 5], "decoder.12": [8, 1, 2, 2],
  };
  const norms = {
    "encoder.2": 16, "encoder.6": 32, "encoder.10": 64, "decoder.5": 32, "decoder.8": 16, "decoder.11": 8,
  };
  const wanted = {};
  for (const [layer, shape] of Object.entries(shapes)) {
    wanted[`${layer}.weight`] = shape;
    const transposed = layer.startsWith("decoder") && shape.length === 4;
    wanted[`${layer}.bias`] = [transposed ? shape[1] : shape[0]];
  }
  for (const [layer, channels] of Object.entries(norms)) {
    for (const part of ["weight", "bias", "running_mean", "running_var"]) wanted[`${layer}.${part}`] = [channels];
  }
  return wanted;
}

/** Refuse weights that are not this network's, saying what came and what was wanted. */
function checkTensors(tensors, wanted) {
  for (const [name, shape] of Object.entries(wanted)) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`These weights are not for this network: ${name} is missing.`);
    if (String(tensor.shape) !== String(shape)) {
      throw new Error(`${name} has the shape (${tensor.shape.join(", ")}); wanted (${shape.join(", ")}).`);
    }
    if (!tensor.data.every(Number.isFinite)) throw new Error(`${name} holds numbers that are NaN or infinite.`);
  }
}

/** BatchNorm as it is after training: one factor and one shift a channel. */
export function normOf(tensors, name) {
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (part) => tensors.get(`${name}.${part}`).data,
  );
  const factor = weight.map((value, i) => value / Math.sqrt(variance[i] + BATCH_NORM_EPSILON));
  return { factor, shift: bias.map((value, i) => value - mean[i] * factor[i]) };
}

/** An encoder and a decoder with `latentDim` numbers between them. */
export class Network {
  /**
   * @param {Uint8Array} bytes a safetensors file
   * @param {number} latentDim the size of the code that the file should have
   * @param {string[]} ends names of the linear layers in which the encoder ends
   * @throws {Error} if it is not a file with the weights of this network and this size
   */
  constructor(bytes, latentDim, ends = ["encoder.12"]) {
    const tensors = readSafetensors(bytes);
    checkTensors(tensors, wantedShapes(latentDim, ends));
    this.latentDim = latentDim;
    const numbers = (name) => tensors.get(name).data;
    const layer = (name, more) => ({ weight: numbers(`${name}.weight`), bias: numbers(`${name}.bias`), ...more });
    const norm = (name) => normOf(tensors, name);
    this.encoder = {
      conv1: layer("encoder.0", { k: 3, stride: 3, padding: 1 }), norm1: norm("encoder.2"),
      conv2: layer("encoder.4", { k: 3, stride: 2, padding: 1 }), norm2: norm("encoder.6"),
      conv3: layer("encoder.8", { k: 2, stride: 1, padding: 0 }), norm3: norm("encoder.10"),
      ends: ends.map((end) => layer(end)),
    };
    this.decoder = {
      linear: layer("decoder.0"),
      conv1: layer("decoder.3", { k: 2, stride: 1, padding: 0 }), norm1: norm("decoder.5"),
      conv2: layer("decoder.6", { k: 3, stride: 2, padding: 0 }), norm2: norm("decoder.8"),
      conv3: layer("decoder.9", { k: 5, stride: 3, padding: 1 }), norm3: norm("decoder.11"),
      conv4: layer("decoder.12", { k: 2, stride: 2, padding: 1 }),
    };
  }

  /**
   * What each step of the encoder passes on before its last, linear one.
   *
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @returns {Float32Array[]} one less than the first half of `steps`; the last are 64 numbers
   */
  features(image) {
    if (image.length !== PIXELS) throw new Error(`The image has ${image.length} pixels; wanted ${PIXELS}.`);
    const { conv1, norm1, conv2, norm2, conv3, norm3 } = this.encoder;
    const input = Float32Array.from(image, (pixel) => 2 * pixel - 1); // inside, pixels run from -1 to 1
    const features1 = rescale(relu(convolve(input, 28, conv1)), norm1);
    const pooled1 = maxPool(features1, 10, 2);
    const features2 = rescale(relu(convolve(pooled1, 5, conv2)), norm2);
    const pooled2 = maxPool(features2, 3, 1);
    const features3 = rescale(relu(convolve(pooled2, 2, conv3)), norm3);
    return [features1, pooled1, features2, pooled2, features3];
  }

  /** What each step of the encoder passes on: as many as the first half of `steps`; the last is the code. */
  encodeStepwise(image) {
    const features = this.features(image);
    return [...features, linear(features.at(-1), this.encoder.ends[0]).map(Math.tanh)];
  }

  /**
   * What each step of the decoder passes on.
   *
   * @param {ArrayLike<number>} z a code: `latentDim` numbers
   * @returns {Float32Array[]} as many as the second half of `steps`; the last is the drawing
   */
  decodeStepwise(z) {
    if (z.length !== this.latentDim) throw new Error(`The code has ${z.length} numbers; wanted ${this.latentDim}.`);
    const { linear: first, conv1, norm1, conv2, norm2, conv3, norm3, conv4 } = this.decoder;
    const sums = relu(linear(z, first));
    const features1 = rescale(relu(convolveTransposed(sums, 1, conv1)), norm1);
    const features2 = rescale(relu(convolveTransposed(features1, 2, conv2)), norm2);
    const features3 = rescale(relu(convolveTransposed(features2, 5, conv3)), norm3);
    const drawing = convolveTransposed(features3, 15, conv4).map((value) => (Math.tanh(value) + 1) / 2);
    return [sums, features1, features2, features3, drawing];
  }

  /** What makes each of these, and its shape: how many maps, and of how many pixels a side. */
  get steps() {
    return [
      ["convolution", 16, 10], ["pooling", 16, 5], ["convolution", 32, 3], ["pooling", 32, 2], ["convolution", 64, 1],
      ["code", this.latentDim, 1],
      ["linear", 64, 1],
      ["transposed convolution", 32, 2], ["transposed convolution", 16, 5], ["transposed convolution", 8, 15],
      ["drawing", 1, 28],
    ].map(([kind, maps, side]) => ({ kind, maps, side }));
  }

  /**
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @returns {Float32Array} the code: `latentDim` numbers in (-1, 1)
   */
  encode(image) {
    return this.encodeStepwise(image).at(-1);
  }

  /**
   * @param {ArrayLike<number>} z a code: `latentDim` numbers
   * @returns {Float32Array} 784 intensities in [0, 1]
   */
  decode(z) {
    return this.decodeStepwise(z).at(-1);
  }
}
