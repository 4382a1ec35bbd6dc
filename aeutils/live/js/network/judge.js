// The judge of drawings that have no original, as `aeutils.generation.DigitJudge`: is this some digit?

import { meanSquaredError } from "./digits.js";

export class Judge {
  /**
   * @param {Classifier} classifier must be sure of the drawing
   * @param {Network} redrawer must be able to draw it again
   * @param {{min_confidence: number, max_lost: number}} levels what 99 of 100 real digits reach
   */
  constructor(classifier, redrawer, levels) {
    Object.assign(this, { classifier, redrawer, levels });
  }

  /** Squared error of the second drawing, as a share of the picture's own variance. */
  lost(image) {
    const mean = image.reduce((sum, pixel) => sum + pixel, 0) / image.length;
    const variance = meanSquaredError(image, new Float32Array(image.length).fill(mean));
    return variance > 0 ? meanSquaredError(image, this.redrawer.decode(this.redrawer.encode(image))) / variance : Infinity;
  }

  /** @returns {{digit: number, passes: boolean}} what the drawing is read as, and whether it meets both conditions */
  judge(image) {
    const { digit, confidence } = this.classifier.classify(image);
    const { min_confidence: surest, max_lost: most } = this.levels;
    return { digit, passes: confidence >= surest && this.lost(image) <= most };
  }
}
