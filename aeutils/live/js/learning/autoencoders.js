// The networks that can be trained in a page, layer for layer those of aeutils/models.py.

import { CloudLayer } from "./cloud_layer.js";
import { Chain, Dense, Elu, Identity, Relu, Rescale, Sigmoid, Tanh } from "./dense_layers.js";
import { BatchNorm, Convolution, MaxPool, TransposedConvolution } from "./picture_layers.js";

const ACTIVATIONS = { elu: Elu, relu: Relu, tanh: Tanh, linear: Identity };
const AUTOENCODERS = { dense: denseAutoencoder, conv: convAutoencoder, "dense-vae": denseVariationalAutoencoder };

/** An encoder and a decoder, with `latentDim` numbers between them. */
export class Autoencoder {
  /**
   * @param {object} parts inputSize and latentDim: numbers in an input and in a code; encoder, decoder: Chains; inside,
   *   outside: layers without weights that change the scale before the encoder and after the decoder; cloud: the
   *   CloudLayer of a variational autoencoder, after the encoder
   */
  constructor({ inputSize, latentDim, encoder, decoder, cloud, inside = new Identity(), outside = new Identity() }) {
    Object.assign(this, { inputSize, latentDim, encoder, decoder, cloud, inside, outside });
    encoder.layers.find((layer) => layer.weight).isFirst = true;
  }

  encode(x, rows, isLearning = false) {
    const y = this.encoder.forward(this.inside.forward(x), rows, isLearning);
    return this.cloud ? this.cloud.forward(y, rows, isLearning) : y;
  }

  decode(z, rows, isLearning = false) {
    return this.outside.forward(this.decoder.forward(z, rows, isLearning));
  }

  /** From the gradient with respect to what was decoded to the one with respect to the codes. */
  decodeBackward(dOutput) {
    return this.decoder.backward(this.outside.backward(dOutput));
  }

  encodeBackward(dz) {
    this.encoder.backward(this.cloud ? this.cloud.backward(dz) : dz);
  }

  /** What is learned, by PyTorch's names and in its order. */
  *namedParameters() {
    for (const [name, layer] of this.namedLayers()) {
      yield [`${name}.weight`, layer.weight];
      yield [`${name}.bias`, layer.bias];
    }
  }

  /** @returns {Map<string, {shape: number[], data: Float32Array}>} all that PyTorch's `state_dict` holds */
  tensors() {
    const tensors = new Map();
    for (const [name, { shape, weight, bias, runningMean, runningVar }] of this.namedLayers()) {
      const put = (what, values, its) => {
        tensors.set(`${name}.${what}`, { shape: its, data: Float32Array.from(values) });
      };
      put("weight", weight.value, shape);
      put("bias", bias.value, [bias.value.length]);
      if (!runningMean) continue;
      put("running_mean", runningMean, shape);
      put("running_var", runningVar, shape);
    }
    return tensors;
  }

  *namedLayers() {
    yield* withWeights(this.encoder, "encoder");
    if (this.cloud) yield* [["mean", this.cloud.mean], ["log_variance", this.cloud.logVariance]];
    yield* withWeights(this.decoder, "decoder");
  }
}

function* withWeights({ layers }, name) {
  for (const [i, layer] of layers.entries()) if (layer.weight) yield [`${name}.${i}`, layer];
}

/** As `MLPAutoencoder`: an activation after each hidden layer, linear ends. Without any, `LinearAutoencoder`. */
function denseAutoencoder({ inputSize, hidden = [], latentDim, activation = "elu" }, random) {
  const Activation = chooseFrom(ACTIVATIONS, activation, "activation");
  checkSizes({ inputSize, latentDim, ...hidden });
  const sizes = [inputSize, ...hidden, latentDim];
  const half = (widths) =>
    widths.slice(1).flatMap((width, i) => [new Dense(widths[i], width, random), new Activation()]).slice(0, -1);
  const encoder = new Chain([new Identity(), ...half(sizes)]); // the place of nn.Flatten
  return new Autoencoder({ inputSize, latentDim, encoder, decoder: new Chain(half(sizes.reverse())) });
}

/** As `DenseVariationalAutoencoder`: the one above, with clouds for codes and pixels from 0 to 1. */
function denseVariationalAutoencoder({ inputSize, hidden, latentDim }, random) {
  const plain = denseAutoencoder({ inputSize, hidden, latentDim }, random);
  const encoder = new Chain(plain.encoder.layers.slice(0, -1)); // the linear layer at its end gives way to two
  const cloud = new CloudLayer(hidden.at(-1), latentDim, random);
  return new Autoencoder({ ...plain, encoder, cloud, outside: new Sigmoid() });
}

/** As `ConvAutoencoder`: the article's network. */
function convAutoencoder({ latentDim }, random) {
  checkSizes({ latentDim });
  const encoder = new Chain([
    new Convolution(28, 1, 16, { k: 3, stride: 3, padding: 1 }, random), // to 10 x 10 pixels
    new Relu(),
    new BatchNorm(16),
    new MaxPool(10, 16, 2), // to 5 x 5
    new Convolution(5, 16, 32, { k: 3, stride: 2, padding: 1 }, random), // to 3 x 3
    new Relu(),
    new BatchNorm(32),
    new MaxPool(3, 32, 1), // to 2 x 2
    new Convolution(2, 32, 64, { k: 2 }, random), // to 1 x 1
    new Relu(),
    new BatchNorm(64),
    new Identity(), // the place of nn.Flatten
    new Dense(64, latentDim, random),
    new Tanh(),
  ]);
  const decoder = new Chain([
    new Dense(latentDim, 64, random),
    new Relu(),
    new Identity(), // the place of nn.Unflatten
    new TransposedConvolution(1, 64, 32, { k: 2 }, random), // to 2 x 2
    new Relu(),
    new BatchNorm(32),
    new TransposedConvolution(2, 32, 16, { k: 3, stride: 2 }, random), // to 5 x 5
    new Relu(),
    new BatchNorm(16),
    new TransposedConvolution(5, 16, 8, { k: 5, stride: 3, padding: 1 }, random), // to 15 x 15
    new Relu(),
    new BatchNorm(8),
    new TransposedConvolution(15, 8, 1, { k: 2, stride: 2, padding: 1 }, random), // to 28 x 28
    new Tanh(),
  ]);
  const [inside, outside] = [new Rescale(2, -1), new Rescale(0.5, 0.5)]; // inside, pixels run from -1 to 1
  return new Autoencoder({ inputSize: 784, latentDim, encoder, decoder, inside, outside });
}

/**
 * A network with the first weights that PyTorch gives it after `torch.manual_seed`.
 *
 * @param {{kind: "dense", inputSize: number, hidden?: number[], latentDim: number, activation?: string} |
 *   {kind: "dense-vae", inputSize: number, hidden: number[], latentDim: number} |
 *   {kind: "conv", latentDim: number}} model
 * @param {Random} random
 * @throws {Error} if there is no such network
 */
export function makeAutoencoder(model, random) {
  return chooseFrom(AUTOENCODERS, model?.kind, "network")(model, random);
}

function chooseFrom(choices, name, what) {
  if (!Object.hasOwn(choices, name)) {
    throw new Error(`There is no ${what} called "${name}"; there are: ${Object.keys(choices).join(", ")}.`);
  }
  return choices[name];
}

function checkSizes(sizes) {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1) {
      const layer = Number.isInteger(Number(name)) ? `hidden layer ${Number(name) + 1}` : name;
      throw new Error(`The size of ${layer} is ${size}; it must be a whole number from 1 up.`);
    }
  }
}
