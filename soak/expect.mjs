import { ulpsOff } from '../build/soak/reference.mjs';

/**
 * Demands a tensor within `ulps` of the largest |expected|, or of `scale`: 4 for float32, as the
 * tests of conformance do, since the kernels round some four times and the reference does not.
 */
export function expectNear(tensor, expected, { ulps = 4, scale = 0 } = {}) {
  const values =
    tensor.data === undefined ? tensor : tensor.to({ memoryFormat: 'contiguous' }).data;
  const off = ulpsOff(values, expected, scale);
  if (!(off <= ulps)) throw new Error(`a result is ${off} ulps off, ${ulps} at most were expected`);
}

export function expectSame(actual, expected) {
  const same =
    actual.length === expected.length && actual.every((v, i) => Object.is(v, expected[i]));
  if (!same) throw new Error('a result has other bits than expected');
}

export function expectThrown(error, expected) {
  if (error !== expected) throw new Error('another error than expected', { cause: error });
}
