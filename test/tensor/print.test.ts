import { inspect } from 'node:util';
import { type DType, full, Parameter, tensor, zeros } from 'batchnorm';
import { readFixtures } from './fixtures';

interface PrintCase {
  dtype: DType;
  shape: number[];
  values?: (number | string)[];
  pattern?: [multiplier: number, modulus: number, shift: number, divisor: number];
  text: string;
  parameter?: string;
}

const { torch, cases } = readFixtures<{ cases: PrintCase[] }>('print.json');

function valuesOf({ shape, values, pattern }: PrintCase): number[] {
  if (pattern === undefined) return (values ?? []).map(Number);
  const [multiplier, modulus, shift, divisor] = pattern;
  const size = shape.reduce((product, n) => product * n, 1);
  return Array.from({ length: size }, (_, i) => (((i * multiplier) % modulus) - shift) / divisor);
}

describe(`printing as PyTorch ${torch} prints`, () => {
  test.each(cases.map((c, i) => [i, c.dtype, c.shape, c] as const))(
    'case %i: %s of %j',
    (_, dtype, shape, printCase) => {
      const { text, parameter } = printCase;
      const contiguous = tensor(valuesOf(printCase), [...shape], { dtype });
      expect(String(contiguous)).toBe(text);
      if (parameter !== undefined) expect(String(new Parameter(contiguous))).toBe(parameter);
      if (shape.length < 2) return;
      expect(String(contiguous.to({ memoryFormat: 'channelsLast' }))).toBe(text);
    },
  );

  test('the fixtures hold every notation, summaries and empty tensors', () => {
    const texts = cases.map(({ text, parameter }) => text + parameter).join('\n');
    for (const part of [
      '...',
      'size=(0, 3)',
      'e-10',
      'nan',
      '-inf',
      '-0.',
      'torch.float64',
      '],\n       requires_grad',
    ]) {
      expect(texts).toContain(part);
    }
  });
});

describe('printing', () => {
  test('console.log shows the same text', () => {
    const t = tensor([[1, 2.5]]);
    expect(inspect(t)).toBe('tensor([[1.0000, 2.5000]])');
    expect(inspect({ t })).toBe('{ t: tensor([[1.0000, 2.5000]]) }');
  });

  test('a parameter says that it is one', () => {
    const weight = new Parameter(full([2], 1));
    expect(String(weight)).toBe('Parameter containing:\ntensor([1., 1.], requires_grad=True)');
    expect(inspect(weight)).toBe(String(weight));
    expect(String(new Parameter(zeros([0], { dtype: 'float64' })))).toBe(
      'Parameter containing:\ntensor([], dtype=torch.float64, requires_grad=True)',
    );
  });

  test('a tensor of 100 MB prints without being read whole', () => {
    const data = new Float32Array(25_000_000);
    const reads = jest.fn();
    const watched = new Proxy(data, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads();
        return Reflect.get(target, key, target);
      },
    });
    const t = tensor(data, [50, 500, 1000]);
    Object.defineProperty(t, 'data', { value: watched });
    expect(String(t)).toContain('...');
    expect(reads).toHaveBeenCalledTimes(6 * 6 * 6);
  });
});
