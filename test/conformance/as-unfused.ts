import { type DType, type MemoryFormat, randn } from 'batchnorm';
import { trainedLayer } from '../modules/fused-layers';
import { type Fusion, fuse, throughActivation } from '../reference/fusion';
import { expectSame } from '../reference/same';
import { misaligned } from './misaligned';

export interface FusedCase {
  shape: readonly number[];
  dtype: DType;
  memoryFormat: MemoryFormat;
  fusion: Fusion;
  residual: boolean;
  training: boolean;
}

/**
 * Demands that a fused layer gives, forward and backward, the very bits of a plain one whose output
 * the residual is added to and the activation is applied to afterwards.
 */
export function expectAsUnfused({ shape, fusion, training, ...rest }: FusedCase): void {
  const { dtype, memoryFormat } = rest;
  const room = () => misaligned(shape, dtype, memoryFormat);
  const draw = () => {
    const { tensor } = room();
    tensor.data.set(randn(shape, { dtype }).data);
    return tensor;
  };
  const [x, dy] = [draw(), draw()];
  const residual = rest.residual ? draw() : null;
  const plain = trainedLayer(shape, { dtype }).train(training);
  const fused = trainedLayer(shape, { dtype, ...fusion }).train(training);
  fused.loadStateDict(plain.stateDict());

  const { output, passes } = fuse(
    plain.forward(x, { grad: true }).data,
    residual?.data ?? null,
    fusion,
  );
  const y = room();
  fused.forward(x, { residual, out: y.tensor, grad: true });
  expectSame(y.tensor.data, output);

  const gradient = throughActivation(dy.data, passes, fusion);
  const expected = plain.backward({ data: gradient, shape, memoryFormat });
  const [dx, dr] = [room(), room()];
  if (residual === null) fused.backward(dy, { out: dx.tensor });
  else fused.backward(dy, { out: dx.tensor, outResidual: dr.tensor });
  expectSame(dx.tensor.data, expected.data);
  if (residual !== null) expectSame(dr.tensor.data, gradient);
  const grads = (bn: typeof plain) => bn.parameters().map(({ grad }) => [...(grad?.data ?? [])]);
  expect(grads(fused)).toEqual(grads(plain));

  // And once more in place: the output over the input, a gradient over gradOutput.
  fused.forward(x, { residual, out: x, grad: true });
  expectSame(x.data, output);
  if (residual === null) fused.backward(dy, { out: dy });
  else fused.backward(dy, { out: dx.tensor, outResidual: dy });
  expectSame(residual === null ? dy.data : dx.tensor.data, expected.data);
  if (residual !== null) expectSame(dy.data, gradient);
  for (const { paddingIsIntact } of [y, dx, dr]) expect(paddingIsIntact()).toBe(true);
}
