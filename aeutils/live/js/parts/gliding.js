// Places that glide to where they are now, so that the eye can follow them.

const GLIDE_MILLISECONDS = 500;

export class Gliding {
  /** @param {(places: number[][]) => void} show is called at every frame on the way, and at the end */
  constructor(show) {
    Object.assign(this, { show, places: null, frame: 0 });
    this.isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** @param {number[][]} target as many places as before; the first time they just stand there */
  to(target) {
    cancelAnimationFrame(this.frame);
    const [from, start] = [this.places ?? target, performance.now()];
    const move = (now) => {
      const share = this.isStill || from === target ? 1 : Math.max(0, Math.min(1, (now - start) / GLIDE_MILLISECONDS));
      this.places = target.map((place, i) => place.map((value, axis) => value + (1 - share) * (from[i][axis] - value)));
      this.show(this.places);
      if (share < 1) this.frame = requestAnimationFrame(move);
    };
    move(start);
  }

  end() {
    cancelAnimationFrame(this.frame);
  }
}
