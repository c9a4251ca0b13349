import { BatchNorm1d, BatchNorm2d, BatchNorm3d, ShapeError, zeros } from 'batchnorm';
import { type RefusedCase, readFixture } from './fixture';

const modules = { BatchNorm1d, BatchNorm2d, BatchNorm3d };
const { torch, cases } = readFixture<RefusedCase>('refused');

test.each(cases.map((each) => [each.module, each.shape, each] as const))(
  `%s refuses %j in the words of PyTorch ${torch}`,
  (_, shape, fixture) => {
    const module = new modules[fixture.module](3);
    const call = () => module.forward(zeros(shape));
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(fixture.message);
    expect(module.numBatchesTracked).toBe(0);
  },
);
