import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  ShapeError,
  zeros,
} from 'batchnorm';
import { type RefusedCase, readFixture } from './fixture';

const modules = {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
};
const { torch, cases } = readFixture<RefusedCase>('refused');

test.each(cases.map((each) => [each.module, each.arguments, each.shape, each] as const))(
  `%s(%j) refuses %j in the words of PyTorch ${torch}`,
  (_, given, shape, fixture) => {
    const Class = modules[fixture.module as keyof typeof modules];
    const create = () => Reflect.construct(Class, given);
    if (shape === null) {
      expect(create).toThrow(ArgumentError);
      expect(create).toThrow(fixture.message);
      return;
    }
    const made: { numBatchesTracked?: number | null }[] = [];
    const call = () => {
      const module = create();
      made.push(module);
      return module.forward(zeros(shape));
    };
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(fixture.message);
    expect(made.every(({ numBatchesTracked }) => (numBatchesTracked ?? 0) === 0)).toBe(true);
  },
);
