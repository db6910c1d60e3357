// The texts that an ONNX file has about itself (metadata_props), which onnxruntime-web does not show. An ONNX file is a protobuf message: fields one after
// the other, each a number that says which it is and of what kind, and then its content. Only the outermost fields are looked at.

const metadataField = 14, keyField = 1, valueField = 2;

function* fields(bytes) {
  let place = 0;
  const number = () => {
    let value = 0, factor = 1;
    for (;;) {
      const byte = bytes[place++];
      if (byte === undefined) throw new Error('The file is cut off, or is no ONNX file.');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  while (place < bytes.length) {
    const tag = number(), kind = tag & 7, length = kind === 0 ? (number(), 0) : kind === 1 ? 8 : kind === 5 ? 4 : number();
    yield { id: Math.floor(tag / 8), content: bytes.subarray(place, place + length) };
    place += length;
  }
}

/**
 * @param {Uint8Array} bytes The file.
 * @returns {Object<string, string>} Such as { 'simple_diffusion.steps': '25' }.
 */
export function readTexts(bytes) {
  const text = (entry, id) => new TextDecoder().decode([...fields(entry)].find(field => field.id === id)?.content);
  const entries = [...fields(bytes)].filter(field => field.id === metadataField).map(field => field.content);
  return Object.fromEntries(entries.map(entry => [text(entry, keyField), text(entry, valueField)]));
}
