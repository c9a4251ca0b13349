import { run } from './run';

const values = [
  [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
];

/** What a thread finds: a plain object, of which asTensor makes a Tensor without a copy. */
function found(dtype: string, first: number) {
  const received = values.map((rows) => rows.map((row) => [...row]));
  (received[0]?.[0] as number[])[0] = first;
  return {
    tensors: [false, true],
    copied: false,
    dtype,
    memoryFormat: 'channelsLast',
    values: received,
  };
}

test('tensors go to a thread and back in every way, and are Tensors again by asTensor', async () => {
  const results = (await run('messages.js')) as Record<string, unknown>;
  for (const [way, left, dtype] of [
    ['workerData', 6, 'float32'],
    ['clone', 6, 'float32'],
    ['transfer', 0, 'float32'],
    ['port', 0, 'float64'],
    ['broadcast', 6, 'float32'],
  ] as const) {
    const expected = { there: found(dtype, 1), back: found(dtype, 11), left };
    expect([way, results[way]]).toEqual([way, expected]);
  }
  expect(results.shared).toMatchObject({ there: { tensors: [false, true] }, seen: [10, 0] });
  const parameter = 'Parameter containing:\ntensor([1., 1., 1.], requires_grad=True)';
  expect(results.state).toEqual({ missingKeys: [], same: true, parameter });
});

test('threads serve, load and train one copy of a net', async () => {
  const { training, ...others } = (await run('model.js')) as Record<string, unknown>;
  expect(others).toEqual({
    served: [3, 1],
    loadedHere: [3, 1],
    loadedThere: [3, 1],
    changed: true,
    sharedThere: [[7, 7]],
  });
  const { finite, counted, mean } = training as {
    counted: number;
    finite: boolean;
    mean: number[];
  };
  // Of all batches in all threads, none went uncounted.
  expect([finite, counted, mean.length]).toEqual([true, 0, 3]);
  // An update adds a tenth of what is missing, which is lost below half a unit in 5's last place.
  for (const value of mean) expect(Math.abs(value - 5)).toBeLessThanOrEqual(10 * 2 ** -22);
});
