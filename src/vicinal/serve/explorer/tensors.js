// Reading safetensors: eight bytes of length, a JSON header, then the arrays.

const KINDS = { F32: Float32Array, I32: Int32Array, U32: Uint32Array, U16: Uint16Array, I8: Int8Array, U8: Uint8Array };

// → {metadata: {…}, tensors: {name: {shape, data: TypedArray}}}
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [start, stop] }] of Object.entries(header)
    .filter(([name]) => name !== "__metadata__")) {
    const Kind = KINDS[dtype];
    if (!Kind) throw new Error(`tensor ${name} holds ${dtype}, which is not known`);
    tensors[name] = { shape, data: new Kind(buffer, 8 + length + start, (stop - start) / Kind.BYTES_PER_ELEMENT) };
  }
  return { metadata: header.__metadata__ ?? {}, tensors };
}

// What a column or clusters were sent as → what Cloud.setColours takes.
export function coloursOf({ metadata, tensors }, label) {
  if (metadata.kind === "category") {
    const explained = metadata.explained === undefined ? null : Number(metadata.explained);
    const labels = JSON.parse(metadata.labels);
    return { kind: "category", codes: tensors.codes.data, labels, others: Number(metadata.others), label, explained };
  }
  const [least, most, missing] = ["least", "most", "missing"].map((key) => Number(metadata[key]));
  return { kind: "number", values: tensors.values.data, label, least, most, missing };
}

// All names of a space, kept as bytes and turned to text one at a time.
export class NameList {
  constructor(offsets, bytes) {
    this.offsets = offsets;
    this.bytes = bytes;
    this.length = offsets.length - 1;
    this.decoder = new TextDecoder();
  }

  get(row) {
    return this.decoder.decode(this.bytes.subarray(this.offsets[row], this.offsets[row + 1]));
  }
}
