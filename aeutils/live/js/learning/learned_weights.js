// Trained weights as a safetensors file: what PyTorch loads, and what `readSafetensors` reads.

/**
 * @param {Map<string, {shape: number[], data: Float32Array}>} tensors
 * @returns {Uint8Array} the whole file
 */
export function writeSafetensors(tensors) {
  const header = {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += data.byteLength)] };
  }
  const text = JSON.stringify(header);
  const start = 8 + 8 * Math.ceil(text.length / 8);
  const bytes = new Uint8Array(start + end).fill(0x20); // spaces after the header, so that the numbers are aligned
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  for (let i = 0; i < text.length; i++) bytes[8 + i] = text.charCodeAt(i); // names are ASCII
  let at = start;
  for (const { data } of tensors.values()) for (const value of data) view.setFloat32((at += 4) - 4, value, true);
  return bytes;
}
