// Weights: the very file that PyTorch loads, read here byte by byte.
//
// A safetensors file is the length of a header (8 bytes), the header (JSON: name -> type, shape, place), and numbers.

/** One float16 as a number: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const NUMBER_READERS = {
  F16: { size: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  F32: { size: 4, read: (view, at) => view.getFloat32(at, true) },
};

/**
 * Read the floating-point tensors of a safetensors file; counters in whole numbers are left out.
 *
 * @param {Uint8Array} bytes the whole file
 * @returns {Map<string, {shape: number[], data: Float32Array}>}
 * @throws {Error} if the file is cut short or is something else
 */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8) {
    throw new Error(`The weights are cut short, or no weights: ${bytes.length} bytes.`);
  }
  let header;
  try {
    let text = "";
    for (const byte of bytes.subarray(8, 8 + headerLength)) text += String.fromCharCode(byte);
    header = JSON.parse(text);
  } catch {
    throw new Error("The weights are damaged: their list of contents cannot be read.");
  }
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (!(dtype in NUMBER_READERS)) continue;
    const { size, read } = NUMBER_READERS[dtype];
    const start = 8 + headerLength + offsets[0];
    const count = shape.reduce((product, length) => product * length, 1);
    if (offsets[1] - offsets[0] !== count * size || 8 + headerLength + offsets[1] > bytes.length) {
      throw new Error(`The weights are cut short: ${name} wants ${count} numbers of ${size} bytes.`);
    }
    tensors.set(name, { shape, data: Float32Array.from({ length: count }, (_, i) => read(view, start + i * size)) });
  }
  return tensors;
}
