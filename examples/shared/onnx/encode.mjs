import { endianness } from 'node:os';
import { fileURLToPath } from 'node:url';

const schema = fileURLToPath(new URL('onnx.proto', import.meta.url));
const elementTypes = { float32: 1, float64: 11 };
const attributeTypes = { f: 1, i: 2 };

/**
 * The bytes of an ONNX model.
 *
 * @param protobuf the package protobufjs
 * @param graph `{ name, node, initializer?, input, output }`, made of what `node`, `tensor` and
 * `described` give
 * @param opset the version of the operations
 */
export function encodeModel(protobuf, graph, opset = 15) {
  const Model = protobuf.loadSync(schema).lookupType('onnx.ModelProto');
  const opsetImport = [{ domain: '', version: opset }];
  return Model.encode(Model.create({ irVersion: 8, opsetImport, graph })).finish();
}

/** An operation; its attributes are `{ f: number }` or `{ i: integer }` by name. */
export function node(opType, input, output, attributes = {}) {
  const attribute = Object.entries(attributes).map(([name, value]) => {
    return { name, ...value, type: attributeTypes[Object.keys(value)[0]] };
  });
  return { opType, input, output, attribute };
}

/** A constant of the model, float32. */
export function tensor(name, { data, shape }) {
  // ONNX's bytes are little endian, as every machine's are that onnxruntime-node has a binary for.
  if (endianness() !== 'LE') throw new Error('ONNX files are written on little-endian machines');
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dataType: elementTypes.float32, dims: shape, rawData };
}

/** An input or output of the model; a size that is a string is a name for any size. */
export function described(name, dtype, shape) {
  const dim = shape.map((size) =>
    typeof size === 'string' ? { dimParam: size } : { dimValue: size },
  );
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } } };
}
