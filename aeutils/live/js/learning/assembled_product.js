// The matrix product in WebAssembly, which computes with four numbers at a time: three times as fast as a plain loop.
// The program is short enough to be written down here, instruction by instruction, instead of being shipped as a file.

/** The bytes of the program: four rows and eight columns of C at once. */
function productProgram() {
  // Arguments: how many rows (a multiple of 4), columns (of 8) and summands. Then, in bytes, where A, B and C lie and how
  // far apart neighbours are: in a column and a row of A, in a column of B, and from eight columns of B to the next eight.
  const arguments_ = ["m", "n", "k", "a", "aRow", "aColumn", "b", "bRow", "bPanel", "c"];
  const whole = [...arguments_, "i", "j", "p", "x", "y", "at"];
  const fours = ["left", "right", "value", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
  const number = (name) => [...whole, ...fours].indexOf(name);
  const get = (name) => [0x20, number(name)];
  const set = (name, value) => [value, 0x21, number(name)];
  const constant = (value) => [0x41, value];
  const add = (x, y) => [x, y, 0x6a];
  const times = (x, y) => [x, y, 0x6c];
  const increase = (name, by) => set(name, add(get(name), by));
  const less = (x, y) => [x, y, 0x49];
  const repeatWhile = (condition, ...body) => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
  const zeros = [0xfd, 12, Array(16).fill(0)];
  const load = (address, offset) => [address, 0xfd, 0, 4, offset];
  const loadFourTimes = (address) => [address, 0xfd, 9, 2, 0];
  const store = (address, value, offset) => [address, value, 0xfd, 11, 4, offset];
  const addFours = (x, y) => [x, y, 0xfd, 0xe4, 1];
  const timesFours = (x, y) => [x, y, 0xfd, 0xe6, 1];
  const fourRows = (body) => [0, 1, 2, 3].map((row) => body(`s${2 * row}`, `s${2 * row + 1}`));

  const body = repeatWhile(less(get("j"), get("n")),
    set("i", constant(0)),
    repeatWhile(less(get("i"), get("m")),
      fourRows((left, right) => [set(left, zeros), set(right, zeros)]),
      set("x", add(get("a"), times(get("i"), get("aRow")))),
      set("y", get("b")),
      set("p", constant(0)),
      repeatWhile(less(get("p"), get("k")),
        set("left", load(get("y"), 0)),
        set("right", load(get("y"), 16)),
        set("at", get("x")),
        fourRows((left, right) => [
          set("value", loadFourTimes(get("at"))),
          set(left, addFours(get(left), timesFours(get("value"), get("left")))),
          set(right, addFours(get(right), timesFours(get("value"), get("right")))),
          increase("at", get("aRow")),
        ]),
        increase("x", get("aColumn")),
        increase("y", get("bRow")),
        increase("p", constant(1))),
      set("at", add(get("c"), times(constant(4), add(times(get("i"), get("n")), get("j"))))),
      fourRows((left, right) => [
        store(get("at"), get(left), 0),
        store(get("at"), get(right), 16),
        increase("at", times(constant(4), get("n"))),
      ]),
      increase("i", constant(4))),
    increase("b", get("bPanel")),
    increase("j", constant(8)));

  const [INTEGER, FOUR] = [0x7f, 0x7b];
  const length = (count) => (count < 128 ? [count] : [(count & 127) | 128, count >> 7]);
  const sized = (...parts) => {
    const bytes = parts.flat(Infinity);
    return [...length(bytes.length), ...bytes];
  };
  const name = (text) => sized([...text].map((letter) => letter.charCodeAt(0)));
  return Uint8Array.from([
    0, ...name("asm").slice(1), 1, 0, 0, 0, // "\0asm", version 1
    1, sized(1, 0x60, sized(arguments_.map(() => INTEGER)), 0), // one type: whole numbers, no result
    3, sized(1, 0), // one function, of this type
    5, sized(1, 0, 1), // one memory
    7, sized(2, name("memory"), 2, 0, name("product"), 0, 0), // both can be used from outside
    10, sized(1, sized(2, whole.length - arguments_.length, INTEGER, fours.length, FOUR, body, 0x0b)),
  ].flat(Infinity));
}

/** `multiply`'s work, or null where WebAssembly is missing or a content policy forbids it. */
export const assembledProduct = (() => {
  let program;
  try {
    program = new WebAssembly.Instance(new WebAssembly.Module(productProgram())).exports;
  } catch {
    return null;
  }
  const PAGE = 65536; // bytes by which memory grows
  let memory = new Float32Array(program.memory.buffer);

  /** B as panels of eight columns, each a row of eight after the other; zeros beyond the last column. */
  function packPanels(at, columns, n, k, b, bRow, bColumn) {
    for (let j = 0; j < columns; j++) {
      let to = at + (j - (j % 8)) * k + (j % 8);
      let from = j * bColumn;
      if (j < n) for (let p = 0; p < k; p++, to += 8, from += bRow) memory[to] = b[from];
      else for (let p = 0; p < k; p++, to += 8) memory[to] = 0;
    }
  }

  return (c, m, n, k, a, aRow, aColumn, b, bRow, bColumn) => {
    const [rows, columns] = [4 * Math.ceil(m / 4), 8 * Math.ceil(n / 8)];
    const [bAt, cAt] = [rows * k, rows * k + columns * k]; // A is read beyond its end, for rows that nobody takes
    const missing = 4 * (cAt + rows * columns) - memory.byteLength;
    if (missing > 0) {
      program.memory.grow(Math.ceil(missing / PAGE));
      memory = new Float32Array(program.memory.buffer);
    }
    memory.set(a);
    let [bPanel, bStep] = [8 * k, 8];
    if (bColumn === 1 && columns === n) {
      memory.set(b, bAt); // as it is
      [bPanel, bStep] = [8, n];
    } else packPanels(bAt, columns, n, k, b, bRow, bColumn);
    program.product(rows, columns, k, 0, 4 * aRow, 4 * aColumn, 4 * bAt, 4 * bStep, 4 * bPanel, 4 * cAt);
    if (columns === n) c.set(memory.subarray(cAt, cAt + m * n));
    else for (let i = 0, at = 0; i < m; i++) for (let j = 0; j < n; j++) c[at++] = memory[cAt + i * columns + j];
  };
})();
