import {
  ArgumentError,
  BatchNorm2d,
  DTypeError,
  empty,
  full,
  ones,
  rand,
  randn,
  Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

type Loose = (...args: unknown[]) => unknown;

/** A function or constructor as JavaScript has it, which no compiler watches. */
const loose = (f: unknown) => f as Loose;

const x = randn([4, 8]);

describe('sizes one by one', () => {
  test.each([zeros, ones, empty, rand, randn])('$name(2, 3)', (create) => {
    const { name } = create;
    const call = loose(create);
    expectRefused(() => call(2, 3), ArgumentError, `sizes go in an array, as ${name}([2, 3])`);
    expectRefused(
      () => call(2, 3, 4, { dtype: 'float64' }),
      ArgumentError,
      `as ${name}([2, 3, 4])`,
    );
    expectRefused(() => call(4), ArgumentError, `as ${name}([4])`);
  });

  test.each<[string, () => unknown, string]>([
    ['full(2, 3, 7)', () => loose(full)(2, 3, 7), 'as full([2, 3], 7)'],
    ['full(2)', () => loose(full)(2), 'as full([2], value)'],
    ['Tensor.shared(2, 3)', () => loose(Tensor.shared)(2, 3), 'as Tensor.shared([2, 3])'],
    ['x.reshape(2, -1)', () => loose(x.reshape).call(x, 2, -1), 'as reshape([2, -1])'],
    [
      'tensor(values, 2, 2)',
      () => loose(tensor)([1, 2, 3, 4], 2, 2),
      'options should be an object',
    ],
    [
      'tensor(values, 4)',
      () => loose(tensor)([1, 2, 3, 4], 4),
      'sizes go in an array, as [4, ...]',
    ],
  ])('%s', (_, call, said) => {
    expectRefused(call, ArgumentError, said);
  });
});

describe("another library's name of a value", () => {
  test.each([
    ['torch.float64', 'float64'],
    ['double', 'float64'],
    ['Float32', 'float32'],
    ['float', 'float32'],
  ])('dtype %s', (dtype, meant) => {
    const call = () => loose(zeros)([2], { dtype });
    expectRefused(call, DTypeError, `got '${dtype}': did you mean '${meant}'?`);
  });

  test.each([
    ['torch.channels_last', 'channelsLast'],
    ['channels_last_3d', 'channelsLast'],
    ['NHWC', 'channelsLast'],
    ['channels_first', 'contiguous'],
    ['torch.contiguous_format', 'contiguous'],
  ])('memoryFormat %s', (memoryFormat, meant) => {
    const call = () => loose(zeros)([2, 3], { memoryFormat });
    expectRefused(call, ArgumentError, `got '${memoryFormat}': did you mean '${meant}'?`);
  });

  test.each([
    ['ReLU', 'relu'],
    ['leaky_relu', 'leakyRelu'],
  ])('activation %s', (activation, meant) => {
    const call = () => new BatchNorm2d(4, { activation } as never);
    expectRefused(call, ArgumentError, `got '${activation}': did you mean '${meant}'?`);
  });

  test('one that is like no other', () => {
    const call = () => loose(zeros)([2], { dtype: 'int8' });
    expect(expectRefused(call, DTypeError, "got 'int8'")).not.toContain('mean');
  });
});
