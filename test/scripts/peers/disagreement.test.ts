import { inNode } from './in-node';

/** `expected` is [1, -2, 0.5]. */
const disagreement = (actual: string, dtype = 'float32') =>
  inNode(
    'disagreement',
    'disagreement.mjs',
    `return disagreement(${actual}, [1, -2, 0.5], '${dtype}');`,
  );

test('results agree within a hundred roundings of the largest', () => {
  expect(disagreement('[1, -2.00001, 0.50001]')).toBeNull();
  expect(disagreement('[1, -2, 0.50002]')).toBe('0.50002 instead of 0.5 at 2');
});

test('those of float64 agree to more digits', () => {
  expect(disagreement('[1 + 1e-14, -2, 0.5]', 'float64')).toBeNull();
  expect(disagreement('[1 + 1e-12, -2, 0.5]', 'float64')).toMatch(/ instead of 1 at 0$/);
});

test('a value that is no number, none, or one too many disagrees', () => {
  expect(disagreement('[NaN, -2, 0.5]')).toBe('NaN instead of 1 at 0');
  expect(disagreement('[1, -2]')).toBe('2 values instead of 3');
  expect(disagreement('undefined')).toBe('no values instead of 3');
});

test('nothing, which JSON makes of NaN, does not agree with zero', () => {
  const body = "return disagreement([null], [0], 'float32');";
  expect(inNode('disagreement', 'disagreement.mjs', body)).toBe('null instead of 0 at 0');
});
