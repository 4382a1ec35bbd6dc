// The figures there are.

import { EXAMPLES } from "../network/strokes.js";
import { codeSizes } from "./code_sizes.js";
import { drawDigit } from "./draw_digit.js";
import { latentMap } from "./latent_map.js";
import { latentSpace } from "./latent_space.js";
import { swissRoll } from "./swiss_roll.js";

/** Every figure: the function that makes it, and the state it starts with. */
export const FIGURES = {
  "latent-map": { start: latentMap, state: { z: [0, 0], digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], chosen: null } },
  "code-sizes": { start: codeSizes, state: { latent_dim: 2 } },
  "draw-digit": { start: drawDigit, state: { latent_dim: 2, strokes: EXAMPLES["a seven"], z: [] } },
  "latent-space": {
    start: latentSpace,
    state: { z: [0, 0, 0], digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], chosen: null, azim: 30, elev: 25 },
  },
  "swiss-roll": { start: swissRoll, state: { method: "sheet", run: 1, azim: -70, elev: 15 } },
};
