import {
  type DType,
  functional as F,
  LocalResponseNorm,
  type LocalResponseNormOptions,
  type MemoryFormat,
} from 'batchnorm';
import { expectResult } from './expect-result';
import { decodeTensor, type Encoded, type Result, readFixture } from './fixture';

interface LocalResponseCase {
  name: string;
  dtype: DType;
  memoryFormat: MemoryFormat;
  shape: number[];
  size: number;
  options: LocalResponseNormOptions;
  repr: string;
  /** Of PyTorch's output and gradient. */
  formats: { output: MemoryFormat; gradInput: MemoryFormat };
  tensors: { input: Encoded; gradOutput: Encoded };
  results: { output: Result; gradInput: Result };
}

const { torch, cases } = readFixture<LocalResponseCase>('local-response');

test.each(cases.map((each) => [each.name, each] as const))(
  `%s: as PyTorch ${torch}`,
  (_, { dtype, memoryFormat, shape, size, options, repr, formats, tensors, results }) => {
    const image = (encoded: Encoded) => decodeTensor(encoded, shape, dtype, memoryFormat);
    const [input, gradOutput] = [image(tensors.input), image(tensors.gradOutput)];
    const layer = new LocalResponseNorm(size, options);
    expect(String(layer)).toBe(repr);
    const output = layer.forward(input);
    const gradInput = layer.backward(gradOutput);
    expect({ output: output.memoryFormat, gradInput: gradInput.memoryFormat }).toEqual(formats);
    expectResult(output, results.output);
    expectResult(gradInput, results.gradInput);
    expect(F.localResponseNorm(input, size, options)).toEqual(output);
    const backward = F.localResponseNormBackward(gradOutput, input, size, options);
    expect(backward).toEqual({ gradInput });
  },
);
