// Adam (Kingma and Ba 2015), and a learning rate that rises and falls once (Smith and Topin 2019), as PyTorch has them.

import { NUMBERS } from "./matrix.js";

/**
 * `OneCycleLR` with its own defaults: while the learning rate rises, Adam's beta1 falls.
 *
 * @param {number} step from 0 to steps - 1
 * @param {number} steps at least 2
 * @param {{lr: number, rise: number}} recipe the highest rate, and over which share of the steps it rises
 */
export function oneCycle(step, steps, { lr, rise }) {
  const top = (rise + 1e-9) * steps - 1; // a trifle more, as in `fit`, so that it is never 0
  const between = (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  if (step <= top) return { lr: between(lr / 25, lr, step / top), beta1: between(0.95, 0.85, step / top) };
  const share = (step - top) / (steps - 1 - top);
  return { lr: between(lr, lr / 25e4, share), beta1: between(0.85, 0.95, share) };
}

/** Steps along the mean of past gradients, the longer the surer: divided by the root of their mean square. */
export class Adam {
  constructor(parameters, { beta2 }) {
    Object.assign(this, { beta2, steps: 0 });
    this.learned = parameters.map(({ value, gradient }) => {
      return { value, gradient, mean: new NUMBERS(value.length), square: new NUMBERS(value.length) };
    });
  }

  step({ lr, beta1 }) {
    const { beta2 } = this;
    this.steps += 1;
    const rate = lr / (1 - beta1 ** this.steps); // the means start at 0: at first they are too small
    const correction = Math.sqrt(1 - beta2 ** this.steps);
    for (const { value, gradient, mean, square } of this.learned) {
      for (let i = 0; i < value.length; i++) {
        const g = gradient[i];
        mean[i] += (1 - beta1) * (g - mean[i]);
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        value[i] -= (rate * mean[i]) / (Math.sqrt(square[i]) / correction + 1e-8);
      }
    }
  }
}
