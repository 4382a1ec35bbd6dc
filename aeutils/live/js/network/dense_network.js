// A dense network for pictures, as `aeutils.models.MLPAutoencoder` has it: the quicker of those that train in a page.

import { linear } from "./layers.js";
import { PIXELS } from "./network.js";
import { readSafetensors } from "./safetensors.js";

const elu = (x) => x.map((value) => (value < 0 ? Math.expm1(value) : value));

/** Layers one after the other, an activation after each but the last. */
function through(layers, x) {
  return layers.reduce((values, layer, i) => linear(i === 0 ? values : elu(values), layer), x);
}

/** An encoder and a decoder with `latentDim` numbers between them. */
export class DenseNetwork {
  /**
   * @param {Uint8Array} bytes a safetensors file
   * @param {number} reach what codes are divided by: these networks put them anywhere, and a map goes from -1 to 1
   */
  constructor(bytes, reach) {
    const tensors = readSafetensors(bytes);
    const layers = (half) =>
      [...tensors.keys()]
        .filter((name) => name.startsWith(half) && name.endsWith("weight"))
        .map((name) => ({ weight: tensors.get(name).data, bias: tensors.get(name.replace("weight", "bias")).data }));
    [this.encoder, this.decoder] = ["encoder", "decoder"].map(layers);
    this.latentDim = this.encoder.at(-1).bias.length;
    this.reach = reach;
  }

  /**
   * @param {ArrayLike<number>} image 784 intensities in [0, 1]
   * @returns {Float32Array} the code: `latentDim` numbers
   */
  encode(image) {
    if (image.length !== PIXELS) throw new Error(`The image has ${image.length} pixels; wanted ${PIXELS}.`);
    return through(this.encoder, image).map((value) => value / this.reach);
  }

  /**
   * @param {ArrayLike<number>} z a code: `latentDim` numbers
   * @returns {Float32Array} 784 intensities, some of them a little below 0 or above 1
   */
  decode(z) {
    if (z.length !== this.latentDim) throw new Error(`The code has ${z.length} numbers; wanted ${this.latentDim}.`);
    return through(this.decoder, Float32Array.from(z, (value) => value * this.reach));
  }
}
