// Layers for pictures. In a batch a picture of C channels is a row of C numbers a pixel, so that a convolution is a
// Dense layer on patches of pixels, a transposed one lays such patches down, and BatchNorm sees a table with a column a
// channel.

import { Dense, addToRows, drawFirstValues, parameter, sumRows } from "./dense_layers.js";
import { keep, multiply } from "./matrix.js";

/** For each place of the smaller picture and each of its k x k taps the pixel of the larger one; -1 beyond the edge. */
function tapTable(large, small, { k, stride, padding }) {
  const table = new Int32Array(small * small * k * k);
  for (let row = 0, at = 0; row < small; row++) {
    for (let column = 0; column < small; column++) {
      for (let tap = 0; tap < k * k; tap++, at++) {
        const [y, x] = [row * stride - padding + Math.floor(tap / k), column * stride - padding + (tap % k)];
        table[at] = Math.min(x, y) < 0 || Math.max(x, y) >= large ? -1 : y * large + x;
      }
    }
  }
  return table;
}

/** What the taps of each place see: a row of C x k x k numbers a place, in the order of PyTorch's weights. */
function cutPatches(pictures, patches, { channels, area, taps, table }) {
  patches.fill(0);
  for (let start = 0, at = 0; at < patches.length; start += area * channels) {
    for (let t = 0; t < table.length; at += channels * taps) {
      for (let tap = 0; tap < taps; tap++, t++) {
        if (table[t] < 0) continue;
        let from = start + table[t] * channels;
        for (let c = 0, to = at + tap; c < channels; c++, to += taps) patches[to] = pictures[from++];
      }
    }
  }
}

/** The reverse: each tap adds to its pixel. */
function layPatches(patches, pictures, { channels, area, taps, table }) {
  pictures.fill(0);
  for (let start = 0, at = 0; at < patches.length; start += area * channels) {
    for (let t = 0; t < table.length; at += channels * taps) {
      for (let tap = 0; tap < taps; tap++, t++) {
        if (table[t] < 0) continue;
        let to = start + table[t] * channels;
        for (let c = 0, from = at + tap; c < channels; c++, from += taps) pictures[to++] += patches[from];
      }
    }
  }
}

/** `nn.Conv2d` of square pictures of `size` pixels a side. */
export class Convolution {
  constructor(size, channels, outputs, { k, stride = 1, padding = 0 }, random) {
    const sizeOut = Math.floor((size + 2 * padding - k) / stride) + 1;
    this.cut = { channels, area: size * size, taps: k * k, table: tapTable(size, sizeOut, { k, stride, padding }) };
    this.places = sizeOut * sizeOut;
    this.dense = new Dense(channels * k * k, outputs, random);
    Object.assign(this, { weight: this.dense.weight, bias: this.dense.bias, shape: [outputs, channels, k, k] });
  }

  forward(x, rows) {
    this.rows = rows;
    const patches = keep(this, "patches", rows * this.places * this.dense.inputs);
    cutPatches(x, patches, this.cut);
    return this.dense.forward(patches, rows * this.places);
  }

  backward(dy) {
    this.dense.isFirst = this.isFirst;
    const dPatches = this.dense.backward(dy);
    if (this.isFirst) return null;
    const dx = keep(this, "dx", this.rows * this.cut.area * this.cut.channels);
    layPatches(dPatches, dx, this.cut);
    return dx;
  }
}

/** `nn.ConvTranspose2d`: each pixel lays down a patch. */
export class TransposedConvolution {
  constructor(size, channels, outputs, { k, stride = 1, padding = 0 }, random) {
    const sizeOut = (size - 1) * stride - 2 * padding + k;
    const table = tapTable(sizeOut, size, { k, stride, padding });
    this.laid = { channels: outputs, area: sizeOut * sizeOut, taps: k * k, table };
    Object.assign(this, { channels, area: size * size, width: outputs * k * k, shape: [channels, outputs, k, k] });
    Object.assign(this, { weight: parameter(channels * this.width), bias: parameter(outputs) });
    drawFirstValues(this, this.width, random);
  }

  forward(x, rows) {
    const { channels, area, width, laid, weight, bias } = this;
    Object.assign(this, { x, rows });
    const patches = keep(this, "patches", rows * area * width);
    multiply(patches, [rows * area, width, channels], x, weight.value);
    const y = keep(this, "y", rows * laid.area * laid.channels);
    layPatches(patches, y, laid);
    addToRows(y, bias.value);
    return y;
  }

  backward(dy) {
    const { channels, area, width, laid, weight, bias, x, rows } = this;
    sumRows(dy, bias.gradient);
    const dPatches = keep(this, "patches", rows * area * width); // in the place of those that were laid down
    cutPatches(dy, dPatches, laid);
    multiply(weight.gradient, [channels, width, rows * area], x, dPatches, "a");
    const dx = keep(this, "dx", rows * area * channels);
    multiply(dx, [rows * area, channels, width], dPatches, weight.value, "b");
    return dx;
  }
}

/** `nn.MaxPool2d(2, stride)`: the largest of each square of 2 x 2; of equal ones the first. */
export class MaxPool {
  constructor(size, channels, stride) {
    const sizeOut = Math.floor((size - 2) / stride) + 1;
    this.table = tapTable(size, sizeOut, { k: 2, stride, padding: 0 });
    Object.assign(this, { channels, area: size * size, widthOut: sizeOut * sizeOut * channels });
  }

  forward(x, rows) {
    const { channels, area, table, widthOut } = this;
    const y = keep(this, "y", rows * widthOut);
    if (!(this.winners?.length >= y.length)) this.winners = new Int32Array(y.length);
    const { winners } = this;
    for (let start = 0, at = 0; at < y.length; start += area * channels) {
      for (let t = 0; t < table.length; t += 4) {
        for (let c = 0; c < channels; c++, at++) {
          let best = start + table[t] * channels + c;
          for (let tap = 1; tap < 4; tap++) {
            const other = start + table[t + tap] * channels + c;
            if (x[other] > x[best]) best = other;
          }
          winners[at] = best;
          y[at] = x[best];
        }
      }
    }
    this.lengthIn = x.length;
    return y;
  }

  backward(dy) {
    const dx = keep(this, "dx", this.lengthIn);
    dx.fill(0);
    const { winners } = this;
    for (let i = 0; i < dy.length; i++) dx[winners[i]] += dy[i];
    return dx;
  }
}

const REMEMBERED = 0.1; // of each batch, in the running mean and variance; PyTorch's default
const LEAST_VARIANCE = 1e-5; // added, so that nothing is divided by 0; PyTorch's default

/** `nn.BatchNorm2d`: each channel to mean 0 and variance 1; of the batch while it learns, of past ones afterwards. */
export class BatchNorm {
  constructor(channels) {
    Object.assign(this, { channels, shape: [channels], weight: parameter(channels), bias: parameter(channels) });
    this.weight.value.fill(1);
    this.runningMean = new Float64Array(channels); // of the type of `measure`'s, because `forward` should meet one only
    this.runningVar = new Float64Array(channels).fill(1);
  }

  forward(x, rows, isLearning) {
    const { channels } = this;
    const [scale, shift] = [this.weight.value, this.bias.value];
    const [mean, variance] = isLearning ? this.measure(x) : [this.runningMean, this.runningVar];
    const factor = (this.factor = Float64Array.from(variance, (value) => 1 / Math.sqrt(value + LEAST_VARIANCE)));
    const [normal, y] = [keep(this, "normal", x.length), keep(this, "y", x.length)];
    for (let i = 0; i < x.length; ) {
      for (let c = 0; c < channels; c++, i++) {
        normal[i] = (x[i] - mean[c]) * factor[c];
        y[i] = normal[i] * scale[c] + shift[c];
      }
    }
    return y;
  }

  /** Mean and variance of a batch, summed in double precision; the running ones move towards them. */
  measure(x) {
    const { channels, runningMean, runningVar } = this;
    const n = x.length / channels;
    const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
    for (let i = 0; i < x.length; ) for (let c = 0; c < channels; c++) mean[c] += x[i++];
    for (let c = 0; c < channels; c++) mean[c] /= n;
    for (let i = 0; i < x.length; ) for (let c = 0; c < channels; c++) variance[c] += (x[i++] - mean[c]) ** 2;
    for (let c = 0; c < channels; c++) {
      variance[c] /= n;
      runningMean[c] += REMEMBERED * (mean[c] - runningMean[c]);
      runningVar[c] += REMEMBERED * ((variance[c] * n) / (n - 1) - runningVar[c]);
    }
    return [mean, variance];
  }

  backward(dy) {
    const { channels, weight, bias, normal, factor } = this;
    const n = dy.length / channels;
    const [sum, along] = [new Float64Array(channels), new Float64Array(channels)];
    for (let i = 0; i < dy.length; ) {
      for (let c = 0; c < channels; c++, i++) {
        sum[c] += dy[i];
        along[c] += dy[i] * normal[i];
      }
    }
    weight.gradient.set(along);
    bias.gradient.set(sum);
    const scale = factor.map((value, c) => value * weight.value[c]);
    for (let i = 0; i < dy.length; ) {
      for (let c = 0; c < channels; c++, i++) dy[i] = scale[c] * (dy[i] - (sum[c] + normal[i] * along[c]) / n);
    }
    return dy;
  }
}
