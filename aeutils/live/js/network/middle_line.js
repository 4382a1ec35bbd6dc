// The middle line of a pen stroke: its ink thinned until one thin line is left (Zhang and Suen 1984), and how long it is.

const AROUND = [[-1, 0], [-1, 1], [0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1]]; // from the north, clockwise
const SMOOTHING_ROUNDS = 20; // spreads a point of the line over about three pixels on either side

/**
 * Take ink away from the outside, on two sides in turn, where what is left holds together and no end grows shorter.
 *
 * @param {Uint8Array} ink 1 or 0, `side` * `side`, with a frame of paper
 * @param {number} side
 * @returns {number[]} the places of the line's points, in rising order
 */
export function middleLine(ink, side) {
  const left = Uint8Array.from(ink);
  const steps = AROUND.map(([down, right]) => down * side + right);
  let points = [...left.keys()].filter((at) => left[at]);
  for (let before = Infinity; points.length < before; ) {
    before = points.length;
    for (const sides of ["south and east", "north and west"]) {
      const gone = points.filter((at) => {
        const p = steps.map((step) => left[at + step]);
        const many = p.reduce((sum, value) => sum + value, 0);
        const begins = p.filter((value, i) => !value && p[(i + 1) % 8]).length; // how many strokes meet here
        if (many < 2 || many > 6 || begins !== 1) return false;
        const [north, east, south, west] = [p[0], p[2], p[4], p[6]];
        if (sides === "south and east") return !(north && east && south) && !(east && south && west);
        return !(north && east && west) && !(north && south && west);
      });
      for (const at of gone) left[at] = 0;
      points = points.filter((at) => left[at]);
    }
  }
  return points;
}

/** Pairs of neighbouring points; diagonal ones only where no straight steps lead from one to the other. */
function linksOf(points, side) {
  const number = new Map(points.map((at, i) => [at, i]));
  const links = [];
  points.forEach((at, i) => {
    const add = (step, ...between) => {
      if (number.has(at + step) && !between.some((other) => number.has(at + other))) links.push([i, number.get(at + step)]);
    };
    add(1);
    add(side);
    add(side + 1, 1, side);
    add(side - 1, -1, side);
  });
  return links;
}

/** The largest distance between two points of each piece of the line, added up over its pieces. */
function spanOf(points, links) {
  const piece = points.map((_, i) => i);
  const rootOf = (i) => {
    while (piece[i] !== i) i = piece[i];
    return i;
  };
  for (const [a, b] of links) piece[rootOf(a)] = rootOf(b);
  const spans = new Map();
  points.forEach(([y, x], i) => {
    const root = rootOf(i);
    for (let j = 0; j < i; j++) {
      if (rootOf(j) !== root) continue;
      spans.set(root, Math.max(spans.get(root) ?? 0, Math.hypot(y - points[j][0], x - points[j][1])));
    }
  });
  return [...spans.values()].reduce((sum, span) => sum + span, 0);
}

/**
 * Length and span of a middle line, in its pixels. The line's staircase is smoothed away first: every point moves
 * towards the mean of its neighbours, and only free ends stay where they are.
 *
 * @param {number[]} line places, from `middleLine`
 * @param {number} side
 * @returns {{length: number, span: number}}
 */
export function lengthAndSpan(line, side) {
  const links = linksOf(line, side);
  const neighbours = line.map(() => []);
  for (const [a, b] of links) {
    neighbours[a].push(b);
    neighbours[b].push(a);
  }
  let points = line.map((at) => [Math.floor(at / side), at % side]);
  for (let round = 0; round < SMOOTHING_ROUNDS; round++) {
    points = points.map((point, i) => {
      const others = neighbours[i];
      if (others.length < 2) return point;
      return point.map((value, axis) => (value + others.reduce((sum, j) => sum + points[j][axis], 0) / others.length) / 2);
    });
  }
  const step = ([a, b]) => Math.hypot(points[a][0] - points[b][0], points[a][1] - points[b][1]);
  return { length: links.reduce((sum, link) => sum + step(link), 0), span: spanOf(points, links) };
}
