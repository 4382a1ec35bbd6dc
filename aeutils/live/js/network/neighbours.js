// Who lies next to whom in a code, for all digits at once.

/**
 * The k nearest others of each code, nearest first.
 *
 * @param {number[][]} codes
 * @param {number} k
 * @returns {number[][]} for each code the places of its neighbours in `codes`
 */
export function neighbourLists(codes, k) {
  return codes.map((z, own) => {
    const found = []; // [square of the distance, place], in rising order
    codes.forEach((other, place) => {
      if (place === own) return;
      let square = 0;
      for (let axis = 0; axis < z.length; axis++) square += (other[axis] - z[axis]) ** 2;
      if (found.length === k && square >= found[k - 1][0]) return;
      let at = found.length;
      while (at > 0 && found[at - 1][0] > square) at -= 1;
      found.splice(at, 0, [square, place]);
      if (found.length > k) found.pop();
    });
    return found.map(([, place]) => place);
  });
}

/** How many neighbours two such lists share, mean over all codes. */
export function sharedNeighbours(lists, others) {
  const shared = lists.map((list, i) => list.filter((place) => others[i].includes(place)).length);
  return shared.reduce((sum, count) => sum + count, 0) / shared.length;
}
