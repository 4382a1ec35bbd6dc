// How far apart points are for somebody who may only step from neighbour to neighbour: `geodesic_distances` of
// aeutils/unrolling.py. Points are one array, `width` numbers each.

import { NUMBERS } from "./matrix.js";

function squareBetween(points, width, i, j) {
  let sum = 0;
  for (let axis = 0; axis < width; axis++) sum += (points[i * width + axis] - points[j * width + axis]) ** 2;
  return sum;
}

export function distanceBetween(points, width, i, j) {
  return Math.sqrt(squareBetween(points, width, i, j));
}

/** Which k points are nearest to point i, nearest first; itself not among them. */
export function nearestTo(points, width, i, k) {
  const [found, squares] = [[], []];
  for (let j = 0; j < points.length / width; j++) {
    const square = squareBetween(points, width, i, j);
    if (j === i || square >= squares[k - 1]) continue;
    let at = Math.min(found.length, k - 1);
    for (; at > 0 && squares[at - 1] > square; at--) {
      found[at] = found[at - 1];
      squares[at] = squares[at - 1];
    }
    found[at] = j;
    squares[at] = square;
  }
  return found;
}

/** For each point its neighbours and how far they are: it is joined to its k nearest, and they to it. */
function* neighbourGraph(points, width, k) {
  const joined = Array.from({ length: points.length / width }, () => new Set());
  for (let i = 0; i < joined.length; i++) {
    for (const j of nearestTo(points, width, i, k)) {
      joined[i].add(j);
      joined[j].add(i);
    }
    yield;
  }
  return joined.map((set, i) => {
    const neighbours = [...set];
    return { neighbours, lengths: neighbours.map((j) => distanceBetween(points, width, i, j)) };
  });
}

/** Lengths of the shortest paths from a point to all others (Dijkstra 1959). */
function shortestPaths(graph, start) {
  const paths = new Float64Array(graph.length).fill(Infinity);
  const queue = new Queue(paths);
  paths[start] = 0;
  queue.add(start);
  while (queue.size > 0) {
    const point = queue.takeNearest();
    const { neighbours, lengths } = graph[point];
    for (let e = 0; e < neighbours.length; e++) {
      const path = paths[point] + lengths[e];
      if (path >= paths[neighbours[e]]) continue;
      paths[neighbours[e]] = path;
      queue.add(neighbours[e]);
    }
  }
  return paths;
}

/**
 * Points that wait for their turn, the nearest first: a binary heap, in which nobody is nearer than the one above it,
 * at (i - 1) / 2. A point that has come nearer moves up.
 */
class Queue {
  constructor(paths) {
    this.paths = paths;
    this.heap = new Int32Array(paths.length);
    this.places = new Int32Array(paths.length).fill(-1); // of each point in the heap
    this.size = 0;
  }

  add(point) {
    const { paths, heap, places } = this;
    let i = places[point] < 0 ? this.size++ : places[point];
    for (; i > 0 && paths[heap[(i - 1) >> 1]] > paths[point]; i = (i - 1) >> 1) this.put(heap[(i - 1) >> 1], i);
    this.put(point, i);
  }

  takeNearest() {
    const { paths, heap, places } = this;
    const [nearest, last] = [heap[0], heap[--this.size]];
    let i = 0;
    for (let child = 1; child < this.size; child = 2 * i + 1) {
      if (child + 1 < this.size && paths[heap[child + 1]] < paths[heap[child]]) child++;
      if (paths[heap[child]] >= paths[last]) break;
      this.put(heap[child], i);
      i = child;
    }
    this.put(last, i);
    places[nearest] = -1;
    return nearest;
  }

  put(point, i) {
    this.heap[i] = point;
    this.places[point] = i;
  }
}

/**
 * The lengths of all shortest paths between points. A generator that pauses after each point, because it takes a while.
 *
 * @param {number} k neighbours a point is joined to
 * @returns {Generator<void, Float32Array[]>} for each point its distances to all points
 * @throws {Error} if there is no path between some of the points
 */
export function* geodesicDistances(points, width, k = 8) {
  const graph = yield* neighbourGraph(points, width, k);
  const distances = [];
  for (let i = 0; i < graph.length; i++) {
    distances.push(new NUMBERS(shortestPaths(graph, i)));
    if (distances[0].includes(Infinity)) {
      throw new Error(`Some points cannot be reached from others by ${k} nearest neighbours. Take more points.`);
    }
    yield;
  }
  return distances;
}
