// The article's network, as `aeutils.models.ConvAutoencoder` has it: the same layers under the same names.

import { convolve, convolveTransposed, linear, maxPool, relu, rescale } from "./layers.js";
import { readSafetensors } from "./safetensors.js";

export const PIXELS = 784;
const BATCH_NORM_EPSILON = 1e-5; // PyTorch's default

/** What a file of weights must hold for codes of `latentDim` numbers. */
function wantedShapes(latentDim) {
  const shapes = {
    "encoder.0": [16, 1, 3, 3], "encoder.4": [32, 16, 3, 3], "encoder.8": [64, 32, 2, 2],
    "encoder.12": [latentDim, 64], "decoder.0": [64, latentDim],
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
function checkTensors(tensors, latentDim) {
  for (const [name, shape] of Object.entries(wantedShapes(latentDim))) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`These weights are not for this network: ${name} is missing.`);
    if (String(tensor.shape) !== String(shape)) {
      throw new Error(`${name} has the shape (${tensor.shape.join(", ")}); wanted (${shape.join(", ")}).`);
    }
    if (!tensor.data.every(Number.isFinite)) throw new Error(`${name} holds numbers that are NaN or infinite.`);
  }
}

/** An encoder and a decoder with `latentDim` numbers between them. */
export class Network {
  /**
   * @param {Uint8Array} bytes a safetensors file
   * @param {number} latentDim the size of the code that the file should have
   * @throws {Error} if it is not a file with the weights of this network and this size
   */
  constructor(bytes, latentDim) {
    const tensors = readSafetensors(bytes);
    checkTensors(tensors, latentDim);
    this.latentDim = latentDim;
    const numbers = (name) => tensors.get(name).data;
    const layer = (name, more) => ({ weight: numbers(`${name}.weight`), bias: numbers(`${name}.bias`), ...more });
    const norm = (name) => {
      const factor = numbers(`${name}.weight`).map(
        (weight, i) => weight / Math.sqrt(numbers(`${name}.running_var`)[i] + BATCH_NORM_EPSILON),
      );
      const mean = numbers(`${name}.running_mean`);
      return { factor, shift: numbers(`${name}.bias`).map((bias, i) => bias - mean[i] * factor[i]) };
    };
    this.encoder = {
      conv1: layer("encoder.0", { k: 3, stride: 3, padding: 1 }), norm1: norm("encoder.2"),
      conv2: layer("encoder.4", { k: 3, stride: 2, padding: 1 }), norm2: norm("encoder.6"),
      conv3: layer("encoder.8", { k: 2, stride: 1, padding: 0 }), norm3: norm("encoder.10"),
      linear: layer("encoder.12"),
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
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @returns {Float32Array} the code: `latentDim` numbers in (-1, 1)
   */
  encode(image) {
    if (image.length !== PIXELS) throw new Error(`The image has ${image.length} pixels; wanted ${PIXELS}.`);
    const { conv1, norm1, conv2, norm2, conv3, norm3, linear: last } = this.encoder;
    let x = Float32Array.from(image, (pixel) => 2 * pixel - 1); // inside, pixels run from -1 to 1
    x = rescale(relu(convolve(x, 28, conv1)), norm1); // (16, 10, 10)
    x = maxPool(x, 10, 2); // (16, 5, 5)
    x = rescale(relu(convolve(x, 5, conv2)), norm2); // (32, 3, 3)
    x = maxPool(x, 3, 1); // (32, 2, 2)
    x = rescale(relu(convolve(x, 2, conv3)), norm3); // (64)
    return linear(x, last).map(Math.tanh);
  }

  /**
   * @param {ArrayLike<number>} z a code: `latentDim` numbers
   * @returns {Float32Array} 784 intensities in [0, 1]
   */
  decode(z) {
    if (z.length !== this.latentDim) throw new Error(`The code has ${z.length} numbers; wanted ${this.latentDim}.`);
    const { linear: first, conv1, norm1, conv2, norm2, conv3, norm3, conv4 } = this.decoder;
    let x = relu(linear(z, first)); // (64)
    x = rescale(relu(convolveTransposed(x, 1, conv1)), norm1); // (32, 2, 2)
    x = rescale(relu(convolveTransposed(x, 2, conv2)), norm2); // (16, 5, 5)
    x = rescale(relu(convolveTransposed(x, 5, conv3)), norm3); // (8, 15, 15)
    return convolveTransposed(x, 15, conv4).map((value) => (Math.tanh(value) + 1) / 2); // (28, 28)
  }
}
