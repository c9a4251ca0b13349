import { evaluate } from './bench';

// How long they take is the machine's affair; that they do something is not.
test('the passes that are timed write what they are called for', () => {
  const written = evaluate(`
    import { Tensor } from 'batchnorm';
    import { passes } from 'bench/passes.mjs';
    const written = {};
    const options = { dtype: 'float32', memoryFormat: 'contiguous' };
    for (const [name, pass] of Object.entries(passes({ shape: [8, 4], ...options }))) {
      const result = pass();
      if (result instanceof Tensor) written[name] = result.data.some((value) => value !== 0);
    }
    console.log(JSON.stringify(written));
  `);
  expect(written).toEqual({ eval: true, training: true, backward: true });
});

test('as many calls are timed at once as fill two milliseconds, at least one', () => {
  const calls = evaluate(`
    import { callsToTime } from 'bench/samplers.mjs';
    let now = 0;
    performance.now = () => now;
    const lasting = (ms) => () => {
      now += ms;
    };
    console.log(JSON.stringify([0.001, 0.5, 70].map((ms) => callsToTime(lasting(ms)))));
  `);
  expect(calls).toEqual([2000, 4, 1]);
});
