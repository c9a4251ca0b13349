import { functional as F, type MemoryFormat, randn, type Tensor } from 'batchnorm';
import { readFixture } from './fixture';

interface FormatCase {
  function: string;
  shape: number[];
  /** How many of the last sizes. */
  normalizedShape?: number;
  input: MemoryFormat;
  output: MemoryFormat;
  gradInput: MemoryFormat;
}

const { torch, cases } = readFixture<FormatCase>('memory-formats');

/** The output and, for a gradient of its format, the gradient of the input. */
function run({ function: name, shape, normalizedShape = 0 }: FormatCase, x: Tensor) {
  const of = normalizedShape === 0 ? [] : shape.slice(-normalizedShape);
  const mean = new Float64Array(6);
  const invstd = new Float64Array(6).fill(1);
  const table: Record<
    string,
    [forward: () => Tensor, backward: (dy: Tensor) => { gradInput: Tensor }]
  > = {
    batchNorm: [
      () => F.batchNorm(x, null, null, { training: true }),
      (dy) => F.batchNormBackward(dy, x, { mean, invstd, training: true }),
    ],
    groupNorm: [() => F.groupNorm(x, 2), (dy) => F.groupNormBackward(dy, x, 2)],
    instanceNorm: [() => F.instanceNorm(x), (dy) => F.instanceNormBackward(dy, x)],
    localResponseNorm: [
      () => F.localResponseNorm(x, 3),
      (dy) => F.localResponseNormBackward(dy, x, 3),
    ],
    layerNorm: [() => F.layerNorm(x, of), (dy) => F.layerNormBackward(dy, x, of)],
    rmsNorm: [() => F.rmsNorm(x, of), (dy) => F.rmsNormBackward(dy, x, of)],
  };
  const [forward, backward] = table[name] as (typeof table)[string];
  const output = forward();
  const { gradInput } = backward(randn(shape, { memoryFormat: output.memoryFormat }));
  return { output: output.memoryFormat, gradInput: gradInput.memoryFormat };
}

test.each(cases.map((each) => [each.function, each.shape, each.input, each] as const))(
  `%s of %j, %s: the memory formats of PyTorch ${torch}`,
  (name, shape, input, one) => {
    const found = run(one, randn(shape, { memoryFormat: input }));
    // docs/layers.md: an InstanceNorm of ours keeps channels last, where PyTorch's does not.
    const differs = name === 'instanceNorm' && input === 'channelsLast';
    expect(one.output).toBe(differs ? 'contiguous' : found.output);
    expect(one.gradInput).toBe(differs ? 'contiguous' : found.gradInput);
    if (differs) expect(found).toEqual({ output: 'channelsLast', gradInput: 'channelsLast' });
  },
);
