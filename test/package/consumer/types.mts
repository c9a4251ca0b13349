// What the types of tensors say of their dtype: only type-checked.
import {
  asTensor,
  BatchNorm2d,
  type DType,
  empty,
  functional as F,
  type FloatArray,
  FrozenBatchNorm2d,
  full,
  GroupNorm,
  Identity,
  InstanceNorm2d,
  LayerNorm,
  LocalResponseNorm,
  ones,
  Parameter,
  RMSNorm,
  rand,
  randn,
  Tensor,
  type TensorLike,
  tensor,
  transforms,
  zeros,
} from 'batchnorm';

/** Fails to compile unless both types are the very same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
function same<Expected>() {
  return function check<Actual>(_: Actual, __: Same<Actual, Expected>): void {};
}
const is32 = same<Tensor<'float32'>>();
const is64 = same<Tensor<'float64'>>();
const isEither = same<Tensor>();

declare const dtype: DType;
declare const either: Tensor;
declare const like: TensorLike;
declare const shape: number[];
declare const floats: FloatArray;
declare const onnx: { type: 'float32'; data: Float32Array; dims: readonly number[] };
declare const message: { data: Float64Array; shape: number[] };
declare const decoded: {
  data: Uint8Array;
  info: { width: number; height: number; channels: number };
};

const x = zeros([2, 3, 4, 4]);
const wide = ones(shape, { dtype: 'float64' });
is32(x, true);
is64(wide, true);
is32(empty([2], { memoryFormat: 'contiguous' }), true);
is64(full([2], 1, { dtype: 'float64' }), true);
is32(rand([2]), true);
isEither(randn([2], { dtype }), true);
is32(Tensor.shared([2]), true);
is64(Tensor.shared([2], { dtype: 'float64' }), true);

is32(tensor([[1, 2]]), true);
is64(tensor([1, 2], [2], { dtype: 'float64' }), true);
is32(tensor(new Float32Array(4)), true);
is64(tensor(new Float64Array(4), [2, 2], { memoryFormat: 'channelsLast' }), true);
is32(tensor(new Float64Array(4), [2, 2], { dtype: 'float32' }), true);
is32(tensor(new Uint8Array(4), [2, 2], { dtype: 'float32' }), true);
isEither(tensor(floats), true);

same<Float32Array>()<Float32Array>(x.data, true);
const data: Float32Array = x.clone().reshape([6, 16]).select(0, 1).slice(0, 4).data;
for (const image of x) is32(image, true);
is64(x.to({ dtype: 'float64' }), true);
is32(x.to({ memoryFormat: 'channelsLast' }), true);
is32(either.to({ dtype: 'float32' }), true);
isEither(either.to({ memoryFormat: 'contiguous' }), true);
is32(asTensor(onnx), true);
is64(asTensor(message), true);
isEither(asTensor(like), true);
const weight = new Parameter(zeros([3]));
same<Tensor<'float32'> | null>()<typeof weight.grad>(weight.grad, true);
const anyTensor: Tensor = x;
const anyParameter: Parameter = weight;
// @ts-expect-error it may be float64
const narrow: Tensor<'float32'> = anyTensor;
// @ts-expect-error it is float64
const wrong: Float32Array = wide.data;

const layers = [
  new BatchNorm2d(3),
  new FrozenBatchNorm2d(3),
  new InstanceNorm2d(3),
  new GroupNorm(1, 3),
  new LayerNorm(4),
  new RMSNorm(4),
  new LocalResponseNorm(3),
  new Identity(),
] as const;
for (const layer of layers) {
  is32(layer.forward(x), true);
  is64(layer.forward(wide), true);
  isEither(layer.forward(either), true);
  isEither(layer.forward(like), true);
  is32(layer.forward(onnx), true);
  is32(await layer.forwardAsync(x), true);
}
const bn = new BatchNorm2d(3);
is32(bn.backward(x), true);
is32(bn.backward(x, { out: x, outResidual: x }).gradResidual, true);
is32(new GroupNorm(1, 3).backward(x), true);

is32(F.batchNorm(x, null, null, { training: true }), true);
is64(F.layerNorm(wide, 4), true);
is32(await F.groupNormAsync(x, 1), true);
isEither(F.instanceNorm(either), true);
is32(F.rmsNorm(onnx, 4), true);
is32(F.layerNormBackward(x, x, 4).gradWeight, true);
is64(F.localResponseNorm(wide, 3), true);
is32(await F.localResponseNormAsync(x, 3), true);
is32(F.localResponseNormBackward(x, x, 3).gradInput, true);
is64((await F.localResponseNormBackwardAsync(wide, wide, 3)).gradInput, true);
is64((await F.rmsNormBackwardAsync(wide, wide, 4)).gradInput, true);

const normalize = new transforms.Normalize([0.5], [0.5]);
is32(normalize.forward(decoded), true);
is32(normalize.forward(x), true);
is64(normalize.inverse().forward(wide), true);
is64(new transforms.Normalize([0.5], [0.5], { dtype: 'float64' }).forward(decoded), true);
isEither(new transforms.Normalize([0.5], [0.5], { dtype }).forward(decoded), true);
isEither(await normalize.forwardAsync(either), true);

export { anyParameter, data, narrow, wrong };
