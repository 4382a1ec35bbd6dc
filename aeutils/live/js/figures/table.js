// The figures there are. What each starts with stands in `states.json`, for Python and for the pages.

import { codeClouds } from "./code_clouds.js";
import { codeSizes } from "./code_sizes.js";
import { digitsTraining } from "./digits_training.js";
import { drawDigit } from "./draw_digit.js";
import { gradientDescent } from "./gradient_descent.js";
import { latentMap } from "./latent_map.js";
import { latentSpace } from "./latent_space.js";
import { lineThroughCloud } from "./line_through_cloud.js";
import { manyMakers } from "./many_makers.js";
import { oneNumber } from "./one_number.js";
import { rollTraining } from "./roll_training.js";
import { strokeKnobs } from "./stroke_knobs.js";
import { swissRoll } from "./swiss_roll.js";
import { throughNetwork } from "./through_network.js";
import { thrownBall } from "./thrown_ball.js";
import { turnedAxes } from "./turned_axes.js";
import { twoMaps } from "./two_maps.js";
import { vaeTraining } from "./vae_training.js";
import { thrownCodes } from "./thrown_codes.js";

/** The function that makes each figure, by the name that the figure has in a page. */
export const FIGURES = {
  "latent-map": latentMap,
  "latent-space": latentSpace,
  "swiss-roll": swissRoll,
  "code-sizes": codeSizes,
  "draw-digit": drawDigit,
  "digits-training": digitsTraining,
  "gradient-descent": gradientDescent,
  "one-number": oneNumber,
  "roll-training": rollTraining,
  "thrown-ball": thrownBall,
  "line-through-cloud": lineThroughCloud,
  "through-network": throughNetwork,
  "two-maps": twoMaps,
  "turned-axes": turnedAxes,
  "stroke-knobs": strokeKnobs,
  "thrown-codes": thrownCodes,
  "many-makers": manyMakers,
  "code-clouds": codeClouds,
  "vae-training": vaeTraining,
};
