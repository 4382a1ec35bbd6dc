// Layers that learn, a batch at a time. A batch is one array of rows, an input a row.
//
// Every layer has `forward(x, rows, isLearning)`, which gives its output, and `backward(dy)`, which takes the gradient
// of the loss with respect to that output and gives the one with respect to x. On the way it leaves the gradients of
// its own parameters beside their values. Parameters lie as PyTorch's do. Activations work in place.

import { NUMBERS, keep, multiply } from "./matrix.js";

/** Numbers that are learned, and the gradient of the loss with respect to them. */
export function parameter(length) {
  return { value: new NUMBERS(length), gradient: new NUMBERS(length) };
}

/** The first values that PyTorch draws: uniform, the narrower the more numbers an output is summed from. */
export function drawFirstValues({ weight, bias }, fanIn, random) {
  for (const { value } of [weight, bias]) {
    for (let i = 0; i < value.length; i++) value[i] = random.within(1 / Math.sqrt(fanIn));
  }
}

export function addToRows(y, row) {
  for (let i = 0; i < y.length; ) for (let j = 0; j < row.length; j++) y[i++] += row[j];
}

export function sumRows(y, sum) {
  sum.fill(0);
  for (let i = 0; i < y.length; ) for (let j = 0; j < sum.length; j++) sum[j] += y[i++];
}

/** `nn.Linear`: y = x Wᵀ + b, with W of shape (outputs, inputs). */
export class Dense {
  constructor(inputs, outputs, random) {
    Object.assign(this, { inputs, outputs, shape: [outputs, inputs] });
    Object.assign(this, { weight: parameter(inputs * outputs), bias: parameter(outputs) });
    drawFirstValues(this, inputs, random);
  }

  forward(x, rows) {
    const { inputs, outputs, weight, bias } = this;
    Object.assign(this, { x, rows });
    const y = keep(this, "y", rows * outputs);
    multiply(y, [rows, outputs, inputs], x, weight.value, "b");
    addToRows(y, bias.value);
    return y;
  }

  backward(dy) {
    const { inputs, outputs, weight, bias, x, rows } = this;
    multiply(weight.gradient, [outputs, inputs, rows], dy, x, "a");
    sumRows(dy, bias.gradient);
    if (this.isFirst) return null; // nobody asks how the data should change
    const dx = keep(this, "dx", rows * inputs);
    multiply(dx, [rows, inputs, outputs], dy, weight.value);
    return dx;
  }
}

export class Elu {
  forward(x) {
    for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = Math.expm1(x[i]);
    return (this.y = x);
  }

  backward(dy) {
    const { y } = this;
    for (let i = 0; i < dy.length; i++) if (y[i] < 0) dy[i] *= y[i] + 1;
    return dy;
  }
}

export class Relu {
  forward(x) {
    for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
    return (this.y = x);
  }

  backward(dy) {
    const { y } = this;
    for (let i = 0; i < dy.length; i++) if (y[i] <= 0) dy[i] = 0;
    return dy;
  }
}

export class Tanh {
  forward(x) {
    for (let i = 0; i < x.length; i++) x[i] = Math.tanh(x[i]);
    return (this.y = x);
  }

  backward(dy) {
    const { y } = this;
    for (let i = 0; i < dy.length; i++) dy[i] *= 1 - y[i] * y[i];
    return dy;
  }
}

export class Sigmoid {
  forward(x) {
    for (let i = 0; i < x.length; i++) x[i] = 1 / (1 + Math.exp(-x[i]));
    return (this.y = x);
  }

  backward(dy) {
    const { y } = this;
    for (let i = 0; i < dy.length; i++) dy[i] *= y[i] * (1 - y[i]);
    return dy;
  }
}

/** The logarithm of a number between 0 and 1; exact also where that is so small that it would be taken for 0. */
export class LogSigmoid {
  forward(x) {
    for (let i = 0; i < x.length; i++) x[i] = Math.min(x[i], 0) - Math.log1p(Math.exp(-Math.abs(x[i])));
    return (this.y = x);
  }

  backward(dy) {
    const { y } = this;
    for (let i = 0; i < dy.length; i++) dy[i] *= -Math.expm1(y[i]);
    return dy;
  }
}

/** From one scale of numbers to another, such as [0, 1] to [-1, 1]. Not in place: the inputs are needed again. */
export class Rescale {
  constructor(factor, shift) {
    Object.assign(this, { factor, shift });
  }

  forward(x) {
    const { factor, shift } = this;
    const y = keep(this, "y", x.length);
    for (let i = 0; i < x.length; i++) y[i] = x[i] * factor + shift;
    return y;
  }

  backward(dy) {
    const { factor } = this;
    for (let i = 0; i < dy.length; i++) dy[i] *= factor;
    return dy;
  }
}

/** Changes nothing: no activation; and `nn.Flatten`, because a batch is flat already. */
export class Identity {
  forward(x) {
    return x;
  }

  backward(dy) {
    return dy;
  }
}

/** `nn.Sequential`: layers one after the other. */
export class Chain {
  constructor(layers) {
    this.layers = layers;
  }

  forward(x, rows, isLearning) {
    for (const layer of this.layers) x = layer.forward(x, rows, isLearning);
    return x;
  }

  backward(dy) {
    for (const layer of [...this.layers].reverse()) dy = layer.backward(dy);
    return dy;
  }
}
