import type * as core from '@tensorflow/tfjs-core';
import type * as batchnorm from 'batchnorm';
import type * as tfjs from 'batchnorm/tfjs';

const peer = '@tensorflow/tfjs-layers';

/** Has `require` of TensorFlow.js's layers throw this. */
function failing(error: Error): typeof tfjs {
  jest.resetModules();
  jest.doMock(peer, () => {
    throw error;
  });
  return require('batchnorm/tfjs');
}

test('without the layers of TensorFlow.js all else works, and layers say what to install', async () => {
  const missing = new Error(`Cannot find module '${peer}'\nRequire stack:\n- here`);
  const { batchNorm, layers, register, restore } = failing(
    Object.assign(missing, { code: 'MODULE_NOT_FOUND' }),
  );
  require('@tensorflow/tfjs-backend-cpu');
  const { enableProdMode, setBackend, tensor }: typeof core = require('@tensorflow/tfjs-core');
  enableProdMode();
  const { BatchNorm1d, MissingPeerError }: typeof batchnorm = require('batchnorm');
  restore();
  register();
  await setBackend('cpu');
  const y = batchNorm(tensor([[1], [3]]), new BatchNorm1d(1, { eps: 0 }));
  expect(y.arraySync()).toEqual([[-1], [1]]);
  for (const make of Object.values(layers)) {
    expect(make).toThrow(MissingPeerError);
    expect(make).toThrow(`npm install ${peer}`);
  }
});

test('what else goes wrong when they load is passed on as it is', () => {
  const missing = new Error(`Cannot find module 'seedrandom'\nRequire stack:\n- ${peer}/here`);
  const error = Object.assign(missing, { code: 'MODULE_NOT_FOUND' });
  expect(() => failing(error)).toThrow(error);
});
