import { evaluate } from '../bench/bench';

function ulpsOff(actual: string, expected: string, least: number): unknown {
  return evaluate(`
    import { ulpsOff } from 'bench/accuracy/oracle/ulps.mjs';
    console.log(JSON.stringify(String(ulpsOff(new Float32Array(${actual}), ${expected}, ${least}))));
  `);
}

test('an error is in spacings of float32 at the largest right value', () => {
  // Of 5.5 it is 2 ** -21.
  expect(ulpsOff('[5.5, 1 + 2 ** -22]', '[5.5, 1]', 0)).toBe('0.5');
  expect(ulpsOff('[5.5, 1]', '[5.5 + 3 * 2 ** -21, 1]', 0)).toBe('3');
});

test('where the right values are small it is in those of what is the least', () => {
  expect(ulpsOff('[2 ** -22]', '[0]', 1)).toBe('2');
  expect(ulpsOff('[2 ** -22]', '[2 ** -21]', 1)).toBe('2');
});

test('what is not finite is infinitely far', () => {
  expect(ulpsOff('[NaN, 2]', '[1, 2]', 1)).toBe('Infinity');
  expect(ulpsOff('[1, Infinity, 2]', '[1, 3, 2]', 1)).toBe('Infinity');
});

test('right values may come one by one', () => {
  expect(ulpsOff('[1, 2 + 2 ** -21]', '(visit) => { visit(1, 2); visit(0, 1); }', 1)).toBe('2');
});
