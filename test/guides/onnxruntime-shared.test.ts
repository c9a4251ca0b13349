import { join } from 'node:path';
import { evaluate, root } from '../scripts/bench/bench';

test('onnxruntime-node takes tensors over shared memory from Node.js 22 on, and copies always, as the guides say', () => {
  const there = JSON.stringify(join(root, 'examples/serving/package.json'));
  const outcomes = evaluate(`
    import { createRequire } from 'node:module';
    import { Tensor, tensor } from 'batchnorm';
    import { described, encodeModel, node } from './examples/shared/onnx/encode.mjs';
    const require = createRequire(${there});
    const ort = require('onnxruntime-node');
    const value = (name) => described(name, 'float32', ['N']);
    const graph = { name: 'relu', node: [node('Relu', ['x'], ['y'])], input: [value('x')], output: [value('y')] };
    const session = await ort.InferenceSession.create(Buffer.from(encodeModel(require('protobufjs'), graph)));
    const x = Tensor.shared([3]);
    x.data.set([-1, 0, 2]);
    const outcome = (data) => session.run({ x: new ort.Tensor('float32', data, x.shape) })
      .then(({ y }) => Array.from(y.data), ({ message }) => message);
    console.log(JSON.stringify([await outcome(x.data), await outcome(x.data.slice())]));
  `);
  const isOld = Number.parseInt(process.versions.node, 10) < 22;
  expect(outcomes).toEqual([isOld ? 'Invalid argument' : [0, 0, 2], [0, 0, 2]]);
});
