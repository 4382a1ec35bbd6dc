// What a decoder makes of all codes that lie among those in use: a wire for codes of one number, for codes of two a
// surface in space, in the colours of the points whose codes are nearest.

const [WIRE_PARTS, SURFACE_CELLS] = [240, 700];

/**
 * Where to decode.
 *
 * @param {ArrayLike<number>[]} codes those in use, one or two numbers each
 * @returns {{nodes: number[][], pieces: {corners: number[], nearest: number}[]}} codes to decode; and which of them
 *   make a piece of wire or surface, beside the number of the code in use that is nearest to its middle
 */
export function surfaceGrid(codes) {
  return codes[0].length === 1 ? wireGrid(codes) : planeGrid(codes);
}

function wireGrid(codes) {
  const values = codes.map(([z]) => z);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (i) => [low + (i / WIRE_PARTS) * (high - low)];
  const pieces = Array.from({ length: WIRE_PARTS }, (_, i) => {
    return { corners: [i, i + 1], nearest: nearestCode(codes, at(i + 0.5)) };
  });
  return { nodes: Array.from({ length: WIRE_PARTS + 1 }, (_, i) => at(i)), pieces };
}

/** Square cells over the box of all codes; where there are no codes in and around a cell, there is no surface. */
function planeGrid(codes) {
  const [[left, width], [bottom, height]] = [0, 1].map((axis) => {
    const values = codes.map((code) => code[axis]);
    const low = Math.min(...values);
    return [low, Math.max(...values) - low || 1e-9];
  });
  const columns = Math.max(2, Math.min(SURFACE_CELLS / 4, Math.round(Math.sqrt((SURFACE_CELLS * width) / height))));
  const rows = Math.max(2, Math.round(SURFACE_CELLS / columns));
  const at = (column, row) => [left + (column / columns) * width, bottom + (row / rows) * height];
  const cellOf = (share, count) => Math.min(count - 1, Math.floor(share * count));
  const isUsed = new Set();
  for (const [x, y] of codes) {
    const [column, row] = [cellOf((x - left) / width, columns), cellOf((y - bottom) / height, rows)];
    for (let cell = 0; cell < 9; cell++) isUsed.add(`${column - 1 + (cell % 3)} ${row - 1 + Math.floor(cell / 3)}`);
  }
  const [nodes, places, pieces] = [[], new Map(), []];
  const node = (column, row) => {
    const name = `${column} ${row}`;
    if (!places.has(name)) places.set(name, nodes.push(at(column, row)) - 1);
    return places.get(name);
  };
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      if (!isUsed.has(`${column} ${row}`)) continue;
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([right, up]) => node(column + right, row + up));
      pieces.push({ corners, nearest: nearestCode(codes, at(column + 0.5, row + 0.5)) });
    }
  }
  return { nodes, pieces };
}

function nearestCode(codes, place) {
  let [best, least] = [0, Infinity];
  for (let i = 0; i < codes.length; i++) {
    let square = 0;
    for (let axis = 0; axis < place.length; axis++) square += (codes[i][axis] - place[axis]) ** 2;
    if (square < least) [best, least] = [i, square];
  }
  return best;
}

/**
 * A piece of wire or surface.
 *
 * @param {number[][]} outline the pixels of its corners
 */
export function drawPiece(context, outline, color) {
  context.beginPath();
  outline.forEach(([x, y]) => context.lineTo(x, y));
  context.strokeStyle = context.fillStyle = color;
  if (outline.length === 2) {
    context.lineWidth = 4;
  } else {
    context.closePath();
    context.globalAlpha = 0.45;
    context.fill();
    context.lineWidth = 0.8;
  }
  context.globalAlpha = 0.9;
  context.stroke();
  context.globalAlpha = 1;
}
