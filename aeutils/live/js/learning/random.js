// Random numbers as PyTorch and NumPy draw them: the Mersenne Twister (Matsumoto and Nishimura 1998).

/** The same seed gives what `torch.manual_seed` and `numpy.random.RandomState` start from. */
export class Random {
  /** @param {number} seed a whole number from 0 to 2^32 - 1 */
  constructor(seed) {
    this.state = new Uint32Array(624);
    this.state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const before = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = Math.imul(1812433253, before) + i;
    }
    this.used = 624;
    this.secondNormal = null;
  }

  /** A whole number from 0 to 2^32 - 1. */
  next() {
    if (this.used === 624) this.twist();
    let y = this.state[this.used++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The next 624 numbers from the last. */
  twist() {
    const { state } = this;
    for (let i = 0; i < 624; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.used = 0;
  }

  /** As `torch.rand`: in [0, 1), 24 bits. */
  rand() {
    return (this.next() & 0xffffff) / 0x1000000;
  }

  /** As PyTorch's `uniform_(-bound, bound)`, which computes in single precision. */
  within(bound) {
    const reach = Math.fround(bound);
    return Math.fround(this.rand() * 2 * reach - reach);
  }

  /** As `torch.randperm(n)`. */
  permutation(n) {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.next() % (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** As NumPy's `RandomState.uniform()`: in [0, 1), 53 bits. */
  uniform() {
    const [high, low] = [this.next() >>> 5, this.next() >>> 6];
    return (high * 0x4000000 + low) / 2 ** 53;
  }

  /** As NumPy's `RandomState.standard_normal()`: two from each pair that falls into the unit circle. */
  normal() {
    if (this.secondNormal !== null) {
      const second = this.secondNormal;
      this.secondNormal = null;
      return second;
    }
    for (;;) {
      const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.secondNormal = factor * x;
      return factor * y;
    }
  }
}
