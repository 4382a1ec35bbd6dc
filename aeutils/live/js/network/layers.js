// The layers of the network, on plain arrays. An image of C channels is a Float32Array in the order (C, H, W).

/** weight: (out, in), bias: (out). */
export function linear(x, { weight, bias }) {
  const y = new Float32Array(bias);
  for (let out = 0, w = 0; out < y.length; out++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += weight[w++] * x[i];
    y[out] += sum;
  }
  return y;
}

/** Each output looks at a square of k x k inputs. weight: (out, in, k, k); square images of `size` pixels a side. */
export function convolve(x, size, { weight, bias, k, stride, padding }) {
  const channels = x.length / (size * size);
  const sizeOut = Math.floor((size + 2 * padding - k) / stride) + 1;
  const y = new Float32Array(bias.length * sizeOut * sizeOut);
  for (let out = 0, at = 0; out < bias.length; out++) {
    for (let row = 0; row < sizeOut; row++) {
      for (let column = 0; column < sizeOut; column++, at++) {
        let sum = bias[out];
        const top = row * stride - padding;
        const left = column * stride - padding;
        for (let channel = 0; channel < channels; channel++) {
          const w = (out * channels + channel) * k * k;
          const input = channel * size * size;
          for (let i = Math.max(0, -top); i < k && top + i < size; i++) {
            for (let j = Math.max(0, -left); j < k && left + j < size; j++) {
              sum += weight[w + i * k + j] * x[input + (top + i) * size + left + j];
            }
          }
        }
        y[at] = sum;
      }
    }
  }
  return y;
}

/** The way back: each input paints a square of k x k outputs. weight: (in, out, k, k). */
export function convolveTransposed(x, size, { weight, bias, k, stride, padding }) {
  const sizeOut = (size - 1) * stride - 2 * padding + k;
  const area = sizeOut * sizeOut;
  const y = new Float32Array(bias.length * area);
  for (let out = 0; out < bias.length; out++) y.fill(bias[out], out * area, (out + 1) * area);
  for (let at = 0; at < x.length; at++) {
    if (x[at] === 0) continue; // ReLU and padding leave many zeros
    const channel = Math.floor(at / (size * size));
    const top = Math.floor((at % (size * size)) / size) * stride - padding;
    const left = (at % size) * stride - padding;
    for (let out = 0; out < bias.length; out++) {
      const w = (channel * bias.length + out) * k * k;
      for (let i = Math.max(0, -top); i < k && top + i < sizeOut; i++) {
        for (let j = Math.max(0, -left); j < k && left + j < sizeOut; j++) {
          y[out * area + (top + i) * sizeOut + left + j] += weight[w + i * k + j] * x[at];
        }
      }
    }
  }
  return y;
}

/** The largest of each square of 2 x 2. */
export function maxPool(x, size, stride) {
  const channels = x.length / (size * size);
  const sizeOut = Math.floor((size - 2) / stride) + 1;
  const y = new Float32Array(channels * sizeOut * sizeOut);
  for (let channel = 0, at = 0; channel < channels; channel++) {
    for (let row = 0; row < sizeOut; row++) {
      for (let column = 0; column < sizeOut; column++, at++) {
        const from = channel * size * size + row * stride * size + column * stride;
        y[at] = Math.max(x[from], x[from + 1], x[from + size], x[from + size + 1]);
      }
    }
  }
  return y;
}

/** In place: negative numbers become 0. */
export function relu(x) {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
  return x;
}

/** In place: BatchNorm as it is after training, one factor and one shift a channel. */
export function rescale(x, { factor, shift }) {
  const area = x.length / factor.length;
  for (let i = 0; i < x.length; i++) {
    const channel = Math.floor(i / area);
    x[i] = x[i] * factor[channel] + shift[channel];
  }
  return x;
}
