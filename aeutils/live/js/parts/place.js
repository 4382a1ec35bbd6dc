// A place among the codes: whether it is one, and what lies around it.

import { nearest, vote } from "../network/digits.js";
import { codeText, voteText } from "./words.js";

export const VOTERS = 10; // held-out digits that say what lies around a place
const NEAR = 0.1; // codes further than this say nothing about a place, in a map that reaches to 1

/** A place in the square or the cube, or an error that says what came. */
export function checkPlace(z, latentDim, reach = 1) {
  const isPlace = Array.isArray(z) && z.length === latentDim && z.every((value) => Math.abs(value) <= reach);
  if (!isPlace) throw new Error(`z is ${JSON.stringify(z)}; wanted ${latentDim} numbers from \u2212${reach} to ${reach}.`);
  return z;
}

/**
 * What lies around a place.
 *
 * @returns {{voters: number[], words: string}} the held-out digits that say what lies there (none, where the nearest is
 *   too far away), and what they say
 */
export function lookAround(z, labels, codes, reach = 1) {
  const found = nearest(codes, z, VOTERS);
  const [{ index, distance }] = found;
  const isNear = distance <= NEAR * reach;
  const around = isNear
    ? `The ten nearest held-out digits: ${voteText(vote(labels, found))}.`
    : `The nearest held-out digit, a ${labels[index]}, is ${distance.toFixed(2)} away.`;
  return {
    voters: isNear ? found.map((one) => one.index) : [],
    words: `Drawn from z = ${codeText(z)}. ${around}`,
  };
}
